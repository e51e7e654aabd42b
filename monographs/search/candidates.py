"""Asking the table of keys: a bounded number of names for each way to find one.

Every query is the ORM's own, the same on both engines, in an order that both
keep: numbers, or names compared by code point.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from typing import NamedTuple

from django.db.models import QuerySet

from monographs.models import LiveDrug, SearchHead, SearchKey, SearchName
from monographs.names import keys, upper_bound

MOST_NAMES = 120
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
    found = SearchName.objects.filter(norm__in=norms).order_by("weight", "norm", "drug", "kind", "market")
    return _read(found[:MOST_NAMES])


def beginning_with(norm: str) -> list[Name]:
    """Return names that begin with the query and say more. One query, or three when there are too many.

    Then of drugs with a page first, then drugs' own names, then any.
    """
    longer = SearchName.objects.filter(norm__gt=norm, norm__lt=upper_bound(norm)).order_by("norm", "drug")
    found = _read(longer[:MOST_NAMES])
    if len(found) < MOST_NAMES:
        return found
    third = MOST_NAMES // 3
    pages = LiveDrug.objects.filter(sort_key__gte=norm, sort_key__lt=upper_bound(norm)).order_by("sort_key")
    of_pages = _read(longer.filter(drug__in=pages.values("pk")[:third])[:third])
    own = _read(longer.filter(weight=0)[:third])
    return list({row.pk: row for rows in (of_pages, own, found[:third]) for row in rows}.values())


def joined_like(norm: str) -> list[Name]:
    """Return names that are, or begin like, the query when nobody minds the spaces. One query."""
    whole = keys.joined(norm)
    if len(whole) < SHORTEST_JOINED:
        return []
    names = _read(_by_key(keys.Tier.WHOLE, whole)[:MOST_NAMES])
    return [name for name in names if keys.joined(name.norm).startswith(whole)]


def with_words(norm: str) -> list[Name]:
    """Return names of which a word begins with each word of the query, in any order. One query.

    The database looks for the three longest words; short ones are on too many names.
    """
    words = sorted(set(norm.split()), key=lambda word: (-len(word), word))
    if len(words) > MOST_WORDS:
        return []
    found = _by_key(keys.Tier.WORD, words[0])
    for word in words[1:MOST_ASKED]:
        if len(word) >= SHORTEST_ASKED:
            least, most = keys.packed_range(word)
            others = SearchKey.objects.filter(tier=keys.Tier.WORD.value, key__gte=least, key__lte=most)
            found = found.filter(pk__in=others.values("name"))
    names = {name.pk: name for name in _read(found[: MOST_NAMES * len(words)])}.values()
    return [name for name in names if _has_words(name.norm.split(), words)][:MOST_NAMES]


def misspelled(norm: str, tier: keys.Tier) -> list[Name]:
    """Return names of which a form lies near a form of the query, those with the most in common first.

    Three queries.
    """
    typed = [(beginning, size) for beginning, size in _beginnings(norm, tier) if len(beginning) > 1]
    near = _heads(tier, typed)
    if not near:
        return []
    most = keys.MOST_DELETIONS[tier]
    wanted = [size for _, size in typed]
    found = SearchKey.objects.filter(
        tier=tier.value, key__in=list(near), size__range=(min(wanted) - most, max(wanted) + most)
    )
    scores: Counter[int] = Counter()
    difference: dict[int, int] = {}
    rows = found.order_by("key", "size", "name").values_list("key", "size", "name")
    for key, size, name in rows[:MOST_KEYS]:
        shared, form_size = near[key]
        if abs(size - form_size) <= most:
            scores[name] += shared
            difference[name] = max(difference.get(name, 0), abs(size - form_size))
    best = sorted(scores, key=lambda name: (-scores[name], difference[name], name))
    return _fetched(best[:MOST_NAMES])


def begun_misspelled(norm: str) -> list[Name]:
    """Return names, of any length, that begin nearly like a query that is still being typed."""
    whole = keys.joined(norm)
    near = _heads(keys.Tier.HEAD, [(whole[: keys.HEAD], len(whole))])
    found = SearchKey.objects.filter(tier=keys.Tier.HEAD.value, key__in=list(near), size__gt=len(whole))
    return _fetched(list(found.order_by("size", "key", "name").values_list("name", flat=True)[:MOST_NAMES]))


def _beginnings(norm: str, tier: keys.Tier) -> list[tuple[str, int]]:
    """Return (beginning, size) of each form of a query, in one way of misspelling it."""
    return [
        (beginning, size)
        for form in keys.forms(norm)[: MOST_WORDS + 1]
        for each, beginning, size in keys.beginnings(form)
        if each is tier
    ]


def _heads(tier: keys.Tier, typed: list[tuple[str, int]]) -> dict[int, tuple[int, int]]:
    """Return the beginnings nearest to those that were typed. One query.

    With each, how many deletions they share, and the size of the form that it is near to.
    """
    forms: dict[int, list[int]] = defaultdict(list)
    for beginning, size in typed:
        for key in keys.misspelled_keys(tier, beginning):
            forms[key].append(size)
    found = SearchHead.objects.filter(tier=tier.value, key__in=list(forms)).order_by("key", "head")
    shared: Counter[tuple[int, int]] = Counter()
    for key, head in found.values_list("key", "head")[:MOST_SHARED]:
        shared.update((head, size) for size in forms[key])
    near: dict[int, tuple[int, int]] = {}
    for head, size in sorted(shared, key=lambda pair: (-shared[pair], pair))[:MOST_HEADS]:
        near.setdefault(head, (shared[head, size], size))
    return near


def _by_key(tier: keys.Tier, prefix: str) -> QuerySet[SearchName]:
    """Return the names with a key of a tier whose text begins with a prefix, as far as twelve letters tell."""
    least, most = keys.packed_range(prefix)
    found = SearchName.objects.filter(keys__tier=tier.value, keys__key__gte=least, keys__key__lte=most)
    return found.order_by("keys__key", "keys__size", "keys__name")


def _read(found: QuerySet[SearchName]) -> list[Name]:
    """Return what was found. One query."""
    return [Name(*values) for values in found.values_list(*Name._fields)]


def _fetched(ids: list[int]) -> list[Name]:
    """Return the names with these ids, in this order. One query."""
    rows = {name.pk: name for name in _read(SearchName.objects.filter(pk__in=ids))} if ids else {}
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
