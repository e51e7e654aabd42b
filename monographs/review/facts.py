"""The facts that marks are made of, in a fixed number of queries for any set of drugs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from monographs.models import (
    DemoDatabase,
    Drug,
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

# Notices by drug: its own, and those of each class that it stands under. Of a drug that
# readers never saw the working classes count: its reviewer has to know what its readers will.
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
SELECT drug.id, under.notice_id FROM under
JOIN {drug} drug ON drug.primary_class_id = under.class_id OR EXISTS (
    SELECT 1 FROM {other} other WHERE other.drug_id = drug.id AND other.drugclass_id = under.class_id)
WHERE drug.id IN ({ids}) AND NOT EXISTS (SELECT 1 FROM {live} live WHERE live.drug_id = drug.id)
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


def facts_if_shown(revision: Revision, at: datetime) -> Facts:
    """Return the facts of a drug as they would be if readers saw this revision from a moment on. Five queries."""
    return Facts(
        DemoDatabase.objects.exists(),
        released_at=at,
        written=written_in(revision),
        change_kind=revision.change_kind,
        signed=tuple(signed_of([revision.pk])[revision.pk]),
        notices=tuple(_notice(row) for row in notices_of([revision.drug_id])[revision.drug_id]),
        source_changes=tuple(_source_changes([revision.pk])[revision.pk]),
    )


def signed_of(revisions: Collection[int]) -> dict[int, list[Signed]]:
    """Return the verdicts on each revision (by id) in the order of signing. One query."""
    found: dict[int, list[Signed]] = defaultdict(list)
    for row in reviews_of(revisions) if revisions else ():
        found[row.revision_id].append(as_signed(row))
    return found


def reviews_of(revisions: Collection[int] | QuerySet[Revision]) -> QuerySet[Review]:
    """Return the verdicts on revisions (by id) in the order of signing, with what cancelled them."""
    questioned = Questioned.objects.filter(person=OuterRef("reviewer"), at__gte=OuterRef("signed_at"))
    return (
        Review.objects.filter(revision__in=revisions)
        .order_by("pk")
        .annotate(
            questioned_at=Subquery(questioned.order_by("pk").values("at")[:1]),
            questioned_because=Subquery(questioned.order_by("pk").values("reason")[:1]),
        )
    )


def as_signed(row: Any) -> Signed:
    """Return a verdict of `reviews_of` as the mark knows it."""
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
        questioned_at=row.questioned_at,
        questioned_because=row.questioned_because or "",
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
        "drug": Drug._meta.db_table,
        "other": Drug.other_classes.through._meta.db_table,
        "live": LiveDrug._meta.db_table,
        "ids": ", ".join(["%s"] * len(drugs)),
    }
    with connection.cursor() as cursor:
        cursor.execute(NOTICES.format(**names), [*drugs] * 3)
        pairs = cursor.fetchall()
    rows = SafetyNotice.objects.select_related("source", "drug_class").in_bulk(
        {notice for _, notice in pairs}
    )
    for drug, notice in pairs:
        found[drug].append(rows[notice])
    for mine in found.values():
        mine.sort(key=lambda row: (row.posted_at, row.pk), reverse=True)
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
