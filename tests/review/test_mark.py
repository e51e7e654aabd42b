"""The mark is a pure function of facts and a moment."""

from datetime import UTC, datetime, timedelta

import pytest

from monographs import review
from monographs.models import DemoDatabase, LiveDrug, Release
from monographs.review import Facts, State, clinical_now, facts_of, mark
from tests import builders

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_released_text_is_not_reviewed():
    told = mark(Facts(is_demo=False, released_at=NOW, written=3), NOW)
    assert (told.state, told.written, told.is_demo) == (State.NOT_REVIEWED, 3, False)


def test_a_withdrawal_tells_when_and_why():
    told = mark(Facts(is_demo=True, withdrawn_at=NOW, withdrawn_because="Wrong."), NOW)
    assert (told.state, told.since, told.reason, told.is_demo) == (State.WITHDRAWN, NOW, "Wrong.", True)


def test_facts_later_than_the_moment_do_not_count():
    facts = Facts(is_demo=False, withdrawn_at=NOW)
    assert mark(facts, NOW - timedelta(microseconds=1)).state is State.NOT_REVIEWED


@pytest.mark.django_db
def test_facts_come_from_the_record_and_not_from_the_row(lead):
    live = builders.released()
    assert mark(facts_of([live])[live.pk], clinical_now()).state is State.NOT_REVIEWED

    review.withdraw(drug=live.drug, by=lead, reason="Wrong.")

    told = mark(facts_of([live])[live.pk], clinical_now())
    assert (told.state, told.reason) == (State.WITHDRAWN, "Wrong.")
    assert told.since == Release.objects.latest("id").released_at


@pytest.mark.django_db
def test_facts_of_many_drugs_take_six_queries(django_assert_num_queries):
    for name in ("Amlodipine", "Nifedipine", "Felodipine"):
        builders.released(name)
    lives = list(LiveDrug.objects.all())
    with django_assert_num_queries(6):
        assert len(facts_of(lives)) == 3


@pytest.mark.django_db
def test_every_mark_of_a_demonstration_says_so(lead):
    live = builders.released()
    DemoDatabase.objects.create(pk=1)
    assert mark(facts_of([live])[live.pk], clinical_now()).is_demo


@pytest.mark.django_db
def test_written_sections_are_counted_without_the_lead():
    live = builders.released()
    assert facts_of([live])[live.pk].written == 2
