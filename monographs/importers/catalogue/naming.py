"""Which names a row gives its drug, and of what kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monographs.importers.catalogue.display import display_name
from monographs.importers.catalogue.rows import CatalogueRow
from monographs.names import normalise
from monographs.vocabulary import Market, NameKind


@dataclass(frozen=True, slots=True)
class CatalogueName:
    """One name: as shown, as compared, its kind, and its market or ""."""

    name: str
    norm: str
    kind: NameKind
    market: str = ""


def names_of(row: CatalogueRow) -> list[CatalogueName]:
    """Return the names of a row, the drug's own first, each spelling once.

    The list's name is an INN only where its tags say so, else a USAN, else
    plainly generic. Brands get no market, as the list names none. Where two
    columns hold the same spelling, the first of name, BAN, USAN, brand and
    synonym stands: one row for each norm, whatever its kind.

    A "brand" that begins the drug's own name is left out: the list has products
    called "DEXAMETHASONE" under dexamethasone sodium phosphate, and so the name
    of one medicine would seem to mean another.
    """
    kept: dict[str, CatalogueName] = {}
    for name, kind, market in _claims(row):
        shown = display_name(name)
        norm = normalise(shown)
        if kind is NameKind.BRAND and _begins(norm, next(iter(kept))):
            continue
        kept.setdefault(norm, CatalogueName(shown, norm, kind, market))
    return list(kept.values())


def _begins(norm: str, own: str) -> bool:
    """Tell whether a name is the first word or words of another."""
    return f"{own} ".startswith(f"{norm} ")


def _claims(row: CatalogueRow) -> Iterator[tuple[str, NameKind, str]]:
    """Yield (name, kind, market) for every value of the row, the weightiest first."""
    kind = _kind_of_name(row)
    yield row.name, kind, Market.US.value if kind is NameKind.USAN else ""
    if row.ban:
        yield row.ban, NameKind.BAN, Market.GB.value
    if row.us_name:
        yield row.us_name, NameKind.USAN, Market.US.value
    for brand in row.brands:
        yield brand, NameKind.BRAND, ""
    for synonym in row.synonyms:
        yield synonym, NameKind.SYNONYM, ""


def _kind_of_name(row: CatalogueRow) -> NameKind:
    """Return what the list's own name is."""
    if "INN" in row.tags:
        return NameKind.INN
    return NameKind.USAN if "USAN" in row.tags else NameKind.GENERIC
