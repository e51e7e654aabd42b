"""The queue: every text that waits for a signature or a release, every review that grows old, most urgent first.

A row is a part of a drug, or a safety notice that is to be looked at again.
All is read in a fixed number of queries and put in order here, so that both
engines agree and the mark's own rules decide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils import timezone

from monographs.models import (
    Contributor,
    DrugName,
    LiveDrug,
    Release,
    Review,
    Revision,
    RevisionSource,
    SafetyNotice,
)
from monographs.names import normalise
from monographs.review.assignments import Holder, holders
from monographs.review.credentials import parts_of
from monographs.review.days import overdue_from
from monographs.review.facts import before_each, signed_in, source_changes_in
from monographs.review.mark import Facts, Mark, Signed, SourceChange, State, effective, mark
from monographs.review.signing import gravest
from monographs.vocabulary import ChangeKind, Part, Verdict

DUE_SOON = timedelta(days=90)
NOBODY = 0

type Key = tuple[int, Part]


class Need(Enum):
    """What a row needs: the words that people read, and its turn; a safety change goes before them all."""

    CHECK = "notice check passed", 1
    WAITING = "waiting for review", 4
    CANCELLED = "review cancelled", 4
    TO_RELEASE = "approved, waiting for release", 4
    CHANGES = "changes requested", 5
    LAPSED = "lapsed", 2
    OVERDUE = "overdue", 2
    SOURCE_CHANGED = "source changed", 3
    DUE = "due within 90 days", 6

    @property
    def words(self) -> str:
        """What people read."""
        return self.value[0]

    @property
    def turn(self) -> int:
        """Its place among the needs."""
        return self.value[1]


PENDING = frozenset({Need.WAITING, Need.CANCELLED, Need.TO_RELEASE, Need.CHANGES})


class Text(NamedTuple):
    """A revision as the queue reads it."""

    drug: int
    part: str
    pk: int
    number: int
    kind: str
    at: datetime
    by: int
    name: str
    drug_class: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """A part of a drug with the text to be signed or released, or a notice (its `part` and `revision` are None).

    `needs` stand in the order of Need; `since` is when the first of them began,
    which for a review that is due soon lies ahead. `kind` is the gravest change
    since the last approval, None when no newer text waits. `place` orders the queue.
    """

    name: str
    drug: int | None
    part: Part | None
    revision: int | None
    notice: int | None
    drug_class: int | None
    needs: tuple[Need, ...]
    kind: ChangeKind | None
    by: int
    since: datetime
    last_signed: date | None
    due_on: date | None
    holder: Holder | None
    can_sign: bool
    place: tuple[int, datetime, str, str, int]

    @property
    def is_safety(self) -> bool:
        """Whether a safety change waits."""
        return self.kind is ChangeKind.SAFETY

    @property
    def words(self) -> str:
        """What it needs, in words; what has lapsed is overdue of course."""
        said = [need for need in self.needs if not (need is Need.OVERDUE and Need.LAPSED in self.needs)]
        return " · ".join(need.words for need in said)


@dataclass(frozen=True)
class Wanted:
    """Which rows somebody asks for. `due_in` counts days, 0 is what is overdue; `holder` may be NOBODY."""

    need: Need | None = None
    is_safety: bool = False
    due_in: int | None = None
    classes: Collection[int] | None = None
    holder: int | None = None
    can_sign: bool = False
    name: str = ""


@dataclass(frozen=True)
class Queue:
    """All rows in order, and the parts that the person who asks has a credential to sign."""

    rows: list[Row]
    may_sign: frozenset[Part]


def queue_for(person: Any, *, at: datetime) -> Queue:
    """Return the whole queue as it stands for a person. Eight queries, whatever the number of rows."""
    record = _Record(person, at)
    rows = (record.row(key, texts) for key, texts in _texts().items())
    ordered = sorted([*filter(None, rows), *_passed_notices(at)], key=lambda row: row.place)
    return Queue(ordered, record.may_sign)


def chosen(rows: Iterable[Row], wanted: Wanted, *, today: date) -> list[Row]:
    """Return the rows that somebody asks for, in their order. One query, when a name is asked for."""
    norm = normalise(wanted.name)
    named = set(DrugName.objects.filter(norm__contains=norm).values_list("drug", flat=True)) if norm else ()
    # What is due today is not overdue before the day has ended.
    last = today + (timedelta(days=wanted.due_in) if wanted.due_in else timedelta(days=-1))
    return [
        row
        for row in rows
        if (wanted.need is None or wanted.need in row.needs)
        and (not wanted.is_safety or row.is_safety)
        and (wanted.due_in is None or (row.due_on is not None and row.due_on <= last))
        and (wanted.classes is None or row.drug_class in wanted.classes)
        and (wanted.holder is None or wanted.holder == (row.holder.person if row.holder else NOBODY))
        and (not wanted.can_sign or row.can_sign)
        and (not norm or row.drug in named or norm in normalise(row.name))
    ]


def next_for(rows: Iterable[Row], person: Any) -> Row | None:
    """Return the first row that waits for a signature which the person can give, and that nobody else holds."""
    for row in rows:
        is_free = row.holder is None or row.holder.person == person.pk
        if row.can_sign and is_free and Need.CHANGES not in row.needs:
            return row
    return None


class _Record:
    """What is known of all texts: verdicts, releases, sources, who holds what, what a person contributed."""

    def __init__(self, person: Any, at: datetime) -> None:
        """Read it all, for a person and a moment."""
        self.at, self.today = at, timezone.localdate(at)
        self.signed: dict[int, list[Signed]] = signed_in(Review.objects.all())
        self.before = before_each(self.signed)
        self.approvals = {
            pk: found for pk, verdicts in self.signed.items() if (found := effective(verdicts, at))
        }
        self.shown: dict[Key, int | None] = {}
        self.released: set[int | None] = set()
        releases = Release.objects.order_by("pk").values_list("drug", "part", "revision")
        for drug, part, revision in releases.iterator():
            self.shown[drug, Part(part)] = revision
            self.released.add(revision)
        self.changes: dict[int, list[SourceChange]] = source_changes_in(_sources_of_live())
        self.held = holders(at)
        signs = person.has_perm("monographs.sign_review")
        self.may_sign = frozenset(parts_of(person, at) if signs else ())
        own = Contributor.objects.filter(person=person.pk) if self.may_sign else Contributor.objects.none()
        self.own = set(own.values_list("revision", flat=True))

    def row(self, key: Key, texts: Sequence[Text]) -> Row | None:
        """Return the row of a part whose texts are these, oldest first, or None when it needs nothing."""
        text = self._to_sign(key, texts)
        if text is None:
            return None
        approved = [one for one in texts if one.pk in self.approvals and one.number <= text.number]
        basis = max((one.number for one in approved if one is not text), default=0)
        new = [one for one in texts if basis < one.number <= text.number]
        needs = self._needs(text, new, self.shown.get(key))
        if not needs:
            return None
        is_pending = bool(PENDING & needs.keys())
        kind = gravest((one.kind for one in new), is_first=basis == 0) if is_pending else None
        first = min(needs, key=lambda need: (need.turn, needs[need]))
        since = next((needs[need] for need in needs if need in PENDING), needs[first])
        is_mine = any(one.pk in self.own for one in new)
        turn = (0, since) if kind is ChangeKind.SAFETY else (first.turn, needs[first])
        approval = self.approvals[approved[-1].pk] if approved else None
        return Row(
            name=text.name,
            drug=text.drug,
            part=key[1],
            revision=text.pk,
            notice=None,
            drug_class=text.drug_class,
            needs=tuple(need for need in Need if need in needs),
            kind=kind,
            by=text.by,
            since=since,
            last_signed=approval.on if approval else None,
            due_on=approval.due_on if approval else None,
            holder=self.held.get(key),
            can_sign=key[1] in self.may_sign and not is_mine and Need.TO_RELEASE not in needs,
            place=(*turn, text.name, text.part, text.drug),
        )

    def _to_sign(self, key: Key, texts: Sequence[Text]) -> Text | None:
        """Return the text that a signature or release is about.

        That is the newest; but when readers saw it and do not see it any more,
        the one that they see, and none when the page is withdrawn.
        """
        newest = texts[-1]
        if newest.pk not in self.released:
            return newest
        return next((one for one in texts if one.pk == self.shown.get(key)), None)

    def _needs(self, text: Text, new: Sequence[Text], live: int | None) -> dict[Need, datetime]:
        """Return what a part needs, and since when."""
        own = self._mark(text.pk)
        seen = own if text.pk == live else self._mark(live)
        return {**self._pending(text, new, own, live), **self._growing_old(seen)}

    def _pending(
        self, text: Text, new: Sequence[Text], own: Mark | None, live: int | None
    ) -> dict[Need, datetime]:
        """Return what the text itself waits for: since the first text that nobody judged, or since the verdict."""
        if own is not None and own.state is State.CANCELLED and own.since is not None:
            return {Need.CANCELLED: own.since}
        if own is not None and own.approval is not None:
            return {} if text.pk == live else {Need.TO_RELEASE: own.approval.at}
        verdicts = self.signed.get(text.pk)
        if verdicts and verdicts[-1].verdict is Verdict.CHANGES:
            return {Need.CHANGES: verdicts[-1].at}
        judged = max((one.number for one in new if one.pk in self.signed), default=0)
        return {Need.WAITING: next((one.at for one in new if one.number > judged), text.at)}

    def _growing_old(self, seen: Mark | None) -> dict[Need, datetime]:
        """Return what is wrong, or soon will be, with the review of the text that readers see."""
        approval = seen.approval if seen and seen.state is not State.CANCELLED else None
        if seen is None or approval is None or approval.due_on is None or approval.overdue_from is None:
            return {}
        found = {}
        if State.LAPSED in seen.holds:
            found[Need.LAPSED] = approval.overdue_from
        if State.OVERDUE in seen.holds:
            found[Need.OVERDUE] = approval.overdue_from
        elif approval.due_on <= self.today + DUE_SOON:
            found[Need.DUE] = approval.overdue_from
        if State.SOURCE_CHANGED in seen.holds:
            found[Need.SOURCE_CHANGED] = min(change.at for change in seen.source_changes)
        return found

    def _mark(self, revision: int | None) -> Mark | None:
        """Return what the mark says of a text, or None when nobody judged it."""
        if revision is None or revision not in self.signed:
            return None
        signed, changes = self.signed[revision], self.changes.get(revision, ())
        facts = Facts(
            is_demo=False,
            signed=tuple(signed),
            before=self.before[revision],
            source_changes=tuple(changes),
        )
        return mark(facts, self.at)


def _texts() -> dict[Key, list[Text]]:
    """Return the texts of each part of each drug that stands, oldest first. One query."""
    found: dict[Key, list[Text]] = defaultdict(list)
    rows = Revision.objects.filter(drug__successors__isnull=True).order_by("number", "pk")
    columns = ("drug", "part", "pk", "number", "change_kind", "submitted_at", "submitted_by")
    for row in rows.values_list(*columns, "drug__name", "drug__primary_class").iterator():
        text = Text(*row)
        found[text.drug, Part(text.part)].append(text)
    return found


def _sources_of_live() -> Any:
    """Return the citations of texts that readers see now."""
    live = LiveDrug.objects.order_by()
    return RevisionSource.objects.filter(
        Q(revision__in=live.exclude(monograph=None).values("monograph"))
        | Q(revision__in=live.exclude(dosing=None).values("dosing"))
    )


def _passed_notices(at: datetime) -> Iterator[Row]:
    """Yield a row for each open notice, on a drug or a class, whose day of another look has passed. One query."""
    passed = SafetyNotice.objects.filter(ended_at=None, check_on__lt=timezone.localdate(at))
    for notice in passed.select_related("drug", "drug_class").order_by("pk"):
        since, on = overdue_from(notice.check_on), notice.drug or notice.drug_class
        yield Row(
            name=str(on),
            drug=notice.drug_id,
            part=None,
            revision=None,
            notice=notice.pk,
            drug_class=notice.drug.primary_class_id if notice.drug else notice.drug_class_id,
            needs=(Need.CHECK,),
            kind=None,
            by=notice.posted_by_id,
            since=since,
            last_signed=None,
            due_on=notice.check_on,
            holder=None,
            can_sign=False,
            place=(Need.CHECK.turn, since, str(on), "", notice.pk),
        )
