"""From the drugs that were found to the rows that are shown: eight queries at most, whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monographs.models import LiveDrug, SearchName
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
    names, contained = _known(known)
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


def _known(drug_ids: Collection[int]) -> tuple[dict[int, str], dict[int, list[str]]]:
    """Return the names of drugs without a page, and what each contains. One query."""
    names: dict[int, str] = {}
    contained: dict[int, list[str]] = defaultdict(list)
    if not drug_ids:
        return names, contained
    rows = SearchName.objects.filter(drug__in=drug_ids, is_first=True)
    rows = rows.order_by("drug", "drug__components__position", "drug__components__pk")
    for drug_id, name, component in rows.values_list(
        "drug", "drug__name", "drug__components__component__name"
    ):
        names[drug_id] = name
        if component is not None:
            contained[drug_id].append(component)
    return names, contained
