"""Names that readers searched for and that we lack."""

from django.contrib import admin, messages

from monographs import review
from monographs.admin.base import ReadOnly, log
from monographs.models import MissedWord


@admin.register(MissedWord)
class MissedWordAdmin(ReadOnly):
    """Words that found nothing on several days, the most wanted first. They are counted by search alone."""

    list_display = ("word", "times", "days", "last_on")
    list_display_links = None
    search_fields = ("word",)
    search_help_text = "Words that no medicine has, searched for on at least three days."
    ordering = ("-times", "word")
    actions = ("dismiss",)

    def get_queryset(self, request):
        """Leave out the words that are not known in clear."""
        return super().get_queryset(request).exclude(word="")

    def has_dismiss_permission(self, request):
        """Whoever may dismiss words sees the action."""
        return request.user.has_perm("monographs.dismiss_missedword")

    @admin.action(description="Dismiss: no medicine, or not ours to have", permissions=["dismiss"])
    def dismiss(self, request, queryset):
        """Take these off the list for good."""
        dismissed = [row for row in queryset if review.dismiss_missed(row, by=request.user)]
        for row in dismissed:
            row.word = ""
            log(request, row, "dismissed")
        messages.success(request, f"Dismissed: {len(dismissed)}. They are forgotten and do not come back.")
