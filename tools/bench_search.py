"""Suggestions as one types, asked of the whole application in this process. Called by `tools/bench.py`.

usage: python tools/bench_search.py REQUESTS
"""

import os
import random
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clincalc.settings")

import django

SEED = 20_261_126


def main() -> None:
    """Print p50 and p95 of time and CPU of each kind of query."""
    django.setup()
    from django.test import Client

    from monographs.models import SearchName
    from monographs.search.bench.sets import slip

    requests = int(sys.argv[1])
    chance = random.Random(SEED)
    ids = list(SearchName.objects.filter(weight__lte=1).order_by("pk").values_list("pk", flat=True))
    chosen = SearchName.objects.filter(pk__in=chance.sample(ids, min(2 * requests, len(ids)))).order_by("pk")
    # A process that serves has been asked before: by every second name, which is not measured.
    norms = list(chosen.values_list("norm", flat=True))
    names, before = norms[::2], norms[1::2]
    client = Client(headers={"host": "localhost"})
    for label, change in {
        "whole name": lambda name: name,
        "being typed": lambda name: name[: chance.randint(2, max(2, len(name)))],
        "misspelled": lambda name: slip(name, chance),
    }.items():
        for name in before:
            _ask(client, change(name))
        times, cpu = [], []
        for name in names:
            begun, begun_cpu = time.perf_counter(), time.process_time()
            _ask(client, change(name))
            times.append(1000 * (time.perf_counter() - begun))
            cpu.append(1000 * (time.process_time() - begun_cpu))
        print(f"{label:12} {_shares(times)} of time, {_shares(cpu)} of CPU")


def _ask(client: Any, query: str) -> None:
    """Ask for suggestions."""
    response = client.get("/search/suggest/", {"q": query}, headers={"x-forwarded-for": "192.0.2.1"})
    if response.status_code != 200:
        sys.exit(f"/search/suggest/ answered {response.status_code}.")


def _shares(times: list[float]) -> str:
    """Return the median and what 95 of 100 do not exceed, in milliseconds."""
    ordered = sorted(times)
    return f"p50 {ordered[len(ordered) // 2]:5.1f} p95 {ordered[int(len(ordered) * 0.95)]:5.1f} ms"


if __name__ == "__main__":
    main()
