"""The page of signing: read what changed, see what it rests on, answer what is open, and sign or comment."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from clincalc.accounts.proof import with_status
from monographs import review
from monographs.admin.base import NOT_SAVED, forget_saved, show_kept
from monographs.admin.signing_form import (
    APPROVE,
    CHANGES,
    COMMENT,
    KEEP,
    RENEW,
    REVOKE,
    SIGN,
    WITHDRAW,
    SigningForm,
)
from monographs.admin.signing_sheet import sheet_of
from monographs.admin.steps import Step, answered, made
from monographs.models import Note
from monographs.review import clinical_now
from monographs.vocabulary import Part

DONE = {
    APPROVE: "Approved, by you. {shown} {due}",
    RENEW: "The review is renewed. {due}",
    CHANGES: "The authors are asked for changes.",
    REVOKE: "The approval is revoked.",
}


class AnswerForm(forms.Form):
    """What became of a comment or task."""

    answer = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}), help_text="It stays with the text, and is given once."
    )


def signing_view(model_admin, request, pk):
    """Show a frozen text to whoever signs or comments on it, and take what they send."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    again = show_kept(request)
    if again:
        messages.warning(request, NOT_SAVED)
    sheet = sheet_of(pk, request.user, at=clinical_now())
    if request.method == "POST":
        form = SigningForm(request.POST, sheet=sheet, request=request)
        response = _taken(request, form)
        if response is not None:
            forget_saved(request, response)
            return response
        sheet.draft = _kept(request, form)
        form.show_kept(sheet.draft)
        version = sheet.draft.version
    else:
        initial = request.POST.dict() if again else _begun(sheet.draft)
        form = SigningForm(initial=initial, sheet=sheet, request=request)
        version = request.POST.get("draft", "") if again else sheet.draft.version
    context = _page(model_admin, request, sheet, form, version)
    return with_status(render(request, "admin/monographs/signing.html", context), form)


def answer_view(model_admin, request, pk, note):
    """Answer one comment, or close one task."""
    rows = Note.objects.select_related("revision__drug", "by").defer("revision__document")
    row = rows.filter(pk=note, revision=pk).first()
    if row is None:
        raise Http404
    review.require(request.user, "add_note")
    page = reverse("admin:monographs_revision_sign", args=[pk])
    step = made(request, _answer_step, row)
    return answered(model_admin, request, step, row.revision, trail=[(page, row.revision)], back=page)


def _answer_step(request, note):
    """Return the step that answers a note."""
    form = AnswerForm(request.POST or None)

    def act():
        review.answer_note(note=note, by=request.user, answer=form.cleaned_data["answer"])

    title = "Close the task" if note.is_task else "Answer the comment"
    step = Step(title, title, form, act, "Answered.")
    step.effects = [f"{note.by.get_full_name()}: {note.text}"]
    if note.answered_at:
        step.why_not = ["Somebody answered this already."]
    return step


def _taken(request, form):
    """Do what was sent. Returns where it leads, or None when it was refused."""
    does = {SIGN: _sign, COMMENT: _comment, KEEP: _keep}.get(request.POST.get("do"), _keep)
    # A draft keeps what is not valid yet.
    if does is not _keep and not form.is_valid():
        return None
    try:
        return does(request, form)
    except review.Refusal as refusal:
        form.add_error(None, str(refusal))
        return None


def _keep(request, form):
    """Keep what was begun."""
    draft = _kept(request, form)
    changed = form.sheet.task.changed
    read = sum(1 for kind in changed if kind in draft.read)
    messages.success(
        request,
        f"Kept for later: {read} of {len(changed)} sections read, and what you typed but the password.",
    )
    return redirect(request.path)


