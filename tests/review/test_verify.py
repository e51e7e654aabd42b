"""What only the owner of the database can do is found by verify_reviews."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from monographs.models import Generation, LiveDrug, Release, Revision, RevisionSource
from monographs.review import guards
from tests import builders

pytestmark = pytest.mark.django_db


def verified():
    """Return whether verify_reviews is content."""
    try:
        call_command("verify_reviews", verbosity=0)
    except CommandError:
        return False
    return True


@pytest.fixture
def live():
    """A released drug whose record holds."""
    row = builders.released()
    builders.submitted(lead="Another lead.")
    assert verified()
    return row


def as_owner(change):
    """Make a change with the guards lifted, and put them back."""
    guards.lift(connection)
    change()
    guards.install(connection)


@pytest.mark.parametrize(
    "change",
    [
        lambda: Revision.objects.filter(number=1).update(document=Revision.objects.get(number=2).document),
        lambda: Revision.objects.filter(number=1).update(digest="0" * 64),
        lambda: Revision.objects.filter(number=2).update(number=3),
        lambda: Revision.objects.filter(number=2).update(sections={}),
        lambda: Revision.objects.filter(number=1).update(document="{}", digest="0" * 64),
        lambda: RevisionSource.objects.filter(revision__number=1).delete(),
        lambda: Revision.objects.get(number=2).contributors.all().delete(),
        lambda: Release.objects.update(revision=Revision.objects.get(number=2)),
        lambda: Release.objects.update(released_at="2020-01-01T00:00:00Z"),
        lambda: Release.objects.update(released_at="2100-01-01T00:00:00Z"),
        lambda: LiveDrug.objects.update(name="Another name"),
        lambda: LiveDrug.objects.update(flags=["cytotoxic"]),
        lambda: LiveDrug.objects.get().classes.clear(),
        lambda: LiveDrug.objects.all().delete(),
        lambda: Generation.objects.all().delete(),
    ],
)
def test_a_forgery_by_the_owner_is_found(live, change):
    as_owner(change)
    assert not verified()


def test_a_lifted_guard_is_found(live):
    guards.lift(connection)
    assert not verified()
