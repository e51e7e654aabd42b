"""Names and codes of a drug."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monographs.presenters.sources import PLACES
from monographs.presenters.words import lower_first
from monographs.vocabulary import IdentifierSystem, Market, NameKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from monographs.document import Document
    from monographs.models import Identifier

SHOWN_BRANDS = 3
KINDS = {
    NameKind.BRAND: "brand",
    NameKind.USAN: "US name",
    NameKind.BAN: "British name",
    NameKind.SYNONYM: "another name",
    NameKind.ABBREVIATION: "abbreviation",
}


@dataclass(frozen=True)
class Brands:
    """The brands under the name: those shown at once, and how many more there are."""

    shown: tuple[str, ...]
    more: int


def brands_of(brands: Sequence[Sequence[str]], home: str) -> Brands:
    """Return which brands stand under the name, those of the home market first.

    `brands` is the column of LiveDrug: [[name, market], …]. Brands of other
    markets carry their market, and stand there only when home has none.
    """
    at_home = [name for name, market in brands if market == home]
    elsewhere = [_with_market(name, market) for name, market in brands if market != home]
    shown = (at_home or elsewhere)[:SHOWN_BRANDS]
    return Brands(tuple(shown), len(brands) - len(shown))


def brands_at_home(brands: Sequence[Sequence[str]], home: str) -> str:
    """Return the brands of the home market in words; where it has none, that, and those of elsewhere.

    Such as "Revlimid", or "None on record. Elsewhere: Pomalyst (US)".
    """
    of_home = [brand for brand in brands if brand[1] == home]
    found = brands_of(of_home or brands, home)
    words = ", ".join(found.shown) + (f", {found.more} more" if found.more else "")
    if of_home:
        return words
    return f"None on record. Elsewhere: {words}" if words else "None on record"


def names_and_codes(document: Document, home: str) -> list[tuple[str, str]]:
    """Return (what kind of name, the names) for each kind that the document has."""
    rows = [(f"Brands ({PLACES[home]})", _names(document, NameKind.BRAND, home, at_home=True))]
    rows += [("Brands (elsewhere)", _names(document, NameKind.BRAND, home, at_home=False))]
    rows += [
        (label, _names(document, kind, home))
        for kind, label in (
            (NameKind.INN, "International name (INN)"),
            (NameKind.BAN, "British name (BAN)"),
            (NameKind.USAN, "US name (USAN)"),
            (NameKind.GENERIC, "Generic name"),
            (NameKind.SYNONYM, "Other names"),
            (NameKind.ABBREVIATION, "Abbreviations"),
        )
    ]
    rows += [
        ("Contains", ", ".join(component.name for component in document.components)),
        ("Also in", ", ".join(ref.name for ref in document.other_classes)),
    ]
    return [(label, names) for label, names in rows if names]


def codes_of(identifiers: Iterable[Identifier]) -> dict[str, list[dict[str, Any]]]:
    """Return {matched, unchecked}: for each code {system, value, verified_on}, in a fixed order."""
    order = list(IdentifierSystem)
    rows = sorted(identifiers, key=lambda row: (order.index(IdentifierSystem(row.system)), row.value))
    codes = [
        {"system": IdentifierSystem(row.system).label, "value": row.value, "verified_on": row.verified_on}
        for row in rows
    ]
    return {
        "matched": [code for code in codes if code["verified_on"]],
        "unchecked": [code for code in codes if not code["verified_on"]],
    }


def note_on_name(name: str, kind: str, market: str, home: str, drug: str) -> str:
    """Return the sentence that says why a search for `name` led here, or "" when none is needed."""
    if name.casefold() == drug.casefold():
        return ""
    if kind != NameKind.BRAND:
        return f"{name} is another name of {lower_first(drug)}."
    where = f" in {Market(market).label}" if market and market != home else ""
    return f"{name} is a brand of {lower_first(drug)}{where}."


def kind_in(kind: str, market: str, home: str) -> str:
    """Return what kind of name it is and, abroad, where: "brand in the United States"; of a code "ATC code"."""
    if kind in set(IdentifierSystem):
        return f"{IdentifierSystem(kind).label} code"
    words = KINDS.get(NameKind(kind), "name")
    return f"{words} in {Market(market).label}" if market and market != home else words


def _names(document: Document, kind: NameKind, home: str, *, at_home: bool | None = None) -> str:
    """Return the names of one kind in one line."""
    return ", ".join(
        _with_market(name.name, "" if name.market == home else name.market)
        + ("" if name.is_current else " (discontinued)")
        for name in document.names
        if name.kind is kind and at_home in (None, name.market == home)
    )


def _with_market(name: str, market: str) -> str:
    """Return a name with its market in brackets, where one is given."""
    return f"{name} ({Market(market).value if len(market) == 2 else market})" if market else name
