"""Curated links in the admin: one drug's in both directions, the list of what is wrong, and what mends it."""

import csv
from functools import partial

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html

from clincalc.ids import is_id
from monographs import review
from monographs.admin.base import NeverDeleted, refuse_content_errors
from monographs.admin.life import TargetForm
from monographs.admin.steps import Step, answered, made
from monographs.models import CrossLink, Drug
from monographs.related import MOST_CHOSEN, is_shown, related_for
from monographs.review import Trouble, clinical_now
from monographs.vocabulary import Relation

# A selection travels in the address of the page that shows what would happen.
MOST_AT_ONCE = 200
# With these a spreadsheet begins a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = (
    "from",
    "relation",
    "to",
    "address",
    "reason",
    "answers for it",
    "checked on",
    "checked by",
    "wrong",
)
ANYTHING, EVERYTHING = "", "all"


class ReasonForm(forms.Form):
    """Why the other drug leads back."""

    reason = forms.CharField(
        max_length=CrossLink._meta.get_field("reason").max_length,
        required=False,
        help_text="At most 120 characters; readers see it. Not the reason of the link there: the way back has its own.",
        widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
    )

    def clean_reason(self):
        """Hold the reason to the content rules."""
        refuse_content_errors(self.cleaned_data["reason"], "links")
        return self.cleaned_data["reason"]


class SeenForm(forms.Form):
    """What the page showed, so that nobody agrees to something else."""

    seen = forms.CharField(widget=forms.HiddenInput)


def checked_links(rows):
    """Return links with what they point to and what is wrong with them today."""
    today = timezone.localdate(clinical_now())
    rows = rows.select_related("from_drug", "to_drug", "to_class", "curator", "checked_by", "accepted_by")
    return review.with_troubles(rows, on=today)


def causes(link):
    """Return what is wrong with a link, in words."""
    return "; ".join(trouble.value for trouble in review.troubles_of(link))


def target_of(link):
    """Return where a link leads, as people call it."""
    return str(link.to_drug or link.to_class or link.title)


# The links of one drug


def links_view(model_admin, request, pk):
    """Show what readers see as related, each link from here and to here, and what is wrong with it."""
    drug = Drug.objects.select_related("live__drug_class").filter(pk=pk).first()
    if drug is None:
        raise Http404
    if not model_admin.has_view_permission(request, drug):
        raise PermissionDenied
    live = getattr(drug, "live", None)
    seen = related_for(live, at=clinical_now()) if live and live.monograph_id else None
    own = list(checked_links(drug.links.order_by("position", "pk")).select_related("to_drug__live"))
    back = {(link.to_drug_id, link.relation) for link in own}
    incoming = checked_links(drug.linked_from.order_by("from_drug__name", "pk"))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"{drug}: links",
        "opts": model_admin.opts,
        "drug": drug,
        "seen": seen,
        "most": MOST_CHOSEN,
        "own": [(link, target_of(link), causes(link), is_shown(link)) for link in own],
        "incoming": [(link, causes(link), (link.from_drug_id, link.relation) in back) for link in incoming],
    }
    return render(request, "admin/monographs/drug/links.html", context)


# All links


class TroubleFilter(admin.SimpleListFilter):
    """Filter by what is wrong. At first the list shows every link with which anything is."""

    title = "what is wrong"
    parameter_name = "wrong"

    def lookups(self, request, model_admin):
        """Return each trouble, and everything."""
        return [(EVERYTHING, "All links"), *((trouble.name.lower(), trouble.value) for trouble in Trouble)]

    def choices(self, changelist):
        """Call what is shown at first by its name."""
        first, *others = super().choices(changelist)
        yield {**first, "display": "Anything"}
        yield from others

    def queryset(self, request, queryset):
        """Keep the links with the trouble."""
        value = self.value() or ANYTHING
        if value == EVERYTHING:
            return queryset
        return review.having(queryset, *(trouble for trouble in Trouble if trouble.name.lower() == value))


