"""Flags in the words that readers see."""

from __future__ import annotations

from dataclasses import dataclass

from monographs.document.shape import Flag
from monographs.vocabulary import FlagKind

ASK = {FlagKind.ADDITIONAL_MONITORING: "report every suspected side-effect by Yellow Card."}


@dataclass(frozen=True)
class ShownFlag:
    """A flag: its head in bold, the rest, and the number of its source."""

    head: str
    rest: str
    number: int
    locator: str


def shown_flag(kind: FlagKind, flag: Flag, number: int) -> ShownFlag:
    """Return one flag of a document as the page shows it."""
    head, rest = _head(kind, flag.detail), ASK.get(kind, "")
    end = ":" if rest else "."
    return ShownFlag(head + end, " ".join(filter(None, (rest, flag.line))), number, flag.locator)


def flag_label(value: str) -> str:
    """Return the short words of a kind of flag, for lists."""
    return FlagKind(value).label


def _head(kind: FlagKind, detail: str) -> str:
    """Return the words of the kind with the product or the schedule."""
    if not detail:
        return kind.label
    return f"{kind.label}: {detail}" if kind is FlagKind.CONTROLLED_DRUG else f"{kind.label} ({detail})"
