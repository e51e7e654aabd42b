"""Search results in the words that readers see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils.http import urlencode

from monographs.names import slugify_name
from monographs.presenters.lists import demo_of
from monographs.presenters.look_alikes import warned_of
from monographs.presenters.names import kind_in, short_kind
from monographs.presenters.words import listed, lower_first, plural, shortened, unique, with_article
from monographs.related import drugs_under
from monographs.search import LONGEST_QUERY, MOST_ROWS, PAGE
from monographs.vocabulary import Market

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monographs.models import DrugClass, NameConflict
    from monographs.presenters.look_alikes import Warned
    from monographs.review import Mark
    from monographs.search import Hit, Matched, Results, Row, TextResults

SHOWN_QUERY = 80
SHOWN_NAMES = 6
MOST_NOT_THESE = 3


@dataclass(frozen=True)
class Found:
    """One result. Without `url` only the name is known.

    `matched` is words such as "Imnovid (brand)", `contains` such as
    "piperacillin and tazobactam", `warnings` such as "Not to be confused with
    penicillamine (chelating agent)".
    """

    drug_id: int
    name: str
    url: str
    class_name: str
    matched: str
    mark: Mark | None
    contains: str
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """One whole statement, with the drug and the section that it stands in: "Pomalidomide: monitoring"."""

    where: str
    url: str
    class_name: str
    mark: Mark
    text: str


def present_results(results: Results, typed: str) -> dict[str, Any]:
    """Return what the results page shows. One query more for a class word.

    query, shown (the query, shortened), found (Found …), guesses (Found …),
    members_of (DrugClass or None) with members and members_are (plurals of the
    class and of the one above it) and is_class_guessed, others (Found … that a class word met
    outside of its class) and not_these (who they are, in words), conflicts
    [{name, where, substance}], is_abbreviation, set_aside (in words), and
    longest and most: the limits that the search ran into, or None.
    """
    found, guesses = [_found(row) for row in results.rows], [_found(row) for row in results.guesses]
    others = _others(results.members_of, results.rows, found) if results.members_of else []
    return {
        "query": results.query,
        "shown": shortened(results.query, SHOWN_QUERY),
        "found": [row for row in found if row not in others],
        "others": others,
        "not_these": _told_apart(others),
        "guesses": guesses,
        "members_of": results.members_of,
        # A class that was typed in full has its members among the rows, one that is only near among the guesses.
        "is_class_guessed": bool(results.members_of and guesses and not found),
        "members": plural(results.members_of.name) if results.members_of else "",
        "members_are": _kind_of_class(results.members_of) if results.members_of else "",
        "conflicts": [_conflict(row) for row in results.conflicts],
        "is_abbreviation": results.is_abbreviation,
        "set_aside": ", ".join(results.set_aside),
        "longest": _longest(typed),
        "most": MOST_ROWS if len(results.rows) >= MOST_ROWS else None,
        **demo_of([*found, *guesses]),
    }


def present_text(results: TextResults, typed: str) -> dict[str, Any]:
    """Return the page of what stands in the texts.

    query, shown (the query, shortened), count, page (a Django page of Said …),
    pages (what stands before "page=" in the addresses of the others), longest
    and most: the limits that the search ran into, or None.
    """
    paginator = Paginator(results.hits, PAGE)
    paginator.count = reached = min(results.count, results.pages * PAGE)
    said = [_said(hit) for hit in results.hits]
    return {
        "query": results.query,
        "shown": shortened(results.query, SHOWN_QUERY),
        "is_text": True,
        "count": results.count,
        "page": Page(said, results.page, paginator),
        "pages": f"{urlencode({'q': results.query, 'in': 'text'})}&",
        "longest": _longest(typed),
        "most": reached if results.count > reached else None,
        **demo_of(said),
    }


def present_suggestions(rows: Iterable[Row]) -> dict[str, Any]:
    """Return the suggestions of the search box: {"hits": [{name, label, matched, about, url}]}.

    `label` is the name, or the question whether it was meant; `matched` the
    name that was met where it is another, with its kind; `about` the class and the short mark,
    or that there is no page; `url` is "" for a name that is only known, and says
    by which name the reader came.
    """
    return {"hits": [_hit(row) for row in rows]}


def short_mark(mark: Mark) -> str:
    """Return the short mark as text: what `components/mark.html` draws in lists."""
    return " · ".join([mark.short, *mark.also]) + (" (demo)" if mark.is_demo else "")


def _longest(typed: str) -> int | None:
    """Return how many characters were searched for, when more were typed."""
    return LONGEST_QUERY if len(typed.strip()) > LONGEST_QUERY else None


def _said(hit: Hit) -> Said:
    """Return one statement."""
    section = hit.kind.label
    url = f"{reverse('drug', args=[hit.slug])}#{hit.kind.value}"
    return Said(f"{hit.name}: {lower_first(section)}", url, lower_first(hit.class_name), hit.mark, hit.text)


def _hit(row: Row) -> dict[str, str]:
    """Return one suggestion."""
    others = _other_names(row)
    other = others[0] if others and len(others) == len(row.matched) else None
    url = reverse("drug", args=[row.slug]) if row.slug else ""
    came_from = f"?{urlencode({'from': slugify_name(other.name)})}" if url and other else ""
    about = [lower_first(row.class_name), short_mark(row.mark)] if row.mark else ["no page yet"]
    return {
        "name": row.name,
        "label": f"Did you mean {row.name}?" if row.is_guess else row.name,
        "matched": f"{other.name} ({short_kind(other.kind, other.market, settings.HOME_MARKET)})"
        if other
        else "",
        "about": " · ".join(filter(None, about)),
        "url": url + came_from,
    }


def _found(row: Row) -> Found:
    """Return one result."""
    matched = unique(map(_matched, _other_names(row)))
    more = [f"{len(matched) - SHOWN_NAMES} more"] if len(matched) > SHOWN_NAMES else []
    return Found(
        row.drug_id,
        row.name,
        reverse("drug", args=[row.slug]) if row.slug else "",
        lower_first(row.class_name),
        " · ".join([*matched[:SHOWN_NAMES], *more]),
        row.mark,
        listed([lower_first(name) for name in row.components]),
        tuple(map(_warning, warned_of(row.look_alikes, row.name))),
    )


def _other_names(row: Row) -> list[Matched]:
    """Return the names that were met and are not the row's own."""
    return [match for match in row.matched if match.name.casefold() != row.name.casefold()]


def _matched(match: Matched) -> str:
    """Return a name that was met, with what kind of name it is and where."""
    return f"{match.name} ({kind_in(match.kind, match.market, settings.HOME_MARKET)})"


def _warning(warned: Warned) -> str:
    """Return what one name of a medicine must not be taken for."""
    others = listed([one.name + (f" ({one.what})" if one.what else "") for one in warned.others], "or")
    if warned.own_name:
        return f"{warned.own_name}: not to be confused with {others}"
    return f"Not to be confused with {others}"


def _told_apart(others: list[Found]) -> str:
    """Return the first medicines with their classes, such as "penicillamine (a chelating agent)"."""
    classed = [row for row in others if row.class_name][:MOST_NOT_THESE]
    return listed([f"{lower_first(row.name)} ({with_article(row.class_name)})" for row in classed], "or")


def _others(drug_class: DrugClass, rows: Iterable[Row], found: list[Found]) -> list[Found]:
    """Return the results that are neither in the class nor called exactly what was typed."""
    members = drugs_under(drug_class).filter(pk__in=[row.drug_id for row in found])
    kept = {row.drug_id for row in rows if row.is_exact} | set(members.values_list("pk", flat=True))
    return [row for row in found if row.drug_id not in kept]


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
