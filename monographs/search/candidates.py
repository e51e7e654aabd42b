"""Asking the table of keys: a bounded number of names for each way to find one.

Every query is the ORM's own, the same on both engines, in an order that both
keep: numbers, or names compared by code point.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from typing import Any, NamedTuple

from django.db.models import QuerySet

from monographs.models import LiveDrug, SearchHead, SearchKey, SearchName
from monographs.names import keys, upper_bound
from monographs.prepared import prepared

MOST_NAMES = 120
THIRD = MOST_NAMES // 3
MOST_WORDS = 6
MOST_ASKED, SHORTEST_ASKED = 3, 3
MOST_HEADS = 400
MOST_KEYS = 2_000
MOST_SHARED = 20_000
SHORTEST_JOINED = 4


class Name(NamedTuple):
    """A name that may be meant: what a search needs of its row. Rows by the hundred are dear as objects."""

    pk: int
    drug_id: int
    name: str
    norm: str
    kind: str
    market: str
    is_current: bool
    weight: int
    has_page: bool


def named(norms: Collection[str]) -> list[Name]:
    """Return the names that are exactly one of these, the drugs' own first. One query."""
    return [Name(*row) for row in _named(list(norms))]


def beginning_with(norm: str) -> list[Name]:
    """Return names that begin with the query and say more. One query, or three when there are too many.

    Then of drugs with a page first, then drugs' own names, then any.
    """
    between = norm, upper_bound(norm)
    found = _longer(*between)
    if len(found) == MOST_NAMES:
        found = [*_longer_of_pages(*between), *_longer_own(*between), *found[:THIRD]]
    return list({row.pk: row for row in map(Name._make, found)}.values())


def joined_and_worded(norm: str) -> tuple[list[Name], list[Name]]:
    """Return names that begin like the query when nobody minds the spaces, and names that have its words.

    Two queries; one when the query is a word, which both look for.
    """
    whole = keys.joined(norm)
    if whole != norm or len(whole) < SHORTEST_JOINED:
        return _joined_like(whole), _with_all_words(norm)
    names = {name.pk: name for name in map(Name._make, _begun(*keys.packed_range(whole)))}.values()
    alike = [name for name in names if keys.joined(name.norm).startswith(whole)]
    return alike, [name for name in names if _has_words(name.norm.split(), [norm])][:MOST_NAMES]


def _joined_like(whole: str) -> list[Name]:
    """Return names that begin like the query when nobody minds the spaces. One query."""
    if len(whole) < SHORTEST_JOINED:
        return []
    names = map(Name._make, _by_key(WHOLE, *keys.packed_range(whole)))
    return [name for name in names if keys.joined(name.norm).startswith(whole)]


def _with_all_words(norm: str) -> list[Name]:
    """Return names of which a word begins with each word of the query, in any order. One query.

    The database looks for the three longest words; short ones are on too many names.
    """
    words = sorted(set(norm.split()), key=lambda word: (-len(word), word))
    if len(words) > MOST_WORDS:
        return []
    asked = [words[0], *(word for word in words[1:MOST_ASKED] if len(word) >= SHORTEST_ASKED)]
    rows = _with_words[len(asked) - 1](*(bound for word in asked for bound in keys.packed_range(word)))
    names = {name.pk: name for name in map(Name._make, rows)}.values()
    return [name for name in names if _has_words(name.norm.split(), words)][:MOST_NAMES]


