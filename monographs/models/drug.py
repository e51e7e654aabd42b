"""A medicine and what belongs to it alone."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from monographs.models.drug_class import SLUG, DrugClass
from monographs.models.fields import choices
from monographs.models.source import Source
from monographs.vocabulary import DosingState, FlagKind, Population, SectionKind


class Drug(models.Model):
    """One medicine: an active substance or a fixed combination.

    These are the editors' working rows; readers see frozen revisions.
    """

    name = models.CharField(max_length=200, help_text="As the page's heading shows it.")
    slug = models.CharField(
        max_length=100,
        unique=True,
        validators=[SLUG],
        help_text="Address of the page; never given to another drug.",
    )
    primary_class = models.ForeignKey(
        DrugClass,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="drugs",
        help_text="The class line above the name.",
    )
    other_classes = models.ManyToManyField(DrugClass, blank=True, related_name="other_drugs")
    is_specialist = models.BooleanField(
        "specialist drug", default=False, help_text="Started and supervised by a specialist team."
    )
    population = models.CharField("whom it covers", **choices(Population), blank=True)
    lead = models.CharField(
        max_length=400, blank=True, help_text="What it is and what for; at most 40 words."
    )
    reference_smpc = models.ForeignKey(
        Source,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The SmPC that empty sections and the dosing panel point to; one of the citations.",
    )
    dosing_state = models.CharField(**choices(DosingState), default=DosingState.RE_SOURCING.value)
    dosing_since = models.DateField(null=True, blank=True, help_text="Since when no dose is shown.")
    dosing_why = models.CharField(max_length=280, blank=True, help_text="Readers see this reason.")
    lock_version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering = ("name",)

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        """Return the address of the drug page."""
        return reverse("drug", args=[self.slug])


class DrugComponent(models.Model):
    """One substance of a fixed combination, in its place."""

    combination = models.ForeignKey(Drug, on_delete=models.CASCADE, related_name="components")
    component = models.ForeignKey(Drug, on_delete=models.PROTECT, related_name="part_of")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "pk")
        constraints = [
            models.UniqueConstraint(fields=["combination", "component"], name="component_once"),
            models.CheckConstraint(condition=~Q(combination=F("component")), name="component_not_itself"),
        ]

    def __str__(self):
        return f"{self.component} in {self.combination}"


class DrugFlag(models.Model):
    """A warning that heads the page; set by an editor from a source, never inferred."""

    drug = models.ForeignKey(Drug, on_delete=models.CASCADE, related_name="flags")
    kind = models.CharField(**choices(FlagKind))
    line = models.CharField(max_length=90, blank=True, help_text="The editor's line, at most 90 characters.")
    detail = models.CharField(
        max_length=60, blank=True, help_text="The product under additional monitoring, or the schedule."
    )
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="flags")
    locator = models.CharField(max_length=60, blank=True, help_text="Where in the source, such as 4.4.")
    checked_on = models.DateField(help_text="When an editor last read the source for this flag.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["drug", "kind"], name="flag_once")]

    def __str__(self):
        return FlagKind(self.kind).label


class MonographSection(models.Model):
    """The working text of one section."""

    drug = models.ForeignKey(Drug, on_delete=models.CASCADE, related_name="sections")
    kind = models.CharField(**choices(SectionKind))
    text = models.TextField(
        help_text="Plain text: paragraphs, '- ' bullets, and reference keys such as [smpc 4.4]. No HTML, no Markdown."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["drug", "kind"], name="section_once")]

    def __str__(self):
        return SectionKind(self.kind).label


class Waiver(models.Model):
    """A content rule that may be broken in one section, by whom and why."""

    drug = models.ForeignKey(Drug, on_delete=models.CASCADE, related_name="waivers")
    section = models.CharField(**choices(SectionKind))
    rule = models.CharField(max_length=3, help_text="The rule's id, such as L04.")
    reason = models.CharField(max_length=200, help_text="Reviewers judge this reason.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["drug", "section", "rule"], name="waiver_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="waiver_has_a_reason"),
        ]

    def __str__(self):
        return f"{self.rule} in {SectionKind(self.section).label}"
