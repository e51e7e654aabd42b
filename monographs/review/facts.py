"""The facts that marks are made of, in a fixed number of queries for any set of drugs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from monographs.document import parsed
from monographs.models import (
    DemoDatabase,
    DrugClass,
    LiveDrug,
    Questioned,
    Release,
    Review,
    Revision,
    RevisionSource,
    SafetyNotice,
    Source,
)
from monographs.prepared import prepared
from monographs.review.days import lapsed_from, overdue_from
from monographs.review.mark import Facts, Notice, Signed, SourceChange
from monographs.vocabulary import ChangeKind, Part, SourceKind, Verdict

# No source is replaced so often; two that name each other end here.
LONGEST_CHAIN = 20
# What it knows of a cited source that was superseded.
SUPERSEDED = (
    "superseded_at",
    "kind",
    "superseded_by",
    "superseded_by__revised_on",
    "superseded_by__superseded_at",
)
# Notices by drug: its own, and those of each class that its page stands under.
NOTICES = """
WITH RECURSIVE under(notice_id, class_id) AS (
    SELECT id, drug_class_id FROM {notice} WHERE drug_class_id IS NOT NULL
    UNION
    SELECT under.notice_id, child.id FROM under JOIN {drug_class} child ON child.parent_id = under.class_id
)
SELECT member.livedrug_id, under.notice_id FROM under
JOIN {member} member ON member.drugclass_id = under.class_id
WHERE member.livedrug_id IN ({ids})
UNION
SELECT drug_id, id FROM {notice} WHERE drug_id IN ({ids})
"""


class SignedRow(NamedTuple):
    """What the mark knows of a verdict, by the names of `with_questioned`. Not a whole row: a queue reads them all."""

    revision_id: int
    reviewer_id: int
    verdict: str
    signed_at: datetime
    comment: str
    due_on: date | None
    interests: str
    attestation: str
    answers: list[list[str]]
    printed_role: str
    printed_body: str
    printed_name: str
    questioned_at: datetime | None
    questioned_because: str | None
    drug: int
    part: str
    number: int


def facts_of(lives: Iterable[LiveDrug]) -> dict[int, Facts]:
    """Return the facts of each drug by its id, from the record of releases and reviews, not from the rows given."""
    return facts_by_id([live.pk for live in lives])


def facts_by_id(drugs: Sequence[int]) -> dict[int, Facts]:
    """Return the facts of each of these drugs (ids) that was ever released. At most five queries for any number."""
    if not drugs:
        return {}
    releases = _last_releases(drugs)
    signed = _by_revision(_verdicts_on(drugs))
    before = before_each(signed)
    shown = [revision for _, revision, *_ in releases if revision]
    changes = _changes_in(_superseded_in(shown) if shown else ())
    notices = notices_of(drugs)
    return {
        drug: Facts(
            is_demo,
            released_at=released_at if revision else None,
            withdrawn_at=None if revision else released_at,
            withdrawn_because="" if revision else reason,
            written=written_in(sections) if revision else 0,
            change_kind=change_kind if revision else "",
            signed=tuple(signed.get(revision or 0, ())),
            before=before.get(revision or 0, ()),
            notices=tuple(notice_of(row) for row in notices[drug]),
            source_changes=tuple(changes[revision or 0]),
            corrections=(correction,) if correction else (),
        )
        for drug, revision, released_at, reason, change_kind, sections, is_demo, correction in releases
    }


def facts_if_shown(revision: Revision, at: datetime) -> Facts:
    """Return the facts of a drug as they would be if readers saw this revision from a moment on. Five queries."""
    signed = signed_in(Review.objects.filter(revision__drug=revision.drug_id, revision__part=revision.part))
    return Facts(
        DemoDatabase.objects.exists(),
        released_at=at,
        written=written_in(revision.sections),
        change_kind=revision.change_kind,
        signed=tuple(signed.get(revision.pk, ())),
        before=before_each(signed).get(revision.pk, ()),
        notices=tuple(notice_of(row) for row in notices_to_answer(revision)),
        source_changes=tuple(
            source_changes_in(RevisionSource.objects.filter(revision=revision.pk))[revision.pk]
        ),
    )


def signed_of(revisions: Collection[int]) -> dict[int, list[Signed]]:
    """Return the verdicts on each revision (by id) in the order of signing. One query."""
    return signed_in(Review.objects.filter(revision__in=revisions))


def signed_in(rows: QuerySet[Review]) -> dict[int, list[Signed]]:
    """Return these verdicts by revision (id) in the order of signing. One query."""
    return _by_revision(_as_signed_rows(rows))


def _by_revision(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[Signed]]:
    """Return verdicts, the columns of SignedRow, by revision (id)."""
    found: dict[int, list[Signed]] = defaultdict(list)
    for row in map(SignedRow._make, rows):
        found[row.revision_id].append(as_signed(row))
    return found


def _as_signed_rows(rows: QuerySet[Review]) -> QuerySet[Any]:
    """Return the columns of SignedRow."""
    return with_questioned(rows).values_list(*SignedRow._fields)


def before_each(signed: Mapping[int, list[Signed]]) -> dict[int, tuple[tuple[Signed, ...], ...]]:
    """Return for each judged text (by revision id) the verdicts on each earlier one of its part, the newest first."""
    parts: dict[tuple[int, str], list[tuple[int, int]]] = defaultdict(list)
    for revision, verdicts in signed.items():
        parts[verdicts[0].of].append((verdicts[0].number, revision))
    found = {}
    for texts in parts.values():
        earlier: tuple[tuple[Signed, ...], ...] = ()
        for _, revision in sorted(texts):
            found[revision] = earlier
            earlier = (tuple(signed[revision]), *earlier)
    return found


def with_questioned(rows: QuerySet[Review]) -> QuerySet[Review]:
    """Return verdicts in the order of signing, each with when and why its signer's were questioned later."""
    questioned = Questioned.objects.filter(person=OuterRef("reviewer"), at__gte=OuterRef("signed_at"))
    return rows.order_by("pk").annotate(
        questioned_at=Subquery(questioned.order_by("pk").values("at")[:1]),
        questioned_because=Subquery(questioned.order_by("pk").values("reason")[:1]),
        drug=F("revision__drug"),
        part=F("revision__part"),
        number=F("revision__number"),
    )


