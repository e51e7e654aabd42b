"""The mark: what may be said of a page's review, from facts alone.

Pure: no query, no clock but the moment that it is given, no time zone: facts
bring days as the moments at which they begin. The mark grows old by itself, for
every condition is asked of that moment.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum

from monographs.vocabulary import SourceKind, Verdict

# A safety correction that has waited so long is told to readers.
CORRECTION_WAITS = timedelta(hours=72)


class State(Enum):
    """What the headline says; the first that holds wins. The value is the word in lists."""

    WITHDRAWN = "Withdrawn"
    NOT_REVIEWED = "Not reviewed"
    CANCELLED = "Not reviewed: cancelled"
    NOTICE = "Check first: safety notice"
    SOURCE_CHANGED = "Check first: source changed"
    LAPSED = "Not reviewed: lapsed"
    OVERDUE = "Check first: review overdue"
    REVIEWED = "Reviewed"


CHECK_FIRST = (State.NOTICE, State.SOURCE_CHANGED, State.OVERDUE)


@dataclass(frozen=True)
class Signed:
    """One verdict on the text that is shown, as it was signed. `questioned_at` ends it from then on.

    `on` is the day of `at` where the site is. From `overdue_from` the review is
    overdue, from `lapsed_from` it counts no more; an approval has both.
    `reviewer` is the id of the signer's account; `answers` are what was said of
    notices, sources and unwritten sections: (about, answer). `of` and `number`
    tell which text was judged: drug (id) and part, and its revision's number.
    """

    verdict: Verdict
    at: datetime
    on: date
    comment: str = ""
    due_on: date | None = None
    overdue_from: datetime | None = None
    lapsed_from: datetime | None = None
    role: str = ""
    body: str = ""
    name: str = ""
    interests: str = ""
    attestation: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    questioned_at: datetime | None = None
    questioned_because: str = ""
    reviewer: int = 0
    of: tuple[int, str] = (0, "")
    number: int = 0


@dataclass(frozen=True)
class Notice:
    """A safety notice on the drug or on a class that it stands under.

    With `class_name` it is about that class. `source` is the kind of document
    that it rests on, `title`, `url` and `revised_on` are that document's; without
    one a revoke put up the notice by itself.
    """

    pk: int
    at: datetime
    on: date
    ended_at: datetime | None = None
    ended_because: str = ""
    text: str = ""
    check_on: date | None = None
    class_name: str = ""
    class_slug: str = ""
    source: SourceKind | None = None
    title: str = ""
    url: str = ""
    revised_on: date | None = None


@dataclass(frozen=True)
class SourceChange:
    """A cited source that is superseded since `at`, on the day `on`; `key` as the text cites it.

    `kind` is what it is called ("SmPC"), `revised_on` the day of the newer revision where it is known.
    """

    key: str
    at: datetime
    on: date
    kind: str = ""
    revised_on: date | None = None


@dataclass(frozen=True)
class Facts:
    """What is known of one drug's monograph part. Times are aware, in UTC.

    `written` counts the written sections of the text that is shown; `signed`
    are the verdicts on exactly that text, in the order of signing, `before` those on each
    earlier text of the part, the newest text first; `corrections`
    moments at which safety changes were submitted that readers do not see yet, the
    first among them.
    """

    is_demo: bool
    released_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawn_because: str = ""
    written: int = 0
    change_kind: str = ""
    signed: tuple[Signed, ...] = ()
    before: tuple[tuple[Signed, ...], ...] = ()
    notices: tuple[Notice, ...] = ()
    source_changes: tuple[SourceChange, ...] = ()
    corrections: tuple[datetime, ...] = ()


@dataclass(frozen=True)
class Mark:
    """A headline and everything that qualifies it.

    `since` is the moment at which the page was withdrawn or the review
    cancelled, `reason` why; `approval` the approval that counts, or the last
    one that did; `notices` those that are open; `notice_since` the
    first that came after the approval; `correction_since` when a safety
    correction began to wait, if it waits too long; `holds` every state between
    notice and reviewed whose condition holds.
    """

    state: State
    is_demo: bool
    since: datetime | None = None
    reason: str = ""
    written: int = 0
    approval: Signed | None = None
    notices: tuple[Notice, ...] = ()
    notice_since: Notice | None = None
    source_changes: tuple[SourceChange, ...] = ()
    correction_since: datetime | None = None
    holds: frozenset[State] = field(default=frozenset())

    @property
    def is_withdrawn(self) -> bool:
        """Whether the page is withdrawn."""
        return self.state is State.WITHDRAWN

    @property
    def is_reviewed(self) -> bool:
        """Whether exactly this text is reviewed, with nothing that speaks against it."""
        return self.state is State.REVIEWED

    @property
    def look(self) -> str:
        """How the mark is drawn: gone, none, check or good."""
        if self.state is State.WITHDRAWN:
            return "gone"
        if self.state in (*CHECK_FIRST, State.CANCELLED) or (self.is_reviewed and self.correction_since):
            return "check"
        return "good" if self.is_reviewed else "none"

    @property
    def short(self) -> str:
        """What lists show: one of four words, with the day or the reason."""
        if self.is_reviewed and self.correction_since:
            return "Check first: correction waiting"
        if self.is_reviewed and self.approval:
            return f"{self.state.value} {self.approval.on:%-d %B %Y}"
        return self.state.value

    @property
    def also(self) -> list[str]:
        """What lists show whatever the headline is, when `short` does not say it."""
        if self.is_withdrawn:
            return []
        said = []
        if self.notices and self.state is not State.NOTICE:
            said.append("safety notice")
        if self.correction_since and not self.is_reviewed:
            said.append("correction waiting")
        return said

    @property
    def by_whom(self) -> str:
        """The signer's role with its article, such as "a pharmacist"."""
        role = self.approval.role if self.approval else ""
        return f"{'an' if role[:1].lower() in 'aeiou' else 'a'} {role}"

    @property
    def words(self) -> list[str]:
        """What holds besides the headline, as words for conditions: overdue, lapsed or source."""
        others = {State.SOURCE_CHANGED: "source", State.LAPSED: "lapsed", State.OVERDUE: "overdue"}
        said = [word for state, word in others.items() if state in self.holds and state is not self.state]
        return [word for word in said if not (word == "overdue" and State.LAPSED in self.holds)]


