"""Words that readers searched for and that no medicine has."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class MissedWord(models.Model):
    """A word that found nothing. Before its third day and once it is dismissed only its keyed digest is kept."""

    digest = models.CharField(max_length=64, unique=True, help_text="Keyed with the site's secret.")
    word = models.CharField(
        max_length=40, blank=True, help_text="Empty before the third day, and once dismissed."
    )
    days = models.PositiveIntegerField(default=1, help_text="On how many days it was searched for.")
    times = models.PositiveIntegerField(default=1, help_text="How often it was searched for.")
    last_on = models.DateField("last day", db_index=True)
    dismissed_at = models.DateTimeField("dismissed", null=True, blank=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "name we lack"
        verbose_name_plural = "names we lack"
        permissions = [("dismiss_missedword", "Can dismiss a name we lack")]
        constraints = [
            models.CheckConstraint(condition=Q(word="") | Q(days__gte=3), name="missed_word_in_clear_late"),
            models.CheckConstraint(
                condition=Q(dismissed_at=None, dismissed_by=None)
                | Q(dismissed_at__isnull=False, dismissed_by__isnull=False),
                name="missed_word_dismissed_by",
            ),
        ]

    def __str__(self):
        return self.word or f"Missed word {self.pk}"
