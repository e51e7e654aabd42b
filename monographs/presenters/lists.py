"""Rows of lists: A to Z and classes. Each drug comes with its short mark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.paginator import Paginator

from monographs.models import LiveDrug
from monographs.presenters.flags import flag_label
from monographs.presenters.names import brands_at_home
from monographs.presenters.notices import notices_of_class
from monographs.presenters.sources import PLACES
from monographs.related import counted_classes, drugs_under
from monographs.review import Mark, facts_of, mark

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.core.paginator import Page

    from monographs.models import DrugClass

PER_PAGE = 100


@dataclass(frozen=True)
class Row:
    """One drug in a list. `brands` are words for those of the home market; `has_dosing`: its page shows doses."""

    name: str
    url: str
    class_id: int
    class_name: str
    brands: str
    flags: tuple[str, ...]
    mark: Mark
    has_dosing: bool


@dataclass(frozen=True)
class Branch:
    """A class with the classes directly below it that have drugs, and how many drugs its page lists."""

    drug_class: DrugClass
    drugs: int
    below: tuple[Branch, ...]


def present_classes() -> dict[str, Any]:
    """Return the tree of classes that have drugs: branches (Branch …). One query."""
    return {"branches": class_tree()}


def class_tree() -> tuple[Branch, ...]:
    """Return the top-level classes that have drugs, with those below. One query."""
    children: dict[int | None, list[Any]] = {}
    for drug_class in counted_classes():
        if drug_class.members:
            children.setdefault(drug_class.parent_id, []).append(drug_class)
    return _branches(None, children)


def present_class(drug_class: DrugClass, page: str, *, at: datetime) -> dict[str, Any]:
    """Return a class page: drug_class, below (its classes), page (a page of Row), notices (Notices), at, home ("UK").

    Nine queries at most.
    """
    lives = drugs_under(drug_class).select_related("drug_class").in_order()
    below = drug_class.children.order_by("name", "pk")
    shown = page_of(lives, lives.count(), page, at=at)
    home = PLACES[settings.HOME_MARKET]
    return {
        "drug_class": drug_class,
        "below": below,
        "page": shown,
        "notices": notices_of_class(drug_class, at),
        "at": at,
        "home": home,
        **demo_of(shown),
    }


def page_of(lives: Any, count: int, page: str, *, at: datetime) -> Page[Row]:
    """Return one page of rows; a page that does not exist becomes the first or the last. Six queries at most."""
    paginator = Paginator(lives, PER_PAGE)
    paginator.count = count
    shown = paginator.get_page(page)
    shown.object_list = rows_of(list(shown.object_list), at=at)
    return shown


def rows_of(lives: Iterable[LiveDrug], *, at: datetime) -> list[Row]:
    """Return a row for each drug, its class at hand. Five queries at most."""
    lives = list(lives)
    facts = facts_of(lives)
    return [_row(live, mark(facts[live.pk], at)) for live in lives]


def demo_of(rows: Iterable[Any]) -> dict[str, bool]:
    """Return {is_demo} as the rows' marks know it; without a mark {}, and the site asks by itself."""
    return next(({"is_demo": row.mark.is_demo} for row in rows if row.mark), {})


def _row(live: LiveDrug, its_mark: Mark) -> Row:
    """Return one row."""
    return Row(
        live.name,
        live.get_absolute_url(),
        live.drug_class_id,
        live.drug_class.name,
        brands_at_home(live.brands, settings.HOME_MARKET),
        tuple(flag_label(kind) for kind in live.flags),
        its_mark,
        live.monograph_id is not None and live.dosing_id is not None,
    )


def _branches(parent: int | None, children: dict[int | None, list[Any]]) -> tuple[Branch, ...]:
    """Return the branches under a class."""
    return tuple(Branch(row, row.members, _branches(row.pk, children)) for row in children.get(parent, ()))
