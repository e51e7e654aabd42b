"""A lead who revokes takes the page down or shows an earlier text in the same step, or nothing happens."""

import pytest
from django.core.exceptions import PermissionDenied

from monographs import review
from monographs.models import LiveDrug, Review, SafetyNotice
from monographs.review import clinical_now
from monographs.vocabulary import SAFETY_SECTIONS, ChangeKind, Part
from tests import builders

pytestmark = pytest.mark.django_db
WHY = "The interval of blood tests is wrong."


@pytest.fixture
def second(db):
    """The approval of a second text that readers see."""
    builders.released()
    return builders.approved(lead="Amlodipine is taken for angina.")


def revoked(step, signed, by, **more):
    """Take a step of revoking."""
    return step(revision=signed.revision, by=by, digest=signed.digest, comment=WHY, **more)


def first_of(signed):
    """Return the first text of the drug."""
    return signed.revision.drug.revisions.get(number=1)


def test_a_lead_revokes_and_withdraws(second):
    revoked(review.revoke_and_withdraw, second, builders.credentialed("lead", builders.LEAD))

    assert LiveDrug.objects.get().monograph is None
    assert Review.objects.last().verdict == "revoke"


def test_a_lead_revokes_and_rolls_back_and_the_notice_stays(second):
    lead = builders.credentialed("lead", builders.LEAD)
    first = first_of(second)

    revoked(review.revoke_and_roll_back, second, lead, to=first, acknowledged=SAFETY_SECTIONS)

    assert LiveDrug.objects.get().monograph == first
    assert SafetyNotice.objects.get().text == WHY


@pytest.mark.parametrize("step", [review.revoke_and_withdraw, review.revoke_and_roll_back])
def test_a_reviewer_who_may_not_do_both_does_neither(second, step):
    more = {} if step is review.revoke_and_withdraw else {"to": first_of(second)}

    with pytest.raises(PermissionDenied):
        revoked(step, second, second.reviewer, **more)

    assert Review.objects.count() == 1
    assert not SafetyNotice.objects.exists()
    assert LiveDrug.objects.get().monograph == second.revision


def test_a_roll_back_that_is_refused_takes_the_revoke_with_it(second):
    lead = builders.credentialed("lead", builders.LEAD)

    with pytest.raises(review.NotAcknowledged):
        revoked(review.revoke_and_roll_back, second, lead, to=first_of(second))
    with pytest.raises(review.NotPossible):
        revoked(review.revoke_and_roll_back, second, lead, to=builders.submitted("Felodipine"))

    assert Review.objects.count() == 1


def test_an_edit_from_before_the_last_approval_is_not_named_as_the_reason(second):
    author = builders.person("editor", builders.EDITOR)
    drug = builders.written(lead="A third lead.", by=builders.person("other", builders.EDITOR))
    third = review.submit(
        drug=drug, part=Part.MONOGRAPH, by=author, change_kind=ChangeKind.CLINICAL, note="Third."
    )

    reasons = review.standing(third, author, at=clinical_now()).reasons

    day = f"{clinical_now():%-d %B %Y}"
    assert reasons[-1] == f"You contributed to revision 3 on {day}."