class Misspelled:
    """A query that may be misspelled, and the names that may be meant. Each kind of beginning is asked for once."""

    def __init__(self, norm: str) -> None:
        """Take a normalised query."""
        self.whole = keys.joined(norm)
        self.forms = keys.forms(norm)[: MOST_WORDS + 1]
        self._shared: dict[keys.Tier, list[tuple[int, int]]] = {}

    def names(self, tier: keys.Tier) -> list[Name]:
        """Return names of which a form lies near a form of the query, those with the most in common first.

        Three queries.
        """
        typed = self._beginnings(tier)
        near = self._heads(tier, typed)
        if not near:
            return []
        most = keys.MOST_DELETIONS[tier]
        wanted = [size for _, size in typed]
        scores: Counter[int] = Counter()
        difference: dict[int, int] = {}
        sizes = max(min(wanted) - most, 0), max(wanted) + most
        for key, size, name in _near_keys(tier.value, list(near), *sizes):
            shared, form_size = near[key]
            if abs(size - form_size) <= most:
                scores[name] += shared
                difference[name] = max(difference.get(name, 0), abs(size - form_size))
        best = sorted(scores, key=lambda name: (-scores[name], difference[name], name))
        return _fetched(best[:MOST_NAMES])

    def begun(self) -> list[Name]:
        """Return names, of any length, that begin nearly like a query that is still being typed. Three queries."""
        near = self._heads(keys.Tier.HEAD, [(self.whole[: keys.HEAD], len(self.whole))])
        found = _longer_keys(keys.Tier.HEAD.value, list(near), len(self.whole)) if near else []
        return _fetched([name for (name,) in found])

    def _beginnings(self, tier: keys.Tier) -> list[tuple[str, int]]:
        """Return (beginning, size) of each form of the query, in one way of misspelling it."""
        return [
            (beginning, size)
            for form in self.forms
            for each, beginning, size in keys.beginnings(form)
            if each is tier and len(beginning) > 1
        ]

    def _heads(self, tier: keys.Tier, typed: list[tuple[str, int]]) -> dict[int, tuple[int, int]]:
        """Return the beginnings nearest to those that were typed.

        With each, how many deletions they share, and the size of the form that it is near to.
        """
        sizes: dict[int, list[int]] = defaultdict(list)
        for beginning, size in typed:
            for key in keys.misspelled_keys(tier, beginning):
                sizes[key].append(size)
        shared: Counter[tuple[int, int]] = Counter()
        for key, head in self._all_shared(tier):
            shared.update((head, size) for size in sizes.get(key, ()))
        near: dict[int, tuple[int, int]] = {}
        for head, size in sorted(shared, key=lambda pair: (-shared[pair], pair))[:MOST_HEADS]:
            near.setdefault(head, (shared[head, size], size))
        return near

    def _all_shared(self, tier: keys.Tier) -> list[tuple[int, int]]:
        """Return (deletion, beginning) for each beginning that shares a deletion with a form. One query, once."""
        if tier not in self._shared:
            asked = {
                key
                for beginning, _ in self._beginnings(tier)
                for key in keys.misspelled_keys(tier, beginning)
            }
            self._shared[tier] = _shared_heads(tier.value, sorted(asked)) if asked else []
        return self._shared[tier]


def _fetched(ids: list[int]) -> list[Name]:
    """Return the names with these ids, in this order. One query."""
    rows = {name.pk: name for name in map(Name._make, _with_ids(ids))} if ids else {}
    return [rows[pk] for pk in ids if pk in rows]


def _has_words(words: list[str], wanted: list[str]) -> bool:
    """Tell whether each wanted word begins a word of its own."""
    left = list(words)
    for word in wanted:
        match = next((one for one in left if one.startswith(word)), None)
        if match is None:
            return False
        left.remove(match)
    return True


# What is asked of the database, each written once


@prepared
def _named(norms: list[str]) -> QuerySet[Any]:
    """Return names that are exactly one of these."""
    found = SearchName.objects.filter(norm__in=norms).order_by("weight", "norm", "drug_id", "kind", "market")
    return found.values_list(*Name._fields)[:MOST_NAMES]


@prepared
def _longer(norm: str, end: str) -> QuerySet[Any]:
    """Return names between two."""
    return _between(norm, end).values_list(*Name._fields)[:MOST_NAMES]


@prepared
def _longer_of_pages(norm: str, end: str) -> QuerySet[Any]:
    """Return names between two of drugs whose page's name is between them, too."""
    pages = LiveDrug.objects.filter(sort_key__gte=norm, sort_key__lt=end).order_by("sort_key")
    found = _between(norm, end).filter(drug__in=pages.values("pk")[:THIRD])
    return found.values_list(*Name._fields)[:THIRD]


