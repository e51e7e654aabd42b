"""Finding drugs by what was typed: one chain, for the results page and as one types.

Exact names and codes, then a class and its members, then names that begin so
or have words that do; only when these are few, what a misspelling may mean.
A guess is offered, never opened, and never stands above what was typed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.conf import settings

from monographs.models import DrugClass, DrugName, Identifier, LiveDrug, NameConflict
from monographs.models.search import COMPONENT
from monographs.names import normalise
from monographs.names.keys import Tier, joined
from monographs.related import drugs_under
from monographs.review import partners_of_names
from monographs.search import candidates
from monographs.search.abbreviations import meanings_of
from monographs.search.aside import without_strength_and_form
from monographs.search.bounded import bounded
from monographs.search.candidates import Name
from monographs.search.classes import class_called, class_nearly_called, is_in_full
from monographs.search.rank import beginning_closeness, closeness, edits_allowed
from monographs.search.results import Matched, Results, Row
from monographs.search.rows import Hits, rows_of, with_look_alikes
from monographs.vocabulary import IdentifierSystem, NameKind

LONGEST_QUERY = 100
MOST_ROWS = 20
MOST_SUGGESTED = 8
ENOUGH = 5
OWN_NAMES = {NameKind.INN, NameKind.BAN, NameKind.USAN, NameKind.GENERIC}
CODES = [one.value for one in (IdentifierSystem.RXNORM, IdentifierSystem.VTM, IdentifierSystem.ATC)]
CODES.append(IdentifierSystem.UNII.value)


@dataclass
class Met:
    """What a normalised query met, not yet made into rows."""

    norm: str
    exact: list[Name] = field(default_factory=list)
    members_of: DrugClass | None = None
    hits: Hits = field(default_factory=lambda: Hits(MOST_ROWS))
    guesses: Hits = field(default_factory=lambda: Hits(MOST_ROWS))
    is_abbreviation: bool = False
    set_aside: tuple[str, ...] = ()


def find(q: str, *, at: datetime) -> Results:
    """Return what a typed string finds, at most 20 rows. A number of queries that does not grow with rows.

    The right drug is opened at once only when the whole string is a name of
    one drug among all known rows in any state, that means nothing else
    anywhere; everything else is only offered.
    """
    query = _tidied(q)
    if not normalise(query):
        return Results(query)
    with bounded():
        met = named_by(normalise(query))
        conflicts = _conflicts(met.norm)
        name = name_that_opens(met) if len(q) <= LONGEST_QUERY and not conflicts else None
        live = LiveDrug.objects.filter(drug=name.drug_id).first() if name else None
        if name is not None and live is not None:
            return Results(query, redirect=live, redirect_name=name.name)
        met = _met(query, met)
        rows, guesses = with_look_alikes(rows_of(met.hits, at=at), rows_of(met.guesses, at=at))
        return Results(
            query,
            members_of=met.members_of,
            rows=rows,
            guesses=guesses,
            conflicts=conflicts or (_conflicts(met.norm) if met.set_aside else ()),
            set_aside=met.set_aside,
            is_abbreviation=met.is_abbreviation,
        )


def suggest(q: str, *, at: datetime) -> tuple[Row, ...]:
    """Return the first rows that a typed string finds, best first, at most eight."""
    query = _tidied(q)
    if not normalise(query):
        return ()
    with bounded():
        met = _met(query, named_by(normalise(query)))
        typed = set(met.hits.matched)
        for drug_id, matched in met.guesses.matched.items():
            met.hits.matched.setdefault(drug_id, matched)
        first = list(met.hits.matched)[:MOST_SUGGESTED]
        met.hits.matched = {drug_id: met.hits.matched[drug_id] for drug_id in first}
        return tuple(replace(row, is_guess=row.drug_id not in typed) for row in rows_of(met.hits, at=at))


def _tidied(q: str) -> str:
    """Return what was typed without what cannot be seen."""
    return "".join(sign for sign in q[:LONGEST_QUERY] if sign.isprintable()).strip()


def _met(query: str, whole: Met) -> Met:
    """Return what a query meets as a whole; if nothing, what is left of it without strength and form."""
    _list(whole)
    if whole.hits.matched or whole.members_of or whole.is_abbreviation:
        return _with_guesses(whole)
    rest, set_aside = without_strength_and_form(query)
    if not set_aside:
        return _with_guesses(whole)
    met = named_by(normalise(rest))
    met.set_aside = set_aside
    _list(met)
    return _with_guesses(met)


def named_by(norm: str) -> Met:
    """Return what bears a name: drugs in full, and a class. Two queries."""
    meanings = meanings_of(norm)
    return Met(
        norm,
        candidates.named([norm, *meanings]),
        members_of=None if meanings else class_called(norm),
        is_abbreviation=bool(meanings),
    )


def _conflicts(norm: str) -> tuple[NameConflict, ...]:
    """Return what a name means elsewhere. One query."""
    return tuple(NameConflict.objects.filter(norm=norm).order_by("market", "substance"))


def _list(met: Met) -> None:
    """List what was met, and after it what begins like it."""
    if met.is_abbreviation:
        met.hits.add(_meant(met), is_exact=True)
        return
    met.hits.add(_best(met.exact), is_exact=True)
    _add_codes(met)
    if met.members_of is not None:
        met.hits.add_drugs(_members(met.members_of))
    begun = candidates.beginning_with(met.norm)
    alike, worded = candidates.joined_and_worded(met.norm)
    met.hits.add(_best([row for row in alike if joined(row.norm) == joined(met.norm)]))
    met.hits.add(_best([*begun, *alike]))
    met.hits.add(_best(worded))


def _meant(met: Met) -> list[Name]:
    """Return the names that an abbreviation can stand for, in the order of the list; then those that it is."""
    order = {one: place for place, one in enumerate([*meanings_of(met.norm), met.norm])}
    own = [row for row in met.exact if row.kind != COMPONENT]
    return sorted(own, key=lambda row: (order[row.norm], row.weight, row.drug_id))


def _best(names: list[Name]) -> list[Name]:
    """Return a drug's own names before those of its components, with pages first, then by kind, length, name."""
    return sorted(
        names,
        key=lambda row: (
            row.kind == COMPONENT,
            not row.has_page,
            row.weight,
            len(row.norm),
            row.norm,
            row.drug_id,
        ),
    )


