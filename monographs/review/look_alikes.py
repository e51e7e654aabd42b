"""Medicines that are easily taken for one another: found by their names, judged by editors.

A pair is looked for between a drug that readers can open and every known drug:
where neither has a page there is nothing to open by mistake.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from itertools import product
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from monographs.models import Drug, DrugComponent, LiveDrug, LookAlike, SearchName
from monographs.names import alike
from monographs.prepared import prepared
from monographs.review.clock import clinical_now
from monographs.review.live import raise_generation
from monographs.review.people import require
from monographs.review.refusals import NeedsReason, TextChanged
from monographs.review.steps import step
from monographs.vocabulary import LookAlikeState, NameKind

MOST_SHOWN = 3
# Of a family of names that all end alike an editor is not asked about every two.
MOST_FOUND = 12
# Brands are short, and made to sound alike: below this nearly all pairs are chance.
ALIKE_BRANDS = 70
OWN_NAMES = (NameKind.INN, NameKind.BAN, NameKind.USAN, NameKind.GENERIC)
BATCH = 500


@dataclass(frozen=True)
class Partner:
    """A drug that must not be taken for another, and the two names that are alike.

    `own_name` is a name of the drug itself, `name` one of the other, whose own
    name is `drug`. Without a page `slug` and `class_name` are empty.
    """

    drug_id: int
    own_name: str
    name: str
    drug: str
    slug: str
    class_name: str


type Key = tuple[int, int]
type Owners = dict[str, dict[int, str]]
"""For each normalised name the drugs that have it, and how they write it."""


@transaction.atomic
def find_look_alikes(drugs: Collection[int]) -> int:
    """Look for the pairs of these drugs (ids) anew. Returns how many there are now.

    What an editor decided of a pair stays while its names are the same; a pair
    that nobody has decided and that is none any more goes. A fixed number of
    queries, whatever the number of drugs.
    """
    found = _pairs_of(set(drugs))
    known = {(row.first_id, row.second_id): row for row in _rows_of(drugs)}
    new = [row for key, row in _most_alike(found, drugs).items() if key not in known]
    changed = [_follow(row, found[key]) for key, row in known.items() if key in found]
    gone = [row.pk for key, row in known.items() if key not in found and row.state == LookAlikeState.FOUND]
    LookAlike.objects.bulk_create(new, batch_size=BATCH)
    LookAlike.objects.bulk_update(filter(None, changed), _FOLLOWS, batch_size=BATCH)
    LookAlike.objects.filter(pk__in=gone).delete()
    if new or gone or any(changed):
        raise_generation()
    return len(found)


@step
def decide_look_alike(*, pair: LookAlike, state: LookAlikeState, reason: str, seen: str, by: Any) -> None:
    """Confirm or dismiss a pair, with a reason.

    `seen` is the pair as the person read it (`str(pair)`). Raises
    PermissionDenied, NeedsReason, or TextChanged when its names are others by now.
    """
    require(by, "decide_lookalike")
    if not reason.strip():
        raise NeedsReason("Say why: the next editor reads it.")
    row = LookAlike.objects.select_for_update(of=("self",)).get(pk=pair.pk)
    if str(row) != seen:
        raise TextChanged("Other names of these two are the most alike by now: read the pair again.")
    row.state, row.reason = state.value, reason.strip()
    row.decided_by, row.decided_at = by, clinical_now()
    row.save()
    raise_generation()


def look_alikes_of(drugs: Collection[int]) -> dict[int, list[Partner]]:
    """Return for each of these drugs (ids) those not to be taken for it: confirmed ones, then the most alike.

    At most MOST_SHOWN each; dismissed pairs are left out. One query.
    """
    rows = _rows_of(drugs).exclude(state=LookAlikeState.DISMISSED)
    # "confirmed" stands before "found".
    rows = rows.order_by("state", "-likeness", "pk").select_related(
        "first__live__drug_class", "second__live__drug_class"
    )
    shown: dict[int, list[Partner]] = {}
    for row in rows:
        sides = (row.first, row.first_name), (row.second, row.second_name)
        for here, there in (sides, sides[::-1]):
            partners = shown.setdefault(here[0].pk, [])
            if here[0].pk in drugs and len(partners) < MOST_SHOWN:
                partners.append(_partner(here[1], *there))
    return {drug: shown[drug] for drug in drugs if shown.get(drug)}


def partners_of_names(named: Collection[tuple[int, str]]) -> list[int]:
    """Return the ids of drugs that one of these (drug id, name) is easily taken for. One query.

    In the order of `look_alikes_of`; dismissed pairs are left out.
    """
    found: dict[int, None] = {}
    for first, first_name, second, second_name in _standing(sorted({drug for drug, _ in named})):
        if (first, first_name) in named:
            found[second] = None
        if (second, second_name) in named:
            found[first] = None
    return list(found)


# By which drugs with a page are prescribed here; of a brand without a market nobody knows better.
_HOME_BRANDS = Q(
    kind=NameKind.BRAND, is_current=True, market__in=(settings.HOME_MARKET, ""), drug__live__isnull=False
)
_FOLLOWS = ("first_name", "second_name", "likeness", "state", "reason", "decided_by", "decided_at")


def _rows_of(drugs: Collection[int]) -> QuerySet[LookAlike]:
    """Return the pairs in which one of these drugs takes part."""
    return LookAlike.objects.filter(Q(first__in=drugs) | Q(second__in=drugs))


@prepared
def _standing(drugs: list[int]) -> QuerySet[Any]:
    """Return the two sides, each a drug and its name, of pairs that nobody dismissed: confirmed ones first."""
    rows = _rows_of(drugs).exclude(state=LookAlikeState.DISMISSED)
    sides = "first", "first_name", "second", "second_name"
    return rows.order_by("state", "-likeness", "pk").values_list(*sides)


def _follow(row: LookAlike, pair: LookAlike) -> LookAlike | None:
    """Return a row with the names that are the most alike now, to be looked at again, or None if it has them."""
    if (row.first_name, row.second_name) == (pair.first_name, pair.second_name):
        return None
    for name in _FOLLOWS:
        setattr(row, name, getattr(pair, name))
    return row


def _partner(own_name: str, drug: Drug, name: str) -> Partner:
    """Return one side of a pair as readers of the other are told of it."""
    live = getattr(drug, "live", None)
    if live is None or live.monograph_id is None:
        return Partner(drug.pk, own_name, name, drug.name, "", "")
    return Partner(drug.pk, own_name, name, live.name, live.slug, live.drug_class.name)


def _pairs_of(drugs: set[int]) -> dict[Key, LookAlike]:
    """Return the pairs in which one of these drugs takes part, unsaved, by the ids of the two."""
    own, brands = _owners(Q(kind__in=OWN_NAMES)), _owners(_HOME_BRANDS)
    owners = {norm: own.get(norm, {}) | brands.get(norm, {}) for norm in sorted(own.keys() | brands.keys())}
    open_drugs = set(LiveDrug.objects.readable().values_list("pk", flat=True))
    parts = {frozenset(pair) for pair in DrugComponent.objects.values_list("combination", "component")}
    pairs: dict[Key, LookAlike] = {}
    rest = dict(owners)
    for norm, here in owners.items():
        if drugs.isdisjoint(here):
            continue
        # Each two names are compared once.
        del rest[norm]
        for other, value in alike(norm, rest).items():
            is_brand = norm not in own or other not in own
            if _is_one_name(norm, other) or (is_brand and value < ALIKE_BRANDS):
                continue
            for one, two in product(here.items(), owners[other].items()):
                ids = {one[0], two[0]}
                if len(ids) == 2 and not (
                    drugs.isdisjoint(ids) or open_drugs.isdisjoint(ids) or ids in parts
                ):
                    _keep(pairs, _pair(one, two, value))
    return pairs


def _most_alike(pairs: dict[Key, LookAlike], drugs: Collection[int]) -> dict[Key, LookAlike]:
    """Return of each of these drugs the MOST_FOUND pairs that are most alike."""
    kept: dict[Key, LookAlike] = {}
    counts: Counter[int] = Counter()
    for key, pair in sorted(pairs.items(), key=lambda item: _rank(item[1])):
        if any(drug in drugs and counts[drug] < MOST_FOUND for drug in key):
            kept[key] = pair
            counts.update(key)
    return kept


def _owners(which: Q) -> Owners:
    """Return the names of these kinds that readers may find, with their drugs."""
    owners: Owners = {}
    names = SearchName.objects.filter(which).order_by("norm", "drug", "name")
    for norm, drug, name in names.values_list("norm", "drug", "name"):
        owners.setdefault(norm, {}).setdefault(drug, name)
    return owners


def _is_one_name(name: str, other: str) -> bool:
    """Tell whether one of two names has every word of the other, as a salt and its base have."""
    words, others = set(name.split()), set(other.split())
    return words <= others or others <= words


def _pair(one: tuple[int, str], two: tuple[int, str], value: int) -> LookAlike:
    """Return a pair, the lower id first."""
    (first, first_name), (second, second_name) = sorted([one, two])
    return LookAlike(
        first_id=first, second_id=second, first_name=first_name, second_name=second_name, likeness=value
    )


def _keep(pairs: dict[Key, LookAlike], pair: LookAlike) -> None:
    """Keep of each two drugs the names that are most alike; of equals the first in the alphabet."""
    key = pair.first_id, pair.second_id
    if key not in pairs or _rank(pair) < _rank(pairs[key]):
        pairs[key] = pair


def _rank(pair: LookAlike) -> tuple[int, str, str]:
    """Return what the names of a pair are ordered by."""
    return -pair.likeness, pair.first_name, pair.second_name