def _comment(request, form):
    """Say something without a verdict; ticks and the rest of the form stay."""
    revision, data = form.sheet.revision, form.cleaned_data
    spent = {"comment", "task", *(f"note_{kind.value}" for kind in form.notes())}
    with transaction.atomic():
        notes = review.add_notes(
            revision=revision,
            by=request.user,
            comment=data["comment"],
            sections=form.notes(),
            task=data["task"],
        )
        if not notes:
            raise review.NeedsReason("Write a comment, on the whole or on a section, or a task.")
        rest = {name: text for name, text in form.typed().items() if name not in spent}
        _kept(request, form, fields=rest)
    messages.success(request, "Your comment stands with the text. You signed nothing.")
    return redirect(request.path)


def _sign(request, form):
    """Sign the verdict, with the comments on sections and the task beside it."""
    revision, data = form.sheet.revision, form.cleaned_data
    verdict = data["verdict"]
    common = {
        "revision": revision,
        "by": request.user,
        "digest": request.POST.get("digest", ""),
        "comment": data["comment"],
    }
    with transaction.atomic():
        signed = _verdict(form, verdict, common)
        if form.notes() or data["task"]:
            review.add_notes(revision=revision, by=request.user, sections=form.notes(), task=data["task"])
    shown = "Readers see it." if form.sheet.is_live else "Readers see it once a lead has released it."
    due = f"Next review due {signed.due_on:%-d %B %Y}." if signed.due_on else ""
    messages.success(request, f"{revision}: {DONE[verdict].format(shown=shown, due=due)}")
    return redirect("admin:monographs_assignment_changelist")


def _verdict(form, verdict, common):
    """Take the step that a verdict names."""
    data = form.cleaned_data
    approving = {
        "interests": data["interests"],
        "due_on": data["due_on"],
        "acknowledged": form.kinds("without"),
        "answers": {int(pk): text for pk, text in form.said("notice").items()},
    }
    if verdict == APPROVE:
        return review.approve(**common, **approving, read=form.kinds("read"))
    if verdict == RENEW:
        return review.renew(**common, **approving, sources=form.said("source"))
    if verdict == CHANGES:
        return review.request_changes(**common)
    return _revoke(data.get("and_then", ""), form.sheet, common)


def _revoke(and_then, sheet, common):
    """Revoke, and do what a lead chose to do in the same step."""
    if not and_then:
        return review.revoke(**common)
    if and_then == WITHDRAW:
        return review.revoke_and_withdraw(**common)
    to = sheet.history.of(int(and_then))
    return review.revoke_and_roll_back(**common, to=to, acknowledged=review.unwritten_of(to))


def _kept(request, form, fields=None):
    """Keep the draft of a form; return it."""
    return review.keep_draft(
        revision=form.sheet.revision,
        by=request.user,
        read=form.ticked(),
        fields=form.typed() if fields is None else fields,
        seen=request.POST.get("draft", ""),
    )


def _begun(draft):
    """Return what a form begins with."""
    return {**draft.fields, **{f"read_{kind.value}": True for kind in draft.read}}


def _page(model_admin, request, sheet, form, version):
    """Return what the template draws."""
    revision = sheet.revision
    changed, unchanged = sheet.passages(form)
    return {
        **model_admin.admin_site.each_context(request),
        "title": f"Sign {revision.drug}, {Part(revision.part).label.lower()}, revision {revision.number}",
        "opts": model_admin.opts,
        "sheet": sheet,
        "form": form,
        "version": version,
        "changed": changed,
        "unchanged": unchanged,
        "notices": [(row, form[f"notice_{row.pk}"]) for row in sheet.task.notices],
        "unwritten": [form[f"without_{kind.value}"] for kind in sheet.task.unwritten],
        "sources": [(row, form[f"source_{row.key}"]) for row in sheet.task.cited if sheet.approval],
        "superseded": [row for row in sheet.task.cited if row.source.superseded_at],
        "attestation": review.attestation(revision, "…", is_renewal=bool(sheet.approval)),
        "may_comment": request.user.has_perm("monographs.add_note"),
    }
