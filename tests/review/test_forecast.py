"""What a step would do to marks is what it does."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from monographs import review
from monographs.models import LiveDrug, Questioned, Review, SafetyNotice
from monographs.review import clinical_now
from monographs.vocabulary import SAFETY_SECTIONS
from tests import builders, pages

pytestmark = pytest.mark.django_db


def noticed(on, by, text="Stop it in people with ankle swelling."):
    """Return a notice that a lead put up."""
    source = builders.written("Nifedipine").reference_smpc
    day = timezone.localdate(clinical_now()) + timedelta(days=30)
    return review.post_notice(on=on, text=text, source=source, check_on=day, by=by)


def words(turns):
    """Return for each page what lists show before and after."""
    return {str(one.live): (shown(one.before), shown(one.after)) for one in turns}


def shown(mark):
    """Return what lists show of a mark."""
    return " · ".join([mark.short, *mark.also])


def marks():
    """Return what lists show of every page now."""
    at = clinical_now()
    lives = {live.pk: live for live in LiveDrug.objects.all()}
    return {
        str(lives[pk]): shown(review.mark(facts, at)) for pk, facts in review.facts_of(lives.values()).items()
    }


def test_a_notice_on_a_class_changes_the_marks_below_it_as_was_told(lead):
    top = pages.drug_class("cardiac")
    below = pages.drug_class("calcium-channel-blockers", "Calcium-channel blocker", parent=top)
    builders.approved()
    builders.released("Felodipine")
    pages.withdrawn("Isradipine")
    before = marks()

    told = words(review.if_noticed(list(LiveDrug.objects.all()), at=clinical_now()))
    noticed(top, lead)

    after = marks()
    assert below.parent == top
    assert told == {name: (before[name], after[name]) for name in ("Amlodipine", "Felodipine")}
    assert after["Amlodipine"] == "Check first: safety notice"
    assert after["Felodipine"] == "Not reviewed · safety notice"
    assert after["Isradipine"] == before["Isradipine"] == "Withdrawn"


def test_the_end_of_a_notice_changes_the_marks_that_were_told(lead):
    builders.approved()
    notice = noticed(LiveDrug.objects.get().drug, lead)
    before = marks()

    told = words(review.if_notice_ended(notice, list(LiveDrug.objects.all()), at=clinical_now()))
    review.end_notice(notice=notice, by=lead, reason="now in Monitoring")

    assert told == {"Amlodipine": (before["Amlodipine"], marks()["Amlodipine"])}


def test_a_second_notice_and_the_end_of_one_of_two_change_no_mark(lead):
    builders.approved()
    live = LiveDrug.objects.get()
    first = noticed(live.drug, lead)
    assert review.if_noticed([live], at=clinical_now()) == []

    noticed(live.drug, lead, text="Another warning.")

    assert review.if_notice_ended(first, [live], at=clinical_now()) == []


def test_cancelling_a_persons_reviews_changes_the_marks_that_were_told_and_no_others(lead):
    signer, other = builders.credentialed(), builders.credentialed("other")
    builders.approved(by=signer)
    builders.approved("Felodipine", by=other)
    pages.withdrawn("Isradipine")
    before = marks()

    told = words(review.if_questioned(signer, at=clinical_now()))
    review.question_reviews_of(person=signer, by=lead, reason="Not registered.")

    after = marks()
    assert told == {"Amlodipine": (before["Amlodipine"], "Not reviewed: cancelled")}
    assert after == before | {"Amlodipine": "Not reviewed: cancelled"}
    assert review.if_questioned(signer, at=clinical_now()) == []


def test_a_text_that_another_person_signed_after_them_keeps_its_mark():
    signer, other = builders.credentialed(), builders.credentialed("other")
    approval = builders.approved(by=signer)
    revision = approval.revision
    review.renew(
        revision=revision,
        by=other,
        digest=revision.digest,
        interests="none",
        sources=dict.fromkeys(revision.cited.values_list("key", flat=True), "unchanged"),
        acknowledged=SAFETY_SECTIONS,
    )

    assert review.if_questioned(signer, at=clinical_now()) == []


def test_it_asks_few_queries_however_many_pages_and_writes_nothing(lead):
    signer = builders.credentialed()
    builders.approved(by=signer)
    counts = []
    for number in range(4):
        with CaptureQueriesContext(connection) as asked:
            review.if_questioned(signer, at=clinical_now())
        counts.append(len(asked))
        builders.approved(f"Testol {number}", by=signer)

    assert counts[0] == counts[-1] <= 8
    assert not Questioned.objects.exists()
    assert not SafetyNotice.objects.exists()
    assert Review.objects.count() == 5
