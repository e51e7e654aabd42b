"""From the drugs that were found to the rows that are shown: eight queries at most, whatever their number."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from monographs.models import LiveDrug, SearchName
from monographs.models.search import COMPONENT
from monographs.prepared import prepared
from monographs.review import facts_by_id, look_alikes_of, mark
from monographs.search.candidates import Name
from monographs.search.results import Matched, Row


@dataclass
class Hits:
    """Drugs in the order in which they were found, each once, with the names that were met."""

    most: int
    matched: dict[int, list[Matched]] = field(default_factory=dict)
    exact: set[int] = field(default_factory=set)

    def add(self, names: Sequence[Name], *, is_exact: bool = False) -> None:
        """Note names that were met, the nearest first."""
        for row in names:
            if self._takes(row.drug_id) and row.kind != COMPONENT:
                self._note(row.drug_id, Matched(row.name, row.kind, row.market))
                if is_exact:
                    self.exact.add(row.drug_id)

    def add_code(self, drug_id: int, code: Matched) -> None:
        """Note a code that was met."""
        if self._takes(drug_id):
            self._note(drug_id, code)
            self.exact.add(drug_id)

    def add_drugs(self, drug_ids: Collection[int]) -> None:
        """Note drugs that no name was met of, such as the members of a class."""
        for drug_id in drug_ids:
            self._takes(drug_id)

    def _takes(self, drug_id: int) -> bool:
        """Tell whether a drug has a row, made if there is room."""
        if drug_id not in self.matched and len(self.matched) < self.most:
            self.matched[drug_id] = []
        return drug_id in self.matched

    def _note(self, drug_id: int, match: Matched) -> None:
        """Keep a name that was met, once."""
        if match not in self.matched[drug_id]:
            self.matched[drug_id].append(match)


def rows_of(hits: Hits, *, at: datetime) -> tuple[Row, ...]:
    """Return a row for each drug that was found, in order."""
    ids = list(hits.matched)
    if not ids:
        return ()
    pages = {pk: page for pk, *page in _pages(ids)}
    facts = facts_by_id(list(pages))
    known = _known([pk for pk in ids if pk not in pages])
    rows = []
    for pk in ids:
        if pk not in pages and pk not in known:
            continue
        name, slug, class_name, components = pages.get(pk) or (known[pk][0], "", "", known[pk][1])
        rows.append(
            Row(
                drug_id=pk,
                name=name,
                slug=slug,
                class_name=class_name,
                matched=tuple(hits.matched[pk]),
                mark=mark(facts[pk], at) if pk in pages else None,
                is_exact=pk in hits.exact,
                components=tuple(components),
            )
        )
    return tuple(rows)


def _known(drug_ids: list[int]) -> dict[int, tuple[str, list[str]]]:
    """Return the name of each drug without a page, and what it contains. One query."""
    found: dict[int, tuple[str, list[str]]] = {}
    for drug_id, name, component in _first_names(drug_ids) if drug_ids else ():
        contained = found.setdefault(drug_id, (name, []))[1]
        if component is not None:
            contained.append(component)
    return found


@prepared
def _pages(drug_ids: list[int]) -> QuerySet[Any]:
    """Return what rows show of the pages of drugs."""
    found = LiveDrug.objects.filter(pk__in=drug_ids).order_by("pk")
    return found.values_list("pk", "name", "slug", "drug_class__name", "components")


@prepared
def _first_names(drug_ids: list[int]) -> QuerySet[Any]:
    """Return the names of drugs that can be found, once for each of their components."""
    found = SearchName.objects.filter(drug__in=drug_ids, is_first=True)
    found = found.order_by("drug_id", "drug__components__position", "drug__components__pk")
    return found.values_list("drug", "drug__name", "drug__components__component__name")


def with_look_alikes(*lists: tuple[Row, ...]) -> list[tuple[Row, ...]]:
    """Return lists of rows with what must not be taken for each. One query."""
    partners = look_alikes_of([row.drug_id for rows in lists for row in rows])
    return [
        tuple(replace(row, look_alikes=tuple(partners.get(row.drug_id, ()))) for row in rows)
        for rows in lists
    ]
