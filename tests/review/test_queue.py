"""The reviewers' queue: what stands in it, in which order, for whom, and who takes what."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from monographs import review
from monographs.models import Assignment, Drug, DrugClass, ReviewDraft, Revision, Source
from monographs.review import Need, Wanted, clinical_now
from monographs.vocabulary import SAFETY_SECTIONS, ChangeKind, Part
from tests import builders
from tests.builders import EDITOR, LEAD, REVIEWER, SMPC, approval, approved, credentialed, person
from tests.review.test_races import at_once

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def today():
    return timezone.localdate(clinical_now())


def queue(who=None, later=timedelta()):
    """Return the rows for a person, by default one without a credential, as they will stand later."""
    return review.queue_for(who or person("onlooker"), at=clinical_now() + later).rows


def shown(rows):
    """Return names and needs."""
    return [(row.name, row.words) for row in rows]


def wanted(rows, **asked):
    """Return the names of the rows that are asked for."""
    return [row.name for row in review.chosen(rows, Wanted(**asked), today=today())]


def due_on(name, day):
    """Return the approval of a released monograph that is to be reviewed again on a day."""
    return approval(builders.released(name).monograph, due_on=day)


def superseded(name):
    """Return the approval of a monograph whose source was superseded since."""
    found = approved(name, sources={"smpc": {**SMPC, "identifier": f"emc/{name}"}})
    review.supersede(source=Source.objects.get(identifier=f"emc/{name}"), newer=None, by=person("e", EDITOR))
    return found


def notice_on(target, check_on):
    """Return a notice that is to be looked at again on a day."""
    source = Source.objects.get(identifier=SMPC["identifier"])
    return review.post_notice(
        on=target, text="Check the pulse first.", source=source, check_on=check_on, by=person("lead", LEAD)
    )


def changes(revision):
    """Ask for changes of a text."""
    review.request_changes(revision=revision, by=credentialed(), digest=revision.digest, comment="Reword.")


# Order


def everything():
    """Make a row of each kind, in another order than the queue's."""
    due_on("Verapamil", today() + 60 * DAY)
    approved("Diltiazem")
    changes(builders.submitted("Nimodipine"))
    builders.submitted("Felodipine")
    superseded("Lacidipine")
    due_on("Nifedipine", today())
    builders.submitted("Amlodipine")
    approval(builders.submitted("Nicardipine"))
    notice_on(DrugClass.objects.get(slug="calcium-channel-blockers"), today())
    builders.submitted("Isradipine", kind=ChangeKind.SAFETY)


ORDER = [
    ("Isradipine", "waiting for review"),
    ("Calcium-channel blocker", "notice check passed"),
    ("Nifedipine", "overdue"),
    ("Lacidipine", "source changed"),
    ("Felodipine", "waiting for review"),
    ("Amlodipine", "waiting for review"),
    ("Nicardipine", "approved, waiting for release"),
    ("Nimodipine", "changes requested"),
    ("Verapamil", "due within 90 days"),
]


def test_what_is_most_urgent_comes_first():
    everything()

    assert shown(queue(later=DAY)) == ORDER


def test_what_is_due_or_checked_today_is_not_late_yet():
    due_on("Nifedipine", today())
    notice_on(builders.written("Nifedipine"), today())

    assert shown(queue()) == [("Nifedipine", "due within 90 days")]


def test_a_review_12_months_overdue_has_lapsed_and_is_still_found_as_overdue():
    due_on("Nifedipine", today())

    rows = queue(later=400 * DAY)

    assert shown(rows) == [("Nifedipine", "lapsed")]
    assert wanted(rows, need=Need.OVERDUE) == wanted(rows, need=Need.LAPSED) == ["Nifedipine"]


def test_a_notice_on_a_drug_without_a_text_is_looked_at_again_too():
    builders.submitted()
    drug = builders.written("Nifedipine")
    notice_on(drug, today())

    first = queue(later=DAY)[0]

    assert (first.name, first.part, first.needs) == ("Nifedipine", None, (Need.CHECK,))


def test_a_new_text_of_an_overdue_page_is_one_row():
    due_on("Nifedipine", today())
    builders.submitted("Nifedipine", lead="Another lead.")

    assert shown(queue(later=DAY)) == [("Nifedipine", "waiting for review · overdue")]