@admin.register(CrossLink)
class CrossLinkAdmin(NeverDeleted):
    """The links that want looking after. Each is written in the form of its drug; here they are mended."""

    list_display = ("__str__", "wrong", "relation", "reason", "checked_on", "checked_by")
    list_select_related = ("from_drug", "to_drug", "to_class", "checked_by")
    list_filter = (TroubleFilter, "relation")
    search_fields = ("from_drug__name", "to_drug__name", "to_class__name", "url", "reason")
    ordering = ("from_drug__name", "position", "pk")
    actions = ("mark_checked", "replace_target", "export_csv")
    fields = (
        *("from_drug", "relation", "target", "reason", "position"),
        *("answers", "checked_on", "looked", "agreed", "wrong"),
    )
    readonly_fields = ("target", "answers", "looked", "agreed", "wrong")
    change_form_template = "admin/monographs/crosslink/change_form.html"

    def get_queryset(self, request):
        """Fetch with each link what is wrong with it."""
        return checked_links(super().get_queryset(request))

    def has_add_permission(self, request):
        """A link is made in the form of its drug."""
        return False

    def has_change_permission(self, request, obj=None):
        """A link is changed in the form of its drug."""
        return False

    def has_mend_permission(self, request):
        """Whoever may change links may take the steps that are safe for many at once."""
        return request.user.has_perm("monographs.change_crosslink")

    @admin.display(description="leads to")
    def target(self, link):
        """Return where the link leads, as a link."""
        if link.to_drug:
            return _to_admin("drug", link.to_drug)
        if link.to_class:
            return _to_admin("drugclass", link.to_class)
        return format_html('{}: <a href="{}" rel="noreferrer">{}</a>', link.title, link.url, link.url)

    # Names, not links: an editor may not open accounts.

    @admin.display(description="answers for it")
    def answers(self, link):
        """Return who answers for what the link says."""
        return str(link.curator)

    @admin.display(description="checked by")
    def looked(self, link):
        """Return who looked at it last."""
        return str(link.checked_by or "nobody")

    @admin.display(description="agreed by")
    def agreed(self, link):
        """Return the second person of an alternative."""
        return str(link.accepted_by or "nobody")

    @admin.display(description="what is wrong")
    def wrong(self, link):
        """Return what is wrong with the link, in words."""
        return causes(link) or "nothing"

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """Offer the steps that are open for this link."""
        if self.has_mend_permission(request):
            context["steps"] = [(label, reverse(name, args=[obj.pk])) for label, name in _open_steps(obj)]
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_urls(self):
        """Add a page for each step."""
        view = self.admin_site.admin_view
        steps = [("accept", accept_step), ("reverse", reverse_step)]
        return [
            path("replace/", view(self.replace_view), name="monographs_crosslink_replace"),
            *(
                path(
                    f"<int:pk>/{name}/",
                    view(partial(self.step_view, make)),
                    name=f"monographs_crosslink_{name}",
                )
                for name, make in steps
            ),
            *super().get_urls(),
        ]

    def step_view(self, make, request, pk):
        """Show the page of a step of one link, or take it."""
        link = CrossLink.objects.select_related("from_drug", "to_drug", "to_class").filter(pk=pk).first()
        if link is None:
            raise Http404
        review.require(request.user, "change_crosslink")
        page = reverse("admin:monographs_crosslink_change", args=[link.pk])
        step = made(request, make, link)
        return answered(self, request, step, link, trail=[(page, link)], back=page)

    # Many at once

    @admin.action(description="I checked these: reason and target are right", permissions=["mend"])
    def mark_checked(self, request, queryset):
        """Note that the person looked at these links today."""
        # Taken first: a link that was checked may not be one of these any more.
        rows = CrossLink.objects.filter(pk__in=list(queryset.values_list("pk", flat=True)))
        try:
            count = review.mark_checked(rows, by=request.user)
        except review.Refusal as refusal:
            messages.error(request, str(refusal))
            return
        _log(request, rows, "checked")
        messages.success(request, f"{count} checked, by you and as of today.")

    @admin.action(description="Replace their target by another drug…", permissions=["mend"])
    def replace_target(self, request, queryset):
        """Lead to the page that asks for the target and shows what would happen."""
        ids = [str(pk) for pk in queryset.values_list("pk", flat=True)[: MOST_AT_ONCE + 1]]
        if len(ids) > MOST_AT_ONCE:
            messages.error(request, f"Choose at most {MOST_AT_ONCE} links at once; nothing was changed.")
            return None
        return redirect(f"{reverse('admin:monographs_crosslink_replace')}?links={','.join(ids)}")

    @admin.action(description="Download these as CSV", permissions=["view"])
    def export_csv(self, request, queryset):
        """Return the links as a table that no spreadsheet reads as formulas."""
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="links.csv"'
        writer = csv.writer(response)
        writer.writerow(COLUMNS)
        for link in queryset:
            writer.writerow([defused(cell) for cell in _cells(link)])
        return response

    def replace_view(self, request):
        """Ask for the new target of chosen links, show what would happen, and do it."""
        review.require(request.user, "change_crosslink")
        ids = [one for one in request.GET.get("links", "").split(",") if is_id(one)][:MOST_AT_ONCE]
        rows = CrossLink.objects.filter(pk__in=ids)
        page = reverse("admin:monographs_crosslink_changelist")
        step = made(request, replace_step, rows)
        about = f"{len(ids)} link{'s' * (len(ids) != 1)}"
        return answered(self, request, step, about, trail=[], back=page)


