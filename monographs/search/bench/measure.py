"""Asking every query of a set: how often the right drug stands first, and how long it took."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from monographs.names import normalise
from monographs.search.bench.brute import BruteForce
from monographs.search.bench.sets import SEED, Asked
from monographs.search.query import find, name_that_opens, named_by

MOST_BRUTE = 500


@dataclass
class Figures:
    """What a set gave. Shares are per cent of its queries, times milliseconds."""

    name: str
    n: int = 0
    first: float = 0
    first_three: float = 0
    first_five: float = 0
    wrong_redirects: int = 0
    p50_ms: float = 0
    p95_ms: float = 0
    brute_force: dict[str, Any] = field(default_factory=dict)


def measured(
    name: str,
    asked: Sequence[Asked],
    brute: BruteForce | None,
    *,
    at: datetime,
    keep: Callable[[str, list[int]], Any],
) -> Figures:
    """Return the figures of a set; those of brute force stay empty without it.

    `keep` is given each query with the drugs that it listed, in order.
    """
    places, times, wrong = [], [], 0
    for one in asked:
        begun = time.perf_counter()
        results = find(one.query, at=at)
        times.append(1000 * (time.perf_counter() - begun))
        listed = [row.drug_id for row in (*results.rows, *results.guesses)]
        keep(one.query, listed)
        places.append(place_of(one, listed))
        wrong += opens_wrongly(one)
    chosen = _sample(name, len(asked))
    return Figures(
        name,
        len(asked),
        first=_share(places, 1),
        first_three=_share(places, 3),
        first_five=_share(places, 5),
        wrong_redirects=wrong,
        p50_ms=_percentile(times, 50),
        p95_ms=_percentile(times, 95),
        brute_force=_brute([asked[place] for place in chosen], [places[place] for place in chosen], brute)
        if brute
        else {},
    )


def place_of(asked: Asked, listed: Sequence[int]) -> float:
    """Return at which place, from 1, the right drug stands; infinity when it is not listed.

    Of a shared name every owner has to be listed; then the place is 1.
    """
    if asked.all_wanted:
        return 1 if asked.right <= set(listed) else math.inf
    return next((place for place, drug in enumerate(listed, 1) if drug in asked.right), math.inf)


def opens_wrongly(asked: Asked) -> bool:
    """Tell whether a query would open a drug that is not right, or one of several that share a name.

    Asked as if every drug had a page, for a catalogue's drugs have none.
    """
    name = name_that_opens(named_by(normalise(asked.query)))
    return name is not None and (asked.all_wanted or name.drug_id not in asked.right)


def _brute(asked: Sequence[Asked], ours: Sequence[float], brute: BruteForce) -> dict[str, Any]:
    """Return the figures of brute force on some queries, and ours on the same."""
    places, times = [], []
    for one in asked:
        begun = time.perf_counter()
        places.append(place_of(one, brute.drugs(one.query)))
        times.append(1000 * (time.perf_counter() - begun))
    return {
        "n": len(asked),
        "first": _share(places, 1),
        "first_three": _share(places, 3),
        "first_five": _share(places, 5),
        "p50_ms": _percentile(times, 50),
        "p95_ms": _percentile(times, 95),
        "first_of_search": _share(ours, 1),
    }


def _sample(name: str, count: int) -> list[int]:
    """Return at most 500 places of a set, the same ones in every run."""
    chance = random.Random(f"{SEED} brute {name}")  # noqa: S311 - no secret
    return sorted(chance.sample(range(count), min(count, MOST_BRUTE)))


def _share(places: Sequence[float], most: int) -> float:
    """Return for how many per cent the right drug stands among the first so many."""
    return round(100 * sum(place <= most for place in places) / len(places), 2) if places else 0


def _percentile(times: Sequence[float], per_cent: int) -> float:
    """Return the time that so many per cent do not exceed."""
    ordered = sorted(times)
    return round(ordered[math.ceil(len(ordered) * per_cent / 100) - 1], 2) if ordered else 0
