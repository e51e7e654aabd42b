"""Recompute everything that the record claims. A restore runs this before it serves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from monographs.document import Problem, canonical_text, digest, parsed, unchanged_since
from monographs.models import (
    Contributor,
    Credential,
    Edit,
    Generation,
    Questioned,
    Release,
    Review,
    Revision,
    SafetyNotice,
)
from monographs.review import guards, live, search_keys
from monographs.review.clock import clinical_now
from monographs.review.facts import signed_of
from monographs.review.mark import Signed, effective, months_after
from monographs.review.notices import MOST_DAYS
from monographs.review.signing import MOST_MONTHS
from monographs.vocabulary import Part, Verdict


def broken() -> Iterator[str]:
    """Yield a sentence for everything that does not hold; nothing when all does."""
    yield from guards.differences(connection)
    yield from _revisions()
    yield from _signed()
    yield from _questioned()
    yield from _credentials()
    yield from _notices()
    yield from _releases()
    yield from live.wrong_rows()
    yield from search_keys.wrong_names()
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


def _signed() -> Iterator[str]:
    """Every verdict was given on exactly the text, by somebody who might, in the order of time."""
    rows = Review.objects.select_related("revision__drug", "credential").defer("revision__document")
    rows = rows.order_by("revision__drug", "revision__part", "pk")
    for _, mine in groupby(
        rows.iterator(chunk_size=500), lambda row: (row.revision.drug_id, row.revision.part)
    ):
        yield from _signed_of_part(list(mine))


def _signed_of_part(reviews: list[Review]) -> Iterator[str]:
    """The verdicts on one part of one drug, in the order of signing."""
    if unknown := [review for review in reviews if review.verdict not in {one.value for one in Verdict}]:
        yield from (f"Review {review.pk}: this is no verdict." for review in unknown)
        return
    drug, part = reviews[0].revision.drug_id, reviews[0].revision.part
    revisions = list(Revision.objects.filter(drug=drug, part=part).defer("document").order_by("number"))
    wrote = _authors(revisions)
    signed = signed_of([revision.pk for revision in revisions])
    counted: dict[int, list[Signed]] = defaultdict(list)
    answered = list(SafetyNotice.objects.filter(drug=drug))
    latest = None
    for review in reviews:
        if latest is not None and review.signed_at < latest:
            yield f"{review}: its time is before that of an earlier verdict."
        latest = review.signed_at
        yield from (f"{review}: {sentence}." for sentence in _conditions(review))
        before = _last_effective(revisions, counted, review)
        is_own = review.reviewer_id in _since(wrote, before, review.revision.number)
        was_approved = effective(counted[review.revision_id], review.signed_at) is not None
        if review.verdict == Verdict.APPROVE and is_own:
            yield f"{review}: the signer contributed since the approval before."
        if review.verdict == Verdict.APPROVE:
            for notice in answered:
                if _was_open(notice, review.signed_at) and not _answers(review, notice):
                    yield f"{review}: the safety notice {notice.pk} was open and not answered."
        if review.verdict == Verdict.REVOKE and not was_approved:
            yield f"{review}: there was no approval to revoke."
        counted[review.revision_id].append(signed[review.revision_id][len(counted[review.revision_id])])


def _conditions(review: Review) -> Iterator[str]:
    """What has to hold of one verdict, its text and its credential alone."""
    if review.digest != review.revision.digest:
        yield "the digest is not that of the revision"
    if review.signed_at < review.revision.submitted_at:
        yield "signed before the text was submitted"
    if review.signed_at > clinical_now():
        yield "signed in the future"
    if not _was_valid(review):
        yield "the signer had no valid credential, verified by another person before"
    if (review.printed_role, review.printed_body) != (review.credential.role, review.credential.body):
        yield "what is printed of the signer is not what the credential says"
    if review.printed_name and not review.credential.shows_name:
        yield "the signer's name is printed, and the credential does not say so"
    if review.verdict == Verdict.APPROVE:
        if not _is_allowed(review):
            yield f"the day of the next review is not within {MOST_MONTHS} months"
        if not review.interests.strip() or not review.attestation.strip():
            yield "nothing is declared"
    elif review.due_on is not None or not review.comment.strip():
        yield "no comment says why, or it names a day of a next review"


def _was_valid(review: Review) -> bool:
    """Tell whether the credential of a verdict let its signer sign that part at that moment."""
    row, at = review.credential, review.signed_at
    may = row.may_sign_dosing if review.revision.part == Part.DOSING else row.may_sign_monographs
    return (
        may
        and row.person_id == review.reviewer_id
        and row.verified_by_id not in (None, row.person_id)
        and row.verified_at is not None
        and row.verified_at <= at
        and row.starts_at <= at < row.ends_at
        and (row.ended_at is None or row.ended_at >= at)
    )


def _is_allowed(review: Review) -> bool:
    """Tell whether the day of the next review is one that policy allowed, wherever the signer was."""
    if review.due_on is None:
        return False
    signed_on, day = review.signed_at.astimezone(UTC).date(), timedelta(days=1)
    return signed_on - day <= review.due_on <= months_after(signed_on, MOST_MONTHS) + day


def _authors(revisions: list[Revision]) -> dict[int, set[int]]:
    """Return who wrote each revision, by its number: contributors, submitter and whoever edited before it."""
    found: dict[int, set[int]] = {}
    edits = list(
        Edit.objects.filter(drug=revisions[0].drug_id, part=revisions[0].part).values_list("by", "at")
    )
    people = defaultdict(set)
    for revision, person in Contributor.objects.filter(revision__in=revisions).values_list(
        "revision", "person"
    ):
        people[revision].add(person)
    after = None
    for row in revisions:
        edited = {by for by, at in edits if at <= row.submitted_at and (after is None or at >= after)}
        found[row.number] = people[row.pk] | {row.submitted_by_id} | edited
        after = row.submitted_at
    return found


def _last_effective(revisions: list[Revision], counted: dict[int, list[Signed]], review: Review) -> int:
    """Return the number of the newest revision before a verdict's own that was approved then, or 0."""
    return max(
        (
            row.number
            for row in revisions
            if row.number < review.revision.number and effective(counted[row.pk], review.signed_at)
        ),
        default=0,
    )


