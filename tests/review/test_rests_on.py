"""What an approval rests on: the texts approved before it, its sources, and the notices above its page."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from monographs import review
from monographs.models import DrugClass, LiveDrug, Source
from monographs.review import State, clinical_now, facts_of, mark
from monographs.vocabulary import SAFETY_SECTIONS, ChangeKind
from tests import builders
from tests.admin.forms import signed_in

pytestmark = pytest.mark.django_db
WHY = "The signer had not read it."


def mark_now(at=None):
    """Return the mark of the only live drug."""
    live = LiveDrug.objects.get()
    return mark(facts_of([live])[live.pk], at or clinical_now())


def second_text(lead, signer="second", kind=ChangeKind.CLINICAL):
    """Release and approve a second text, of which one section changed. Returns both approvals."""
    first = builders.approved()
    revision = builders.submitted(
        kind=kind,
        sections={"indications": "High blood pressure. [smpc 4.1]", "monitoring": "Pulse. [smpc 4.4]"},
    )
    second = builders.approval(revision, by=builders.credentialed(signer))
    review.release(revision=revision, by=lead, reason="New.", acknowledged=SAFETY_SECTIONS)
    return first, second


def replaced(source):
    """Return a newer source that supersedes one from now on."""
    newer = Source.objects.get(pk=source.pk)
    newer.pk, newer.revision, newer.superseded_by, newer.superseded_at = (
        None,
        f"{source.revision} +",
        None,
        None,
    )
    newer.save(force_insert=True)
    review.supersede(source=source, newer=newer, by=builders.person("editor", builders.EDITOR))
    return newer


def renewed(revision, by):
    """Return the renewal of an approval."""
    task = review.task_of(revision, at=clinical_now())
    return review.renew(
        revision=revision,
        by=by,
        digest=revision.digest,
        interests="none",
        sources=dict.fromkeys(task.keys, "It still says so."),
        acknowledged=task.unwritten,
        answers={notice.pk: "The text says so." for notice in task.notices},
    )


def test_an_approval_counts_no_more_when_the_one_that_it_rests_on_is_questioned(lead):
    first, second = second_text(lead)
    assert mark_now().state is State.REVIEWED

    review.question_reviews_of(person=first.reviewer, by=lead, reason=WHY)

    assert (mark_now().state, mark_now().reason) == (State.CANCELLED, WHY)
    renewed(second.revision, second.reviewer)
    assert mark_now().state is State.REVIEWED


def test_an_approval_counts_no_more_when_the_one_that_it_rests_on_is_revoked(lead):
    first, _ = second_text(lead)

    review.revoke(revision=first.revision, by=first.reviewer, digest=first.digest, comment="It is wrong.")

    assert mark_now().state is State.CANCELLED


def test_questioning_the_signer_of_an_earlier_text_names_the_page(lead):
    first, _ = second_text(lead)

    turns = review.if_questioned(first.reviewer, at=clinical_now())

    assert [str(turn.live) for turn in turns] == ["Amlodipine"]


def test_an_approval_of_other_words_does_not_answer_for_a_changed_source(lead):
    builders.approved()
    replaced(Source.objects.get())
    assert mark_now().state is State.SOURCE_CHANGED
    revision = builders.submitted(lead="Another lead of it.", kind=ChangeKind.EDITORIAL)
    approval = builders.approval(revision, by=builders.credentialed("second"))

    review.release(revision=revision, by=lead, reason="Words.", acknowledged=SAFETY_SECTIONS)

    assert mark_now().state is State.SOURCE_CHANGED
    renewed(revision, approval.reviewer)
    assert mark_now().state is State.REVIEWED


def test_a_section_whose_source_is_another_is_read_again():
    approval = builders.approved()
    newer = {**builders.SMPC, "revision": "1 June 2026", "revised_on": "2026-06-01"}
    revision = builders.submitted(sources={"smpc": newer}, kind=ChangeKind.EDITORIAL)

    task = review.task_of(revision, at=clinical_now())

    assert task.basis == approval.revision
    assert [kind.value for kind in task.changed] == ["indications", "monitoring"]
    with pytest.raises(review.NotRead, match="Monitoring"):
        builders.approval(revision, by=builders.credentialed("second"), read=())


def test_a_source_whose_successor_is_superseded_in_its_turn_has_changed_again():
    approval = builders.approved()
    newer = replaced(Source.objects.get())
    renewed(approval.revision, approval.reviewer)
    assert mark_now().state is State.REVIEWED

    replaced(newer)

    assert mark_now().state is State.SOURCE_CHANGED


def test_a_change_of_wording_does_not_renew_a_review_that_was_due(lead, monkeypatch):
    approval = builders.approval(builders.released().monograph, due_on=localdate())
    revision = builders.submitted(lead="Another lead of it.", kind=ChangeKind.EDITORIAL)
    later = clinical_now() + timedelta(days=2)
    monkeypatch.setattr("monographs.review.signing.clinical_now", lambda: later)

    with pytest.raises(review.OutOfOrder, match="renew the review"):
        builders.approval(revision, by=builders.credentialed("second"))
    assert approval.revision.drug.revisions.count() == 2


def test_no_class_moves_while_a_notice_is_open_above_it(editor, lead):
    builders.approved()
    top = DrugClass.objects.create(name="Antihypertensive", slug="antihypertensives")
    own = DrugClass.objects.get(slug="calcium-channel-blockers")
    review.post_notice(on=top, text="Check it.", source=Source.objects.get(), check_on=localdate(), by=lead)

    page = signed_in(editor).post(
        f"/admin/monographs/drugclass/{own.pk}/change/", {"name": own.name, "parent": top.pk}
    )

    assert "A safety notice is open on Antihypertensive" in page.content.decode()
    assert DrugClass.objects.get(pk=own.pk).parent is None


def test_no_drug_ends_while_a_notice_stands_above_it(lead):
    drug, other = builders.released().drug, builders.released("Felodipine").drug
    source = Source.objects.first()
    review.post_notice(on=drug, text="Check it.", source=source, check_on=localdate(), by=lead)

    with pytest.raises(review.NotPossible, match="A safety notice is open on Amlodipine"):
        review.merge(drug=drug, into=other, by=lead, reason="They are one medicine.")


@pytest.mark.parametrize("field", ["interests", "answers"])
def test_what_readers_see_of_a_signature_names_no_amount(lead, field):
    revision = builders.released().monograph
    source = Source.objects.get()
    notice = review.post_notice(
        on=revision.drug, text="Check it.", source=source, check_on=localdate(), by=lead
    )
    said = {"interests": "Give 5 mg."} if field == "interests" else {"answers": {notice.pk: "Give 5 mg."}}

    with pytest.raises(review.ContentErrors):
        builders.approval(revision, **said)


def test_a_release_that_names_another_drugs_text_releases_nothing(lead):
    drug, other = builders.released().drug, builders.submitted("Felodipine")
    builders.submitted(lead="Another lead of it.")
    data = {"revision": other.pk, "reason": "New.", "without_contra-indications": "on"}

    page = signed_in(lead).post(f"/admin/monographs/drug/{drug.pk}/release/", data)

    assert "Amlodipine has no such revision." in page.content.decode()
    assert drug.releases.count() == 1
