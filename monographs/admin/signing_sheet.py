"""What the page of signing shows of one frozen text: gathered in a fixed number of queries, no rules."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.http import Http404

from monographs import review
from monographs.admin.changes import Shown, shown_changes
from monographs.document import parsed
from monographs.document.risk import counted, risk
from monographs.lint import RULES, lint_document
from monographs.models import Note, Revision
from monographs.presenters.flags import shown_flag
from monographs.presenters.sources import Sources
from monographs.presenters.words import listed, lower_first
from monographs.vocabulary import FlagKind, SectionKind

MOST_TARGETS = 5


@dataclass
class Passage:
    """One place of the text: what changed or, where nothing did, how it stands; and what it rests on."""

    label: str
    kind: SectionKind | None = None
    change: Shown | None = None
    text: str = ""
    sources: list = field(default_factory=list)
    read: Any = None
    note: Any = None


@dataclass
class Sheet:
    """Everything that is known of a text on its way to a verdict."""

    revision: Any
    at: Any
    history: Any
    task: Any
    standing: Any
    approval: Any
    draft: Any
    document: Any
    before: Any
    newer: Any
    notes: list
    is_live: bool

    @property
    def risk(self):
        """The size of the change and what of it can do harm."""
        return risk(self.before, self.document)

    @property
    def summary(self):
        """The change in one line."""
        task = self.task
        if task.basis is None:
            return f"First text: {counted(len(task.changed), 'section')}, {self.risk.summary}."
        size = f"{counted(len(task.changed), 'section')} changed, {len(task.unchanged)} unchanged"
        return f"{size} since revision {task.basis.number}, {self.risk.summary}."

    @property
    def why_not(self):
        """Every reason why the person cannot approve the text."""
        reasons = list(self.standing.reasons)
        if self.is_older:
            number = self.history.newest.number
            reasons.append(f"A newer text, revision {number}, was submitted.")
        if self.revision.has_ended:
            reasons.append(f"Another drug took the place of {self.revision.drug}: its text is closed.")
        return reasons

    @property
    def headline(self):
        """The first sentence of the page."""
        verb = "renew" if self.approval else "sign"
        reasons = self.why_not
        if not reasons:
            return f"You can {verb} this"
        if len(reasons) > 1:
            return f"You cannot {verb} this"
        return (
            reasons[0]
            if self.standing.credential is None
            else f"You cannot {verb} this: {_running(reasons[0])}"
        )

    @property
    def is_older(self):
        """Whether a newer text waits and readers do not see this one."""
        return self.history.newest.pk != self.revision.pk and not self.is_live

    @property
    def reasons(self):
        """The notes of every revision since the basis, or of this one when it is approved."""
        if self.approval:
            return [self.revision]
        basis = self.task.basis
        first = basis.number if basis else 0
        return [row for row in self.history.revisions if first < row.number <= self.revision.number]

    @property
    def verdicts(self):
        """What was signed of the basis and of everything since, oldest first."""
        first = self.task.basis.number if self.task.basis else 0
        rows = [row for row in self.history.revisions if first <= row.number <= self.revision.number]
        return [(row.number, signed) for row in rows for signed in self.history.reviews.get(row.pk, ())]

    @property
    def earlier_shown(self):
        """The texts that readers saw before, to which a lead can roll back; newest first."""
        rows = [row for row in self.history.revisions if row.was_shown and row.pk != self.revision.pk]
        return rows[: -MOST_TARGETS - 1 : -1]

    @property
    def warnings(self):
        """Each hit of a content rule that is no error."""
        return [
            (_place(hit.where), hit.line, hit.advice, hit.excerpt)
            for hit in lint_document(self.document)
            if not hit.is_error
        ]

    @property
    def waivers(self):
        """Each rule that may be broken, where, and why."""
        return [
            (waiver.section.label, RULES[waiver.rule].advice, waiver.reason)
            for waiver in self.document.waivers
        ]

    @property
    def flags(self):
        """The flags of the text in words."""
        flags = self.document.flags
        return [shown_flag(kind, flags[kind], 0) for kind in FlagKind if kind in flags]

    @property
    def newer_changes(self):
        """What the newest text changes in this one."""
        return shown_changes(self.document, self.newer) if self.newer else []

    def passages(self, form):
        """Return the passages to read and those that stand as they were signed, with their fields."""
        sources = Sources(self.document)
        labels = {kind.label: kind for kind in SectionKind}
        changed = []
        for change in [] if self.approval else shown_changes(self.before, self.document):
            kind = labels.get(change.label)
            changed.append(self._passage(form, sources, change.label, kind, change))
        shown = {passage.kind for passage in changed}
        rest = [kind for kind in SectionKind if kind in self.document.sections and kind not in shown]
        # The words stand, but what they rest on is another source: to be read again.
        again = [kind for kind in rest if kind in self.task.changed and not self.approval]
        changed += [self._passage(form, sources, kind.label, kind, None) for kind in again]
        return changed, [
            self._passage(form, sources, kind.label, kind, None) for kind in rest if kind not in again
        ]

    def _passage(self, form, sources, label, kind, change):
        """Return one passage."""
        is_written = kind in self.document.sections
        return Passage(
            label,
            kind,
            change,
            text=self.document.sections.get(kind, ""),
            sources=sources.listed_of(kind) if is_written else [],
            read=form[f"read_{kind.value}"] if kind and kind in self.task.changed else None,
            note=form[f"note_{kind.value}"] if kind else None,
        )


def sheet_of(pk, person, *, at):
    """Return the sheet of a revision (by id) for a person. Raises Http404."""
    try:
        history = review.history_of(pk)
    except Revision.DoesNotExist:
        raise Http404 from None
    revision = history.of(pk)
    basis = history.basis(revision, at)
    wanted = {row.pk for row in (revision, basis, history.newest) if row is not None}
    texts = dict(Revision.objects.filter(pk__in=wanted).values_list("pk", "document"))
    revision.document = texts[pk]
    live = getattr(revision.drug, "live", None)
    is_newest = history.newest.pk == pk
    return Sheet(
        revision,
        at,
        history,
        review.task_of(revision, at=at, history=history),
        review.standing(revision, person, at=at, history=history),
        history.approval(revision, at),
        review.draft_of(revision, person),
        document=parsed(texts[pk]),
        before=parsed(texts[basis.pk]) if basis else None,
        newer=None if is_newest else parsed(texts[history.newest.pk]),
        notes=_notes(revision, basis),
        is_live=live is not None and live.monograph_id == pk,
    )


def _notes(revision, basis):
    """Return what was said since the basis, and what nobody has answered yet."""
    rows = Note.objects.filter(revision__drug=revision.drug_id, revision__part=revision.part)
    since = Q(revision__number__gte=basis.number) if basis else Q()
    rows = rows.filter(since | Q(answered_at=None)) if basis else rows
    return list(rows.select_related("by", "answered_by", "revision").defer("revision__document"))


def _place(where):
    """Return the place of a hit as people call it."""
    group, _, key = where.partition(".")
    return SectionKind(key).label if group == "sections" else where.replace(".", " ").capitalize()


def _running(sentence):
    """Return a sentence as it stands within another."""
    first, _, rest = sentence.partition(" ")
    return f"{lower_first(first)} {rest}"


def without(revision):
    """Return the safety sections that a revision lacks, in words, or ""."""
    return listed([kind.label for kind in review.unwritten_of(revision)])
