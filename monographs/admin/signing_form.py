"""The form of signing: what is ticked, answered and typed. What may be signed is asked of `review`."""

from typing import Any

from django import forms

from clincalc.accounts import proof
from monographs.admin.signing_sheet import without
from monographs.presenters.sources import label_of
from monographs.vocabulary import SectionKind

APPROVE, RENEW, CHANGES, REVOKE = "approve", "renew", "changes", "revoke"
VERDICTS = (
    (APPROVE, "Approve this text"),
    (RENEW, "Renew the review: the same text still holds"),
    (CHANGES, "Ask for changes (say which)"),
    (REVOKE, "Revoke the approval (say why; readers see it)"),
)
SIGN, COMMENT, KEEP = "sign", "comment", "keep"
WITHDRAW = "withdraw"
NEVER_KEPT = proof.FIELDS
# By the beginnings of names: which fields a verdict needs, and what is said beside an empty one.
ALWAYS_NEEDED = {"notice": "Answer this notice.", "without": "Acknowledge this by its name."}
NEEDED = {
    APPROVE: {**ALWAYS_NEEDED, "read": "Read it against its source, then tick this."},
    RENEW: {**ALWAYS_NEEDED, "source": "Say what you found in this source."},
}


class SigningForm(forms.Form):
    """Fields for each section, notice, source and unwritten section, then the verdict.

    Everything may be left out: a comment needs no verdict. What a verdict
    needs is said beside each field at once; `review` refuses it besides.
    """

    verdict = forms.ChoiceField(choices=VERDICTS, widget=forms.RadioSelect, required=False)
    and_then = forms.ChoiceField(label="After a revoke", widget=forms.RadioSelect, required=False)
    comment = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Needed when you ask for changes or revoke. A revoke puts it up as a safety notice: "
        "at most 280 characters then.",
    )
    task = forms.CharField(
        label="Open a task",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="A small point that somebody sees to later. It holds up no approval.",
    )
    interests = forms.CharField(
        label="My interests",
        max_length=280,
        required=False,
        help_text="Write “none” if there are none. Readers see this.",
    )
    due_on = forms.DateField(
        label="Next review due",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, data=None, *, sheet, request, initial=None):
        """Make the fields of one text for one person."""
        super().__init__(data, initial=initial, label_suffix="")
        self.sheet, self.request, self.person = sheet, request, request.user
        proof.add_fields(self, self.person)
        task = sheet.task
        self.initial.setdefault("due_on", task.due_on)
        self.fields["due_on"].help_text = f"Policy proposes {task.due_on:%-d %B %Y}; at most 36 months ahead."
        for kind in SectionKind:
            if kind in task.changed:
                self.fields[f"read_{kind.value}"] = forms.BooleanField(
                    required=False, label=f"{kind.label}: read against its source"
                )
            self.fields[f"note_{kind.value}"] = _words(f"Comment on {kind.label}", rows=2)
        for notice in task.notices:
            self.fields[f"notice_{notice.pk}"] = _words("Your answer: what of it does this text say?", rows=2)
        for kind in task.unwritten:
            self.fields[f"without_{kind.value}"] = forms.BooleanField(
                required=False, label=f"{kind.label} is not yet written, and I know it."
            )
        for row in task.cited if sheet.approval else ():
            self.fields[f"source_{row.key}"] = _words(
                f"[{row.key}] {label_of(sheet.document.sources[row.key])}: what did you find?", rows=2
            )
        self._offer_verdicts()
        if self.is_due_kept:
            self.fields["due_on"].widget = forms.HiddenInput()
            self.initial["due_on"] = task.kept_due

    @property
    def is_due_kept(self):
        """Whether the day of the next review stays as it was."""
        return self.sheet.task.kept_due is not None and not self.sheet.approval

    @property
    def can_sign(self):
        """Whether the person signs anything at all of this text."""
        return bool(self.fields["verdict"].widget.choices)

    def clean(self):
        """Say beside each field what a verdict still needs."""
        data = self.cleaned_data
        if self.data.get("do") == SIGN:
            for name, sentence in self._missing(data, data.get("verdict")):
                self.add_error(name, sentence)
            proof.check_fields(self, self.request)
        return data

    def kinds(self, prefix):
        """Return the sections whose box is ticked, of the boxes with a prefix."""
        return [kind for kind in SectionKind if self.cleaned_data.get(f"{prefix}_{kind.value}")]

    def said(self, prefix):
        """Return what was typed in the fields with a prefix, by the rest of their names."""
        begin = f"{prefix}_"
        return {
            name.removeprefix(begin): text
            for name, text in self.cleaned_data.items()
            if name.startswith(begin) and text
        }

    def notes(self):
        """Return the comments on sections."""
        return {SectionKind(kind): text for kind, text in self.said("note").items()}

    def ticked(self):
        """Return the sections that were ticked, as they were sent, valid or not."""
        return [kind for kind in SectionKind if self.data.get(f"read_{kind.value}")]

    def typed(self):
        """Return everything that was sent but ticks of sections, and never the password."""
        names = (name for name in self.fields if name not in NEVER_KEPT and not name.startswith("read_"))
        return {name: str(self.data[name]) for name in names if self.data.get(name)}

    def show_kept(self, draft):
        """Show what another tab has kept besides."""
        ticks = {f"read_{kind.value}": "on" for kind in draft.read}
        self.data = {**{name: self.data.get(name) for name in self.data}, **draft.fields, **ticks}

    def summary(self):
        """Return (field id, label, error) of each error, in the order of the page."""
        found = [("", "", str(error)) for error in self.non_field_errors()]
        for name, field in self.fields.items():
            ident = "" if field.widget.is_hidden else self[name].id_for_label or self[name].auto_id
            found += [(ident, str(self[name].label), str(error)) for error in self.errors.get(name, ())]
        return found

    def _offer_verdicts(self):
        """Show those verdicts that are open to the person; `review` refuses the others."""
        sheet = self.sheet
        offered = []
        if sheet.standing.credential and self.person.has_perm("monographs.sign_review"):
            if not sheet.why_not:
                offered.append(RENEW if sheet.approval else APPROVE)
            offered.append(REVOKE if sheet.approval else CHANGES)
        self.fields["verdict"].widget.choices = [one for one in VERDICTS if one[0] in offered]
        earlier = [(str(row.pk), self._back_to(row)) for row in sheet.earlier_shown]
        choices = [("", "Leave the page up, under a notice with your comment")]
        field: Any = self.fields["and_then"]
        field.choices = [*choices, (WITHDRAW, "… and withdraw the page"), *earlier]
        if self.person.has_perm("monographs.withdraw_drug"):
            choices.append(field.choices[1])
        if self.person.has_perm("monographs.roll_back_revision"):
            choices += earlier
        field.widget.choices = choices if REVOKE in offered and sheet.is_live and len(choices) > 1 else []

    def _back_to(self, row):
        """Return a text as a lead chooses it; what it lacks is named, and so acknowledged."""
        lacks = without(row)
        missing = f" (not yet written there, and I know it: {lacks})" if lacks else ""
        approval = self.sheet.history.approval(row, self.sheet.at)
        mark = f"reviewed {approval.on:%-d %B %Y}" if approval else "not reviewed"
        return f"… and roll back to revision {row.number} ({mark}): {row.note}{missing}"

    def _missing(self, data, verdict):
        """Yield each field that a verdict needs and that says nothing, with a sentence."""
        if not verdict:
            yield "verdict", "Choose a verdict, or send a comment only."
        if verdict in (CHANGES, REVOKE) and not data.get("comment"):
            yield "comment", "Say what is wrong; the authors read it."
        if verdict in (APPROVE, RENEW):
            for prefix, sentence in NEEDED[verdict].items():
                for name in self.fields:
                    if name.startswith(f"{prefix}_") and not data.get(name):
                        yield name, sentence
            if not data.get("interests"):
                yield "interests", "Declare your interests; write “none” when there are none."


def _words(label, *, rows):
    """Return a field for some words."""
    return forms.CharField(required=False, label=label, widget=forms.Textarea(attrs={"rows": rows}))
