"""What only the owner of the database can do is found by verify_reviews."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from monographs import review
from monographs.models import (
    Contributor,
    Credential,
    Edit,
    Generation,
    LiveDrug,
    Questioned,
    Release,
    Review,
    Revision,
    RevisionSource,
    SafetyNotice,
    Source,
)
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


@pytest.fixture
def approval():
    """An approval, a revoke with its notice, and an approval of somebody who was questioned later."""
    row = builders.approved()
    builders.noticed(row.revision.drug)
    other = builders.approved("Nifedipine", by=builders.credentialed("other")).revision
    review.revoke(
        revision=other, by=builders.credentialed("other"), digest=other.digest, comment="The lead is wrong."
    )
    lead = builders.person("lead", builders.LEAD)
    review.question_reviews_of(person=builders.person("other"), by=lead, reason="Not registered.")
    assert verified()
    return row


PAST, AHEAD = "2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z"


def first(model, **changes):
    """Return a change of the first row of a model."""
    return lambda: model.objects.filter(pk=model.objects.order_by("pk").first().pk).update(**changes)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (first(Review, digest="0" * 64), "the digest is not that of the revision"),
        (first(Review, verdict="maybe"), "this is no verdict"),
        (first(Review, verdict="revoke", due_on=None, comment="x"), "there was no approval to revoke"),
        (first(Review, due_on="2035-01-01"), "not within 36 months"),
        (first(Review, due_on="2020-01-01"), "not within 36 months"),
        (first(Review, interests=""), "nothing is declared"),
        (first(Review, printed_role="professor"), "not what the credential says"),
        (first(Review, printed_name="Somebody"), "the credential does not say so"),
        (first(Review, signed_at=PAST), "signed before the text was submitted"),
        (first(Review, signed_at=AHEAD), "signed in the future"),
        (lambda: Review.objects.filter(verdict="revoke").update(comment=""), "no comment says why"),
        (
            lambda: SafetyNotice.objects.exclude(review=None).update(
                review=None, source=Source.objects.first()
            ),
            "no notice was put up",
        ),
        (first(Credential, verified_at=AHEAD), "no valid credential"),
        (first(Credential, verified_at=None, verified_by=None), "no valid credential"),
        (first(Credential, ends_at=PAST, starts_at="2019-01-01T00:00:00Z"), "no valid credential"),
        (first(Credential, may_sign_monographs=False, may_sign_dosing=True), "no valid credential"),
        (first(Credential, recorded_at=AHEAD), "do not follow one another"),
        (
            lambda: Credential.objects.exclude(ended_at=None).update(ended_at=PAST),
            "do not follow one another",
        ),
        (lambda: Questioned.objects.update(at=AHEAD), "questioned in the future"),
        (first(SafetyNotice, posted_at=AHEAD), "do not follow one another"),
        (first(SafetyNotice, posted_at="2026-01-01T00:00:00Z"), "was open and not answered"),
        (first(SafetyNotice, check_on="2035-01-01"), "looked at again within 90 days"),
        (
            lambda: Contributor.objects.create(revision=Revision.objects.first(), person=signer()),
            "contributed",
        ),
        (lambda: Edit.objects.filter(drug__slug="amlodipine").update(by=signer()), "contributed"),
    ],
)
def test_a_forgery_of_a_signature_by_the_owner_is_found(approval, capsys, change, said):
    as_owner(change)
    assert not verified()
    assert said in capsys.readouterr().err


def without_review():
    """Let the notice of the revoke seem to be another."""
    notices = SafetyNotice.objects.exclude(review=None)
    notices.update(review=None, source=Source.objects.first())


def signer():
    """Return who signed the first approval."""
    return Review.objects.first().reviewer


def test_dosing_that_was_released_without_an_approval_is_found(approval, capsys):
    row = {
        field.attname: getattr(approval.revision, field.attname) for field in Revision._meta.concrete_fields
    }
    del row["submitted_at"]
    dosing = Revision.objects.create(**row | {"id": None, "part": "dosing"})

    as_owner(
        lambda: Release.objects.create(
            drug=dosing.drug, part="dosing", revision=dosing, by=approval.reviewer, reason="Forged."
        )
    )

    assert not verified()
    assert "dosing was released without an approval" in capsys.readouterr().err


def test_a_lifted_guard_is_found(live):
    guards.lift(connection)
    assert not verified()
