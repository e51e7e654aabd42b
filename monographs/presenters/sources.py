"""The sources of a document: numbered, labelled, with what cites them."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from monographs.document import Document, Reference, Statement, statements
from monographs.document.shape import SourceRef
from monographs.presenters.words import listed, unique
from monographs.vocabulary import FlagKind, SectionKind, SourceKind

if TYPE_CHECKING:
    from collections.abc import Collection

# The leading words of an SmPC's title are the product: "Metoject PEN solution …".
PRODUCT = re.compile(
    r"[^\s,;(]+(?: (?!(?:Tablets|Capsules|Oral|Powder|Solution|Injection|Hard)\b)[A-Z][^\s,;(]*)*"
)
MOST_IN_FOOT = 3
NUMBERS = re.compile(r"(\d+)")
PLACES = {
    "GB": "UK",
    "IE": "Irish",
    "EU": "EU",
    "US": "US",
    "CA": "Canadian",
    "AU": "Australian",
    "NZ": "New Zealand",
    "DE": "German",
    "FR": "French",
    "ES": "Spanish",
    "IT": "Italian",
    "RS": "Serbian",
    "JP": "Japanese",
    "IN": "Indian",
    "INT": "international",
}


@dataclass(frozen=True)
class Cited:
    """A reference mark: the number in the list of sources, and where in the source."""

    number: int
    locator: str


@dataclass(frozen=True)
class ListedSource:
    """One line of the list of sources.

    `label` is the revision's own label and `revised_on` its date; either may be
    left out where it says nothing new. `locators` are the places that the page
    cites, `cited_in` the sections that cite it.
    """

    number: int
    source: SourceRef
    label: str
    revised_on: date | None
    locators: tuple[str, ...]
    cited_in: tuple[SectionKind, ...]


class Sources:
    """The sources of one document in the order in which the page cites them.

    The SmPC that the page refers to comes first. `statements` holds the parsed
    text of each written section, so that it is parsed once.
    """

    def __init__(self, document: Document) -> None:
        """Read every reference of the document."""
        self._document = document
        self.statements: dict[SectionKind, list[Statement]] = {
            kind: statements(document.sections[kind]) for kind in SectionKind if kind in document.sections
        }
        self._sections: dict[str, list[SectionKind]] = defaultdict(list)
        self._locators: dict[str, list[str]] = defaultdict(list)
        for flag in (document.flags[kind] for kind in FlagKind if kind in document.flags):
            self._locators[flag.source] += _single(flag.locator)
        for kind in self.statements:
            for reference in self.references(kind):
                self._sections[reference.key].append(kind)
                self._locators[reference.key] += _single(reference.locator)
        first = [document.reference_smpc] if document.reference_smpc else []
        self._numbers = {
            key: number
            for number, key in enumerate(unique([*first, *self._locators, *sorted(document.sources)]), 1)
        }

    def references(self, kind: SectionKind) -> list[Reference]:
        """Return every reference of one section, in order."""
        return [reference for statement in self.statements[kind] for reference in statement.references]

    def cited(self, reference: Reference) -> Cited:
        """Return the mark that stands for a reference."""
        return Cited(self._numbers[reference.key], reference.locator)

    def number(self, key: str) -> int:
        """Return the number of a source in the list."""
        return self._numbers[key]

    def resting_on(self, keys: Collection[str]) -> list[str]:
        """Return the labels of the sections that cite any of these sources; of the flags before all."""
        flags = any(flag.source in keys for flag in self._document.flags.values())
        cited = {kind for key in keys for kind in self._sections.get(key, ())}
        return [*(["Flags"] if flags else []), *(kind.label for kind in SectionKind if kind in cited)]

    def foot(self, kind: SectionKind) -> str:
        """Return what a section rests on, such as "Imnovid SmPC 4.4, 4.8; NICE TA427".

        Numbered places only, and three sources at most: each statement carries its own marks.
        """
        places: dict[str, list[str]] = defaultdict(list)
        for reference in self.references(kind):
            numbered = [place for place in _single(reference.locator) if place[0].isdecimal()]
            places[label_of(self._document.sources[reference.key])] += numbered
        shown = [f"{label} {', '.join(in_order(found))}".strip() for label, found in places.items()]
        more = len(shown) - MOST_IN_FOOT
        return "; ".join(shown[:MOST_IN_FOOT]) + (f"; {more} more" if more > 0 else "")

    def jurisdictions(self, home: str) -> str:
        """Return where the cited sources come from, such as "UK and EU"."""
        codes = unique(str(self._document.sources[key].jurisdiction) for key in self._locators)
        ranks = {code: rank for rank, code in enumerate(PLACES)}
        return listed([PLACES[code] for code in sorted(codes, key=lambda code: (code != home, ranks[code]))])

    def listed(self) -> list[ListedSource]:
        """Return the list of sources."""
        return [self._line(key, self._locators[key], self._sections[key]) for key in self._numbers]

    def listed_of(self, kind: SectionKind) -> list[ListedSource]:
        """Return those lines of the list that one written section cites, with its places only."""
        places: dict[str, list[str]] = defaultdict(list)
        for reference in self.references(kind):
            places[reference.key] += _single(reference.locator)
        return [self._line(key, places[key], [kind]) for key in self._numbers if key in places]

    def _line(self, key: str, locators: list[str], sections: list[SectionKind]) -> ListedSource:
        """Return one line of the list."""
        source = self._document.sources[key]
        label, revised_on = _edition(source)
        number = self._numbers[key]
        return ListedSource(
            number, source, label, revised_on, tuple(in_order(locators)), tuple(unique(sections))
        )


def _edition(source: SourceRef) -> tuple[str, date | None]:
    """Return the label and the date of a source's revision, without saying one day twice.

    An SmPC is revised on a day; other documents say by their label what
    happened on it, such as "Published 11 January 2017".
    """
    if source.revised_on is None or str(source.revised_on.year) not in source.revision:
        return source.revision, source.revised_on
    if source.kind in (SourceKind.SMPC, SourceKind.LABEL):
        return "", source.revised_on
    return source.revision, None


def product_of(title: str) -> str:
    """Return the product that an SmPC is of: the leading words of its title."""
    found = PRODUCT.match(title)
    return found[0] if found else title


def label_of(source: SourceRef) -> str:
    """Return a few words that name a source within a line."""
    if source.kind is SourceKind.SMPC:
        return f"{product_of(source.title)} SmPC"
    if source.kind is SourceKind.NICE:
        return source.identifier if source.identifier.startswith("NICE") else f"NICE {source.identifier}"
    if source.kind is SourceKind.MHRA:
        return source.kind.label
    return source.identifier


def in_order(locators: list[str]) -> list[str]:
    """Return locators once each, "4.10" after "4.9"."""
    return sorted(set(locators), key=lambda text: [_rank(piece) for piece in NUMBERS.split(text)])


def _rank(piece: str) -> tuple[int, str]:
    """Order digits as numbers, other text as text."""
    return (int(piece), "") if piece.isdecimal() else (0, piece)


def _single(locator: str) -> list[str]:
    """Return the single places of a locator such as "4.3, 4.4"."""
    return [place.strip() for place in locator.split(",") if place.strip()]
