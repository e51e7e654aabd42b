"""What differs between two documents, by place and by word; plain Python."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from monographs.document.canonical import dumped
from monographs.document.shape import Document

WORD = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True)
class Piece:
    """A run of words that stayed, was added or was removed."""

    change: Literal["same", "added", "removed"]
    text: str


@dataclass(frozen=True)
class Change:
    """One place that differs. `pieces` read in order give both texts."""

    place: str
    old: str
    new: str
    pieces: tuple[Piece, ...]


def diff(old: Document | None, new: Document | None) -> list[Change]:
    """Return the places at which two documents differ, in a fixed order.

    A place is a field, or field and key such as "sections.monitoring". A
    document that is not there counts as empty.
    """
    before, after = _places(old), _places(new)
    places = [*before, *(place for place in after if place not in before)]
    return [
        _change(place, before.get(place, ""), after.get(place, ""))
        for place in sorted(places)
        if before.get(place, "") != after.get(place, "")
    ]


def words(old: str, new: str) -> tuple[Piece, ...]:
    """Return two texts as words that stayed, went and came.

    The same and removed pieces joined give the old text, the same and added
    ones the new text.
    """
    a, b = WORD.findall(old), WORD.findall(new)
    pieces: list[Piece] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(a[a1:a2])))
            continue
        if a2 > a1:
            pieces.append(Piece("removed", "".join(a[a1:a2])))
        if b2 > b1:
            pieces.append(Piece("added", "".join(b[b1:b2])))
    return tuple(pieces)


def _change(place: str, old: str, new: str) -> Change:
    """Return the change at one place."""
    return Change(place, old, new, words(old, new))


def _places(document: Document | None) -> dict[str, str]:
    """Return every place of a document with its text."""
    if document is None:
        return {}
    places: dict[str, str] = {}
    for field, value in document.model_dump(mode="json", by_alias=True).items():
        if field in ("sections", "flags", "sources"):
            places |= {f"{field}.{key}": _words_of(child) for key, child in value.items()}
        elif value not in ("", None, []):
            places[field] = _words_of(value)
    return places


def _words_of(value: object) -> str:
    """Return a value as text: texts as they are, the rest as JSON."""
    return value if isinstance(value, str) else dumped(value)
