"""Recompute everything that the record claims. A restore runs this before it serves."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.models import Max

from monographs.document import Problem, canonical_text, digest, parsed, unchanged_since
from monographs.models import Generation, Release, Revision
from monographs.review import guards, live
from monographs.review.clock import clinical_now
from monographs.vocabulary import Part


def broken() -> Iterator[str]:
    """Yield a sentence for everything that does not hold; nothing when all does."""
    yield from guards.differences(connection)
    yield from _revisions()
    yield from _releases()
    yield from live.wrong_rows()
    if not Generation.objects.filter(pk=1).exists():
        yield "The generation row is missing."


def _revisions() -> Iterator[str]:
    """Digests, numbers, unchanged-since and cited sources of every revision."""
    before: Revision | None = None
    rows = Revision.objects.select_related("drug").order_by("drug_id", "part", "number")
    for revision in rows.iterator(chunk_size=200):
        if before is not None and (before.drug_id, before.part) != (revision.drug_id, revision.part):
            before = None
        yield from _revision(revision, before)
        before = revision


def _revision(revision: Revision, before: Revision | None) -> Iterator[str]:
    """One revision against the one before it."""
    if revision.digest != digest(revision.document):
        yield f"{revision}: the digest is not that of the document."
    if revision.number != (before.number + 1 if before else 1):
        yield f"{revision}: the number does not follow the one before."
    if not revision.contributors.filter(person=revision.submitted_by_id).exists():
        yield f"{revision}: who submitted it is not among its contributors."
    try:
        document = parsed(revision.document)
    except Problem as error:
        yield f"{revision}: the document cannot be read: {error}."
        return
    if canonical_text(document, Part(revision.part)) != revision.document:
        yield f"{revision}: the document is not in canonical form."
    if unchanged_since(document, revision.number, before.sections if before else {}) != revision.sections:
        yield f"{revision}: the digests of its sections are not those of the text."
    if set(revision.cited.values_list("key", flat=True)) != set(document.sources):
        yield f"{revision}: its cited sources are not those of the text."


def _releases() -> Iterator[str]:
    """Every release is of its own drug, after the revision, and in the order of time."""
    latest: dict[tuple[int, str], Release] = {}
    for release in Release.objects.select_related("drug", "revision").order_by("id").iterator(chunk_size=500):
        revision = release.revision
        if revision is not None and (revision.drug_id, revision.part) != (release.drug_id, release.part):
            yield f"{release}: the revision is of another drug or part."
        if revision is not None and release.released_at < revision.submitted_at:
            yield f"{release}: released before it was submitted."
        if release.part == Part.DOSING and revision is not None:
            yield f"{release}: dosing was released without an approval."
        earlier = latest.get((release.drug_id, release.part))
        if earlier is not None and release.released_at < earlier.released_at:
            yield f"{release}: its time is before that of an earlier release."
        latest[release.drug_id, release.part] = release
    ahead = Release.objects.aggregate(at=Max("released_at"))["at"]
    if ahead is not None and ahead > clinical_now():
        yield "A release is dated in the future."
