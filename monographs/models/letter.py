"""Letters to the people who work here, kept until they are sent."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Letter(models.Model):
    """One letter to one person. A failed one is listed and tried again."""

    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="letters")
    about = models.CharField(
        max_length=100, help_text="The thing and the day that it tells of; nobody is told of one twice."
    )
    subject = models.CharField(max_length=200)
    text = models.TextField()
    is_urgent = models.BooleanField(default=False, help_text="Sent before all others.")
    written_at = models.DateTimeField("written", auto_now_add=True)
    taken_at = models.DateTimeField(
        null=True, blank=True, help_text="When somebody began to send it; empty when nobody is sending it."
    )
    sent_at = models.DateTimeField("sent", null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    failed_because = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("pk",)
        indexes = [
            models.Index(fields=["is_urgent", "id"], name="letter_waiting", condition=Q(sent_at=None)),
        ]
        constraints = [models.UniqueConstraint(fields=["to", "about"], name="letter_once")]

    def __str__(self):
        return f"{self.to}: {self.subject}"
