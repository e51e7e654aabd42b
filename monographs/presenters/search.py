"""Search results in the words that readers see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse

from monographs.presenters.lists import demo_of
from monographs.presenters.names import kind_in
from monographs.presenters.words import lower_first, plural, shortened, unique
from monographs.vocabulary import Market

if TYPE_CHECKING:
    from monographs.models import DrugClass, NameConflict
    from monographs.review import Mark
    from monographs.search import Matched, Results, Row

SHOWN_QUERY = 80


@dataclass(frozen=True)
class Found:
    """One result. Without `url` only the name is known; `matched` is words such as "Imnovid (brand)"."""

    name: str
    url: str
    class_name: str
    matched: str
    mark: Mark | None


def present_results(results: Results) -> dict[str, Any]:
    """Return what the results page shows.

    query (shortened), found (Found … with a page), known (Found … without),
    members_of (DrugClass or None), members and members_are (plurals of the class
    and of the one above it), conflicts [{name, where, substance}].
    """
    found = [_found(row) for row in results.rows]
    return {
        "query": shortened(results.query, SHOWN_QUERY),
        "found": [row for row in found if row.url],
        "known": [row for row in found if not row.url],
        "members_of": results.members_of,
        "members": plural(results.members_of.name) if results.members_of else "",
        "members_are": _kind_of_class(results.members_of) if results.members_of else "",
        "conflicts": [_conflict(row) for row in results.conflicts],
        **demo_of(found),
    }


def _found(row: Row) -> Found:
    """Return one result."""
    matched = unique(_matched(match) for match in row.matched if match.name.casefold() != row.name.casefold())
    return Found(
        row.name,
        reverse("drug", args=[row.slug]) if row.slug else "",
        lower_first(row.class_name),
        " · ".join(matched),
        row.mark,
    )


def _matched(match: Matched) -> str:
    """Return a name that was met, with what kind of name it is and where."""
    return f"{match.name} ({kind_in(match.kind, match.market, settings.HOME_MARKET)})"


def _kind_of_class(drug_class: DrugClass) -> str:
    """Return what the members of a class are, such as "antibacterials"."""
    return (plural(drug_class.parent.name) if drug_class.parent else "") or "medicines"


def _conflict(row: NameConflict) -> dict[str, str]:
    """Return what a name means elsewhere."""
    return {
        "name": row.name,
        "where": Market(row.market).label if row.market else "another country",
        "substance": row.substance,
    }
