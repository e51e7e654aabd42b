"""Dates and names as readers read them."""

from datetime import date, datetime

from django import template
from django.utils import timezone

from monographs.presenters.words import lower_first

register = template.Library()

NO_BREAK = "\u00a0"
MONTHS = (
    "",
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@register.filter
def day(value: date | datetime | None) -> str:
    """Return a date as "4 July 2026" with no-break spaces; a moment in local time; None as ""."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value)
    return NO_BREAK.join((str(value.day), MONTHS[value.month], str(value.year)))


@register.filter
def day_in(value: date, at: datetime) -> str:
    """Return a date as "4 July" when it is of the same year as a moment, else as "4 July 2026"."""
    whole = day(value)
    return whole.rpartition(NO_BREAK)[0] if value.year == timezone.localtime(at).year else whole


@register.filter
def moment(value: datetime) -> str:
    """Return a moment in local time as "4 July 2026, 10:05"."""
    return f"{day(value)}, {timezone.localtime(value):%H:%M}"


@register.filter
def running(name: str) -> str:
    """Return a name as it stands within a sentence."""
    return lower_first(name)


@register.filter
def sentence(text: str) -> str:
    """Return text with a full stop at its end, if it has no end yet."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
