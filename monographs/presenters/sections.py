"""The sections of a page: what is written, and what is said where nothing is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from django.db.models import Q

from monographs.document import Document, Reference, Statement
from monographs.models import Revision
from monographs.presenters.sources import Cited, Sources
from monographs.vocabulary import SAFETY_SECTIONS, SectionKind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

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
    return [section_of(kind, sources, since) for kind in SectionKind if kind not in elsewhere]


def section_of(kind: SectionKind, sources: Sources, since: Mapping[str, datetime]) -> Section:
    """Return one section, written or not."""
    if kind not in sources.statements:
        return Section(kind)
    blocks = []
    for is_bullet, run in groupby(sources.statements[kind], key=lambda statement: statement.is_bullet):
        lines = tuple(_line(statement, sources) for statement in run)
        blocks += [Block(True, lines)] if is_bullet else [Block(False, (line,)) for line in lines]
    return Section(kind, tuple(blocks), sources.foot(kind), since[kind.value])


def unchanged_since(revisions: Collection[Revision]) -> dict[int, dict[str, datetime]]:
    """Return, by the revision's id, for each section since when its text stands unchanged. One query."""
    wanted = Q()
    for revision in revisions:
        numbers = {entry["since"] for entry in revision.sections.values()}
        wanted |= Q(drug=revision.drug_id, part=revision.part, number__in=numbers)
    rows = Revision.objects.filter(wanted).values_list("drug_id", "part", "number", "submitted_at")
    moments = {(drug, part, number): moment for drug, part, number, moment in rows}
    return {
        revision.pk: {
            kind: moments[revision.drug_id, revision.part, entry["since"]]
            for kind, entry in revision.sections.items()
        }
        for revision in revisions
    }


def unwritten_block(document: Document) -> list[SectionKind]:
    """Return the empty kinds that stand in one block before the first section.

    Safety sections always stay in place; so do the others when they are few.
    """
    empty = [kind for kind in SectionKind if kind not in document.sections and kind not in SAFETY_SECTIONS]
    return empty if len(empty) > FEW else []


def _line(statement: Statement, sources: Sources) -> Line:
    """Return one statement with numbered marks."""
    runs = (sources.cited(run) if isinstance(run, Reference) else run for run in statement.runs)
    return Line(statement.label, tuple(runs))
