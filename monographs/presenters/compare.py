"""One section of several drugs of a class, side by side."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monographs.document import parsed
from monographs.document.shape import SLUG_PATTERN
from monographs.models import LiveDrug, Revision
from monographs.presenters.dosing import Smpc, smpc_of
from monographs.presenters.flags import flag_label
from monographs.presenters.notices import ShownNotice, shown_notice
from monographs.presenters.sections import Section, section_of, unchanged_since
from monographs.presenters.sources import ListedSource, Sources
from monographs.presenters.words import listed, lower_first, unique
from monographs.related import drugs_under
from monographs.review import Mark, facts_of, mark
from monographs.vocabulary import SectionKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from monographs.models import DrugClass

LEAST = 2
MOST = 6
MOST_OFFERED = 100


@dataclass(frozen=True)
class Column:
    """One drug of a comparison: its own mark, its section, and the sources that the section cites.

    `check` are labels of what rests on a changed source, in the whole page; `notices` are open;
    `slug` keeps the addresses within the page apart; `flags` are short words;
    numbers of sources are those of the drug's own page.
    """

    name: str
    slug: str
    url: str
    class_name: str
    flags: tuple[str, ...]
    mark: Mark
    check: list[str]
    notices: tuple[ShownNotice, ...]
    version: int
    section: Section
    smpc: Smpc | None
    sources: list[ListedSource]


def chosen_lives(drug_class: DrugClass, slugs: Sequence[str]) -> list[LiveDrug]:
    """Return the drugs of a class that were asked for and can be read, in order. At most one query.

    Seven at most are looked up: one more than may be compared, so that too many are seen.
    """
    possible = [slug for slug in unique(slugs) if len(slug) <= 100 and re.fullmatch(SLUG_PATTERN, slug)]
    if not possible:
        return []
    lives = drugs_under(drug_class).readable().filter(slug__in=possible[: MOST + 1])
    return list(lives.select_related("drug_class", "monograph").in_order())


def offered(drug_class: DrugClass, chosen: Iterable[LiveDrug]) -> list[tuple[str, str]]:
    """Return (slug, name) of the drugs that may be chosen: the first hundred, and those chosen. One query."""
    first = drugs_under(drug_class).readable().in_order().values_list("slug", "name")[:MOST_OFFERED]
    return unique([*first, *((live.slug, live.name) for live in chosen)])


def present_comparison(
    lives: Sequence[LiveDrug], kind: SectionKind, *, at: datetime, address: str
) -> dict[str, Any]:
    """Return the comparison of one section. Six queries at most, whatever the rows.

    `lives` can be read and have class and revision at hand. kind, names (in one
    line), columns (Column …), at, address, is_demo.
    """
    facts = facts_of(lives)
    revisions = [_shown(live) for live in lives]
    since = unchanged_since(revisions)
    columns = [
        _column(live, revision, kind, mark(facts[live.pk], at), since[revision.pk])
        for live, revision in zip(lives, revisions, strict=True)
    ]
    return {
        "kind": kind,
        "names": listed([lower_first(column.name) for column in columns]),
        "columns": columns,
        "at": at,
        "address": address,
        "is_demo": any(column.mark.is_demo for column in columns),
    }


def _column(
    live: LiveDrug, revision: Revision, kind: SectionKind, its_mark: Mark, since: Mapping[str, datetime]
) -> Column:
    """Return one drug, drawn from the frozen revision."""
    document = parsed(revision.document)
    sources = Sources(document)
    return Column(
        document.name,
        live.slug,
        live.get_absolute_url(),
        document.drug_class.name,
        tuple(flag_label(flag) for flag in live.flags),
        its_mark,
        sources.resting_on([change.key for change in its_mark.source_changes]),
        tuple(shown_notice(notice) for notice in its_mark.notices),
        revision.number,
        section_of(kind, sources, since),
        smpc_of(document),
        sources.listed_of(kind) if kind in document.sections else [],
    )


def _shown(live: LiveDrug) -> Revision:
    """Return the revision that readers see. Raises ValueError for a withdrawn page, which has none."""
    if live.monograph is None:
        raise ValueError(f"{live} is withdrawn: there is no text to compare.")
    return live.monograph
