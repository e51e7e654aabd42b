"""What readers have to know at once, before the text says it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from monographs.models.drug import Drug
from monographs.models.drug_class import DrugClass
from monographs.models.fields import DatabaseNow
from monographs.models.review import Review
from monographs.models.source import Source


class SafetyNotice(models.Model):
    """A warning above the page of a drug, or of every drug of a class. Never deleted; ended once, with a reason."""

    drug = models.ForeignKey(Drug, null=True, blank=True, on_delete=models.PROTECT, related_name="notices")
    drug_class = models.ForeignKey(
        DrugClass, null=True, blank=True, on_delete=models.PROTECT, related_name="notices"
    )
    text = models.CharField(max_length=280, help_text="At most 280 characters; content rules apply.")
    source = models.ForeignKey(
        Source, null=True, blank=True, on_delete=models.PROTECT, related_name="notices"
    )
    review = models.ForeignKey(
        Review,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="notices",
        help_text="The revoke that put it up by itself.",
    )
    check_on = models.DateField(help_text="When somebody looks at it again; at most 90 days ahead.")
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    posted_at = models.DateTimeField(db_default=DatabaseNow(), editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(
        max_length=200, blank=True, help_text="Such as: now in Monitoring (version 8)."
    )

    class Meta:
        ordering = ("-posted_at", "-pk")
        permissions = [("post_safetynotice", "Can put up and end safety notices")]
        constraints = [
            models.CheckConstraint(
                name="notice_has_one_target",
                condition=Q(drug__isnull=False, drug_class=None) | Q(drug=None, drug_class__isnull=False),
            ),
            models.CheckConstraint(
                name="notice_has_an_origin", condition=Q(source__isnull=False) | Q(review__isnull=False)
            ),
            models.CheckConstraint(
                name="notice_ended_for_a_reason",
                condition=Q(ended_at=None, ended_by=None, ended_because="")
                | (Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(ended_because="")),
            ),
        ]

    def __str__(self):
        return f"{self.target}: {self.text}"

    @property
    def target(self):
        """The drug or the class that it stands on."""
        return self.drug or self.drug_class
