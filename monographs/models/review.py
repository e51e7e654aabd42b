"""Signed verdicts on frozen text, and what is said and begun on the way to them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from monographs.models.credential import Credential
from monographs.models.drug import Drug
from monographs.models.fields import DatabaseNow, choices
from monographs.models.revision import Revision
from monographs.vocabulary import Part, SectionKind, Verdict


class Review(models.Model):
    """A signed verdict on exactly one frozen text. Append-only.

    What is printed of the signer is kept as it was when they signed.
    """

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="reviews")
    digest = models.CharField(max_length=64, help_text="Of the text that the signer was shown.")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews")
    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="reviews")
    verdict = models.CharField(**choices(Verdict))
    comment = models.TextField(blank=True, help_text="Readers see the comment of a revoke.")
    attestation = models.TextField(blank=True, help_text="What the signer declared.")
    interests = models.CharField(max_length=280, blank=True, help_text="Readers see these.")
    printed_name = models.CharField(max_length=150, blank=True, help_text="Empty: the signer shows no name.")
    printed_role = models.CharField(max_length=60)
    printed_body = models.CharField(max_length=100)
    answers = models.JSONField(
        default=list,
        help_text="What was answered of open notices, cited sources and unwritten sections: [[about, answer], …].",
    )
    due_on = models.DateField(null=True, blank=True, help_text="When the text is to be reviewed again.")
    signed_at = models.DateTimeField(db_default=DatabaseNow(), editable=False)

    class Meta:
        ordering = ("pk",)
        indexes = [models.Index(fields=["revision", "id"], name="review_of_revision")]
        permissions = [("sign_review", "Can sign reviews, with a valid credential")]

    def __str__(self):
        return f"{self.revision}: {Verdict(self.verdict).label}"


class Note(models.Model):
    """What a reviewer says of a text before or beside a verdict; a task when somebody has to do something."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="notes")
    section = models.CharField(**choices(SectionKind), blank=True)
    text = models.TextField()
    is_task = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow(), editable=False)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                name="note_answered_by_somebody_at_a_time",
                condition=Q(answer="", answered_by=None, answered_at=None)
                | (~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False)),
            )
        ]

    def __str__(self):
        return f"{self.revision}: {self.text[:60]}"


class ReviewDraft(models.Model):
    """What a reviewer has begun on a page of signing; it claims nothing and can be dropped."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="drafts")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="review_drafts"
    )
    read = models.JSONField(
        default=dict, help_text="The digest of each section that was read against its source, by kind."
    )
    fields = models.JSONField(default=dict, help_text="What was typed: verdict, comment, interests, answers.")
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["revision", "person"], name="draft_once")]

    def __str__(self):
        return f"{self.person}: {self.revision}"


class Assignment(models.Model):
    """Who has taken the review of a part; it lapses when nothing is done for seven days."""

    drug = models.ForeignKey(Drug, on_delete=models.CASCADE, related_name="assignments")
    part = models.CharField(**choices(Part))
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="assignments")
    touched_at = models.DateTimeField()

    class Meta:
        # Its page in the admin is the queue, in which each row can be taken.
        verbose_name_plural = "queue"
        constraints = [models.UniqueConstraint(fields=["drug", "part"], name="assignment_once")]

    def __str__(self):
        return f"{self.drug}: {self.person}"
