"""What became of a drug: the addresses that it had, and the drugs that took its place. Append-only."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from monographs.models.drug import Drug
from monographs.models.drug_class import SLUG
from monographs.models.fields import DatabaseNow


class OldSlug(models.Model):
    """A slug that the drug had, and its name then; it leads to the drug for ever."""

    slug = models.CharField(max_length=100, unique=True, validators=[SLUG])
    drug = models.ForeignKey(Drug, on_delete=models.PROTECT, related_name="old_slugs")
    name = models.CharField(max_length=200, blank=True, help_text="What the drug was called until then.")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField(blank=True)
    at = models.DateTimeField(db_default=DatabaseNow(), editable=False)

    def __str__(self):
        return self.slug


class Successor(models.Model):
    """A drug that took the place of another, which has no page of its own any more.

    One row: merged into it. Several: split, and the old address is a choice.
    """

    drug = models.ForeignKey(Drug, on_delete=models.PROTECT, related_name="successors")
    successor = models.ForeignKey(Drug, on_delete=models.PROTECT, related_name="predecessors")
    position = models.PositiveSmallIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(help_text="Readers of the old address see this reason.")
    at = models.DateTimeField(db_default=DatabaseNow(), editable=False)

    class Meta:
        ordering = ("position", "pk")
        constraints = [
            models.UniqueConstraint(fields=["drug", "successor"], name="successor_once"),
            models.CheckConstraint(condition=~Q(drug=F("successor")), name="successor_not_itself"),
        ]
        permissions = [
            ("rename_drug", "Can give a drug another name and address"),
            ("merge_drug", "Can merge a drug into another"),
            ("split_drug", "Can split a drug into several"),
        ]

    def __str__(self):
        return f"{self.drug}: now {self.successor}"
