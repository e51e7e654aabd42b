"""Frozen content: what was submitted, by whom, from which sources. Append-only."""

from django.conf import settings
from django.db import models

from monographs.models.drug import Drug
from monographs.models.fields import DatabaseNow, choices
from monographs.models.source import Source
from monographs.vocabulary import ChangeKind, Part


class Edit(models.Model):
    """Who touched the working rows of which part, and when. Append-only."""

    drug = models.ForeignKey(Drug, on_delete=models.PROTECT, related_name="edits")
    part = models.CharField(**choices(Part))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow(), editable=False)
    what = models.CharField(
        max_length=200, help_text="Where the text came from, such as a file and its line."
    )
    claim = models.TextField(
        blank=True, help_text="What the file claimed of reviews elsewhere; it counts for nothing."
    )

    def __str__(self):
        return f"{self.drug}, {Part(self.part).label}: {self.what}"


class Revision(models.Model):
    """The frozen text of one part. `document` holds exactly the bytes that the digest is of."""

    drug = models.ForeignKey(Drug, on_delete=models.PROTECT, related_name="revisions")
    part = models.CharField(**choices(Part))
    number = models.PositiveIntegerField(help_text="1, 2, 3 … for each drug and part.")
    schema = models.PositiveSmallIntegerField(help_text="Which shape the document has.")
    document = models.TextField(help_text="Canonical text: JSON with sorted keys, UTF-8, NFC.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the document in hexadecimal.")
    sections = models.JSONField(
        help_text="For each section its digest and the number of the revision since which it stands unchanged: "
        '{"monitoring": {"digest": …, "since": 3}}.'
    )
    change_kind = models.CharField(**choices(ChangeKind))
    note = models.TextField(help_text="Why it was changed.")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(db_default=DatabaseNow(), editable=False)

    class Meta:
        ordering = ("drug", "part", "number")
        constraints = [models.UniqueConstraint(fields=["drug", "part", "number"], name="revision_once")]
        permissions = [("submit_revision", "Can submit a text for review")]

    def __str__(self):
        return f"{self.drug}, {Part(self.part).label}, revision {self.number}"


class Contributor(models.Model):
    """A person who contributed to a revision. Append-only."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="contributors")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["revision", "person"], name="contributor_once")]

    def __str__(self):
        return f"{self.person}: {self.revision}"


class RevisionSource(models.Model):
    """A source that a revision cites. Append-only."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="cited")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="cited_by")
    key = models.CharField(max_length=30)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["revision", "key"], name="revision_source_once")]

    def __str__(self):
        return f"[{self.key}] {self.revision}"
