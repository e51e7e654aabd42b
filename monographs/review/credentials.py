"""Credentials: recorded by anyone who may, verified by another person, valid for a part and a time."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from monographs.models import Credential, Questioned, Review
from monographs.models.fields import DatabaseNow
from monographs.review.actions import refuse_no_reason
from monographs.review.clock import clinical_now
from monographs.review.days import span
from monographs.review.live import hold_generation, raise_generation
from monographs.review.mark import months_after
from monographs.review.people import require
from monographs.review.refusals import BadDay, NotPossible, TextChanged
from monographs.review.steps import step
from monographs.vocabulary import Part, Verdict

# A registration is looked up again within these; a first day before the earliest is a slip of the pen.
MOST_MONTHS = 120
EARLIEST = date(1940, 1, 1)
OWN = "Your own registration is verified by somebody else."
CLOSED = "This credential is verified or ended already."
ASK = "You can read and comment, not sign. Ask a clinical lead to record your registration."


class Validity(Enum):
    """How far a credential is. The value begins the words that people read."""

    WAITS = "waits for verification"
    BEGINS = "begins on"
    VALID = "valid until"
    ENDED = "ended on"


def validity_of(credential: Credential, at: datetime) -> Validity:
    """Return how far a credential is at a moment."""
    if credential.ended_at is not None or credential.ends_at <= at:
        return Validity.ENDED
    if credential.verified_at is None:
        return Validity.WAITS
    return Validity.BEGINS if credential.starts_at > at else Validity.VALID


def credential_span(first: date, last: date) -> tuple[datetime, datetime]:
    """Return the moments from which and until which a credential holds. Raises BadDay."""
    today = timezone.localdate(clinical_now())
    latest = months_after(today, MOST_MONTHS)
    if last < first:
        raise BadDay("The last day is before the first.")
    if first < EARLIEST:
        raise BadDay(f"Choose a first day from {EARLIEST:%-d %B %Y} on.")
    if not today <= last <= latest:
        raise BadDay(f"Choose a last day from {today:%-d %B %Y} to {latest:%-d %B %Y}.")
    return span(first, last)


def credential_digest(credential: Credential) -> str:
    """Return what tells whether a credential is still as somebody was shown it."""
    facts = (
        *(credential.person_id, credential.role, credential.body, credential.number),
        *(credential.may_sign_monographs, credential.may_sign_dosing, credential.shows_name),
        *(credential.starts_at.timestamp(), credential.ends_at.timestamp()),
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def refuse_closed(credential: Credential) -> None:
    """Hold a credential until the transaction ends. Raises NotPossible when it is verified or has ended."""
    row = Credential.objects.select_for_update(of=("self",)).get(pk=credential.pk)
    if row.verified_at is not None or row.ended_at is not None:
        raise NotPossible(CLOSED)


def why_not_verified(credential: Credential, by: Any) -> list[str]:
    """Return every sentence that says why a person cannot verify a credential. No query."""
    reasons = [OWN] if credential.person_id == by.pk else []
    if credential.verified_at is not None or credential.ended_at is not None:
        reasons.append(CLOSED)
    return reasons


def refuse_recording(credential: Credential) -> None:
    """Hold a person's registrations until the transaction ends.

    Raises NotPossible when this one is verified or has ended, or when the same stands already.
    """
    _held(credential.person_id)
    if credential.pk is not None:
        refuse_closed(credential)
    same = (
        "person",
        "role",
        "body",
        "number",
        "may_sign_monographs",
        "may_sign_dosing",
        "starts_at",
        "ends_at",
    )
    twins = Credential.objects.filter(**{name: getattr(credential, name) for name in same}, ended_at=None)
    if twins.exclude(pk=credential.pk).exists():
        raise NotPossible("This registration is recorded already.")


@step
def record_credential(*, credential: Credential, by: Any) -> None:
    """Write a new credential, or correct one that nobody has verified yet.

    Raises PermissionDenied, or NotPossible: verified, ended or recorded already.
    """
    require(by, "change_credential" if credential.pk else "add_credential")
    refuse_recording(credential)
    credential.recorded_by = by
    credential.save()


def valid(at: datetime, part: Part) -> Q:
    """Return the condition that a credential lets its holder sign a part at a moment."""
    may = Q(may_sign_dosing=True) if part is Part.DOSING else Q(may_sign_monographs=True)
    return may & Q(verified_at__lte=at, starts_at__lte=at, ends_at__gt=at, ended_at=None)


def credential_of(person: Any, part: Part, at: datetime) -> Credential | None:
    """Return the credential with which a person may sign a part at a moment, the longest valid first, or None."""
    return Credential.objects.filter(valid(at, part), person=person.pk).order_by("-ends_at", "pk").first()


def held_credential_of(person: Any, part: Part, at: datetime) -> Credential | None:
    """Return what `credential_of` does, held until the transaction ends.

    Who ends it meanwhile waits; when somebody was ending it, it is none any more.
    """
    found = credential_of(person, part, at)
    rows = Credential.objects.select_for_update(of=("self",)).filter(valid(at, part))
    return rows.filter(pk=found.pk).first() if found else None


def parts_of(person: Any, at: datetime) -> set[Part]:
    """Return the parts that a person has a credential to sign at a moment. One query."""
    is_valid = valid(at, Part.MONOGRAPH) | valid(at, Part.DOSING)
    rows = Credential.objects.filter(is_valid, person=person.pk)
    may = rows.values_list("may_sign_monographs", "may_sign_dosing")
    return {
        part
        for row in may
        for part, may_sign in zip((Part.MONOGRAPH, Part.DOSING), row, strict=True)
        if may_sign
    }


def why_no_credential(person: Any, part: Part, at: datetime) -> str:
    """Return the sentence that tells a person why they cannot sign a part."""
    mine: QuerySet[Credential] = Credential.objects.filter(person=person.pk)
    mine = mine.filter(may_sign_dosing=True) if part is Part.DOSING else mine.filter(may_sign_monographs=True)
    last = mine.order_by("-ends_at", "-pk").first()
    if last is None:
        return ASK
    if last.ended_at is not None:
        return f"Your credential was ended: {last.ended_because.rstrip('.')}. {ASK}"
    if last.verified_at is None:
        return "Nobody has verified your registration yet. You can read and comment, not sign."
    if last.starts_at > at:
        return f"Your credential begins on {_day(last.starts_at)}. You can read and comment, not sign."
    return f"Your credential ended on {_day(last.ends_at - timedelta(seconds=1))}. {ASK}"


@step
def verify_credential(*, credential: Credential, by: Any, seen: str | None = None) -> None:
    """Confirm, as another person, that a registration was looked up and is true.

    `seen` is the digest of the credential as a page showed it. Raises
    PermissionDenied, TextChanged when it was corrected since, or NotPossible:
    one's own, verified or ended already.
    """
    require(by, "verify_credential")
    refuse_closed(credential)
    row = Credential.objects.get(pk=credential.pk)
    if reasons := why_not_verified(row, by):
        raise NotPossible(reasons[0])
    if seen is not None and seen != credential_digest(row):
        raise TextChanged("It was corrected since you opened the page: look it up as it stands now.")
    Credential.objects.filter(pk=row.pk).update(verified_by=by, verified_at=DatabaseNow())


@step
def end_credential(*, credential: Credential, by: Any, reason: str) -> None:
    """Let nobody sign with a credential from now on. What was signed with it stands.

    Raises PermissionDenied, NeedsReason, or NotPossible when it has ended.
    """
    require(by, "verify_credential")
    refuse_no_reason(reason)
    hold_generation()
    ended = Credential.objects.filter(pk=credential.pk, ended_at=None).update(
        ended_by=by, ended_at=DatabaseNow(), ended_because=reason.strip()
    )
    if not ended:
        raise NotPossible("This credential has ended already.")


@step
def question_reviews_of(*, person: Any, by: Any, reason: str) -> Questioned:
    """Cancel every approval that a person has signed until now, for one reason, and end their credentials.

    Each page that rests on one says so at once. Returns the row of record.
    Raises PermissionDenied, NeedsReason, or NotPossible: oneself, or nothing
    of the person's is left to cancel.
    """
    require(by, "question_reviews")
    refuse_no_reason(reason)
    if sentence := why_not_questioned(_held(person.pk), by):
        raise NotPossible(sentence)
    hold_generation()
    Credential.objects.filter(person=person, ended_at=None).update(
        ended_by=by, ended_at=DatabaseNow(), ended_because=reason.strip()
    )
    row = Questioned.objects.create(person=person, by=by, reason=reason.strip())
    raise_generation()
    return row


def why_not_questioned(person: Any, by: Any) -> str:
    """Return the sentence that says why nobody can cancel a person's reviews now, or "". Two queries."""
    if person.pk == by.pk:
        return "Nobody questions their own reviews; revoke them one by one."
    questioned = Questioned.objects.filter(person=person, at__gte=OuterRef("signed_at"))
    approvals = Review.objects.filter(~Exists(questioned), reviewer=person, verdict=Verdict.APPROVE.value)
    if approvals.exists() or Credential.objects.filter(person=person, ended_at=None).exists():
        return ""
    return f"Nothing that {person.get_full_name()} signed counts now, and no credential of theirs stands."


def _held(person: int) -> Any:
    """Return a person, held until the transaction ends; what points to them can be written meanwhile."""
    return get_user_model().objects.select_for_update(no_key=True).get(pk=person)


def _day(at: datetime) -> str:
    """Return a day as people read it."""
    return f"{timezone.localdate(at):%-d %B %Y}"
