"""Look-alike pairs in the admin: the list of those that wait, and the two steps that judge one."""

from functools import partial

from django import forms
from django.contrib import admin

from monographs import review
from monographs.admin.base import ReadOnly, log
from monographs.admin.steps import Kind, Step, WithSteps
from monographs.models import LookAlike
from monographs.vocabulary import LookAlikeState

REASON = LookAlike._meta.get_field("reason")


class DecisionForm(forms.Form):
    """Why a pair is confirmed or dismissed; `seen` is the pair as the page showed it."""

    seen = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        max_length=REASON.max_length,
        help_text="The next editor reads it. Such as: mixed up in reported incidents.",
        widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
    )


class StateFilter(admin.SimpleListFilter):
    """Filter by what is known. At first the list shows the pairs that nobody has looked at."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request, model_admin):
        """Return the other states, and everything."""
        return [*LookAlikeState.choices()[1:], ("all", "All pairs")]

    def choices(self, changelist):
        """Call what is shown at first by its name."""
        first, *others = super().choices(changelist)
        yield {**first, "display": LookAlikeState.FOUND.label}
        yield from others

    def queryset(self, request, queryset):
        """Keep the pairs in the state."""
        value = self.value() or LookAlikeState.FOUND.value
        return queryset if value == "all" else queryset.filter(state=value)


def decision_step(state, title, button, effect, request, pair):
    """Confirm or dismiss a pair."""
    review.require(request.user, "decide_lookalike")
    form = DecisionForm(request.POST or None, initial={"seen": str(pair)})

    def act():
        review.decide_look_alike(pair=pair, state=state, **form.cleaned_data, by=request.user)
        log(request, pair, f"{state.label.lower()}: {form.cleaned_data['reason']}")

    step = Step(title, button, form, act, f"{state.label}.")
    step.effects = [
        f"{pair.first_name} is a name of {pair.first}; {pair.second_name} is a name of {pair.second}.",
        effect,
    ]
    if pair.state == state:
        step.why_not = [f"It is {state.label.lower()} already: {pair.reason}"]
    return step


STEPS = (
    Kind(
        "confirm",
        "Confirm",
        "decide_lookalike",
        partial(
            decision_step,
            LookAlikeState.CONFIRMED,
            "Confirm the pair",
            "Confirm",
            "Pages and results of both say “Not to be confused with …”, before pairs that nobody has looked at.",
        ),
    ),
    Kind(
        "dismiss",
        "Dismiss",
        "decide_lookalike",
        partial(
            decision_step,
            LookAlikeState.DISMISSED,
            "Dismiss the pair",
            "Dismiss",
            "No page and no result says it any more, until other names of the two are found to be alike.",
        ),
    ),
)


@admin.register(LookAlike)
class LookAlikeAdmin(WithSteps, ReadOnly):
    """Medicines that are easily taken for one another. Found at release; shown to readers unless dismissed."""

    list_display = ("__str__", "drugs", "likeness", "state", "reason", "decided")
    list_select_related = ("first", "second", "decided_by")
    list_filter = (StateFilter,)
    search_fields = ("first_name", "second_name", "first__name", "second__name")
    ordering = ("-likeness", "pk")
    fields = ("first", "first_name", "second", "second_name", "likeness", "state", "reason", "decided")
    readonly_fields = ("decided",)
    steps = STEPS

    def get_queryset(self, request):
        """Fetch the drugs along."""
        return super().get_queryset(request).select_related("first", "second", "decided_by")

    @admin.display(description="of")
    def drugs(self, pair):
        """Return the two drugs, where the names are not their own."""
        return f"{pair.first} and {pair.second}"

    @admin.display(description="decided by")
    def decided(self, pair):
        """Return who decided, without a link: an editor may not open accounts."""
        return pair.decided_by.get_full_name() if pair.decided_by else "nobody"
