"""Comments and tasks: open to everybody who works on texts, answered once, and no contribution."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from monographs import review
from monographs.models import Assignment, Note
from monographs.review import clinical_now
from monographs.vocabulary import SectionKind
from tests import builders

pytestmark = pytest.mark.django_db


def test_a_comment_stands_and_costs_nobody_the_right_to_sign():
    reviewer, revision = builders.credentialed(), builders.submitted()

    notes = review.add_notes(
        revision=revision,
        by=reviewer,
        comment="Clear.",
        sections={SectionKind.MONITORING: "Say how often.", SectionKind.INDICATIONS: "  "},
        task="Add a trial.",
    )

    assert [(note.section, note.text, note.is_task) for note in notes] == [
        ("", "Clear.", False),
        ("", "Add a trial.", True),
        ("monitoring", "Say how often.", False),
    ]
    assert review.standing(revision, reviewer, at=clinical_now()).may_approve


def test_who_may_not_comment_is_refused():
    revision = builders.submitted()
    with pytest.raises(PermissionDenied):
        review.add_notes(revision=revision, by=builders.person("stranger"), comment="Clear.")
    assert not Note.objects.exists()


def test_a_note_is_answered_once(editor, pharmacist):
    revision = builders.submitted()
    note = review.add_notes(revision=revision, by=pharmacist, comment="How often?")[0]

    review.answer_note(note=note, by=editor, answer="Each week.")

    with pytest.raises(review.NotPossible):
        review.answer_note(note=note, by=pharmacist, answer="Each day.")
    note.refresh_from_db()
    assert (note.answer, note.answered_by) == ("Each week.", editor)


def test_an_answer_has_words_and_a_person_who_may_give_it(editor, pharmacist):
    note = review.add_notes(revision=builders.submitted(), by=pharmacist, comment="How often?")[0]

    with pytest.raises(review.NeedsReason):
        review.answer_note(note=note, by=editor, answer=" ")
    with pytest.raises(PermissionDenied):
        review.answer_note(note=note, by=builders.person("stranger"), answer="Each week.")
    assert Note.objects.get().answer == ""


def test_who_comments_is_at_work_on_what_is_assigned_to_them(pharmacist):
    revision = builders.submitted()
    before = clinical_now() - timedelta(days=6)
    row = Assignment.objects.create(
        drug=revision.drug, part=revision.part, person=pharmacist, touched_at=before
    )

    review.add_notes(revision=revision, by=pharmacist, comment="Clear.")

    row.refresh_from_db()
    assert row.touched_at > before
