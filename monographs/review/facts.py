"""The facts that marks are made of, in a fixed number of queries for any set of drugs."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import OuterRef, Subquery

from monographs.models import DemoDatabase, LiveDrug, Release, Revision
from monographs.review.mark import Facts
from monographs.vocabulary import Part


def facts_of(lives: Iterable[LiveDrug]) -> dict[int, Facts]:
    """Return the facts of each drug by its id. Two queries, whatever the number.

    Facts come from the record of releases, not from the rows given.
    """
    ids = [live.pk for live in lives]
    is_demo = DemoDatabase.objects.exists()
    latest = (
        Release.objects.filter(drug=OuterRef("drug"), part=Part.MONOGRAPH.value)
        .order_by("-id")
        .values("id")[:1]
    )
    releases = (
        Release.objects.filter(drug__in=ids, part=Part.MONOGRAPH.value, id=Subquery(latest))
        .select_related("revision")
        .defer("revision__document")
    )
    return {release.drug_id: _facts(release, is_demo) for release in releases}


def _facts(release: Release, is_demo: bool) -> Facts:
    """Return the facts of the latest release."""
    if release.revision is None:
        return Facts(is_demo, withdrawn_at=release.released_at, withdrawn_because=release.reason)
    return Facts(is_demo, released_at=release.released_at, written=_written(release.revision))


def _written(revision: Revision) -> int:
    """Return how many sections of a frozen text are written."""
    return len(revision.sections.keys() - {"lead"})
