"""From the drugs that were found to the rows that are shown: eight queries at most, whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monographs.models import DrugComponent, LiveDrug, SearchName
from monographs.models.search import COMPONENT
from monographs.review import facts_of, look_alikes_of, mark
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
    lives = LiveDrug.objects.select_related("drug_class").in_bulk(ids)
    facts = facts_of(lives.values())
    known = [pk for pk in ids if pk not in lives]
    first = SearchName.objects.filter(drug__in=known, is_first=True)
    names = dict(first.values_list("drug", "drug__name"))
    contained = _components(known)
    look_alikes = look_alikes_of(ids)
    return tuple(
        Row(
            drug_id=pk,
            name=lives[pk].name if pk in lives else names[pk],
            slug=lives[pk].slug if pk in lives else "",
            class_name=lives[pk].drug_class.name if pk in lives else "",
            matched=tuple(hits.matched[pk]),
            mark=mark(facts[pk], at) if pk in lives else None,
            is_exact=pk in hits.exact,
            components=tuple(lives[pk].components) if pk in lives else tuple(contained[pk]),
            look_alikes=tuple(look_alikes.get(pk, ())),
        )
        for pk in ids
        if pk in lives or pk in names
    )


def _components(drug_ids: Collection[int]) -> dict[int, list[str]]:
    """Return what combinations contain of which only the name is known."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = DrugComponent.objects.filter(combination__in=drug_ids).order_by("combination", "position", "pk")
    for combination, name in rows.values_list("combination", "component__name"):
        found[combination].append(name)
    return found
