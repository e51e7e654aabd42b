"""Names that find a drug, and codes that name it elsewhere."""

from django.db import models
from django.db.models import Q

from monographs.models.drug import Drug
from monographs.models.fields import NormalisedNameField, choices
from monographs.models.source import Source
from monographs.vocabulary import IdentifierSystem, Market, NameKind


class DrugName(models.Model):
    """A name that finds the drug.

    Names that a catalogue brought help search only; names with `in_document`
    are part of the text that is reviewed.
    """

    drug = models.ForeignKey(Drug, on_delete=models.CASCADE, related_name="names")
    name = models.CharField(max_length=200)
    norm = NormalisedNameField(of="name")
    kind = models.CharField(**choices(NameKind))
    market = models.CharField(
        max_length=2,
        choices=Market.choices(),
        blank=True,
        help_text="Where the name is used; empty if not known.",
    )
    is_current = models.BooleanField("current", default=True, help_text="Off for a discontinued brand.")
    in_document = models.BooleanField(
        default=True, help_text="Part of the reviewed text. Off: the name only helps search."
    )
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["drug", "norm", "kind", "market"], name="name_once"),
        ]
        indexes = [models.Index(fields=["norm", "drug"], name="name_by_norm")]

    def __str__(self):
        return self.name


class NameConflict(models.Model):
    """A name that means another medicine elsewhere: it never opens a page by itself."""

    name = models.CharField(max_length=200)
    norm = NormalisedNameField(of="name", db_index=True)
    market = models.CharField(max_length=2, choices=Market.choices(), blank=True)
    substance = models.CharField(max_length=200, help_text="What the name means there, in words.")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["norm", "market", "substance"], name="name_conflict_once"),
        ]

    def __str__(self):
        return f"{self.name}: {self.substance}"


class Identifier(models.Model):
    """A code. It says that the name exists, not that the text is right."""

    drug = models.ForeignKey(Drug, on_delete=models.CASCADE, related_name="identifiers")
    system = models.CharField(**choices(IdentifierSystem))
    value = models.CharField(max_length=40)
    verified_on = models.DateField(null=True, blank=True)
    verified_against = models.CharField(max_length=120, blank=True, help_text="The list and its date.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["drug", "system", "value"], name="identifier_once"),
            models.UniqueConstraint(
                fields=["system", "value"],
                condition=Q(system__in=["unii", "vtm", "rxnorm"]),
                name="identifier_of_one_drug",
            ),
        ]
        indexes = [models.Index(fields=["value"], name="identifier_by_value")]

    def __str__(self):
        return f"{IdentifierSystem(self.system).label} {self.value}"