def test_a_change_waits_since_the_first_text_that_nobody_judged():
    approved()
    first = builders.submitted(lead="A second lead.", kind=ChangeKind.SAFETY)
    builders.submitted(lead="A third lead.", kind=ChangeKind.EDITORIAL)

    (row,) = queue()

    assert (row.since, row.kind) == (first.submitted_at, ChangeKind.SAFETY)


def test_after_changes_were_requested_the_next_text_waits_anew():
    changes(builders.submitted())
    second = builders.submitted(lead="Another lead.")

    (row,) = queue()

    assert (row.words, row.since) == ("waiting for review", second.submitted_at)


def test_a_revoked_review_waits_again():
    found = approved()
    review.revoke(
        revision=found.revision, by=found.reviewer, digest=found.digest, comment="The interval is wrong."
    )

    (row,) = queue()

    assert (row.words, row.revision, row.last_signed) == ("review cancelled", found.revision_id, None)


def test_a_withdrawn_page_waits_for_nothing_but_a_new_text_of_it_does():
    found = approved()
    review.withdraw(drug=found.revision.drug, by=person("lead", LEAD), reason="Wrong.")
    assert queue() == []

    builders.submitted(lead="Another lead.")

    assert shown(queue()) == [("Amlodipine", "waiting for review")]


def test_after_a_roll_back_the_text_that_readers_see_is_to_be_signed():
    first = builders.released().monograph
    second = builders.submitted(lead="Another lead.")
    lead = person("lead", LEAD)
    review.release(revision=second, by=lead, reason="Newer.", acknowledged=SAFETY_SECTIONS)
    review.roll_back(revision=first, by=lead, reason="Better.", acknowledged=SAFETY_SECTIONS)

    (row,) = queue()

    assert row.revision == first.pk


def test_a_drug_that_ended_does_not_stand_in_the_queue():
    drug, heir = builders.submitted().drug, builders.submitted("Felodipine").drug
    assert [row.name for row in queue()] == ["Amlodipine", "Felodipine"]

    drug.successors.create(successor=heir, by=person("lead", LEAD), reason="The same.")

    assert [row.name for row in queue()] == ["Felodipine"]


# What a person can sign


def test_who_contributed_since_the_last_approval_cannot_sign():
    signer = credentialed()
    author = credentialed("author", REVIEWER)
    builders.submitted("Amlodipine", by=author)
    builders.submitted("Felodipine")

    assert wanted(queue(author), can_sign=True) == ["Felodipine"]
    assert wanted(queue(signer), can_sign=True) == ["Amlodipine", "Felodipine"]


def test_who_contributed_before_the_last_approval_can_sign_the_next_text():
    author = credentialed("author", REVIEWER)
    first = builders.submitted(by=author)
    approval(first, by=credentialed())
    builders.submitted(lead="Another lead.")

    (row,) = queue(author)

    assert row.can_sign
    assert review.standing(row_text(row), author, at=clinical_now()).may_approve


def test_who_wrote_the_text_that_was_approved_cannot_renew_it():
    author = credentialed("author", REVIEWER)
    live = builders.released(by=author)
    approval(live.monograph, due_on=today())

    (row,) = queue(author)

    assert not row.can_sign
    assert not review.standing(row_text(row), author, at=clinical_now()).may_approve


def test_the_queue_says_of_every_row_what_signing_says():
    authors = [credentialed(f"author {n}", REVIEWER) for n in range(3)]
    everything()
    for n, name in enumerate(("Amlodipine", "Verapamil", "Lacidipine", "Nimodipine", "Diltiazem")):
        text = builders.submitted(name, lead=f"By author {n}.", by=authors[n % 3])
        if n % 2:
            builders.submitted(name, lead="Another lead.", by=authors[(n + 1) % 3])
        elif n:
            changes(text)

    for who in [*authors, credentialed(), person("lead", LEAD)]:
        for row in queue(who):
            if row.part is not None and Need.TO_RELEASE not in row.needs:
                standing = review.standing(row_text(row), who, at=clinical_now())
                assert row.can_sign == standing.may_approve, (who.username, row.name)


