"""The reviewers' queue: what waits for a signature, a release or another look, and who has taken it."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from monographs import review
from monographs.admin.base import ReadOnly
from monographs.models import Assignment, Drug, DrugClass
from monographs.review import Need, Wanted, clinical_now
from monographs.vocabulary import Part

PER_PAGE = 50
ME, NOBODY, SAFETY = "me", "nobody", "safety"
DUE = [
    ("", "Any day"),
    ("0", "Overdue"),
    ("30", "Within 30 days, or overdue"),
    ("90", "Within 90 days, or overdue"),
]


class Filters(forms.Form):
    """What of the queue somebody wants to see. A value that it does not know is said, and filters nothing."""

    q = forms.CharField(label="Name", required=False, max_length=100)
    state = forms.ChoiceField(
        label="State",
        required=False,
        choices=[
            ("", "Any state"),
            (SAFETY, "safety change waiting"),
            *((need.name.lower(), need.words) for need in Need),
        ],
    )
    due = forms.ChoiceField(label="Due", required=False, choices=DUE)
    signable = forms.BooleanField(label="I can sign", required=False)
    field_order = ("q", "state", "due", "drug_class", "reviewer", "signable")

    def __init__(self, *args, classes, holders, **kwargs):
        """Offer the classes and the people that have taken something: (id, name) …."""
        people = [("", "Anybody"), (ME, "Me"), (NOBODY, "Nobody"), *holders]
        offered = {
            "drug_class": ("Class", [("", "Any class"), *classes]),
            "reviewer": ("Assigned to", people),
        }
        super().__init__(*args, **kwargs)
        for name, (label, choices) in offered.items():
            self.fields[name] = forms.ChoiceField(label=label, choices=choices, required=False)
        self.order_fields(self.field_order)

    def wanted(self, person, parents):
        """Return what is asked for; a class stands for those below it too."""
        self.is_valid()
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        state, reviewer = asked.get("state"), asked.get("reviewer", "")
        holder = {"": None, ME: person.pk, NOBODY: review.NOBODY}
        return Wanted(
            need=Need[state.upper()] if state and state != SAFETY else None,
            is_safety=state == SAFETY,
            due_in=int(asked["due"]) if "due" in asked else None,
            classes=_below(int(asked["drug_class"]), parents) if "drug_class" in asked else None,
            holder=holder[reviewer] if reviewer in holder else int(reviewer),
            can_sign=asked.get("signable", False),
            name=asked.get("q", ""),
        )


@dataclass(frozen=True)
class Shown:
    """A row as the page shows it: where it leads, who submitted it, and for how many days it has waited."""

    row: Any
    address: str
    by: str
    days: int | None
    release: str
    may_take: bool
    is_mine: bool


@admin.register(Assignment)
class AssignmentAdmin(ReadOnly):
    """The queue stands in place of a list of assignments."""

    def get_urls(self):
        """Leave out the page of one assignment: a row of the queue says it all."""
        return [url for url in super().get_urls() if url.name == "monographs_assignment_changelist"]

    def changelist_view(self, request, extra_context=None):
        """Show the queue, or take or give back a row of it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            _take_or_give_back(request)
            return redirect(request.get_full_path())
        at = clinical_now()
        today = timezone.localdate(at)
        queue = review.queue_for(request.user, at=at)
        classes = list(DrugClass.objects.values_list("pk", "name", "parent").order_by("norm", "pk"))
        holders = {row.holder.person: row.holder.name for row in queue.rows if row.holder}
        form = Filters(
            request.GET,
            classes=[(str(pk), name) for pk, name, _ in classes],
            holders=sorted(((str(pk), name) for pk, name in holders.items()), key=lambda pair: pair[::-1]),
        )
        wanted = form.wanted(request.user, {pk: parent for pk, _, parent in classes})
        found = review.chosen(queue.rows, wanted, today=today)
        page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
        following = review.next_for(found, request.user)
        context = {
            **self.admin_site.each_context(request),
            "title": "Queue",
            "opts": self.opts,
            "form": form,
            "page": page,
            "pages": page.paginator.get_elided_page_range(page.number),
            "query": _without_page(request),
            "rows": _shown(page.object_list, request.user, today),
            "total": len(queue.rows),
            "next": (following, page_of(following, request.user)) if following else None,
            "why_not": "" if queue.may_sign else _why_not(request.user, at),
        }
        return render(request, "admin/monographs/queue.html", context)


def counts_for(person):
    """Return what waits, as (words, number, address of the queue that shows it) …."""
    rows = review.queue_for(person, at=clinical_now()).rows
    page = reverse("admin:monographs_assignment_changelist")
    needs = [
        ("Waiting for review", Need.WAITING),
        ("Notices whose check has passed", Need.CHECK),
        ("Overdue", Need.OVERDUE),
        ("Source changed", Need.SOURCE_CHANGED),
        ("Changes requested", Need.CHANGES),
        ("Approved, waiting for release", Need.TO_RELEASE),
    ]
    found = [
        (words, sum(1 for row in rows if need in row.needs), f"{page}?state={need.name.lower()}")
        for words, need in needs
    ]
    safety = sum(1 for row in rows if row.is_safety)
    return [("Safety changes waiting", safety, f"{page}?state={SAFETY}"), *found]


def page_of(row, person):
    """Return the address at which something can be done about a row."""
    if row.notice is not None:
        return reverse("admin:monographs_safetynotice_change", args=[row.notice])
    signs = person.has_perm("monographs.sign_review") and Need.TO_RELEASE not in row.needs
    return reverse(f"admin:monographs_revision_{'sign' if signs else 'change'}", args=[row.revision])


def _take_or_give_back(request):
    """Do what a button says; its value is the drug's id and the part."""
    acts = {
        "take": (review.take, "It is yours for seven days."),
        "give_back": (review.give_back, "Given back."),
    }
    name = next((one for one in acts if one in request.POST), "")
    pk, _, part = request.POST.get(name, "").partition("-")
    if part not in list(Part) or not (pk.isascii() and pk.isdecimal() and len(pk) < 18):
        raise Http404
    drug = Drug.objects.filter(pk=pk).first()
    if drug is None:
        raise Http404
    act, done = acts[name]
    try:
        act(drug=drug, part=Part(part), by=request.user)
    except review.Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{drug}, {Part(part).label.lower()}: {done}")


def _shown(rows, person, today):
    """Return the rows of one page as it shows them."""
    people = get_user_model().objects.in_bulk({row.by for row in rows})
    may_sign = person.has_perm("monographs.sign_review")
    releases = person.has_perm("monographs.release_revision")
    return [
        Shown(
            row,
            page_of(row, person),
            people[row.by].get_full_name(),
            days=days if (days := (today - timezone.localdate(row.since)).days) >= 0 else None,
            release=reverse("admin:monographs_drug_release", args=[row.drug])
            if releases and Need.TO_RELEASE in row.needs
            else "",
            may_take=may_sign and row.holder is None and row.notice is None,
            is_mine=may_sign and row.holder is not None and row.holder.person == person.pk,
        )
        for row in rows
    ]


def _why_not(person, at):
    """Return what a reviewer without a credential is told, or ""."""
    if not person.has_perm("monographs.sign_review"):
        return ""
    return review.why_no_credential(person, Part.MONOGRAPH, at)


def _below(top, parents):
    """Return a class and all classes below it, by id; `parents` gives the parent of each."""
    found = {top}
    while more := {pk for pk, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def _without_page(request):
    """Return the filters as the addresses of other pages repeat them."""
    query = request.GET.copy()
    query.pop("page", None)
    return f"{query.urlencode()}&" if query else ""
