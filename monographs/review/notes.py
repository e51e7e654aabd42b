"""What is said of a text beside a verdict: comments, and tasks that somebody has to see to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from monographs.models import Assignment, Drug, Note, Revision
from monographs.models.fields import DatabaseNow
from monographs.review.actions import locked
from monographs.review.clock import clinical_now
from monographs.review.people import require
from monographs.review.refusals import NeedsReason, NotPossible
from monographs.vocabulary import SectionKind


@transaction.atomic
def add_notes(
    *,
    revision: Revision,
    by: Any,
    comment: str = "",
    sections: Mapping[SectionKind, str] | None = None,
    task: str = "",
) -> list[Note]:
    """Say something of a text: of the whole, of sections, or as a task. Costs nobody the right to sign.

    Empty texts say nothing. Returns the notes. Raises PermissionDenied.
    """
    require(by, "add_note")
    locked(Drug(pk=revision.drug_id))
    said = [("", comment, False), ("", task, True)]
    said += [(kind.value, text, False) for kind, text in (sections or {}).items()]
    notes = [
        Note.objects.create(revision=revision, section=section, text=text.strip(), is_task=is_task, by=by)
        for section, text, is_task in said
        if text.strip()
    ]
    touch(revision, by)
    return notes


@transaction.atomic
def answer_note(*, note: Note, by: Any, answer: str) -> None:
    """Answer a comment or close a task, once; the answer stands.

    Raises PermissionDenied, NeedsReason without an answer, NotPossible when it is answered.
    """
    require(by, "add_note")
    if not answer.strip():
        raise NeedsReason("Write the answer; it stays with the text.")
    answered = Note.objects.filter(pk=note.pk, answered_at=None).update(
        answer=answer.strip(), answered_by=by, answered_at=DatabaseNow()
    )
    if not answered:
        raise NotPossible("Somebody answered this already.")


def touch(revision: Revision, by: Any) -> None:
    """Let an assignment of the person stand: they are at it."""
    mine = Assignment.objects.filter(drug=revision.drug_id, part=revision.part, person=by.pk)
    mine.update(touched_at=clinical_now())
