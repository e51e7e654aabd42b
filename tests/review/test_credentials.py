"""Credentials: recorded, corrected, verified as they were shown; reviews of a person cancelled once."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from monographs import review
from monographs.models import Credential, Generation, Questioned
from monographs.review import Validity, clinical_now
from monographs.vocabulary import Part
from tests import builders

pytestmark = pytest.mark.django_db


def today():
    return timezone.localdate(clinical_now())


def recorded(person, *, by, days=(-30, 365), **changes):
    """Return a credential that nobody has verified yet."""
    starts_at, ends_at = review.span(*(today() + timedelta(days=number) for number in days))
    known = {"role": "pharmacist", "body": "General Pharmaceutical Council", "number": "2012345"}
    credential = Credential(person=person, starts_at=starts_at, ends_at=ends_at, **(known | changes))
    review.record_credential(credential=credential, by=by)
    return credential


def test_who_records_a_credential_answers_for_it_and_who_corrects_it_next(lead, pharmacist):
    credential = recorded(pharmacist, by=lead)
    assert credential.recorded_by == lead

    another = builders.person("another", builders.LEAD)
    credential.number = "2012346"
    review.record_credential(credential=credential, by=another)

    assert Credential.objects.values_list("number", "recorded_by").get() == ("2012346", another.pk)


@pytest.mark.parametrize("role", [builders.EDITOR, builders.REVIEWER])
def test_only_leads_record_and_correct(lead, role):
    other = builders.person("other", role)
    with pytest.raises(PermissionDenied):
        recorded(other, by=other)

    credential = recorded(other, by=lead)
    with pytest.raises(PermissionDenied):
        review.record_credential(credential=credential, by=other)


def test_the_same_registration_is_recorded_once(lead, pharmacist):
    recorded(pharmacist, by=lead)

    with pytest.raises(review.NotPossible, match="recorded already"):
        recorded(pharmacist, by=lead)

    recorded(pharmacist, by=lead, may_sign_dosing=True)
    assert Credential.objects.count() == 2


def test_what_is_verified_or_ended_is_not_corrected(lead, pharmacist):
    verified, ended = recorded(pharmacist, by=lead), recorded(pharmacist, by=lead, number="1")
    review.verify_credential(credential=verified, by=lead)
    review.end_credential(credential=ended, by=lead, reason="A slip.")

    for credential in (verified, ended):
        with pytest.raises(review.NotPossible, match="verified or ended"):
            review.record_credential(credential=credential, by=lead)


def test_what_was_corrected_since_it_was_shown_is_not_verified(lead, pharmacist):
    credential = recorded(pharmacist, by=lead)
    seen = review.credential_digest(credential)
    credential.number = "2012346"
    review.record_credential(credential=credential, by=lead)

    with pytest.raises(review.TextChanged):
        review.verify_credential(credential=credential, by=lead, seen=seen)

    review.verify_credential(credential=credential, by=lead, seen=review.credential_digest(credential))
    assert Credential.objects.get().verified_by == lead


def test_a_credential_is_shown_alike_however_it_was_fetched(lead, pharmacist):
    credential = recorded(pharmacist, by=lead)

    assert review.credential_digest(Credential.objects.get()) == review.credential_digest(credential)


def test_how_far_a_credential_is(lead, pharmacist):
    waiting = recorded(pharmacist, by=lead)
    assert review.validity_of(waiting, clinical_now()) is Validity.WAITS

    review.verify_credential(credential=waiting, by=lead)
    valid = Credential.objects.get()

    assert review.validity_of(valid, clinical_now()) is Validity.VALID
    assert review.validity_of(valid, valid.ends_at) is Validity.ENDED
    assert review.validity_of(valid, valid.ends_at - timedelta(microseconds=1)) is Validity.VALID
    assert review.validity_of(valid, valid.starts_at - timedelta(microseconds=1)) is Validity.BEGINS
    review.end_credential(credential=valid, by=lead, reason="Left.")
    assert review.validity_of(Credential.objects.get(), clinical_now()) is Validity.ENDED


@pytest.mark.parametrize("reason", ["Registration lapsed", "Registration lapsed."])
def test_who_signs_no_more_reads_why(lead, pharmacist, reason):
    review.end_credential(credential=recorded(pharmacist, by=lead), by=lead, reason=reason)

    sentence = review.why_no_credential(pharmacist, Part.MONOGRAPH, clinical_now())

    assert sentence.startswith("Your credential was ended: Registration lapsed. You can read and comment")


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        (date(2026, 1, 2), date(2026, 1, 1), "before the first"),
        (date(1, 1, 1), date(2027, 1, 1), "first day from 1 January 1940"),
        (date(2020, 1, 1), date(2020, 1, 2), "Choose a last day from"),
        (date(2020, 1, 1), date.max, "Choose a last day from"),
    ],
)
def test_a_day_that_is_a_slip_of_the_pen_is_refused_in_words(first, last, sentence):
    with pytest.raises(review.BadDay, match=sentence):
        review.credential_span(first, last)


def test_a_credential_whose_last_day_is_today_holds_today():
    starts_at, ends_at = review.credential_span(today(), today())

    assert starts_at <= clinical_now() < ends_at


def test_reviews_are_cancelled_once_until_there_are_new_ones(lead):
    signer = builders.credentialed()
    builders.approved(by=signer)
    review.question_reviews_of(person=signer, by=lead, reason="Not registered.")
    generation = Generation.objects.get().number

    with pytest.raises(review.NotPossible, match="signed counts now"):
        review.question_reviews_of(person=signer, by=lead, reason="Not registered.")
    assert Questioned.objects.count() == 1
    assert Generation.objects.get().number == generation

    builders.approved("Felodipine", by=builders.credentialed())
    review.question_reviews_of(person=signer, by=lead, reason="Again.")
    assert Questioned.objects.count() == 2


def test_there_is_nothing_to_cancel_of_who_never_signed(lead, pharmacist):
    with pytest.raises(review.NotPossible, match="signed counts now"):
        review.question_reviews_of(person=pharmacist, by=lead, reason="Not registered.")