def row_text(row):
    """Return the text of a row."""
    return Revision.objects.get(pk=row.revision)


@pytest.mark.parametrize("role", [EDITOR, REVIEWER, LEAD])
def test_nobody_without_a_credential_can_sign(role):
    builders.submitted()

    assert wanted(queue(person("somebody", role)), can_sign=True) == []


def test_a_credential_without_the_permission_signs_nothing():
    builders.submitted()

    assert wanted(queue(credentialed("former", EDITOR)), can_sign=True) == []


def test_a_credential_signs_until_it_ends():
    builders.submitted()
    signer = credentialed()

    assert wanted(queue(signer, later=364 * DAY), can_sign=True) == ["Amlodipine"]
    assert wanted(queue(signer, later=366 * DAY), can_sign=True) == []


def test_an_approved_text_waits_for_a_release_not_for_a_signature():
    approval(builders.submitted())
    signer = credentialed("second", REVIEWER)

    (row,) = queue(signer)

    assert not row.can_sign


def test_next_is_the_first_that_one_can_sign_and_nobody_else_has_taken():
    signer, other = credentialed(), credentialed("other", REVIEWER)
    builders.submitted("Amlodipine", by=signer)
    changes(builders.submitted("Felodipine"))
    taken = builders.submitted("Isradipine").drug
    builders.submitted("Nifedipine")
    review.take(drug=taken, part=Part.MONOGRAPH, by=other)

    assert review.next_for(queue(signer), signer).name == "Nifedipine"
    assert review.next_for(queue(other), other).name == "Amlodipine"


# Filters


def test_rows_are_found_by_what_they_need_when_they_are_due_and_by_any_name():
    everything()
    drug = Drug.objects.get(name="Felodipine")
    drug.names.create(name="Plendil", kind="brand", in_document=False)
    rows = queue(later=DAY)

    def on_the_morrow(**asked):
        return [row.name for row in review.chosen(rows, Wanted(**asked), today=today() + DAY)]

    assert on_the_morrow(need=Need.WAITING) == ["Isradipine", "Felodipine", "Amlodipine"]
    assert on_the_morrow(is_safety=True) == ["Isradipine"]
    assert on_the_morrow(due_in=0) == ["Calcium-channel blocker", "Nifedipine"]
    assert on_the_morrow(due_in=30) == ["Calcium-channel blocker", "Nifedipine"]
    assert on_the_morrow(due_in=90) == ["Calcium-channel blocker", "Nifedipine", "Verapamil"]
    assert on_the_morrow(name="plend") == ["Felodipine"]
    assert on_the_morrow(name="CALCIUM") == ["Calcium-channel blocker"]
    assert on_the_morrow(name="€") == [row.name for row in rows]
    assert on_the_morrow(classes={0}) == []
    assert len(on_the_morrow(classes={drug.primary_class_id})) == len(ORDER)


def test_rows_are_found_by_who_has_taken_them():
    drug = builders.submitted().drug
    builders.submitted("Felodipine")
    signer = person("pharmacist", REVIEWER)
    review.take(drug=drug, part=Part.MONOGRAPH, by=signer)

    assert wanted(queue(), holder=signer.pk) == ["Amlodipine"]
    assert wanted(queue(), holder=review.NOBODY) == ["Felodipine"]


# Who takes what


def held_by(drug, later=timedelta()):
    """Return the name of who holds the monograph of a drug, or None."""
    row = next(row for row in queue(later=later) if row.drug == drug.pk)
    return row.holder and row.holder.name


def test_a_row_that_somebody_took_is_refused_to_others_until_it_is_given_back():
    drug = builders.submitted().drug
    first, second = person("first", REVIEWER), person("second", REVIEWER)
    review.take(drug=drug, part=Part.MONOGRAPH, by=first)

    with pytest.raises(review.Taken, match="first has taken Amlodipine"):
        review.take(drug=drug, part=Part.MONOGRAPH, by=second)
    with pytest.raises(review.NotPossible):
        review.give_back(drug=drug, part=Part.MONOGRAPH, by=second)
    assert held_by(drug) == "first"

    review.give_back(drug=drug, part=Part.MONOGRAPH, by=first)
    review.take(drug=drug, part=Part.MONOGRAPH, by=second)
    assert held_by(drug) == "second"


