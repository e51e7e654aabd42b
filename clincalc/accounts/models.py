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


class KeptForm(models.Model):
    """What a person sent after their login had expired, until they save it or seven days have passed."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="kept_forms")
    path = models.CharField(max_length=300)
    data = models.TextField()
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "path"], name="kept_form_once")]

    def __str__(self) -> str:
        return f"{self.person}: {self.path}"
