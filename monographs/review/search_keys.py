"""Keeping what a search looks in, in step with what readers may find."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, Model, OuterRef

from monographs.document import Problem
from monographs.models import Drug, SearchHead, SearchKey, SearchName, Successor
from monographs.names import keys
from monographs.review.findable import Findable, findable_names, findable_of

BATCH = 1_000
# How many values a query may hold; SQLite's own limit is 32,766.
PARAMETERS = 10_000

# One statement for a batch: PostgreSQL takes whole columns, SQLite the rows of one transaction.
INSERT_ARRAYS: dict[type[Model], str] = {
    SearchKey: "INSERT INTO monographs_searchkey (tier, key, size, name_id) SELECT * FROM unnest("
    "%s::smallint[], %s::bigint[], %s::smallint[], %s::bigint[]) ON CONFLICT DO NOTHING",
    SearchHead: "INSERT INTO monographs_searchhead (tier, key, head) SELECT * FROM unnest("
    "%s::smallint[], %s::bigint[], %s::bigint[]) ON CONFLICT DO NOTHING",
}
INSERT_ROWS: dict[type[Model], str] = {
    SearchKey: "INSERT OR IGNORE INTO monographs_searchkey (tier, key, size, name_id) VALUES (%s, %s, %s, %s)",
    SearchHead: "INSERT OR IGNORE INTO monographs_searchhead (tier, key, head) VALUES (%s, %s, %s)",
}


@dataclass
class Difference:
    """What did not stand as it should: names too few and too many, keys too few and too many."""

    names: int = 0
    missing: int = 0
    surplus: int = 0
    keys: int = 0

    def add(self, other: Difference) -> None:
        """Add what another batch found."""
        for name in vars(self):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def make_findable(drug_ids: Iterable[int]) -> None:
    """Let these drugs be found by the names that they have now, and by no other.

    Called within the transaction of every step that changes a drug's names or
    which of its texts readers see. Bulk work calls it with some thousand drugs.
    """
    for some in batched(sorted(set(drug_ids)), BATCH):
        wanted, rows = findable_names(some), _rows_of(some)
        surplus = [row.pk for row, one in rows.items() if one not in _of(wanted, row.drug_id)]
        standing = {(row.drug_id, one) for row, one in rows.items()}
        _delete(surplus)
        _write([one.row_of(pk) for pk, names in wanted.items() for one in names if (pk, one) not in standing])


def rebuild(*, advance: Any = lambda drugs: None) -> Difference:
    """Make everything anew, a batch of drugs in each transaction. Returns what differed before."""
    found = Difference()
    for some in _all_drugs():
        with transaction.atomic():
            # Steps on these drugs wait, so that none writes names beside ours.
            list(Drug.objects.select_for_update().filter(pk__in=some).order_by("pk").values_list("pk"))
            found.add(_remake(some))
        advance(len(some))
    unused = SearchHead.objects.filter(
        ~Exists(SearchKey.objects.filter(tier=OuterRef("tier"), key=OuterRef("head")))
    )
    unused.delete()
    refresh_statistics()
    return found


def refresh_statistics() -> None:
    """Let PostgreSQL count what bulk work has left, before its own clockwork does: else it plans slow searches.

    A role that does not own the tables may not; the server then only warns. SQLite plans well without.
    """
    if connection.vendor != "postgresql":
        return
    tables = ", ".join(model._meta.db_table for model in (Drug, SearchName, SearchKey, SearchHead))
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {tables}")


def wrong_names() -> Iterator[str]:
    """Yield a sentence for each drug that is not found by exactly the names that it should be found by."""
    for some in _all_drugs():
        try:
            yield from _wrong_names_of(some)
        except Problem:
            # One of the released texts cannot be read: the others are looked at one by one.
            for pk in some:
                yield from _wrong_names_of_one(pk)


def _wrong_names_of_one(drug_id: int) -> Iterator[str]:
    """Yield what is wrong with the names of one drug, or that they cannot be known."""
    try:
        yield from _wrong_names_of([drug_id])
    except Problem:
        yield f"Drug {drug_id}: by what names search should find it cannot be known."


def _wrong_names_of(drug_ids: Sequence[int]) -> Iterator[str]:
    """Yield a sentence for each of some drugs whose names are others than they should be."""
    wanted, rows = findable_names(drug_ids), _rows_of(drug_ids)
    standing: dict[int, set[Findable]] = {pk: set() for pk in drug_ids}
    for row, one in rows.items():
        standing[row.drug_id].add(one)
    for pk, names in standing.items():
        if names != _of(wanted, pk):
            yield f"Drug {pk}: search finds it by other names than it should; run rebuild_search."


def is_in_step() -> bool:
    """Tell whether as many drugs can be found as there are that have not ended. Two counts."""
    ended = Successor.objects.values("drug").distinct().count()
    return SearchName.objects.filter(is_first=True).count() == Drug.objects.count() - ended


def _all_drugs() -> Iterator[list[int]]:
    """Yield the ids of all drugs in lists."""
    last = 0
    while some := list(Drug.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        yield some
        last = some[-1]


def _rows_of(drug_ids: Sequence[int]) -> dict[SearchName, Findable]:
    """Return the rows of these drugs, and what each says."""
    return {row: findable_of(row) for row in SearchName.objects.filter(drug__in=drug_ids)}


def _of(wanted: dict[int, list[Findable]], drug_id: int) -> set[Findable]:
    """Return the names that a drug should have."""
    return set(wanted.get(drug_id, ()))


def _remake(drug_ids: Sequence[int]) -> Difference:
    """Write the names of some drugs anew. Returns what differed before."""
    wanted, rows = findable_names(drug_ids), _rows_of(drug_ids)
    standing = {(row.drug_id, one) for row, one in rows.items()}
    should = {(pk, one) for pk, names in wanted.items() for one in names}
    expected = {(row.pk, *key) for row in rows for key in keys.keys_of(row.norm)}
    there = SearchKey.objects.filter(name__in=[row.pk for row in rows])
    kept = set(there.values_list("name", "tier", "key", "size"))
    _delete([row.pk for row in rows])
    _write([one.row_of(pk) for pk, names in wanted.items() for one in names])
    return Difference(
        names=len(should),
        missing=len(should - standing),
        surplus=len(standing - should),
        keys=len(expected ^ kept),
    )


def _delete(name_ids: Sequence[int]) -> None:
    """Delete names with their keys."""
    for some in batched(name_ids, PARAMETERS):
        SearchName.objects.filter(pk__in=some).delete()


def _write(names: list[SearchName]) -> None:
    """Write names and the keys that lead to them."""
    if not names:
        return
    names.sort(key=lambda row: (row.drug_id, row.norm, row.kind, row.market))
    SearchName.objects.bulk_create(names)
    found = [(tier, key, size, row.pk) for row in names for tier, key, size in keys.keys_of(row.norm)]
    _insert(SearchKey, sorted(found))
    heads = {head for row in names for head in keys.heads_of(row.norm)}
    _insert(SearchHead, sorted(_head_rows(heads)))


def _head_rows(heads: Collection[tuple[keys.Tier, str]]) -> Iterator[tuple[int, int, int]]:
    """Yield the rows of those beginnings that are not kept yet."""
    for tier in keys.MOST_DELETIONS:
        of_tier = {keys.packed(text): text for each, text in heads if each is tier}
        first = {keys.first_head_key(tier, text): head for head, text in of_tier.items()}
        known: set[int] = set()
        for some in batched(first, PARAMETERS):
            kept = SearchHead.objects.filter(tier=tier.value, key__in=some)
            known |= set(kept.values_list("head", flat=True))
        for head, text in of_tier.items():
            if head not in known:
                yield from ((tier.value, key, head) for key in keys.head_keys(tier, text))


def _insert(model: type[Model], rows: Sequence[tuple[int, ...]]) -> None:
    """Insert rows of whole numbers, those that stand already left out.

    Rows of a catalogue come by the million, and the ORM's own objects for them
    cost more than the database does.
    """
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(INSERT_ARRAYS[model], [list(column) for column in zip(*rows, strict=True)])
        else:
            cursor.executemany(INSERT_ROWS[model], rows)
