"""Medicines whose names are easily taken for one another."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from monographs.models.drug import Drug
from monographs.models.fields import choices
from monographs.vocabulary import LookAlikeState


class LookAlike(models.Model):
    """Two drugs, the two of their names that are most alike, and what an editor made of it.

    Found when a text is released. What somebody has decided stays, until other
    names of the two are found to be the most alike.
    """

    first = models.ForeignKey(Drug, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Drug, on_delete=models.CASCADE, related_name="+")
    first_name = models.CharField(max_length=200)
    second_name = models.CharField(max_length=200)
    likeness = models.PositiveSmallIntegerField(help_text="Per cent; 100 is the same spelling.")
    state = models.CharField(**choices(LookAlikeState), default=LookAlikeState.FOUND.value)
    reason = models.CharField(max_length=200, blank=True, help_text="Why it is confirmed or dismissed.")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "look-alike pair"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="look_alike_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="look_alike_in_order"),
            models.CheckConstraint(
                condition=Q(state=LookAlikeState.FOUND.value)
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(reason=""),
                name="look_alike_decided_with_reason",
            ),
        ]
        permissions = [("decide_lookalike", "Can confirm or dismiss a look-alike pair")]

    def __str__(self):
        return f"{self.first_name} and {self.second_name}"
