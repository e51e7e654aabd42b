"""Safety notices as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse

from monographs.models import SafetyNotice
from monographs.presenters.sources import product_of
from monographs.related import classes_above
from monographs.review import notice_of
from monographs.vocabulary import SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from django.db.models import QuerySet

    from monographs.models import DrugClass
    from monographs.review import Notice

MOST_OPEN = 2
MOST_ON_FRONT = 6
TOLD_AFTER = timedelta(days=30)


@dataclass(frozen=True)
class ShownNotice:
    """One notice. With `class_name` it is about that class; `source` is "" when a revoke put it up.

    `source_on` is the day of that source, `ended_because` where its text went.
    """

    pk: int
    on: date
    text: str
    check_on: date | None
    class_name: str
    class_url: str
    source: str
    source_url: str
    source_on: date | None
    ended_because: str


@dataclass(frozen=True)
class Notices:
    """The notices of one page: open ones shown in full above it, the others, and those that ended lately."""

    shown: tuple[ShownNotice, ...] = ()
    others: tuple[ShownNotice, ...] = ()
    ended: tuple[ShownNotice, ...] = ()


@dataclass(frozen=True)
class FrontNotice:
    """A notice on the front page, with the medicine or the class that it is about; `url` is "" without a page."""

    notice: ShownNotice
    name: str
    url: str


def notices_at(notices: Iterable[Notice], at: datetime) -> Notices:
    """Return what a page shows of its notices (newest first) at a moment."""
    known = [row for row in notices if row.at <= at]
    open_ = [shown_notice(row) for row in known if row.ended_at is None or row.ended_at > at]
    ended = [
        shown_notice(row) for row in known if row.ended_at and row.ended_at <= at < row.ended_at + TOLD_AFTER
    ]
    return Notices(tuple(open_[:MOST_OPEN]), tuple(open_[MOST_OPEN:]), tuple(ended))


def notices_of_class(drug_class: DrugClass, at: datetime) -> Notices:
    """Return what the page of a class shows: its own notices and those of the classes above. One query."""
    rows = SafetyNotice.objects.filter(drug_class__in=classes_above(drug_class))
    return notices_at([notice_of(row) for row in rows.select_related("drug_class", "source")], at)


def front_notices(at: datetime) -> dict[str, Any]:
    """Return the newest open notices: notices (FrontNotice …, at most six), has_more. One query."""
    rows = list(_open(at)[: MOST_ON_FRONT + 1])
    shown = [_front(row) for row in rows[:MOST_ON_FRONT]]
    return {"notices": shown, "has_more": len(rows) > MOST_ON_FRONT}


def shown_notice(notice: Notice) -> ShownNotice:
    """Return one notice."""
    return ShownNotice(
        notice.pk,
        notice.on,
        notice.text,
        notice.check_on,
        notice.class_name,
        reverse("class", args=[notice.class_slug]) if notice.class_slug else "",
        _source_of(notice),
        notice.url,
        notice.revised_on,
        notice.ended_because,
    )


def _open(at: datetime) -> QuerySet[SafetyNotice]:
    """Return the notices that are open at a moment, newest first."""
    rows = SafetyNotice.objects.filter(Q(ended_at=None) | Q(ended_at__gt=at), posted_at__lte=at)
    return rows.select_related("drug__live", "drug_class", "source")


def _front(row: SafetyNotice) -> FrontNotice:
    """Return a notice with what it is about."""
    about = row.drug_class or getattr(row.drug, "live", None)
    if about is None:
        return FrontNotice(shown_notice(notice_of(row)), str(row.drug), "")
    return FrontNotice(shown_notice(notice_of(row)), about.name, about.get_absolute_url())


def _source_of(notice: Notice) -> str:
    """Return a few words that name what a notice rests on, such as "MHRA Drug Safety Update"."""
    if notice.source is SourceKind.SMPC:
        return f"{product_of(notice.title)} SmPC"
    return notice.source.label if notice.source is SourceKind.MHRA else notice.title