def accept_step(request, link):
    """Agree that readers may see an alternative."""
    form = SeenForm(request.POST or None, initial={"seen": review.said(link)})

    def act():
        review.accept(link=link, by=request.user, seen=form.cleaned_data["seen"])
        _log(request, CrossLink.objects.filter(pk=link.pk), "agreed to")

    step = Step("Let readers see this alternative", "I agree", form, act, "Readers see it now.")
    step.effects = [
        f"Readers of {link.from_drug} see {target_of(link)} as an alternative.",
        f"Reason that they read: {link.reason or '(none)'}",
        f"{link.curator.get_full_name()} answers for it; you are the second person.",
    ]
    if link.curator_id == request.user.pk:
        step.why_not = ["You answer for this link yourself; a second person has to agree."]
    if link.relation != Relation.ALTERNATIVE:
        step.why_not = ["Only an alternative needs a second person."]
    return step


def reverse_step(request, link):
    """Add the link back."""
    form = ReasonForm(request.POST or None)

    def act():
        back = review.add_reverse(link=link, by=request.user, reason=form.cleaned_data["reason"])
        _log(request, CrossLink.objects.filter(pk=back.pk), "added as the way back")

    relation = Relation(link.relation).label.lower()
    step = Step("Add the way back", "Add the way back", form, act, "The way back is there.")
    step.effects = [f"{target_of(link)} leads to {link.from_drug}, by the same relation: {relation}."]
    if link.relation == Relation.ALTERNATIVE:
        step.effects.append("Readers see it when a second person has agreed.")
    if sentence := review.why_no_reverse(link):
        step.why_not, step.effects = [sentence], []
    return step


def replace_step(request, rows):
    """Give links another target, after a preview."""
    choice = TargetForm(
        request.GET if "into" in request.GET else None, label="To which drug do they lead from now on?"
    )
    if not choice.is_valid():
        choice.fields["links"] = forms.CharField(
            widget=forms.HiddenInput, initial=request.GET.get("links", "")
        )
        return Step("Replace the target", "Show what happens", choice, is_choice=True)
    target = choice.cleaned_data["into"]
    plan = review.replacement(rows, target)
    form = SeenForm(request.POST or None, initial={"seen": plan.seen})

    def act():
        done = review.replace_target(rows, target=target, by=request.user, seen=form.cleaned_data["seen"])
        changed = CrossLink.objects.filter(pk__in=[link.pk for link in done.changed])
        _log(request, changed, f"given the target {target}")

    step = Step(
        f"Let them lead to {target}", "Replace", form, act, f"{len(plan.changed)} lead to {target} now."
    )
    step.effects = [
        *(f"{link} leads to {target} from now on, for this reason: {link.reason}" for link in plan.changed),
        *(f"{link} stays as it is: {why}." for link, why in plan.refused),
        "You answer for the changed ones. Alternatives among them wait for a second person again.",
    ]
    if not plan.changed:
        step.why_not = ["None of these can lead there."]
    return step


def defused(cell):
    """Return a cell that a spreadsheet takes as text, never as a formula."""
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text


def _cells(link):
    """Return the row of a link in the table, in the order of COLUMNS."""
    return (
        link.from_drug,
        Relation(link.relation).label,
        target_of(link),
        link.url,
        link.reason,
        link.curator,
        link.checked_on or "",
        link.checked_by or "",
        causes(link),
    )


def _open_steps(link):
    """Yield the label and the address's name of each step that fits a link."""
    if link.relation == Relation.ALTERNATIVE and link.accepted_by_id is None:
        yield "Let readers see it", "admin:monographs_crosslink_accept"
    if not review.why_no_reverse(link):
        yield "Add the way back", "admin:monographs_crosslink_reverse"


def _to_admin(noun, row):
    """Return a link to the page of a row in the admin."""
    return format_html('<a href="{}">{}</a>', reverse(f"admin:monographs_{noun}_change", args=[row.pk]), row)


def _log(request, links, what):
    """Write into the admin's own history what a person did to links. One query."""
    LogEntry.objects.log_actions(request.user.pk, links, CHANGE, what)
