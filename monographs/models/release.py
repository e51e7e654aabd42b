"""What readers see from when, and the rows that lists and pages start from."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from monographs.models.drug import Drug
from monographs.models.drug_class import DrugClass
from monographs.models.fields import BytewiseCharField, DatabaseNow, choices
from monographs.models.revision import Revision
from monographs.vocabulary import Part


class Release(models.Model):
    """From now on readers see this revision, or none (withdrawn). Append-only.

    What is live is the latest row by id.
    """

    drug = models.ForeignKey(Drug, on_delete=models.PROTECT, related_name="releases")
    part = models.CharField(**choices(Part))
    revision = models.ForeignKey(
        Revision, null=True, blank=True, on_delete=models.PROTECT, related_name="releases"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(help_text="Readers of a withdrawn page see this reason.")
    acknowledged = models.JSONField(
        default=list, help_text="The unwritten safety sections that the releaser acknowledged by name."
    )
    released_at = models.DateTimeField(db_default=DatabaseNow(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["drug", "part", "-id"], name="release_latest")]
        permissions = [
            ("release_revision", "Can release a revision to readers"),
            ("withdraw_drug", "Can withdraw a page"),
            ("roll_back_revision", "Can roll back to an earlier revision"),
        ]

    def __str__(self):
        return f"{self.drug}, {Part(self.part).label}: {self.revision or 'withdrawn'}"


class LiveDrugQuerySet(models.QuerySet):
    """Which drugs readers may see."""

    def for_page(self):
        """Everything that the drug page draws from, in one query."""
        return self.select_related("drug", "drug_class", "monograph")

    def readable(self):
        """Leave out the withdrawn."""
        return self.filter(monograph__isnull=False)

    def in_order(self):
        """Order as the A to Z does, alike on both engines."""
        return self.order_by("sort_key", "drug_id")


class LiveDrug(models.Model):
    """One row for each drug that has a public page, withdrawn ones included.

    Written by release, roll back and withdraw from released text; it may be
    dropped and rebuilt, and `verify_reviews` compares it.
    """

    drug = models.OneToOneField(Drug, primary_key=True, on_delete=models.PROTECT, related_name="live")
    slug = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    sort_key = BytewiseCharField(max_length=200, db_index=True)
    letter = models.CharField(max_length=1)
    drug_class = models.ForeignKey(DrugClass, on_delete=models.PROTECT, related_name="+")
    classes = models.ManyToManyField(DrugClass, related_name="live_drugs")
    is_specialist = models.BooleanField()
    lead = models.CharField(max_length=400)
    brands = models.JSONField(
        default=list, help_text="Current brands of the released text: [[name, market], …]."
    )
    components = models.JSONField(default=list, help_text="Names of the substances of a combination.")
    flags = models.JSONField(default=list, help_text="Kinds of the released flags, in the page's order.")
    profile = models.CharField(
        max_length=400,
        blank=True,
        help_text="Class and flags on one line: what an editor who links to this drug has checked.",
    )
    monograph = models.ForeignKey(
        Revision,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="None: the page is withdrawn.",
    )
    dosing = models.ForeignKey(Revision, null=True, on_delete=models.PROTECT, related_name="+")

    objects = models.Manager.from_queryset(LiveDrugQuerySet)()

    class Meta:
        indexes = [models.Index(fields=["letter", "sort_key"], name="live_by_letter")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        """Return the address of the drug page."""
        return reverse("drug", args=[self.slug])


class Generation(models.Model):
    """One number, raised in the transaction of every step that changes what readers see."""

    number = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="generation_is_one_row")]

    def __str__(self):
        return str(self.number)


class DemoDatabase(models.Model):
    """The permanent row that makes this a demonstration database."""

    since = models.DateTimeField(db_default=DatabaseNow(), editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="demo_is_one_row")]

    def __str__(self):
        return f"demonstration since {self.since}"