def untouched(drug, age):
    """Let the assignment of a drug be as old as this."""
    Assignment.objects.filter(drug=drug).update(touched_at=clinical_now() - age)


def test_what_was_taken_lapses_when_nothing_is_done_for_seven_days():
    drug = builders.submitted().drug
    review.take(drug=drug, part=Part.MONOGRAPH, by=person("first", REVIEWER))
    untouched(drug, 7 * DAY - timedelta(minutes=1))
    assert held_by(drug) == "first"

    untouched(drug, 7 * DAY)

    assert held_by(drug) is None
    review.take(drug=drug, part=Part.MONOGRAPH, by=person("second", REVIEWER))
    assert held_by(drug) == "second"
    assert Assignment.objects.count() == 1


def test_taking_it_again_and_saving_a_draft_of_the_newest_text_keep_it():
    revision, first = builders.submitted(), person("first", REVIEWER)
    drug = revision.drug
    review.take(drug=drug, part=Part.MONOGRAPH, by=first)
    untouched(drug, 6 * DAY)
    review.take(drug=drug, part=Part.MONOGRAPH, by=first)
    assert held_by(drug, later=3 * DAY) == "first"

    untouched(drug, 8 * DAY)
    ReviewDraft.objects.create(revision=revision, person=person("second", REVIEWER))
    assert held_by(drug) is None
    ReviewDraft.objects.create(revision=revision, person=first)
    assert held_by(drug) == "first"
    with pytest.raises(review.Taken):
        review.take(drug=drug, part=Part.MONOGRAPH, by=person("second", REVIEWER))

    builders.submitted(lead="Another lead.")
    assert held_by(drug) is None


def test_a_verdict_ends_it():
    revision, signer = builders.submitted(), credentialed()
    review.take(drug=revision.drug, part=Part.MONOGRAPH, by=signer)

    approval(revision, by=signer)

    assert held_by(revision.drug) is None


def test_only_a_text_that_was_submitted_is_taken():
    with pytest.raises(review.NotPossible, match="was submitted yet"):
        review.take(drug=builders.written(), part=Part.MONOGRAPH, by=person("first", REVIEWER))


@pytest.mark.parametrize("step", [review.take, review.give_back])
def test_editors_take_nothing(step):
    drug = builders.submitted().drug

    with pytest.raises(PermissionDenied):
        step(drug=drug, part=Part.MONOGRAPH, by=person("editor", EDITOR))


@pytest.mark.django_db(transaction=True)
def test_of_several_who_take_at_once_one_has_it():
    drug = builders.submitted().drug
    people = [person(f"reviewer {n}", REVIEWER) for n in range(4)]

    raised = at_once(*(lambda one=one: review.take(drug=drug, part=Part.MONOGRAPH, by=one) for one in people))

    winner = raised.index(None)
    assert [type(error) for error in raised if error] == [review.Taken] * 3
    assert Assignment.objects.get().person == people[winner]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_what_has_lapsed_at_once_one_has_it():
    drug = builders.submitted().drug
    review.take(drug=drug, part=Part.MONOGRAPH, by=person("former", REVIEWER))
    untouched(drug, 8 * DAY)
    people = [person(f"reviewer {n}", REVIEWER) for n in range(2)]

    raised = at_once(*(lambda one=one: review.take(drug=drug, part=Part.MONOGRAPH, by=one) for one in people))

    assert sorted(map(type, raised), key=str) == sorted([type(None), review.Taken], key=str)
    assert Assignment.objects.get().person == people[raised.index(None)]


def test_the_queue_asks_the_same_however_many_rows():
    credentialed()
    counts = []
    for number in range(0, 10, 2):
        builders.submitted(f"Testol {number}")
        superseded(f"Testine{number}")
        changes(builders.submitted(f"Testamide {number}"))
        with CaptureQueriesContext(connection) as asked:
            rows = queue(person("pharmacist", REVIEWER))
        counts.append(len(asked))

    assert len(rows) == 15
    assert set(counts) == {counts[0]}
