"""Pages of steps, each of which calls its step in `review`; here submit, release, roll back and withdraw."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.html import format_html

from clincalc.accounts.proof import Asked, with_status
from clincalc.ids import is_id
from monographs import review
from monographs.admin.base import NOT_SAVED, forget_saved, show_kept
from monographs.admin.changes import shown_changes
from monographs.document import Problem, build, canonical_text, digest, parsed
from monographs.lint import lint_document
from monographs.models import Drug, Revision, Successor
from monographs.review import State
from monographs.vocabulary import SAFETY_SECTIONS, ChangeKind, Part, SectionKind


class SubmitForm(forms.Form):
    """What kind of change it is, and why; `seen` is the digest of the text that the page showed."""

    seen = forms.CharField(widget=forms.HiddenInput)
    change_kind = forms.ChoiceField(
        label="Kind of change", choices=ChangeKind.choices(), widget=forms.RadioSelect
    )
    note = forms.CharField(
        label="Why it was changed",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Reviewers read this note, and it stays with the text.",
    )


class ReasonForm(forms.Form):
    """Why a step is taken."""

    reason = forms.CharField(
        label="Reason",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="In words that readers may see.",
    )


class GraveForm(Asked, ReasonForm):
    """The same, from who shows once more that it is they."""


class ReleaseForm(GraveForm):
    """Why a revision is shown; each safety section that is not written is named."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, unwritten=(), **kwargs):
        """Ask for each unwritten safety section by name."""
        super().__init__(*args, **kwargs)
        for kind in unwritten:
            self.fields[f"without_{kind.value}"] = forms.BooleanField(
                required=False, label=f"{kind.label} is not yet written, and I release without it."
            )
        self.order_fields(None)

    def acknowledged(self):
        """Return the sections that were named."""
        return [kind for kind in SAFETY_SECTIONS if self.cleaned_data.get(f"without_{kind.value}")]


@dataclass
class Step:
    """One page of a step: what it shows and, when it is sent, what it does.

    The form of a choice leads to the step's own page and does nothing.
    """

    title: str
    button: str
    form: Any
    act: Any = None
    done: str = ""
    changes: list = field(default_factory=list)
    effects: list = field(default_factory=list)
    why_not: list = field(default_factory=list)
    links: list = field(default_factory=list)
    heading: str = "What changes for readers"
    is_grave: bool = False
    is_choice: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of step: its name in addresses, the words on its button, who sees it, and what makes its page."""

    name: str
    label: str
    permission: str
    make: Any


class WithSteps(admin.ModelAdmin):
    """A form that leads to the pages of steps of its row."""

    change_form_template = "admin/monographs/with_steps.html"
    steps: Sequence[Kind] = ()

    def called(self, row):
        """Return what a row is called on the pages of its steps."""
        return str(row)

    def steps_for(self, row):
        """Return the steps that fit a row."""
        return self.steps

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """Offer the steps that fit and that the person may take."""
        if obj is not None:
            context["steps"] = [
                (step.label, reverse(self._address(step), args=[obj.pk]))
                for step in self.steps_for(obj)
                if request.user.has_perm(f"monographs.{step.permission}")
            ]
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_urls(self):
        """Add a page for each step."""
        view = self.admin_site.admin_view
        pages = [
            path(
                f"<int:pk>/{step.name.replace('_', '-')}/",
                view(partial(self.step_view, step.make)),
                name=self._address(step).removeprefix("admin:"),
            )
            for step in self.steps
        ]
        return [*pages, *super().get_urls()]

    def step_view(self, make, request, pk):
        """Show the page of a step of one row, or take it."""
        row = self.get_object(request, str(pk))
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        page = reverse(f"admin:monographs_{self.opts.model_name}_change", args=[row.pk])
        called = self.called(row)
        return answered(self, request, made(request, make, row), called, trail=[(page, called)], back=page)

    def _address(self, step):
        """Return the name of a step's address."""
        return f"admin:monographs_{self.opts.model_name}_{step.name}"


