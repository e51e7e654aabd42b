"""How often somebody may try: counted in the shared database, before the try, so that tries at once count too.

A try is taken first and given back when it was right. Of the last so many
minutes each try is kept by its moment, so that no more than the limit fit into
any stretch of that length. A refused try is not counted: waiting always ends.
Nobody is shut out everywhere: wrong passwords count for one account from one
address, and for one address.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.db import transaction
from django.forms import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from clincalc.accounts.models import Tries
from clincalc.clients import address_of, network_of
from clincalc.security_log import REFUSED, record

WITHIN = timedelta(minutes=5)
MOST_WRONG = 10
# Only who knows the password gets to try codes. From anywhere, so that no flock of addresses guesses one.
MOST_CODES, CODES_WITHIN = 20, timedelta(hours=1)
MOST_LETTERS, LETTERS_WITHIN = 3, timedelta(hours=1)
TOO_MANY = "too_many"
SWEPT_AT_ONCE = 100


@dataclass(frozen=True)
class Limit:
    """At most so many tries of somebody within a stretch of time; `who` is kept as a digest only."""

    who: tuple[str, ...]
    most: int
    within: timedelta

    @property
    def key(self) -> str:
        """Return the name of the row that counts."""
        return hashlib.sha256("\0".join(self.who).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class Taken:
    """A try that was counted."""

    limits: Sequence[Limit]
    moment: int


class TooMany(Exception):
    """There were too many tries; `until` is when there may be another."""

    def __init__(self, until: datetime) -> None:
        """Take the moment."""
        super().__init__(until)
        self.until = until

    def __str__(self) -> str:
        """Return the sentence for the person."""
        # The minute after: whoever comes back when the clock says so is let in.
        at = timezone.localtime(self.until + timedelta(minutes=1))
        return (
            "Too many tries for this account or from your network just now. Nothing was checked. "
            f"Try again at {at:%H:%M}, or ask a clinical lead for help."
        )

    @property
    def error(self) -> ValidationError:
        """Return it as a form says it."""
        return ValidationError(str(self), code=TOO_MANY)


def answers(request: HttpRequest, username: str) -> list[Limit]:
    """Return the limits on wrong passwords and codes of one account, asked from one address."""
    address = address_of(request)
    network = network_of(address)
    # Names that differ in capitals or form only are one name here: they are one to whoever guesses.
    name = unicodedata.normalize("NFKC", username).casefold()
    limits = [Limit(("answer", name, network), MOST_WRONG, WITHIN)]
    if not _is_trusted(address):
        limits.append(Limit(("address", network), settings.SIGN_IN_LIMIT, WITHIN))
    return limits


def codes(person: Any) -> Limit:
    """Return the limit on codes of one account from anywhere."""
    return Limit(("codes", str(person.pk)), MOST_CODES, CODES_WITHIN)


def letters(person: Any) -> Limit:
    """Return the limit on letters with a link that anybody can have sent to one account."""
    return Limit(("letters", str(person.pk)), MOST_LETTERS, LETTERS_WITHIN)


def asked(request: HttpRequest) -> Limit:
    """Return the limit on asking for such letters from one address."""
    return Limit(("asked", network_of(address_of(request))), settings.SIGN_IN_LIMIT, WITHIN)


def take(request: HttpRequest | None, *limits: Limit) -> Taken:
    """Count a try. Raises TooMany, and writes that down, when one of its limits is reached; then none counts it."""
    _sweep()
    try:
        return _counted(limits)
    except TooMany:
        record(
            "try", by=getattr(request, "user", None), outcome=REFUSED, request=request, why="too many tries"
        )
        raise


def give_back(taken: Taken) -> None:
    """Take back a try that was right."""
    with transaction.atomic():
        for row in _locked(taken.limits):
            if taken.moment in row.taken:
                row.taken.remove(taken.moment)
                row.save(update_fields=["taken"])


def _counted(limits: Sequence[Limit]) -> Taken:
    """Count a try in every row, or in none. Durable: the count stands before anything is checked."""
    by_key = {limit.key: limit for limit in limits}
    begun = timezone.now()
    while True:
        with transaction.atomic(durable=True):
            Tries.objects.bulk_create(
                (Tries(key=key, ends_at=begun + by_key[key].within) for key in sorted(by_key)),
                ignore_conflicts=True,
            )
            rows = _locked(limits)
            # Somebody may sweep a row away between the two; then it is made again.
            if len(rows) == len(by_key):
                return Taken(limits, _take(rows, by_key, timezone.now()))


def _take(rows: list[Tries], by_key: dict[str, Limit], at: datetime) -> int:
    """Write a try into rows that are locked, and return its moment.

    Raises TooMany with the latest moment that one of them asks for.
    """
    until, now = [], _microseconds(at)
    for row in rows:
        limit = by_key[row.key]
        begins = now - limit.within // timedelta(microseconds=1)
        row.taken = [moment for moment in row.taken if moment > begins]
        if len(row.taken) >= limit.most:
            until.append(_moment(row.taken[-limit.most]) + limit.within)
        row.taken.append(now)
        row.ends_at = at + limit.within
    if until:
        raise TooMany(max(until))
    Tries.objects.bulk_update(rows, ["taken", "ends_at"])
    return now


def _locked(limits: Sequence[Limit]) -> list[Tries]:
    """Return the rows of limits, locked in one order for everybody."""
    keys = [limit.key for limit in limits]
    return list(Tries.objects.select_for_update().filter(key__in=keys).order_by("key"))


def _sweep() -> None:
    """Delete some rows that say nothing any more, but none that somebody holds."""
    with transaction.atomic():
        ended = Tries.objects.select_for_update(skip_locked=True).filter(ends_at__lt=timezone.now())
        if ids := list(ended.values_list("pk", flat=True)[:SWEPT_AT_ONCE]):
            Tries.objects.filter(pk__in=ids).delete()


def _is_trusted(address: str) -> bool:
    """Return whether an address is in a network from which any number may be tried."""
    return bool(address) and any(ip_address(address) in network for network in settings.TRUSTED_NETWORKS)


def _microseconds(at: datetime) -> int:
    """Return a moment as a whole number."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _moment(microseconds: int) -> datetime:
    """Return the moment of a whole number."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
