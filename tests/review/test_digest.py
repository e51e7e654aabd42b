"""The daily digest: one for each reviewer and lead, and none when there is nothing to say."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from monographs import review
from monographs.models import Letter, Note
from monographs.review.digest import MOST_ROWS, news_of
from monographs.vocabulary import ChangeKind
from tests import builders, pages
from tests.review.test_letters import changed, reached

pytestmark = pytest.mark.django_db


def digests():
    """Return the digests in the order of their people."""
    return list(Letter.objects.filter(about__startswith="digest").order_by("to__username", "pk"))


def news(days=0, at=None):
    """Return what a digest some days ahead has to say, by heading."""
    at = (at or review.clinical_now()) + timedelta(days=days)
    return {group.title: group.rows for group in news_of(at)}


def day(value):
    """Return a day as letters write it."""
    return f"{value:%-d %B %Y}"


# Who gets one, and when


def test_reviewers_and_leads_get_one_digest_a_day(editor):
    for name, role in (("ann", builders.LEAD), ("bob", builders.REVIEWER), ("eve", builders.EDITOR)):
        reached(name, role)
    reached("cyd", builders.LEAD, builders.REVIEWER)
    builders.submitted()

    call_command("send_review_digest")
    call_command("send_review_digest")

    assert [letter.to.username for letter in digests()] == ["ann", "bob", "cyd"]
    assert not any(letter.is_urgent for letter in digests())


def test_there_is_no_digest_when_there_is_nothing_to_say():
    reached("ann", builders.LEAD)
    builders.approved()

    call_command("send_review_digest")

    assert digests() == []


def test_the_day_is_that_of_the_site(settings):
    reached("ann", builders.LEAD)
    builders.submitted()
    evening = timezone.now().replace(month=7, hour=22, minute=30)

    review.write_due_letters(at=evening)
    review.write_due_letters(at=evening + timedelta(hours=1))

    # A digest that never left makes room for the next.
    (letter,) = digests()
    assert day(timezone.localdate(evening + timedelta(hours=1))) in letter.subject
    assert evening.date() != timezone.localdate(evening + timedelta(hours=1))


def test_digests_that_left_stay_and_those_that_did_not_make_room(lead):
    reached("ann", builders.LEAD)
    reached("bob", builders.REVIEWER)
    builders.submitted()
    now = review.clinical_now()
    review.write_due_letters(at=now)
    Letter.objects.filter(to__username="ann").update(sent_at=now)

    review.write_due_letters(at=now + timedelta(days=1))

    assert [letter.to.username for letter in digests()] == ["ann", "ann", "bob"]


# What it says


def test_the_newest_texts_that_nobody_judged_wait_safety_changes_first(editor):
    builders.submitted("Felodipine")
    builders.submitted()
    changed(ChangeKind.SAFETY, by=editor)
    today = day(timezone.localdate())

    assert news() == {
        "Waiting for review": [
            f"Amlodipine, monograph: safety, since {today}",
            f"Felodipine, monograph: clinical, since {today}",
        ]
    }


def test_what_is_approved_back_with_its_authors_withdrawn_or_ended_does_not_wait(lead):
    builders.approved()
    back = builders.submitted("Felodipine")
    review.request_changes(
        revision=back, by=builders.credentialed(), digest=back.digest, comment="Say which ankles."
    )
    pages.withdrawn("Nifedipine")
    review.merge(
        drug=builders.released("Isradipine").drug,
        into=builders.released("Lacidipine").drug,
        by=lead,
        reason="The same medicine.",
    )

    assert [row.partition(",")[0] for row in news()["Waiting for review"]] == ["Lacidipine"]


def test_a_safety_change_that_is_back_with_its_authors_is_still_named(editor):
    builders.submitted()
    back = changed(ChangeKind.SAFETY, by=editor)
    review.request_changes(
        revision=back, by=builders.credentialed(), digest=back.digest, comment="Say which ankles."
    )

    assert news()["Waiting for review"] == [
        f"Amlodipine, monograph: safety, since {day(timezone.localdate())}, back with its authors"
    ]


def test_a_revoked_text_and_a_new_text_of_a_withdrawn_page_wait(lead):
    signed = builders.approved()
    review.revoke(
        revision=signed.revision, by=signed.reviewer, digest=signed.digest, comment="The text is wrong."
    )
    pages.withdrawn("Nifedipine")
    builders.submitted("Nifedipine", lead="A right lead.")

    assert [row.partition(",")[0] for row in news()["Waiting for review"]] == ["Amlodipine", "Nifedipine"]


def test_reviews_are_soon_due_then_overdue():
    signed = builders.approved()
    due, on = signed.due_on, f"Amlodipine: due {day(signed.due_on)}"
    noon = timezone.now().replace(hour=12)
    ahead = (due - timezone.localdate(noon)).days

    assert news(ahead - 31, noon) == {}
    assert news(ahead - 30, noon) == {"Review due within 30 days": [on]}
    assert news(ahead, noon) == {"Review due within 30 days": [on]}
    assert news(ahead + 1, noon) == {"Review overdue": [on]}
    assert news(ahead + 500, noon) == {"Review overdue": [on]}


def test_a_source_that_changed_since_review_is_named(editor):
    signed = builders.approved()
    review.supersede(source=signed.revision.drug.reference_smpc, newer=None, by=editor)

    assert news() == {
        "A source has changed since review": [f"Amlodipine: SmPC, noted {day(timezone.localdate())}"]
    }


def test_a_cancelled_review_is_neither_due_nor_overdue(lead):
    signed = builders.approved()
    review.question_reviews_of(person=signed.reviewer, by=lead, reason="Not registered.")

    assert list(news(days=900)) == ["Waiting for review"]


def test_tasks_are_named_until_they_are_answered(lead):
    signed = builders.approved()
    task = Note.objects.create(
        revision=signed.revision, text="Add the trial.", is_task=True, by=signed.reviewer
    )
    Note.objects.create(revision=signed.revision, text="Well said.", by=signed.reviewer)

    assert news() == {"Tasks": [f"Amlodipine, since {day(timezone.localdate())}: Add the trial."]}

    Note.objects.filter(pk=task.pk).update(answer="Done.", answered_by=lead, answered_at=timezone.now())
    assert news() == {}


def test_a_notice_whose_day_has_passed_is_named(lead):
    live = builders.approved().revision.drug.live
    today = timezone.localdate()
    review.post_notice(
        on=live.drug_class, text="Read first.", source=live.drug.reference_smpc, check_on=today, by=lead
    )

    assert "Safety notices to look at again" not in news()
    assert news(days=1)["Safety notices to look at again"] == [f"Calcium-channel blocker: by {day(today)}"]


def test_leads_alone_read_of_letters_that_failed():
    ann = reached("ann", builders.LEAD)
    reached("bob", builders.REVIEWER)
    builders.submitted()
    Letter.objects.create(
        to=ann, about="review 1", subject="You signed", text="Secret.", tries=1, failed_because="Refused."
    )

    review.write_due_letters(at=review.clinical_now())

    first, second = digests()
    assert "Letters that could not be sent: 1\n- To ann: You signed (Refused.)" in first.text
    assert "could not be sent" not in second.text
    assert "Secret." not in first.text


def test_a_long_group_names_some_and_counts_the_rest(settings):
    settings.ALLOWED_HOSTS, settings.DEMO = ["www.example.org"], False
    reached("ann", builders.LEAD)
    for number in range(MOST_ROWS + 3):
        builders.submitted(f"Testol {number:02}")

    review.write_due_letters(at=review.clinical_now())

    (letter,) = digests()
    assert letter.subject.endswith(f"waiting for review {MOST_ROWS + 3}")
    assert f"Waiting for review: {MOST_ROWS + 3}\n- Testol 00, monograph: clinical" in letter.text
    assert "- and 3 more" in letter.text
    assert letter.text.count("\n- ") == MOST_ROWS + 1
    assert letter.text.endswith("All of it: https://www.example.org/admin/monographs/assignment/")


def test_a_digest_asks_few_queries_however_many_drugs():
    counts = []
    reached("ann", builders.LEAD)
    for number in range(6):
        builders.approved(f"Testol {number}")
        builders.submitted(f"Felodipine {number}")
        with CaptureQueriesContext(connection) as asked:
            news_of(review.clinical_now())
        counts.append(len(asked))

    assert counts[1] == counts[-1] <= 15
