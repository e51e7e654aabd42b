"""Who may sign: what a professional body says of a person, as a second person has seen it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from monographs.models.fields import DatabaseNow


class Credential(models.Model):
    """A person's registration with a professional body, and which parts it lets them sign.

    Once a second person has verified it, it stands as it was verified; it can
    only be ended. Times are moments: a day that ends it ends at its midnight.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="credentials")
    role = models.CharField(
        "role", max_length=60, help_text="As it stands on the page: “by a pharmacist”. Lower case."
    )
    body = models.CharField(
        "professional body", max_length=100, help_text="Such as General Pharmaceutical Council."
    )
    number = models.CharField("registration number", max_length=40, help_text="Never shown to readers.")
    may_sign_monographs = models.BooleanField(default=True)
    may_sign_dosing = models.BooleanField(default=False)
    shows_name = models.BooleanField(
        "the name is shown",
        default=False,
        help_text="Readers see the person's name beside the role. Ask the person first.",
    )
    starts_at = models.DateTimeField("valid from")
    ends_at = models.DateTimeField("valid until", help_text="The moment from which it is valid no more.")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=DatabaseNow(), editable=False)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    verified_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.TextField(blank=True)

    class Meta:
        permissions = [("verify_credential", "Can verify and end other people's credentials")]
        constraints = [
            models.CheckConstraint(
                name="credential_verified_by_another",
                condition=Q(verified_by=None) | ~Q(verified_by=F("person")),
            ),
            models.CheckConstraint(
                name="credential_verified_by_somebody_at_a_time",
                condition=Q(verified_by=None, verified_at=None)
                | Q(verified_by__isnull=False, verified_at__isnull=False),
            ),
            models.CheckConstraint(
                name="credential_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="credential_is_for_a_part",
                condition=Q(may_sign_monographs=True) | Q(may_sign_dosing=True),
            ),
            models.CheckConstraint(
                name="credential_ended_for_a_reason",
                condition=Q(ended_at=None, ended_by=None)
                | (Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(ended_because="")),
            ),
        ]

    def __str__(self):
        return f"{self.person}: {self.role}, {self.body}"


class Questioned(models.Model):
    """From now on nothing counts that this person approved before. Append-only."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="questioned")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(help_text="Readers of each page see this reason.")
    at = models.DateTimeField(db_default=DatabaseNow(), editable=False)

    class Meta:
        verbose_name = "questioned reviewer"
        permissions = [("question_reviews", "Can cancel every review of a person")]

    def __str__(self):
        return f"{self.person}: {self.reason}"
