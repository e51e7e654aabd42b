"""The mark is a pure function of facts and a moment."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils.timezone import localdate

from monographs import review
from monographs.models import DemoDatabase, LiveDrug, Release, Source
from monographs.review import Facts, State, clinical_now, facts_of, mark
from monographs.vocabulary import SourceKind
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
def test_facts_of_many_drugs_take_five_queries(django_assert_num_queries, lead):
    for name in ("Amlodipine", "Nifedipine", "Felodipine"):
        builders.approved(name)
    lives = list(LiveDrug.objects.all())
    for live in lives:
        review.post_notice(
            on=live.drug, text="Check it.", source=Source.objects.get(), check_on=localdate(), by=lead
        )
    with django_assert_num_queries(5):
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


@pytest.mark.django_db
def test_facts_tell_what_a_signer_answered_and_what_a_notice_says(lead):
    approval = builders.approved()
    live = LiveDrug.objects.get()
    source = Source.objects.get()
    notice = review.post_notice(
        on=live.drug_class, text="Check it.", source=source, check_on=localdate(), by=lead
    )

    facts = facts_of([live])[live.pk]

    assert list(facts.signed[0].answers) == [tuple(pair) for pair in approval.answers] != []
    told = facts.notices[0]
    assert (told.pk, told.text, told.check_on) == (notice.pk, "Check it.", localdate())
    assert (told.class_name, told.class_slug) == (live.drug_class.name, live.drug_class.slug)
    assert (told.source, told.title, told.url) == (SourceKind.SMPC, source.title, source.url)
    assert told.revised_on == source.revised_on
