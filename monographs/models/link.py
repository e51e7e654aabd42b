"""Curated cross-links. They stand outside the reviewed text."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from monographs.models.drug import Drug
from monographs.models.drug_class import DrugClass
from monographs.models.fields import choices
from monographs.vocabulary import Relation


class CrossLink(models.Model):
    """A link that an editor chose, to exactly one of a drug, a class or an address."""

    from_drug = models.ForeignKey(Drug, on_delete=models.CASCADE, related_name="links")
    to_drug = models.ForeignKey(
        Drug, null=True, blank=True, on_delete=models.PROTECT, related_name="linked_from"
    )
    to_class = models.ForeignKey(
        DrugClass, null=True, blank=True, on_delete=models.PROTECT, related_name="linked_from"
    )
    url = models.URLField(max_length=500, blank=True)
    title = models.CharField(
        max_length=120, blank=True, help_text="What the address is called; addresses only."
    )
    relation = models.CharField(**choices(Relation))
    reason = models.CharField(max_length=120, blank=True, help_text="At most 120 characters; readers see it.")
    position = models.PositiveSmallIntegerField(default=0)
    curator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name_seen = models.CharField(
        max_length=200, blank=True, editable=False, help_text="The target's name when the link was checked."
    )
    profile_seen = models.CharField(
        max_length=400, blank=True, editable=False, help_text="The target's class and flags then."
    )
    checked_on = models.DateField(null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="An alternative is shown only after a second person accepts it.",
    )

    class Meta:
        ordering = ("position", "pk")
        constraints = [
            models.CheckConstraint(
                name="link_has_one_target",
                condition=Q(to_drug__isnull=False, to_class__isnull=True, url="")
                | Q(to_drug__isnull=True, to_class__isnull=False, url="")
                | (Q(to_drug__isnull=True, to_class__isnull=True, url__startswith="https://") & ~Q(title="")),
            ),
            models.CheckConstraint(
                name="link_not_to_itself", condition=Q(to_drug=None) | ~Q(from_drug=F("to_drug"))
            ),
            models.CheckConstraint(
                name="link_accepted_by_a_second_person",
                condition=Q(accepted_by=None) | ~Q(accepted_by=F("curator")),
            ),
            models.UniqueConstraint(
                name="link_to_drug_once",
                fields=["from_drug", "to_drug", "relation"],
                condition=Q(to_drug__isnull=False),
            ),
            models.UniqueConstraint(
                name="link_to_class_once",
                fields=["from_drug", "to_class", "relation"],
                condition=Q(to_class__isnull=False),
            ),
            models.UniqueConstraint(
                name="link_to_address_once", fields=["from_drug", "url", "relation"], condition=~Q(url="")
            ),
        ]

    def __str__(self):
        return f"{self.from_drug}: {self.to_drug or self.to_class or self.title}"


class CheckedAddress(models.Model):
    """What an address answered when `check_links` last asked it. No page asks."""

    url = models.URLField(max_length=500, unique=True)
    problem = models.CharField(max_length=200, blank=True, help_text="Empty: it answered.")
    checked_at = models.DateTimeField()

    def __str__(self):
        return f"{self.url}: {self.problem or 'answers'}"
