"""The sections of a page: what is written, and what is said where nothing is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from monographs.document import Document, Reference, Statement
from monographs.presenters.sources import Cited, Sources
from monographs.vocabulary import SAFETY_SECTIONS, SectionKind

if TYPE_CHECKING:
    from collections.abc import Mapping

FEW = 2
# Of these "none" can be said; of the others, "no concern".
COUNTED = (SectionKind.CONTRA_INDICATIONS, SectionKind.INTERACTIONS, SectionKind.SIDE_EFFECTS)


@dataclass(frozen=True)
class Line:
    """One statement: a sub-label or "", then text and reference marks in order."""

    label: str
    runs: tuple[str | Cited, ...]


@dataclass(frozen=True)
class Block:
    """A run of bullets, or one paragraph."""

    is_list: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Section:
    """One section in its place. Without blocks it is not yet written, and the page says so."""

    kind: SectionKind
    blocks: tuple[Block, ...] = ()
    foot: str = ""
    since: datetime | None = None

    @property
    def absence(self) -> str:
        """What an empty section does not mean."""
        return "there are none" if self.kind in COUNTED else "there is no concern"


def sections_of(document: Document, sources: Sources, since: Mapping[str, datetime]) -> list[Section]:
    """Return the sections that stand in place, in the page's order.

    `since` gives for each written section the moment since which its text has
    stood unchanged.
    """
    elsewhere = unwritten_block(document)
    return [
        _section(kind, sources, since) if kind in document.sections else Section(kind)
        for kind in SectionKind
        if kind not in elsewhere
    ]


def unwritten_block(document: Document) -> list[SectionKind]:
    """Return the empty kinds that stand in one block before the first section.

    Safety sections always stay in place; so do the others when they are few.
    """
    empty = [kind for kind in SectionKind if kind not in document.sections and kind not in SAFETY_SECTIONS]
    return empty if len(empty) > FEW else []


def _section(kind: SectionKind, sources: Sources, since: Mapping[str, datetime]) -> Section:
    """Return a written section."""
    blocks = []
    for is_bullet, run in groupby(sources.statements[kind], key=lambda statement: statement.is_bullet):
        lines = tuple(_line(statement, sources) for statement in run)
        blocks += [Block(True, lines)] if is_bullet else [Block(False, (line,)) for line in lines]
    return Section(kind, tuple(blocks), sources.foot(kind), since[kind.value])


def _line(statement: Statement, sources: Sources) -> Line:
    """Return one statement with numbered marks."""
    runs = (sources.cited(run) if isinstance(run, Reference) else run for run in statement.runs)
    return Line(statement.label, tuple(runs))
