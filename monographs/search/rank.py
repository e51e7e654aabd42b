"""Which of the candidates comes first: plain Python, alike on every engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from monographs.names.distance import edits
from monographs.names.keys import joined, sound

MOST_EDITS = 2
SHORTEST_GUESS = 4
SHORTEST_TWICE = 6
FAR = 3


class Named(Protocol):
    """What is ranked: a name and its weight."""

    @property
    def norm(self) -> str:
        """The normalised name."""

    @property
    def weight(self) -> int:
        """How much it is the drug's own name: the less, the more."""


@dataclass(frozen=True, order=True, slots=True)
class Closeness:
    """How near a name is to what was typed; the least is the nearest.

    A whole name stands before a part of one, the same first letter before
    another, and of equally many edits those that sound alike come first.
    """

    edits: int
    is_part: bool
    begins_otherwise: bool
    sounds_otherwise: int
    weight: int
    difference: int
    norm: str


def edits_allowed(norm: str) -> int:
    """Return how many edits a guess may be away: the shorter the word, the more names are near by chance."""
    length = len(joined(norm))
    if length < SHORTEST_GUESS:
        return 0
    return 1 if length < SHORTEST_TWICE else MOST_EDITS


def closeness(query: str, name: Named, most: int) -> Closeness | None:
    """Return how near a name is to a normalised query, or None when it is more than `most` edits away."""
    found, part, is_part = edits(query, name.norm, most), name.norm, False
    if " " in query or " " in name.norm:
        found = min(found, edits(joined(query), joined(name.norm), most))
    if found > 0:
        for piece in _pieces(name.norm, len(query.split())):
            away = edits(query, piece, most)
            if away < found:
                found, part, is_part = away, piece, True
    if found > most:
        return None
    return Closeness(
        found,
        is_part,
        part[:1] != query[:1],
        edits(sound(joined(query)), sound(joined(part)), FAR),
        name.weight,
        abs(len(name.norm) - len(query)),
        name.norm,
    )


def beginning_closeness(query: str, name: Named, most: int) -> Closeness | None:
    """Return how near the beginning of a name is to a query that is still being typed, or None."""
    whole, typed = joined(name.norm), joined(query)
    lengths = range(max(1, len(typed) - 1), len(typed) + 2)
    away = min(edits(typed, whole[:length], most) for length in lengths)
    if away > most:
        return None
    return Closeness(
        away, True, whole[:1] != typed[:1], 0, name.weight, abs(len(whole) - len(typed)), name.norm
    )


def _pieces(norm: str, words: int) -> Iterator[str]:
    """Yield every run of so many words of a name that has more."""
    parts = norm.split()
    if len(parts) > words:
        yield from (" ".join(parts[begin : begin + words]) for begin in range(len(parts) - words + 1))