def mark(facts: Facts, at: datetime) -> Mark:
    """Return what may be said at a moment. Facts later than `at` do not count."""
    notices = tuple(row for row in facts.notices if row.at <= at and not _is_by(row.ended_at, at))
    waiting = min((since for since in facts.corrections if since + CORRECTION_WAITS <= at), default=None)
    if _is_by(facts.withdrawn_at, at):
        return Mark(
            State.WITHDRAWN, facts.is_demo, facts.withdrawn_at, facts.withdrawn_because, notices=notices
        )
    known = {"written": facts.written, "notices": notices, "correction_since": waiting}
    signed = [row for row in facts.signed if row.at <= at]
    approvals = [row for row in signed if row.verdict is Verdict.APPROVE]
    if not approvals:
        return Mark(State.NOT_REVIEWED, facts.is_demo, **known)  # type: ignore[arg-type]
    approval = approvals[-1]
    if cancelled := _cancelled(signed, at):
        since, reason = cancelled
        return Mark(State.CANCELLED, facts.is_demo, since, reason, approval=approval, **known)  # type: ignore[arg-type]
    if fallen := _fallen(approval, facts.before, at):
        since, reason = fallen
        return Mark(State.CANCELLED, facts.is_demo, since, reason, approval=approval, **known)  # type: ignore[arg-type]
    changes = _unread(facts.source_changes, approval, at)
    later = [row for row in notices if row.at >= approval.at]
    holds = {
        State.NOTICE: bool(later),
        State.SOURCE_CHANGED: bool(changes),
        State.LAPSED: approval.lapsed_from is None or _is_by(approval.lapsed_from, at),
        State.OVERDUE: approval.overdue_from is None or _is_by(approval.overdue_from, at),
        State.REVIEWED: True,
    }
    return Mark(
        next(state for state, is_so in holds.items() if is_so),
        facts.is_demo,
        approval=approval,
        notice_since=min(later, key=lambda row: row.at, default=None),
        source_changes=changes,
        holds=frozenset(state for state, is_so in holds.items() if is_so),
        **known,  # type: ignore[arg-type]
    )


def effective(signed: list[Signed] | tuple[Signed, ...], at: datetime) -> Signed | None:
    """Return the approval among verdicts on one text that counts at a moment, or None."""
    signed = [row for row in signed if row.at <= at]
    approvals = [row for row in signed if row.verdict is Verdict.APPROVE]
    if not approvals or _cancelled(signed, at):
        return None
    return approvals[-1]


def months_after(day: date, months: int) -> date:
    """Return the same day some months later, or the last day of that month."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    raise ValueError(f"{day} has no day {months} months later.")


def _cancelled(signed: list[Signed], at: datetime) -> tuple[datetime, str] | None:
    """Return since when and why the last approval among verdicts counts no more, or None."""
    last = max(place for place, row in enumerate(signed) if row.verdict is Verdict.APPROVE)
    approval = signed[last]
    ends = [(row.at, row.comment) for row in signed[last + 1 :]]
    if approval.questioned_at is not None and approval.questioned_at <= at:
        ends.append((approval.questioned_at, approval.questioned_because))
    return min(ends, default=None)


def _fallen(
    approval: Signed, before: tuple[tuple[Signed, ...], ...], at: datetime
) -> tuple[datetime, str] | None:
    """Return since when and why an approval that this one rests on counts no more, or None.

    Who approves reads what changed since the last approved text; the rest
    stands on that one. A renewal read the whole text and rests on nothing.
    """
    for signed in before:
        if any(about.startswith("Source [") for about, _ in approval.answers):
            return None
        basis = effective(signed, approval.at)
        if basis is None:
            continue
        if effective(signed, at) is None:
            return _cancelled([row for row in signed if row.at <= at], at)
        approval = basis
    return None


def _unread(changes: tuple[SourceChange, ...], approval: Signed, at: datetime) -> tuple[SourceChange, ...]:
    """Return the changed sources, the newest change of each, that the signer of an approval did not answer for."""
    answered = {about for about, _ in approval.answers}
    newest = {
        row.key: row
        for row in sorted(changes, key=lambda row: row.at)
        if row.at <= at and (row.at >= approval.at or f"Source [{row.key}]" not in answered)
    }
    return tuple(newest[key] for key in sorted(newest))


def _is_by(moment: datetime | None, at: datetime) -> bool:
    """Tell whether something has happened by a moment."""
    return moment is not None and moment <= at
