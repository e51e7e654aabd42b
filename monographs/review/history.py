"""The frozen texts of one part, and every verdict on them: what signing looks back on."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from monographs.models import Release, Review, Revision, Successor
from monographs.review.facts import as_signed, with_questioned
from monographs.review.mark import Signed, effective


@dataclass(frozen=True)
class History:
    """The revisions of a part in order, without their texts, and the verdicts on each (by id).

    Each revision also says whether it `was_shown` and whether its drug `has_ended`.
    """

    revisions: tuple[Revision, ...]
    reviews: dict[int, list[Review]]

    @property
    def newest(self) -> Revision:
        """The last revision."""
        return self.revisions[-1]

    def of(self, pk: int) -> Revision:
        """Return the revision with an id."""
        return next(row for row in self.revisions if row.pk == pk)

    def approval(self, revision: Revision, at: datetime) -> Signed | None:
        """Return the approval of a revision that counts at a moment, or None."""
        return effective([as_signed(row) for row in self.reviews.get(revision.pk, ())], at)

    def last_approved(self, number: int, at: datetime) -> Revision | None:
        """Return the newest revision up to a number that has an effective approval."""
        rows = (row for row in reversed(self.revisions) if row.number <= number)
        return next((row for row in rows if self.approval(row, at)), None)

    def basis(self, revision: Revision, at: datetime) -> Revision | None:
        """Return the last revision that was approved before this one."""
        return self.last_approved(revision.number - 1, at)

    def since_basis(self, revision: Revision, at: datetime) -> list[Revision]:
        """Return the revisions after the basis, up to this one."""
        basis = self.basis(revision, at)
        first = basis.number if basis else 0
        return [row for row in self.revisions if first < row.number <= revision.number]


def history_of(revision: int) -> History:
    """Return the history of the part that a revision (by id) is of. Two queries.

    Raises Revision.DoesNotExist when there is no such revision.
    """
    mine = Revision.objects.filter(pk=revision)
    rows = Revision.objects.filter(drug__in=mine.values("drug"), part__in=mine.values("part"))
    found = tuple(
        rows.defer("document")
        .select_related("drug__live", "submitted_by")
        .annotate(
            was_shown=Exists(Release.objects.filter(revision=OuterRef("pk"))),
            has_ended=Exists(Successor.objects.filter(drug=OuterRef("drug"))),
        )
        .order_by("number")
    )
    if not found:
        raise Revision.DoesNotExist(f"There is no revision {revision}.")
    reviews: dict[int, list[Review]] = defaultdict(list)
    signed = with_questioned(Review.objects.filter(revision__in=[row.pk for row in found]))
    for review in signed.select_related("reviewer"):
        reviews[review.revision_id].append(review)
    return History(found, reviews)
