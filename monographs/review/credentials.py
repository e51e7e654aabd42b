"""Credentials: recorded by anyone who may, verified by another person, valid for a part and a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from monographs.models import Credential, Questioned
from monographs.models.fields import DatabaseNow
from monographs.review.actions import refuse_no_reason
from monographs.review.live import hold_generation, raise_generation
from monographs.review.people import require
from monographs.review.refusals import NotPossible
from monographs.vocabulary import Part

ASK = "You can read and comment, not sign. Ask a clinical lead to record your registration."


def valid(at: datetime, part: Part) -> Q:
    """Return the condition that a credential lets its holder sign a part at a moment."""
    may = Q(may_sign_dosing=True) if part is Part.DOSING else Q(may_sign_monographs=True)
    return may & Q(verified_at__lte=at, starts_at__lte=at, ends_at__gt=at, ended_at=None)


def credential_of(person: Any, part: Part, at: datetime) -> Credential | None:
    """Return the credential with which a person may sign a part at a moment, the longest valid first, or None."""
    return Credential.objects.filter(valid(at, part), person=person.pk).order_by("-ends_at", "pk").first()


def why_no_credential(person: Any, part: Part, at: datetime) -> str:
    """Return the sentence that tells a person why they cannot sign a part."""
    mine: QuerySet[Credential] = Credential.objects.filter(person=person.pk)
    mine = mine.filter(may_sign_dosing=True) if part is Part.DOSING else mine.filter(may_sign_monographs=True)
    last = mine.order_by("-ends_at", "-pk").first()
    if last is None:
        return ASK
    if last.ended_at is not None:
        return f"Your credential was ended: {last.ended_because} {ASK}"
    if last.verified_at is None:
        return "Nobody has verified your registration yet. You can read and comment, not sign."
    if last.starts_at > at:
        return f"Your credential begins on {_day(last.starts_at)}. You can read and comment, not sign."
    return f"Your credential ended on {_day(last.ends_at - timedelta(seconds=1))}. {ASK}"


@transaction.atomic
def verify_credential(*, credential: Credential, by: Any) -> None:
    """Confirm, as another person, that a registration was looked up and is true.

    Raises PermissionDenied, or NotPossible: one's own, verified or ended already.
    """
    require(by, "verify_credential")
    row = Credential.objects.select_for_update(of=("self",)).get(pk=credential.pk)
    if row.person_id == by.pk:
        raise NotPossible("Your own registration is verified by somebody else.")
    if row.verified_at is not None or row.ended_at is not None:
        raise NotPossible("This credential is verified or ended already.")
    Credential.objects.filter(pk=row.pk).update(verified_by=by, verified_at=DatabaseNow())


@transaction.atomic
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


@transaction.atomic
def question_reviews_of(*, person: Any, by: Any, reason: str) -> Questioned:
    """Cancel every approval that a person has signed until now, for one reason, and end their credentials.

    Each page that rests on one says so at once. Returns the row of record.
    Raises PermissionDenied, NeedsReason, or NotPossible for oneself.
    """
    require(by, "question_reviews")
    refuse_no_reason(reason)
    if person.pk == by.pk:
        raise NotPossible("Nobody questions their own reviews; revoke them one by one.")
    hold_generation()
    Credential.objects.filter(person=person, ended_at=None).update(
        ended_by=by, ended_at=DatabaseNow(), ended_because=reason.strip()
    )
    row = Questioned.objects.create(person=person, by=by, reason=reason.strip())
    raise_generation()
    return row


def _day(at: datetime) -> str:
    """Return a day as people read it."""
    return f"{timezone.localdate(at):%-d %B %Y}"