@prepared
def _longer_own(norm: str, end: str) -> QuerySet[Any]:
    """Return drugs' own names between two."""
    return _between(norm, end).filter(weight=0).values_list(*Name._fields)[:THIRD]


@prepared
def _begun(least: int, most: int) -> QuerySet[Any]:
    """Return the names with a key in a range, of the whole name before those of its words."""
    found = SearchName.objects.filter(keys__tier__in=[WHOLE, WORD], keys__key__gte=least, keys__key__lte=most)
    found = found.order_by("keys__tier", "keys__key", "keys__size", "keys__name")
    return found.values_list(*Name._fields)[: 2 * MOST_NAMES]


@prepared
def _by_key(tier: int, least: int, most: int) -> QuerySet[Any]:
    """Return the names with a key of a tier in a range."""
    return _of_keys(tier, least, most).values_list(*Name._fields)[:MOST_NAMES]


@prepared
def _with_word(least: int, most: int) -> QuerySet[Any]:
    """Return the names with a word in a range."""
    return _of_keys(WORD, least, most).values_list(*Name._fields)[:MOST_NAMES]


@prepared
def _with_two_words(least: int, most: int, *other: int) -> QuerySet[Any]:
    """Return the names with words in two ranges."""
    found = _of_keys(WORD, least, most).filter(pk__in=_keyed(*other))
    return found.values_list(*Name._fields)[: 2 * MOST_NAMES]


@prepared
def _with_three_words(least: int, most: int, *others: int) -> QuerySet[Any]:
    """Return the names with words in three ranges."""
    found = _of_keys(WORD, least, most).filter(pk__in=_keyed(*others[:2])).filter(pk__in=_keyed(*others[2:]))
    return found.values_list(*Name._fields)[: 3 * MOST_NAMES]


@prepared
def _near_keys(tier: int, heads: list[int], least: int, most: int) -> QuerySet[Any]:
    """Return the keys of these beginnings whose forms have so many letters."""
    found = SearchKey.objects.filter(tier=tier, key__in=heads, size__gte=least, size__lte=most)
    return found.order_by("key", "size", "name").values_list("key", "size", "name")[:MOST_KEYS]


@prepared
def _longer_keys(tier: int, heads: list[int], size: int) -> QuerySet[Any]:
    """Return the names with these beginnings whose forms have more letters."""
    found = SearchKey.objects.filter(tier=tier, key__in=heads, size__gt=size)
    return found.order_by("size", "key", "name").values_list("name")[:MOST_NAMES]


@prepared
def _shared_heads(tier: int, deletions: list[int]) -> QuerySet[Any]:
    """Return the beginnings that share a deletion with what was typed."""
    found = SearchHead.objects.filter(tier=tier, key__in=deletions).order_by("key", "head")
    return found.values_list("key", "head")[:MOST_SHARED]


@prepared
def _with_ids(ids: list[int]) -> QuerySet[Any]:
    """Return the names with these ids."""
    return SearchName.objects.filter(pk__in=ids).values_list(*Name._fields)


WHOLE, WORD = keys.Tier.WHOLE.value, keys.Tier.WORD.value
_with_words = (_with_word, _with_two_words, _with_three_words)


def _between(norm: str, end: str) -> QuerySet[SearchName]:
    """Return the names after one and before another, in their order."""
    return SearchName.objects.filter(norm__gt=norm, norm__lt=end).order_by("norm", "drug_id")


def _of_keys(tier: int, least: int, most: int) -> QuerySet[SearchName]:
    """Return the names with a key of a tier in a range, in the order of the keys."""
    found = SearchName.objects.filter(keys__tier=tier, keys__key__gte=least, keys__key__lte=most)
    return found.order_by("keys__key", "keys__size", "keys__name")


def _keyed(least: int, most: int) -> QuerySet[Any]:
    """Return the ids of names with a word in a range."""
    return SearchKey.objects.filter(tier=WORD, key__gte=least, key__lte=most).values("name")
