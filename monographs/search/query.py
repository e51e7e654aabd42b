"""Finding drugs by name: exact names, classes, then prefixes.

One ORM query each, the same on both engines. Misspellings and the words within
a name join with the issue on search.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet

from monographs.models import DrugClass, DrugName, LiveDrug, NameConflict
from monographs.names import normalise, upper_bound
from monographs.related import drugs_under
from monographs.review import facts_of, mark
from monographs.search.results import Matched, Results, Row
from monographs.vocabulary import NameKind

LONGEST_QUERY = 200
MOST_ROWS = 50
MOST_SUGGESTED = 8
MOST_NAMES = 400
OWN_NAMES = {NameKind.INN, NameKind.BAN, NameKind.USAN, NameKind.GENERIC}


def find(q: str, *, at: datetime) -> Results:
    """Return what a typed string finds. A fixed number of queries.

    The right drug is opened at once only when the whole string is a name of
    one drug among all known rows in any state, that means nothing else
    anywhere; everything else is only offered.
    """
    query = _tidied(q)
    norm = normalise(query)
    if not norm:
        return Results(query)
    exact = list(_names(Q(norm=norm)))
    conflicts = tuple(NameConflict.objects.filter(norm=norm).order_by("market", "substance"))
    members_of = _class_called(norm)
    if len(q) <= LONGEST_QUERY and not conflicts and members_of is None:
        live, name = _unambiguous(exact)
        if live is not None:
            return Results(query, redirect=live, redirect_name=name)
    rows = _found(norm, exact, members_of, at)
    return Results(query, members_of=members_of, rows=rows, conflicts=conflicts)


def suggest(q: str, *, at: datetime) -> tuple[Row, ...]:
    """Return the first rows that a typed string finds, best first, at most eight."""
    norm = normalise(_tidied(q))
    if not norm:
        return ()
    return _found(norm, list(_names(Q(norm=norm))), _class_called(norm), at)[:MOST_SUGGESTED]


def _tidied(q: str) -> str:
    """Return what was typed without what cannot be seen."""
    return "".join(sign for sign in q[:LONGEST_QUERY] if sign.isprintable()).strip()


def _found(norm: str, exact: list[DrugName], members_of: DrugClass | None, at: datetime) -> tuple[Row, ...]:
    """Return a row for each drug that a name finds."""
    prefixed = list(_names(Q(norm__gte=norm, norm__lt=upper_bound(norm)) & ~Q(norm=norm))[:MOST_NAMES])
    members = list(_members(members_of)) if members_of else []
    return _rows(exact, members, prefixed, at)


def _names(condition: Q) -> QuerySet[DrugName]:
    """Return names, with their drugs, in the order of the normalised name."""
    return (
        DrugName.objects.filter(condition)
        .select_related("drug")
        .order_by("norm", "drug_id", "kind", "market")
    )


def _class_called(norm: str) -> DrugClass | None:
    """Return the class of that name, in the singular or the plural."""
    return DrugClass.objects.filter(norm__in={norm, norm.removesuffix("s")}).order_by("norm").first()


def _members(drug_class: DrugClass) -> QuerySet[LiveDrug]:
    """Return the drugs of a class and of every class below it."""
    return drugs_under(drug_class).in_order()[:MOST_ROWS]


def _unambiguous(exact: list[DrugName]) -> tuple[LiveDrug | None, str]:
    """Return the one drug that may be opened at once, and the name that says so."""
    if len({row.drug_id for row in exact}) != 1:
        return None, ""
    own = next((row for row in exact if _opens(row)), None)
    live = LiveDrug.objects.filter(drug=own.drug_id).first() if own else None
    return live, own.name if own and live else ""


def _opens(row: DrugName) -> bool:
    """Tell whether a name opens its drug: its own name, or a current brand of the home market."""
    is_home_brand = row.kind == NameKind.BRAND and row.market == settings.HOME_MARKET and row.is_current
    return row.kind in OWN_NAMES or is_home_brand


def _rows(
    exact: list[DrugName], members: list[LiveDrug], prefixed: list[DrugName], at: datetime
) -> tuple[Row, ...]:
    """Return one row for each drug: exact names, then members of the class, then prefixes."""
    matched: dict[int, list[Matched]] = {}
    names: dict[int, str] = {}
    for row in exact:
        _add(matched, names, row)
    for live in members:
        matched.setdefault(live.pk, [])
    for row in prefixed:
        _add(matched, names, row)
    ids = list(matched)[:MOST_ROWS]
    lives = LiveDrug.objects.filter(pk__in=ids).select_related("drug_class").in_bulk()
    facts = facts_of(lives.values())
    exact_ids = {row.drug_id for row in exact}
    return tuple(
        Row(
            drug_id=pk,
            name=lives[pk].name if pk in lives else names[pk],
            slug=lives[pk].slug if pk in lives else "",
            class_name=lives[pk].drug_class.name if pk in lives else "",
            matched=tuple(matched[pk]),
            mark=mark(facts[pk], at) if pk in lives else None,
            is_exact=pk in exact_ids,
        )
        for pk in ids
    )


def _add(matched: dict[int, list[Matched]], names: dict[int, str], row: DrugName) -> None:
    """Note that a name of a drug was met."""
    matched.setdefault(row.drug_id, []).append(Matched(row.name, row.kind, row.market))
    names[row.drug_id] = row.drug.name
