"""Which names readers may find a drug by.

Of a drug that was ever released: the names of the text that readers see, or
saw last, and those that a catalogue brought. Of any other: all its names, for
nothing of it is reviewed or shown. And what a drug was called before, also as
a drug that is part of it now. What editors have drafted is found when it is
released, and no earlier.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, fields, replace

from django.db.models import Exists, OuterRef, Q

from monographs.document import Document, parsed
from monographs.models import (
    Drug,
    DrugComponent,
    DrugName,
    LiveDrug,
    OldSlug,
    Revision,
    SearchName,
    Successor,
)
from monographs.models.search import COMPONENT
from monographs.names import normalise
from monographs.review.live import last_shown
from monographs.vocabulary import NameKind

DEEPEST_MERGE = 10
WEIGHTS = {
    NameKind.INN.value: 0,
    NameKind.BAN.value: 0,
    NameKind.USAN.value: 0,
    NameKind.GENERIC.value: 0,
    NameKind.BRAND.value: 1,
    NameKind.SYNONYM.value: 2,
    NameKind.ABBREVIATION.value: 2,
    COMPONENT: 3,
}


@dataclass(frozen=True, slots=True)
class Findable:
    """One name that finds a drug."""

    name: str
    norm: str
    kind: str
    market: str = ""
    is_current: bool = True
    in_document: bool = False
    has_page: bool = False
    is_first: bool = False

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it another name of the same drug."""
        return self.norm, self.kind, self.market

    def row_of(self, drug_id: int) -> SearchName:
        """Return its row."""
        return SearchName(
            drug_id=drug_id,
            name=self.name,
            norm=self.norm,
            kind=self.kind,
            market=self.market,
            is_current=self.is_current,
            in_document=self.in_document,
            has_page=self.has_page,
            is_first=self.is_first,
            weight=WEIGHTS[self.kind],
        )


def findable_of(row: SearchName) -> Findable:
    """Return what a row says."""
    return Findable(**{field.name: getattr(row, field.name) for field in fields(Findable)})


def findable_names(drug_ids: Collection[int]) -> dict[int, list[Findable]]:
    """Return for each drug the names that find it; for one that has ended none.

    At most eight queries, and a few more for drugs that others were merged into.
    """
    ended = Exists(Successor.objects.filter(drug=OuterRef("pk")))
    names = dict(Drug.objects.filter(~ended, pk__in=drug_ids).values_list("pk", "name"))
    documents = _shown_documents(names)
    found: dict[int, dict[tuple[str, str, str], Findable]] = {pk: {} for pk in names}
    for pk, document in documents.items():
        names[pk] = document.name
        _put(found[pk], _of_document(document))
    for pk, findable in _of_rows(names, documents.keys()):
        _put(found[pk], [findable])
    for pk, name in _former(names):
        if normalise(name) not in {one.norm for one in found[pk].values()}:
            _put(found[pk], [_named(name, NameKind.SYNONYM.value)])
    return {
        pk: [
            replace(one, has_page=pk in documents) for one in _with_first(names[pk], list(found[pk].values()))
        ]
        for pk in names
    }


def _put(found: dict[tuple[str, str, str], Findable], names: Iterable[Findable]) -> None:
    """Add names that are not there; the earlier one stands."""
    for one in names:
        if one.norm:
            found.setdefault(one.key, one)


def _named(name: str, kind: str, market: str = "", is_current: bool = True, **also: bool) -> Findable:
    """Return a name with its normal form."""
    return Findable(name, normalise(name), kind, market, is_current, **also)


def _with_first(heading: str, names: list[Findable]) -> list[Findable]:
    """Return the names of a drug, one of which is its first: the heading, or a synonym that says the same."""
    norm = normalise(heading)
    own = [one for one in names if one.norm == norm and one.kind != COMPONENT]
    first = min(own, key=lambda one: (WEIGHTS[one.kind], one.kind, one.market), default=None)
    if first is None:
        first = _named(heading, NameKind.SYNONYM.value)
    rest = [one for one in names if one is not first]
    return [replace(first, is_first=True), *rest]


def _shown_documents(drug_ids: Collection[int]) -> dict[int, Document]:
    """Return the text that readers see, or saw last, of each drug that was ever released."""
    lives = LiveDrug.objects.filter(pk__in=drug_ids).select_related("monograph", "drug")
    return {live.pk: parsed((live.monograph or last_shown(live.drug)).document) for live in lives}


def _of_document(document: Document) -> Iterator[Findable]:
    """Yield the names of a released text, then those of its components."""
    for name in document.names:
        yield _named(name.name, name.kind.value, str(name.market), name.is_current, in_document=True)
    for component in document.components:
        yield _named(component.name, COMPONENT)


def _of_rows(drug_ids: Collection[int], released: Collection[int]) -> Iterator[tuple[int, Findable]]:
    """Yield what only helps search, and everything of drugs that were never released."""
    unreleased = [pk for pk in drug_ids if pk not in released]
    rows = DrugName.objects.filter(Q(in_document=False) | Q(drug__in=unreleased), drug__in=drug_ids)
    columns = ("drug", "name", "norm", "kind", "market", "is_current")
    for pk, *values in rows.order_by("drug", "norm", "kind", "market").values_list(*columns):
        yield pk, Findable(*values)
    parts = DrugComponent.objects.filter(combination__in=unreleased).order_by("combination", "position", "pk")
    for pk, name in parts.values_list("combination", "component__name"):
        yield pk, _named(name, COMPONENT)


def _former(drug_ids: Collection[int]) -> Iterator[tuple[int, str]]:
    """Yield what drugs were called before they were renamed, or while they were drugs of their own."""
    renamed = OldSlug.objects.filter(drug__in=drug_ids).exclude(name="")
    yield from renamed.order_by("drug", "pk").values_list("drug", "name")
    heirs = {pk: {pk} for pk in drug_ids}
    for _ in range(DEEPEST_MERGE):
        heirs = _predecessors(heirs)
        if not heirs:
            return
        for pk, name in _names_of_ended(heirs):
            for heir in sorted(heirs[pk]):
                yield heir, name


def _predecessors(heirs: dict[int, set[int]]) -> dict[int, set[int]]:
    """Return the drugs whose place the given ones took, each with the drugs that its names lead to now."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = Successor.objects.filter(successor__in=heirs).order_by("pk")
    for ended, successor in rows.values_list("drug", "successor"):
        found[ended] |= heirs[successor]
    return dict(found)


def _names_of_ended(drug_ids: Collection[int]) -> Iterator[tuple[int, str]]:
    """Yield the names under which readers knew drugs that have ended: of the text shown last, and before."""
    yield from Drug.objects.filter(pk__in=drug_ids).order_by("pk").values_list("pk", "name")
    renamed = OldSlug.objects.filter(drug__in=drug_ids).exclude(name="")
    yield from renamed.order_by("drug", "pk").values_list("drug", "name")
    shown = Revision.objects.filter(drug__in=drug_ids, part="monograph", releases__isnull=False)
    last: dict[int, Revision] = {}
    for revision in shown.order_by("drug", "releases__id"):
        last[revision.drug_id] = revision
    for pk, revision in last.items():
        yield from ((pk, name.name) for name in parsed(revision.document).names)