def _add_codes(met: Met) -> None:
    """Note the drugs of a code: it names its drug exactly, and opens nothing."""
    code = met.norm.upper()
    if " " in code or not any(char.isdigit() for char in code):
        return
    rows = Identifier.objects.filter(value=code, system__in=CODES, drug__search_names__is_first=True)
    for row in rows.order_by("system", "drug_id"):
        met.hits.add_code(row.drug_id, Matched(row.value, row.system, ""))


def _members(drug_class: DrugClass) -> list[int]:
    """Return the drugs of a class and of every class below it."""
    return list(drugs_under(drug_class).in_order().values_list("pk", flat=True)[:MOST_ROWS])


def _with_guesses(met: Met) -> Met:
    """Add what a misspelling may mean, when little was met."""
    most = edits_allowed(met.norm)
    if not most or met.is_abbreviation or met.members_of or met.hits.exact or len(met.hits.matched) >= ENOUGH:
        return met
    members_of = class_nearly_called(met.norm)
    if members_of is not None:
        met.members_of = members_of
        met.guesses.add_drugs([pk for pk in _members(members_of) if pk not in met.hits.matched])
    near = [row for row in _guessed(met.norm, most) if row.drug_id not in met.hits.matched]
    met.guesses.add(near)
    met.guesses.add_drugs(_partners_of(near, met.hits.matched))
    return met


def _partners_of(near: list[Name], shown: Collection[int]) -> list[int]:
    """Return the drugs that a guessed name is easily taken for, so that a guess shows both of two."""
    partners = partners_of_names({(row.drug_id, row.name) for row in near}) if near else []
    return [drug for drug in partners if drug not in shown]


def _guessed(norm: str, most: int) -> list[Name]:
    """Return names near a query, the nearest first: one slip away, else two, else names that begin nearly so."""
    typed = candidates.Misspelled(norm)
    names = typed.names(Tier.HEAD)
    near = _nearest(norm, names, 1)
    if not near and most > 1:
        names += typed.names(Tier.SOUND)
        near = _nearest(norm, names, most)
    if not near:
        begun = [(beginning_closeness(norm, row, 1), row) for row in typed.begun()]
        near = [row for _, row in sorted(_known(begun), key=lambda pair: (pair[0], pair[1].drug_id))]
    return near


def _nearest(norm: str, names: list[Name], most: int) -> list[Name]:
    """Return the names at most so many edits away, the nearest first."""
    found = _known([(closeness(norm, row, most), row) for row in {row.pk: row for row in names}.values()])
    return [row for _, row in sorted(found, key=lambda pair: (pair[0], pair[1].drug_id))]


def _known[First, Second](pairs: list[tuple[First | None, Second]]) -> list[tuple[First, Second]]:
    """Return the pairs that have a first."""
    return [(first, second) for first, second in pairs if first is not None]


def name_that_opens(met: Met) -> Name | None:
    """Return the name that may open its drug at once, if that drug has a page.

    A name that means another medicine elsewhere is for the caller to know. Names that editors have drafted find
    nothing, but they forbid it too.
    """
    if met.is_abbreviation or (met.members_of and is_in_full(met.members_of, met.norm)):
        return None
    exact = [row for row in met.exact if row.kind != COMPONENT]
    own = next((row for row in exact if _opens(row)), None)
    if own is None or {row.drug_id for row in exact} != {own.drug_id}:
        return None
    drafted = DrugName.objects.filter(norm=met.norm).exclude(drug=own.drug_id)
    return None if drafted.exists() else own


def _opens(row: Name) -> bool:
    """Tell whether a name opens its drug: its own name, or a current brand of the home market."""
    is_home_brand = row.kind == NameKind.BRAND and row.market == settings.HOME_MARKET and row.is_current
    return row.kind in OWN_NAMES or is_home_brand
