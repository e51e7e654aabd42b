"""Who reviews what: taken by a person, given back, or lapsed when nothing is done for seven days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from monographs.models import Assignment, Drug, ReviewDraft, Revision
from monographs.review.actions import locked
from monographs.review.clock import clinical_now
from monographs.review.people import require
from monographs.review.refusals import NotPossible, Taken
from monographs.vocabulary import Part

LAPSES_AFTER = timedelta(days=7)


@dataclass(frozen=True)
class Holder:
    """A person who has taken a review, and when they last did anything about it."""

    person: int
    name: str
    touched_at: datetime


def holders(at: datetime) -> dict[tuple[int, Part], Holder]:
    """Return who holds which part of which drug (by id) at a moment. One query."""
    found = {}
    for row in _assignments():
        touched = max(filter(None, (row.touched_at, row.saved_at)))
        if touched > at - LAPSES_AFTER:
            holder = Holder(row.person_id, row.person.get_full_name(), touched)
            found[row.drug_id, Part(row.part)] = holder
    return found


@transaction.atomic
def take(*, drug: Drug, part: Part, by: Any) -> None:
    """Take the review of a part, or say again that one is at it.

    Raises PermissionDenied, Ended, NotPossible when nothing was submitted, or
    Taken while somebody else holds it.
    """
    require(by, "sign_review")
    drug = locked(drug)
    if not drug.revisions.filter(part=part.value).exists():
        raise NotPossible(f"No text of {drug} ({part.label.lower()}) was submitted yet.")
    at = clinical_now()
    holder = holders(at).get((drug.pk, part))
    if holder is not None and holder.person != by.pk:
        raise Taken(f"{holder.name} has taken {drug} ({part.label.lower()}).")
    Assignment.objects.update_or_create(drug=drug, part=part.value, defaults={"person": by, "touched_at": at})


@transaction.atomic
def give_back(*, drug: Drug, part: Part, by: Any) -> None:
    """Leave the review of a part to others. Raises PermissionDenied, or NotPossible when it is not one's own."""
    require(by, "sign_review")
    mine = Assignment.objects.filter(drug=drug, part=part.value, person=by)
    if not mine.delete()[0]:
        raise NotPossible(
            f"You have not taken {drug} ({part.label.lower()}), so there is nothing to give back."
        )


def _assignments() -> QuerySet[Assignment, Any]:
    """Return every assignment, with when its person last saved a draft on the newest text."""
    newest = Revision.objects.filter(drug=OuterRef(OuterRef("drug")), part=OuterRef(OuterRef("part")))
    drafts = ReviewDraft.objects.filter(
        person=OuterRef("person"), revision=Subquery(newest.order_by("-number").values("pk")[:1])
    )
    rows = Assignment.objects.annotate(saved_at=Subquery(drafts.values("saved_at")[:1]))
    return rows.select_related("person")
