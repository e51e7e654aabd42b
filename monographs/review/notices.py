"""Safety notices: put up at once, looked at again in time, ended with a reason."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from monographs.lint import lint_text
from monographs.models import Drug, DrugClass, SafetyNotice, Source
from monographs.models.fields import DatabaseNow
from monographs.review.actions import locked, refuse_no_reason
from monographs.review.clock import clinical_now
from monographs.review.live import hold_generation, raise_generation
from monographs.review.people import require
from monographs.review.refusals import BadDay, ContentErrors, NotPossible
from monographs.review.steps import step

MOST_DAYS = 90
LONGEST = 280
LONGEST_END = 200


@step
def post_notice(*, on: Drug | DrugClass, text: str, source: Source, check_on: date, by: Any) -> SafetyNotice:
    """Put a warning above the page of a drug, or of every drug of a class and the classes below it.

    Returns the notice. Raises PermissionDenied, Ended, ContentErrors for a text
    that breaks a content rule or is too long, BadDay for a day more than 90 days
    ahead or in the past, NotPossible when the same text is up there already.
    """
    require(by, "post_safetynotice")
    if isinstance(on, Drug):
        locked(on)
    else:
        DrugClass.objects.select_for_update(of=("self",)).get(pk=on.pk)
    _refuse_text(text)
    _refuse_day(check_on)
    hold_generation()
    target = {"drug": on} if isinstance(on, Drug) else {"drug_class": on}
    if SafetyNotice.objects.filter(**target, text=text.strip(), ended_at=None).exists():
        raise NotPossible("This notice is up already.")
    notice = SafetyNotice.objects.create(
        **target, text=text.strip(), source=source, check_on=check_on, posted_by=by
    )
    raise_generation()
    return notice


@step
def keep_notice(*, notice: SafetyNotice, check_on: date, by: Any) -> None:
    """Note that a notice still holds, and when it is looked at again.

    Raises PermissionDenied, BadDay, or NotPossible when it has ended.
    """
    require(by, "post_safetynotice")
    _refuse_day(check_on)
    if not SafetyNotice.objects.filter(pk=notice.pk, ended_at=None).update(check_on=check_on):
        raise NotPossible("This notice has ended.")
    raise_generation()


@step
def end_notice(*, notice: SafetyNotice, by: Any, reason: str) -> None:
    """Take a notice down; for 30 days readers see where it went.

    Raises PermissionDenied, NeedsReason, or NotPossible when it has ended.
    """
    require(by, "post_safetynotice")
    refuse_no_reason(reason)
    if len(reason.strip()) > LONGEST_END:
        raise NotPossible(f"Say in at most {LONGEST_END} characters where the notice went.")
    ended = SafetyNotice.objects.filter(pk=notice.pk, ended_at=None).update(
        ended_by=by, ended_at=DatabaseNow(), ended_because=reason.strip()
    )
    if not ended:
        raise NotPossible("This notice has ended.")
    raise_generation()


def refuse_notice_text(text: str) -> None:
    """Raise ContentErrors for a text that no notice may have."""
    _refuse_text(text)


def _refuse_text(text: str) -> None:
    """Raise ContentErrors for an empty or long text, or one that breaks a content rule."""
    if not text.strip():
        raise ContentErrors(["a notice needs a text"])
    if len(text.strip()) > LONGEST:
        raise ContentErrors([f"a notice has at most {LONGEST} characters, this has {len(text.strip())}"])
    if places := [
        f"{hit.advice} ({hit.excerpt!r})" for hit in lint_text(text, where="notice") if hit.is_error
    ]:
        raise ContentErrors(places)


def _refuse_day(check_on: date) -> None:
    """Raise BadDay unless the day is at most 90 days ahead."""
    today = timezone.localdate(clinical_now())
    last = today + timedelta(days=MOST_DAYS)
    if not today <= check_on <= last:
        raise BadDay(f"Choose a day from {today:%-d %B %Y} to {last:%-d %B %Y} for looking at it again.")
