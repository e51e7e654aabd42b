"""People who work on the site, and how they show that they are who they say."""

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.crypto import salted_hmac


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
    second_factor_at = models.DateTimeField(
        "second factor since",
        null=True,
        blank=True,
        editable=False,
        help_text="Since when a code is asked for besides the password.",
    )

    class Meta(AbstractUser.Meta):
        verbose_name, verbose_name_plural = "account", "accounts"
        permissions = [("manage_accounts", "Can invite people and look after their accounts")]

    def get_full_name(self) -> str:
        """Return the name as the person writes it, or the account's name."""
        return self.full_name or self.username

    def get_short_name(self) -> str:
        """Return the same: a name is not to be cut by a program."""
        return self.get_full_name()

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        """Return what a session must hold to go on: a new password or second factor ends all others."""
        since = self.second_factor_at.timestamp() if self.second_factor_at else ""
        return salted_hmac(
            "clincalc.accounts.session", f"{self.password} {since}", secret=secret, algorithm="sha256"
        ).hexdigest()


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


class Tries(models.Model):
    """When somebody tried a password, a code or a letter of late. Only a digest says who, and where from."""

    key = models.CharField(max_length=64, unique=True)
    taken = models.JSONField(default=list, help_text="Microseconds since 1970, oldest first.")
    ends_at = models.DateTimeField(db_index=True, help_text="From then on the row says nothing any more.")

    class Meta:
        verbose_name_plural = "tries"

    def __str__(self) -> str:
        return f"{len(self.taken)} until {self.ends_at}"


class SecondFactor(models.Model):
    """A device of a person that makes codes. It is asked for from `User.second_factor_at` on.

    The secret that the device knows is not kept: it is made anew from the
    nonce and SECRET_KEY, so a copy of the database makes no codes.
    """

    person = models.OneToOneField(User, on_delete=models.CASCADE, related_name="second_factor")
    nonce = models.CharField(max_length=64)
    last_step = models.BigIntegerField(default=0, help_text="Of the code that was spent last.")

    def __str__(self) -> str:
        return f"Second factor of {self.person}"


class RecoveryCode(models.Model):
    """A code for the day on which the device is lost: its digest only, and good for once."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Recovery code of {self.person}"


class PasswordLink(models.Model):
    """A link with which a person sets their password: its digest only, good for once, and not for long."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="password_links")
    digest = models.CharField(max_length=64, unique=True)
    is_invitation = models.BooleanField(default=False)
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Link of {self.person}, until {self.ends_at}"
