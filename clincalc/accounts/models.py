"""People who work on the site."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """An editor, reviewer or lead. What they may do comes from their groups and credentials.

    One name as the person writes it, not a first and a last one: it is printed
    beside their signature.
    """

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    full_name = models.CharField(
        max_length=150, blank=True, help_text="As it is to stand beside a signature, such as Dr Amina Khan."
    )

    def get_full_name(self) -> str:
        """Return the name as the person writes it, or the account's name."""
        return self.full_name or self.username

    def get_short_name(self) -> str:
        """Return the same: a name is not to be cut by a program."""
        return self.get_full_name()
