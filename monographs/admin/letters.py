"""Letters in the admin: what was written to whom, what left, and why the rest did not."""

from django.contrib import admin, messages

from monographs import review
from monographs.admin.base import ReadOnly
from monographs.models import Letter

UNSENT, FAILED, SENT = "unsent", "failed", "sent"


class StateFilter(admin.SimpleListFilter):
    """Filter by what became of a letter."""

    title = "what became of it"
    parameter_name = "state"

    def lookups(self, request, model_admin):
        """Return what can become of one."""
        return [(FAILED, "Failed"), (UNSENT, "Waits, not tried yet"), (SENT, "Sent")]

    def queryset(self, request, queryset):
        """Keep the letters of which it is so."""
        if self.value() == FAILED:
            return queryset.filter(sent_at=None).exclude(failed_because="")
        if self.value() == UNSENT:
            return queryset.filter(sent_at=None, failed_because="")
        return queryset.filter(sent_at__isnull=False) if self.value() == SENT else queryset


@admin.register(Letter)
class LetterAdmin(ReadOnly):
    """Letters, newest first. What they say is for the person whom they are to."""

    list_display = ("to", "subject", "written_at", "sent_at", "tries", "why")
    list_select_related = ("to",)
    list_filter = (StateFilter,)
    search_fields = ("to__username", "to__full_name", "subject")
    ordering = ("-pk",)
    fields = list_display
    readonly_fields = ("why",)
    actions = ("try_again",)
    change_list_template = "admin/monographs/letter/change_list.html"

    def has_retry_permission(self, request):
        """Whoever looks after letters may have them tried again."""
        return request.user.has_perm("monographs.change_letter")

    @admin.display(description="why it was not sent")
    def why(self, letter):
        """Return why a letter did not leave yet, or "" for one that did."""
        if letter.sent_at is not None:
            return ""
        if not letter.to.is_active:
            return "The account is not active."
        if not letter.to.email:
            return "The account has no e-mail address."
        if letter.failed_because and letter.tries >= review.MOST_TRIES:
            return f"Given up after {letter.tries} tries. {letter.failed_because}"
        return letter.failed_because or "Waits for the next digest."

    @admin.action(description="Try again to send these", permissions=["retry"])
    def try_again(self, request, queryset):
        """Give the failed ones among these their tries back, and send them."""
        ids, began = list(queryset.values_list("pk", flat=True)), review.clinical_now()
        count = review.try_again(Letter.objects.filter(pk__in=ids), by=request.user)
        sent = Letter.objects.filter(pk__in=ids, sent_at__gte=began).count()
        rest = "" if sent == count else " The others wait for the next digest."
        messages.success(request, f"Tried again: {count}, of which {sent} are sent.{rest}")