def as_signed(row: Any) -> Signed:
    """Return a verdict of `with_questioned` as the mark knows it."""
    return Signed(
        Verdict(row.verdict),
        row.signed_at,
        timezone.localdate(row.signed_at),
        comment=row.comment,
        due_on=row.due_on,
        overdue_from=overdue_from(row.due_on) if row.due_on else None,
        lapsed_from=lapsed_from(row.due_on) if row.due_on else None,
        role=row.printed_role,
        body=row.printed_body,
        name=row.printed_name,
        interests=row.interests,
        attestation=row.attestation,
        answers=tuple((about, answer) for about, answer in row.answers),
        questioned_at=row.questioned_at,
        questioned_because=row.questioned_because or "",
        reviewer=row.reviewer_id,
        of=(row.drug, row.part),
        number=row.number,
    )


def notices_of(drugs: Collection[int]) -> dict[int, list[SafetyNotice]]:
    """Return the notices of each drug (by id) that readers see, on its classes too; newest first. Two queries."""
    found: dict[int, list[SafetyNotice]] = defaultdict(list)
    if not drugs:
        return found
    names = {
        "notice": SafetyNotice._meta.db_table,
        "drug_class": DrugClass._meta.db_table,
        "member": LiveDrug.classes.through._meta.db_table,
        "ids": ", ".join(["%s"] * len(drugs)),
    }
    with connection.cursor() as cursor:
        cursor.execute(NOTICES.format(**names), [*drugs] * 2)
        pairs = cursor.fetchall()
    rows = SafetyNotice.objects.select_related("source", "drug_class").in_bulk(
        {notice for _, notice in pairs}
    )
    for drug, notice in pairs:
        found[drug].append(rows[notice])
    for mine in found.values():
        mine.sort(key=lambda row: (row.posted_at, row.pk), reverse=True)
    return found


def notices_to_answer(revision: Revision) -> list[SafetyNotice]:
    """Return the open notices that an approval of a revision answers, newest first. Three queries at most.

    Besides those that readers see on the drug now, those of the classes that
    the revision names: its page may move to another class, or be new.
    """
    about = Q(drug=revision.drug_id) | Q(drug_class__isnull=False)
    rows = list(SafetyNotice.objects.filter(about, ended_at=None).select_related("source", "drug_class"))
    if all(row.drug_id for row in rows):
        return rows
    above = _classes_above(revision)
    return [row for row in rows if row.drug_id or row.drug_class_id in above]