def _since(wrote: dict[int, set[int]], before: int, number: int) -> set[int]:
    """Return who wrote the revisions after one number up to another."""
    return set().union(*(people for one, people in wrote.items() if before < one <= number))


def _was_open(notice: SafetyNotice, at: datetime) -> bool:
    """Tell whether a notice was certainly up at a moment."""
    return notice.posted_at < at and (notice.ended_at is None or notice.ended_at > at)


def _answers(review: Review, notice: SafetyNotice) -> bool:
    """Tell whether an approval says something of a notice."""
    return any(about.startswith(f"Safety notice {notice.pk}:") and said for about, said in review.answers)


def _questioned() -> Iterator[str]:
    """Nobody questions what is yet to be signed."""
    for row in Questioned.objects.filter(at__gt=clinical_now()).select_related("person"):
        yield f"{row}: questioned in the future."


def _credentials() -> Iterator[str]:
    """Every credential was verified by another person after it was recorded, and ended after that."""
    now = clinical_now()
    for row in Credential.objects.select_related("person").order_by("pk").iterator(chunk_size=500):
        times = [at for at in (row.recorded_at, row.verified_at) if at is not None]
        if row.verified_by_id == row.person_id:
            yield f"Credential {row.pk} ({row}): verified by its holder."
        if times != sorted(times) or (row.ended_at is not None and row.ended_at < times[-1]):
            yield f"Credential {row.pk} ({row}): its times do not follow one another."
        if max(times) > now or (row.ended_at is not None and row.ended_at > now):
            yield f"Credential {row.pk} ({row}): a time is in the future."
        if (row.ended_at is None) != (row.ended_by_id is None) or (row.ended_at and not row.ended_because):
            yield f"Credential {row.pk} ({row}): ended without a person or a reason."


def _notices() -> Iterator[str]:
    """Every notice has one target, an origin and a day, and ended after it was put up, for a reason."""
    now = clinical_now()
    rows = SafetyNotice.objects.select_related("drug", "drug_class", "review__revision").order_by("pk")
    for row in rows.defer("review__revision__document").iterator(chunk_size=500):
        if (row.drug_id is None) == (row.drug_class_id is None):
            yield f"Safety notice {row.pk} ({row}): it has not one target."
        if row.source_id is None and row.review_id is None:
            yield f"Safety notice {row.pk} ({row}): it has no origin."
        if row.review and (
            row.review.verdict != Verdict.REVOKE or row.review.revision.drug_id != row.drug_id
        ):
            yield f"Safety notice {row.pk} ({row}): the review that it names is no revoke of this drug."
        if row.posted_at > now or (row.ended_at is not None and not row.posted_at <= row.ended_at <= now):
            yield f"Safety notice {row.pk} ({row}): its times do not follow one another."
        if (row.ended_at is None) != (row.ended_by_id is None) or (row.ended_at and not row.ended_because):
            yield f"Safety notice {row.pk} ({row}): ended without a person or a reason."
        if row.check_on > timezone.localdate(now) + timedelta(days=MOST_DAYS + 1):
            yield f"Safety notice {row.pk} ({row}): it is not looked at again within {MOST_DAYS} days."
    revokes = Review.objects.filter(verdict=Verdict.REVOKE.value, notices=None).select_related(
        "revision__drug"
    )
    for review in revokes.defer("revision__document"):
        if _was_shown(review):
            yield f"{review}: readers saw the text, and no notice was put up."


def _was_approved(release: Release) -> bool:
    """Tell whether what was released, if anything, had an approval that counted then."""
    revision = release.revision_id
    return revision is None or effective(signed_of([revision])[revision], release.released_at) is not None


def _was_shown(review: Review) -> bool:
    """Tell whether readers saw the text of a verdict, certainly, when it was signed."""
    releases = Release.objects.filter(drug=review.revision.drug_id, part=review.revision.part)
    shown = releases.filter(released_at__lt=review.signed_at).order_by("-id").first()
    same = releases.filter(released_at=review.signed_at)
    return shown is not None and shown.revision_id == review.revision_id and not same.exists()


def _releases() -> Iterator[str]:
    """Every release is of its own drug, after the revision, and in the order of time."""
    latest: dict[tuple[int, str], Release] = {}
    for release in Release.objects.select_related("drug", "revision").order_by("id").iterator(chunk_size=500):
        revision = release.revision
        if revision is not None and (revision.drug_id, revision.part) != (release.drug_id, release.part):
            yield f"{release}: the revision is of another drug or part."
        if revision is not None and release.released_at < revision.submitted_at:
            yield f"{release}: released before it was submitted."
        if release.part == Part.DOSING and not _was_approved(release):
            yield f"{release}: dosing was released without an approval."
        earlier = latest.get((release.drug_id, release.part))
        if earlier is not None and release.released_at < earlier.released_at:
            yield f"{release}: its time is before that of an earlier release."
        latest[release.drug_id, release.part] = release
    ahead = Release.objects.aggregate(at=Max("released_at"))["at"]
    if ahead is not None and ahead > clinical_now():
        yield "A release is dated in the future."
