"""People and their credentials in words, as several pages of the admin say them."""

from datetime import timedelta

from django.utils import timezone

from monographs import review
from monographs.admin.base import day
from monographs.presenters.words import listed
from monographs.review import Validity


def named(person):
    """Return a person's name, and the account's where it is another."""
    name = person.get_full_name()
    return name if name == person.username else f"{name} ({person.username})"


def done(person, at):
    """Return who did something and when, or None for what nobody has done."""
    return f"by {named(person)} on {day(at)}" if person else None


def last_day(credential):
    """Return the last day on which a credential holds."""
    return timezone.localdate(credential.ends_at - timedelta(microseconds=1))


def parts_of(credential):
    """Return what a credential lets its holder sign, in words."""
    parts = (("monographs", credential.may_sign_monographs), ("dosing", credential.may_sign_dosing))
    return listed([name for name, may in parts if may])


def state_of(credential, at):
    """Return how a credential stands, in words."""
    if credential.ended_at is not None:
        return f"{Validity.ENDED.value} {day(credential.ended_at)}: {credential.ended_because}"
    validity = review.validity_of(credential, at)
    if validity is Validity.WAITS:
        return validity.value
    return f"{validity.value} {day(credential.starts_at if validity is Validity.BEGINS else last_day(credential))}"
