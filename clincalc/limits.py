"""How often one client may ask: a bucket of tokens each, which fills again at a steady pace.

Each process of the server counts for itself, so with two of them a client that
meets both may ask twice as often. What counts across processes needs a service
of its own or a write for each request; this guards against being swamped, and
for that it is enough.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from math import ceil

from django.conf import settings
from django.http import HttpRequest

from clincalc.clients import address_of, network_of

MOST_CLIENTS = 10_000
"""How many clients are remembered; the one that was silent longest is forgotten first."""


class Buckets:
    """The tokens of every client. A client that is not remembered has a full bucket."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with nobody."""
        self.clock = clock
        self.left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self.lock = threading.Lock()

    def wait(self, client: str, per_second: int, burst: int) -> float:
        """Take a token of the client; return 0, or the seconds until it has one again."""
        with self.lock:
            now = self.clock()
            tokens, at = self.left.pop(client, (float(burst), now))
            tokens = min(float(burst), tokens + (now - at) * per_second)
            is_allowed = tokens >= 1
            self.left[client] = (tokens - is_allowed, now)
            if len(self.left) > MOST_CLIENTS:
                self.left.popitem(last=False)
            return 0.0 if is_allowed else (1 - tokens) / per_second


buckets = Buckets()


def seconds_to_wait(request: HttpRequest, setting: str) -> int:
    """Count a request against the rate of a setting; return 0, or how many whole seconds its client must wait.

    A setting that is None holds nobody.
    """
    rate = getattr(settings, setting)
    if rate is None:
        return 0
    return ceil(buckets.wait(f"{setting} {network_of(address_of(request))}", *rate))
