"""What a search looks in: names that readers may find, and the keys that lead to them.

Written by `review.findable` alone, in the transaction of the step that changes
what may be found; all of it may be dropped and made anew (`rebuild_search`).
"""

from django.db import models
from django.db.models import Q

from monographs.models.drug import Drug
from monographs.models.fields import NormalisedNameField
from monographs.vocabulary import Market, NameKind

COMPONENT = "component"


class SearchName(models.Model):
    """A name that readers may find a drug by: of the released text, of a catalogue, or a former one."""

    drug = models.ForeignKey(Drug, on_delete=models.CASCADE, related_name="search_names")
    name = models.CharField(max_length=200)
    norm = NormalisedNameField(of="name")
    kind = models.CharField(
        max_length=40,
        choices=[*NameKind.choices(), (COMPONENT, "Name of a component")],
        help_text="What kind of name it is, or that it names a component.",
    )
    market = models.CharField(max_length=2, choices=Market.choices(), blank=True)
    is_current = models.BooleanField(default=True)
    weight = models.PositiveSmallIntegerField(help_text="The less, the more it is the drug's own name.")
    in_document = models.BooleanField(
        help_text="Whether it stands in the text that readers see, or saw last."
    )
    has_page = models.BooleanField(
        help_text="Whether readers have a page of the drug, perhaps a withdrawn one."
    )
    is_first = models.BooleanField(help_text="One for each drug that can be found at all.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["drug", "norm", "kind", "market"], name="search_name_once"),
            models.UniqueConstraint(fields=["drug"], condition=Q(is_first=True), name="search_name_first"),
        ]
        indexes = [
            models.Index(fields=["norm", "drug"], name="search_by_norm"),
            models.Index(fields=["weight", "norm"], name="search_by_weight"),
        ]

    def __str__(self):
        return self.name


class SearchKey(models.Model):
    """One way to a name: what of it may be typed, as an integer."""

    pk = models.CompositePrimaryKey("tier", "key", "size", "name")
    tier = models.PositiveSmallIntegerField(help_text="How the key was made: see `names.keys.Tier`.")
    key = models.BigIntegerField()
    size = models.PositiveSmallIntegerField(help_text="How many letters the form of the name has.")
    name = models.ForeignKey(SearchName, on_delete=models.CASCADE, related_name="keys")

    def __str__(self):
        return f"{self.tier}/{self.key}: {self.name_id}"


class SearchHead(models.Model):
    """A beginning of forms, and what is left of it when letters are taken out: the way from misspellings.

    Shared by all names with that beginning, so that their number does not grow
    with the names.
    """

    pk = models.CompositePrimaryKey("tier", "key", "head")
    tier = models.PositiveSmallIntegerField(help_text="The tier of the keys that `head` is one of.")
    key = models.BigIntegerField()
    head = models.BigIntegerField()

    def __str__(self):
        return f"{self.tier}/{self.key}: {self.head}"
