"""Letters to the people who work here, kept until they are sent."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Letter(models.Model):
    """One letter to one person. A failed one is listed and tried again."""

    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="letters")
    subject = models.CharField(max_length=200)
    text = models.TextField()
    is_urgent = models.BooleanField(
        default=False, help_text="Sent at once; the others wait for the daily digest."
    )
    written_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    failed_because = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("pk",)
        indexes = [
            models.Index(fields=["is_urgent", "id"], name="letter_waiting", condition=Q(sent_at=None)),
        ]

    def __str__(self):
        return f"{self.to}: {self.subject}"