def _classes_above(revision: Revision) -> set[int]:
    """Return the ids of the classes that a text or its drug's page stands under. Two queries."""
    text = parsed(revision.document)
    slugs = {text.drug_class.slug, *(ref.slug for ref in text.other_classes)}
    rows = list(DrugClass.objects.values_list("pk", "slug", "parent"))
    parents = {pk: parent for pk, _, parent in rows}
    found: set[int] = set()
    shown = LiveDrug.classes.through.objects.filter(livedrug=revision.drug_id)
    waiting = [pk for pk, slug, _ in rows if slug in slugs]
    waiting += shown.values_list("drugclass", flat=True)
    while waiting:
        pk = waiting.pop()
        found.add(pk)
        if (parent := parents[pk]) is not None and parent not in found:
            waiting.append(parent)
    return found


def notice_of(row: SafetyNotice) -> Notice:
    """Return a notice as marks and pages know it."""
    source, about = row.source, row.drug_class
    return Notice(
        row.pk,
        row.posted_at,
        timezone.localdate(row.posted_at),
        ended_at=row.ended_at,
        ended_because=row.ended_because,
        text=row.text,
        check_on=row.check_on,
        class_name=about.name if about else "",
        class_slug=about.slug if about else "",
        source=SourceKind(source.kind) if source else None,
        title=source.title if source else "",
        url=source.url if source else "",
        revised_on=source.revised_on if source else None,
    )


def source_changes_in(rows: QuerySet[RevisionSource]) -> dict[int, list[SourceChange]]:
    """Return by revision (id) each time that one of these cited sources was superseded.

    What took its place may be superseded in its turn, and counts again. A query
    for each length of such a chain; one where nothing was superseded twice.
    """
    return _changes_in(_superseded(rows))


def _changes_in(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[SourceChange]]:
    """Return by revision (id) the changes of what is cited: `_superseded` and what took its place."""
    found: dict[int, list[SourceChange]] = defaultdict(list)
    waiting = [((revision, key), change) for revision, key, *change in rows]
    for _ in range(LONGEST_CHAIN):
        if not waiting:
            break
        for (revision, key), (at, kind, _, revised_on, _) in waiting:
            found[revision].append(
                SourceChange(
                    key, at, timezone.localdate(at), kind=SourceKind(kind).label, revised_on=revised_on
                )
            )
        again = {newer for _, (_, _, newer, _, later) in waiting if later is not None}
        known = (
            {pk: change for pk, *change in Source.objects.filter(pk__in=again).values_list("pk", *SUPERSEDED)}
            if again
            else {}
        )
        waiting = [(place, known[change[2]]) for place, change in waiting if change[2] in known]
    return found


def _superseded(rows: QuerySet[RevisionSource]) -> QuerySet[Any]:
    """Return (revision, key, *SUPERSEDED) of the cited sources that were superseded."""
    cited = rows.filter(source__superseded_at__isnull=False).order_by("key")
    return cited.values_list("revision", "key", *(f"source__{name}" for name in SUPERSEDED))


# What is asked for each page of drugs, written once


@prepared
def _last_releases(drugs: Sequence[int]) -> QuerySet[Any]:
    """Return the last release of each drug, with what its mark needs of the text that it shows."""
    of_monographs = Release.objects.filter(part=Part.MONOGRAPH.value)
    latest = of_monographs.filter(drug=OuterRef("drug")).order_by("-id").values("id")[:1]
    found = of_monographs.filter(drug__in=drugs, id=Subquery(latest)).annotate(
        is_demo=Exists(DemoDatabase.objects.all()), correction=Subquery(_corrections())
    )
    of_text = "revision__change_kind", "revision__sections"
    return found.values_list("drug", "revision", "released_at", "reason", *of_text, "is_demo", "correction")


@prepared
def _verdicts_on(drugs: Sequence[int]) -> QuerySet[Any]:
    """Return the columns of SignedRow of the verdicts on every text of drugs."""
    return _as_signed_rows(
        Review.objects.filter(revision__drug__in=drugs, revision__part=Part.MONOGRAPH.value)
    )


@prepared
def _superseded_in(revisions: Sequence[int]) -> QuerySet[Any]:
    """Return the superseded sources of texts."""
    return _superseded(RevisionSource.objects.filter(revision__in=revisions))


def _corrections() -> QuerySet[Any]:
    """Return a subquery of when the first safety change of a released drug was submitted that readers do not see.

    Later ones change nothing: what counts is how long readers have waited.
    """
    rows = Revision.objects.filter(
        drug=OuterRef("drug"), part=Part.MONOGRAPH.value, change_kind=ChangeKind.SAFETY.value
    )
    unseen = rows.filter(number__gt=Coalesce(OuterRef("revision__number"), 0))
    return unseen.order_by("number").values("submitted_at")[:1]


def written_in(sections: Mapping[str, Any]) -> int:
    """Return how many sections of a frozen text are written."""
    return len(sections.keys() - {"lead"})
