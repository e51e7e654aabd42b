"""What statements rest on."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from monographs.models.fields import choices
from monographs.vocabulary import Market, SourceKind

KEY = RegexValidator(r"^[a-z][a-z0-9-]{0,29}\Z", "Use a lower-case letter, then letters, digits and hyphens.")
JURISDICTIONS = [*Market.choices(), ("INT", "International")]


class Source(models.Model):
    """A document in one of its revisions. A new SmPC revision is a new row.

    Once a revision cites it, only superseded and last checked may change.
    """

    kind = models.CharField(**choices(SourceKind))
    identifier = models.CharField(max_length=100, help_text="Such as TA427, or the product's number on eMC.")
    title = models.CharField(max_length=200)
    jurisdiction = models.CharField(max_length=3, choices=JURISDICTIONS)
    url = models.URLField(
        max_length=500, help_text="https address of the document itself, not of a home page."
    )
    revision = models.CharField(
        max_length=60, blank=True, help_text="The revision's label, as the source shows it."
    )
    revised_on = models.DateField(null=True, blank=True)
    superseded_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="supersedes"
    )
    superseded_at = models.DateTimeField(null=True, blank=True)
    last_checked_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "identifier", "revision"], name="source_once"),
            models.CheckConstraint(condition=Q(url__startswith="https://"), name="source_is_https"),
        ]

    def __str__(self):
        return f"{self.title} ({self.revision})" if self.revision else self.title


class Citation(models.Model):
    """A drug's own key for a source, used inside its section text."""

    drug = models.ForeignKey("monographs.Drug", on_delete=models.CASCADE, related_name="citations")
    key = models.CharField(
        max_length=30, validators=[KEY], help_text="Such as smpc or ta427; written [smpc 4.4]."
    )
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="citations")
    accessed_on = models.DateField(help_text="When the source was read for this drug.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["drug", "key"], name="citation_key_once"),
            models.UniqueConstraint(fields=["drug", "source"], name="citation_source_once"),
        ]

    def __str__(self):
        return f"[{self.key}] {self.source}"