def submit_step(request, drug):
    """Freeze the working text. Says why it cannot be done: nothing changed, or errors."""
    review.require(request.user, "submit_revision")
    newest = drug.revisions.filter(part=Part.MONOGRAPH.value).order_by("-number").first()
    form = SubmitForm(request.POST or None)

    def act():
        kind = ChangeKind(form.cleaned_data["change_kind"])
        return review.submit(
            drug=drug,
            part=Part.MONOGRAPH,
            by=request.user,
            change_kind=kind,
            note=form.cleaned_data["note"],
            seen=form.cleaned_data["seen"],
        )

    step = Step("Submit for review", "Submit for review", form, act, "Submitted: the text is frozen.")
    step.heading = "Changed since the last revision"
    try:
        document = build(drug)
    except Problem as problem:
        step.why_not = [str(problem)]
        return step
    form.initial["seen"] = digest(canonical_text(document))
    step.changes = shown_changes(parsed(newest.document) if newest else None, document)
    if newest and not step.changes:
        step.why_not = [f"Nothing was changed since revision {newest.number}."]
    step.why_not += [str(hit) for hit in lint_document(document) if hit.is_error]
    return step


def release_step(request, drug):
    """Show the newest frozen text to readers."""
    review.require(request.user, "release_revision")
    is_named = "revision" in request.POST or "revision" in request.GET
    revision = _asked(request, drug) if is_named else _newest(drug)
    if revision is None:
        why_not = f"{drug} has no such revision." if is_named else "Nothing was submitted yet."
        return Step("Release", "Release", None, why_not=[why_not])
    step = _showing(request, drug, revision, review.release)
    step.title = f"Release revision {revision.number} to readers"
    step.button, step.done = "Release", f"Readers see revision {revision.number} now."
    if revision.releases.exists():
        step.why_not = [f"Readers have seen revision {revision.number} already; to show it again, roll back."]
    return step


def roll_back_step(request, drug):
    """Show again a text that readers saw before."""
    review.require(request.user, "roll_back_revision")
    shown = Revision.objects.filter(drug=drug, part=Part.MONOGRAPH.value, releases__isnull=False)
    earlier = shown.exclude(pk=_live_id(drug)).defer("document").distinct().order_by("-number")
    revision = _asked(request, drug)
    if revision is None:
        step = Step(
            "Roll back: which text shall readers see again?",
            "",
            None,
            links=[(f"?revision={one.pk}", _named(one)) for one in earlier],
        )
        step.why_not = [] if step.links else ["Readers saw no other revision before."]
        return step
    step = _showing(request, drug, revision, review.roll_back)
    step.title = f"Roll back to revision {revision.number}"
    step.button, step.done = "Roll back", f"Readers see revision {revision.number} again."
    return step


def withdraw_step(request, drug):
    """Take the page down."""
    review.require(request.user, "withdraw_drug")
    form = GraveForm(request.POST or None, request=request)

    def act():
        return review.withdraw(drug=drug, by=request.user, reason=form.cleaned_data["reason"])

    step = Step("Withdraw the page", "Withdraw", form, act, "The page is withdrawn.", is_grave=True)
    if _live_id(drug) is None:
        step.why_not = [f"{drug} has no public page to withdraw."]
    leading = drug.linked_from.count()
    step.effects = [
        f"Readers of {drug.get_absolute_url()} see that the page is withdrawn, when, and the reason below.",
        "The text and its dosing are hidden at once; lists say Withdrawn.",
        f"Curated links that lead to it: {leading}.",
    ]
    return step


def step_view(model_admin, make, request, pk):
    """Show the page of a step of one drug, or take it."""
    drugs = Drug.objects.select_related("primary_class", "live")
    drug = (
        drugs.annotate(has_ended=Exists(Successor.objects.filter(drug=OuterRef("pk")))).filter(pk=pk).first()
    )
    if drug is None:
        raise Http404
    if not model_admin.has_view_permission(request, drug):
        raise PermissionDenied
    step = made(request, make, drug)
    if drug.has_ended:
        step.why_not.append(f"Another drug took the place of {drug}: its text is closed.")
    form = reverse("admin:monographs_drug_change", args=[drug.pk])
    return answered(model_admin, request, step, drug, trail=[(form, drug)], back=form)


