"""CPU and queries of one request of each kind of page, in this process. Called by `tools/bench.py`.

usage: python tools/bench_pages.py REQUESTS
"""

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clincalc.settings")

import django

ADDRESSES = (
    "/healthz",
    "/drugs/pomalidomide/",
    "/drugs/",
    "/classes/",
    "/classes/thalidomide-analogues/",
    "/search/?q=imnovid",
    "/search/?q=pom",
)


def main() -> None:
    """Print milliseconds of CPU, the ratio to /healthz, queries and bytes for each address."""
    django.setup()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    requests = int(sys.argv[1])
    client = Client(headers={"host": "localhost"})
    base = 0.0
    for address in ADDRESSES:
        with CaptureQueriesContext(connection) as captured:
            response = client.get(address)
        queries = len(captured)
        begun = time.process_time()
        for _ in range(requests):
            client.get(address)
        spent = 1000 * (time.process_time() - begun) / requests
        base = base or spent
        print(
            f"{address:34} {response.status_code} {spent:6.2f} ms CPU {spent / base:6.1f} × healthz "
            f"{queries:2} queries {len(response.content):6,} bytes"
        )


if __name__ == "__main__":
    main()
