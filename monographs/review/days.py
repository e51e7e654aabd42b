"""Days where the site is, and the moments at which they begin."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from monographs.review.mark import months_after

LAPSED_AFTER_MONTHS = 12


def span(first: date, last: date) -> tuple[datetime, datetime]:
    """Return the moments from which and until which something holds that begins and ends with these days."""
    return _midnight(first), _midnight(last + timedelta(days=1))


def overdue_from(due_on: date) -> datetime:
    """Return the moment from which a review that is due on a day is overdue: the end of that day."""
    return _midnight(due_on + timedelta(days=1))


def lapsed_from(due_on: date) -> datetime:
    """Return the moment from which an overdue review counts no more, 12 months after it was due."""
    return _midnight(months_after(due_on, LAPSED_AFTER_MONTHS) + timedelta(days=1))


def _midnight(day: date) -> datetime:
    """Return the moment at which a day begins where the site is."""
    return datetime.combine(day, time.min, timezone.get_default_timezone())