def made(request, make, about):
    """Return a step; a form of it that was kept at an expired login is filled in again."""
    if show_kept(request):
        messages.warning(request, NOT_SAVED)
    return make(request, about)


def answered(model_admin, request, step, about, *, trail, back):
    """Take a step when its form is sent and valid, or show its page with what was refused.

    `trail` is the way to the page below its list: (address, words) …; `back`
    the address to which it leads when it is done.
    """
    if request.method == "POST" and step.act and not step.why_not and step.form.is_valid():
        try:
            step.act()
        except (review.Refusal, Problem) as refusal:
            step.form.add_error(None, str(refusal))
            if isinstance(refusal, review.TextChanged):
                step.form.data = {**step.form.data.dict(), "seen": step.form.initial["seen"]}
        else:
            messages.success(request, format_html("{}: {}", about, step.done))
            response = redirect(back)
            forget_saved(request, response)
            return response
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"{about}: {step.title}",
        "opts": model_admin.opts,
        "trail": trail,
        "back": back,
        "step": step,
        "media": step.form.media if step.form else "",
    }
    return with_status(render(request, "admin/monographs/step.html", context), step.form)


def _showing(request, drug, revision, action):
    """Return the page of a step that shows a revision, with what changes for readers."""
    document = parsed(revision.document)
    unwritten = [kind for kind in SAFETY_SECTIONS if kind not in document.sections]
    form = ReleaseForm(
        request.POST or None, request=request, unwritten=unwritten, initial={"revision": revision.pk}
    )

    def act():
        return action(
            revision=revision,
            by=request.user,
            reason=form.cleaned_data["reason"],
            acknowledged=form.acknowledged(),
        )

    live = getattr(drug, "live", None)
    shown = live.monograph if live else None
    effects = [
        f"{len(document.sections)} of {len(SectionKind)} sections are written.",
        f"Readers will see: {_mark_of(revision)}.",
    ]
    if shown is None:
        effects.append("Readers see no text now.")
    return Step(
        "", "", form, act, "", shown_changes(parsed(shown.document) if shown else None, document), effects
    )


def _mark_of(revision):
    """Return what the mark will say of a revision once readers see it, from its own review."""
    at = review.clinical_now()
    told = review.mark(review.facts_if_shown(revision, at), at)
    said = [told.short, *told.also]
    if told.approval and told.state is not State.CANCELLED:
        said.append(f"next review due {told.approval.due_on:%-d %B %Y}")
    return ", ".join([*said, *(["demonstration"] if told.is_demo else [])])


def _asked(request, drug):
    """Return the revision that the page or the form names, or None."""
    number = request.POST.get("revision") or request.GET.get("revision") or ""
    return Revision.objects.filter(drug=drug, pk=number).first() if is_id(number) else None


def _newest(drug):
    """Return the newest frozen monograph, or None."""
    return drug.revisions.filter(part=Part.MONOGRAPH.value).order_by("-number").first()


def _live_id(drug):
    """Return the id of the revision that readers see, or None."""
    live = getattr(drug, "live", None)
    return live.monograph_id if live else None


def _named(revision):
    """Return a revision as a lead chooses it."""
    return f"Revision {revision.number}, submitted {revision.submitted_at:%-d %B %Y}: {revision.note}"


TEXT_STEPS = (
    Kind("submit", "Submit for review", "submit_revision", submit_step),
    Kind("release", "Release", "release_revision", release_step),
    Kind("roll_back", "Roll back", "roll_back_revision", roll_back_step),
    Kind("withdraw", "Withdraw", "withdraw_drug", withdraw_step),
)
