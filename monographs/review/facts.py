"""The facts that marks are made of, in a fixed number of queries for any set of drugs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import connection
from django.db.models import OuterRef, Subquery
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
)
from monographs.review.days import lapsed_from, overdue_from
from monographs.review.mark import Facts, Notice, Signed, SourceChange
from monographs.vocabulary import ChangeKind, Part, SourceKind, Verdict

# Notices by drug: its own, and those of each class that it stands under.
NOTICES = """
WITH RECURSIVE under(notice_id, class_id) AS (
    SELECT id, drug_class_id FROM {notice} WHERE drug_class_id IS NOT NULL
    UNION
    SELECT under.notice_id, child.id FROM under JOIN {drug_class} child ON child.parent_id = under.class_id
)
SELECT member.livedrug_id, notice.id FROM under
JOIN {member} member ON member.drugclass_id = under.class_id
JOIN {notice} notice ON notice.id = under.notice_id
WHERE member.livedrug_id IN ({ids})
UNION
SELECT drug_id, id FROM {notice} WHERE drug_id IN ({ids})
"""


def facts_of(lives: Iterable[LiveDrug]) -> dict[int, Facts]:
    """Return the facts of each drug by its id. Seven queries at most, whatever the number.

    Facts come from the record of releases and reviews, not from the rows given.
    """
    ids = [live.pk for live in lives]
    is_demo = DemoDatabase.objects.exists()
    if not ids:
        return {}
    latest = (
        Release.objects.filter(drug=OuterRef("drug"), part=Part.MONOGRAPH.value)
        .order_by("-id")
        .values("id")[:1]
    )
    releases = list(
        Release.objects.filter(drug__in=ids, part=Part.MONOGRAPH.value, id=Subquery(latest))
        .select_related("revision")
        .defer("revision__document")
    )
    shown = [release.revision_id for release in releases if release.revision_id]
    signed = signed_of(shown)
    changes = _source_changes(shown)
    notices = notices_of(ids)
    corrections = _corrections(releases)
    return {
        release.drug_id: Facts(
            is_demo,
            released_at=release.released_at if release.revision else None,
            withdrawn_at=None if release.revision else release.released_at,
            withdrawn_because="" if release.revision else release.reason,
            written=written_in(release.revision) if release.revision else 0,
            change_kind=release.revision.change_kind if release.revision else "",
            signed=tuple(signed[release.revision_id or 0]),
            notices=tuple(_notice(row) for row in notices[release.drug_id]),
            source_changes=tuple(changes[release.revision_id or 0]),
            corrections=tuple(corrections[release.drug_id]),
        )
        for release in releases
    }


def signed_of(revisions: Collection[int]) -> dict[int, list[Signed]]:
    """Return the verdicts on each revision (by id) in the order of signing. One query."""
    found: dict[int, list[Signed]] = defaultdict(list)
    questioned = Questioned.objects.filter(person=OuterRef("reviewer"), at__gte=OuterRef("signed_at"))
    rows = Review.objects.filter(revision__in=revisions).order_by("pk")
    rows = rows.annotate(
        questioned_at=Subquery(questioned.order_by("pk").values("at")[:1]),
        questioned_because=Subquery(questioned.order_by("pk").values("reason")[:1]),
    )
    for row in rows if revisions else ():
        found[row.revision_id].append(
            Signed(
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
                questioned_at=row.questioned_at,
                questioned_because=row.questioned_because or "",
            )
        )
    return found


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
        cursor.execute(NOTICES.format(**names), [*drugs, *drugs])
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
    """Return the open notices that an approval of a revision answers. Three queries, five with others on classes.

    Besides those that readers see on the drug now, those of the classes that
    the revision names: its page may move to another class, or be new.
    """
    found = [row for row in notices_of([revision.drug_id])[revision.drug_id] if row.ended_at is None]
    others = SafetyNotice.objects.filter(drug_class__isnull=False, ended_at=None)
    rest = list(
        others.exclude(pk__in=[row.pk for row in found]).select_related("source", "drug_class").order_by("pk")
    )
    above = _classes_above(revision) if rest else set()
    return found + [row for row in rest if row.drug_class_id in above]


def _classes_above(revision: Revision) -> set[int]:
    """Return the ids of the classes that a frozen text names, and of those above them."""
    text = parsed(revision.document)
    slugs = {text.drug_class.slug, *(ref.slug for ref in text.other_classes)}
    rows = DrugClass.objects.values_list("pk", "slug", "parent")
    parents = {pk: parent for pk, _, parent in rows}
    found: set[int] = set()
    waiting = [pk for pk, slug, _ in rows if slug in slugs]
    while waiting:
        pk = waiting.pop()
        found.add(pk)
        if (parent := parents[pk]) is not None and parent not in found:
            waiting.append(parent)
    return found


def _notice(row: SafetyNotice) -> Notice:
    """Return a notice as the mark knows it."""
    return Notice(row.pk, row.posted_at, timezone.localdate(row.posted_at), row.ended_at)


def _source_changes(revisions: Collection[int]) -> dict[int, list[SourceChange]]:
    """Return the cited sources of each revision (by id) that were superseded. One query."""
    found: dict[int, list[SourceChange]] = defaultdict(list)
    rows = RevisionSource.objects.filter(revision__in=revisions, source__superseded_at__isnull=False)
    for row in rows.select_related("source__superseded_by").order_by("key") if revisions else ():
        newer, at = row.source.superseded_by, row.source.superseded_at
        if at is not None:
            found[row.revision_id].append(
                SourceChange(
                    row.key,
                    at,
                    timezone.localdate(at),
                    kind=SourceKind(row.source.kind).label,
                    revised_on=newer.revised_on if newer else None,
                )
            )
    return found


def _corrections(releases: Collection[Release]) -> dict[int, list[datetime]]:
    """Return for each drug (by id) when safety changes were submitted that readers do not see. One query."""
    found: dict[int, list[datetime]] = defaultdict(list)
    shown = {release.drug_id: release.revision.number if release.revision else 0 for release in releases}
    rows = Revision.objects.filter(
        drug__in=shown, part=Part.MONOGRAPH.value, change_kind=ChangeKind.SAFETY.value
    )
    for drug, number, at in rows.values_list("drug", "number", "submitted_at") if shown else ():
        if number > shown[drug]:
            found[drug].append(at)
    return found


def written_in(revision: Revision) -> int:
    """Return how many sections of a frozen text are written."""
    return len(revision.sections.keys() - {"lead"})
