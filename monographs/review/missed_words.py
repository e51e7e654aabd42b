"""Words that found nothing: counted in the dark, and shown to editors once several days have seen them.

A word can be a patient's name, so it is stored in clear only on its third day;
until then a keyed digest stands for it, which is forgotten after a while.
Counting is best effort: a search never waits for it and never fails with it.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db import Error, connection, transaction
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.crypto import salted_hmac

from monographs.models import MissedWord
from monographs.names import normalise
from monographs.review.clock import clinical_now
from monographs.review.people import require

DIGITS = re.compile(r"\d+")
DAYS_IN_THE_DARK = 3
LONGEST = 40
MOST_DIGITS_IN_A_ROW = 3
MOST_DIGITS = 5
# What was not searched for again for so long is forgotten.
DIGEST_KEPT = timedelta(days=60)
WORD_KEPT = timedelta(days=365)
MOST_IN_THE_DARK = 20_000


def note_missed(query: str, *, at: datetime) -> None:
    """Count a query that found nothing, if it can be a medicine and the database is free. Never raises."""
    word = normalise(query)
    if not _can_be_a_medicine(word):
        return
    with contextlib.suppress(Error), _without_waiting():
        _count(word, timezone.localdate(at))


def dismiss_missed(missed: MissedWord, *, by: Any) -> bool:
    """Take a word off the list for good and forget it: only its digest stays, so that it does not come back.

    Returns whether it stood there. Raises PermissionDenied.
    """
    require(by, "dismiss_missedword")
    standing = MissedWord.objects.filter(pk=missed.pk, dismissed_at=None)
    return bool(standing.update(word="", dismissed_at=clinical_now(), dismissed_by=by))


def _can_be_a_medicine(word: str) -> bool:
    """Tell whether a word is short and has no number that could be a person's."""
    runs = [len(run) for run in DIGITS.findall(word)]
    is_number = sum(runs) > MOST_DIGITS or max(runs, default=0) > MOST_DIGITS_IN_A_ROW
    return 0 < len(word) <= LONGEST and not is_number


def _count(word: str, today: date) -> None:
    """Count a word once more."""
    _forget_old(today)
    digest = salted_hmac("monographs.missed-word", word, algorithm="sha256").hexdigest()
    rows = MissedWord.objects.filter(digest=digest)
    is_due = When(days__gte=DAYS_IN_THE_DARK - 1, dismissed_at=None, then=Value(word))
    another_day = {"days": F("days") + 1, "last_on": today, "word": Case(is_due, default=F("word"))}
    if rows.filter(last_on__lt=today).update(times=F("times") + 1, **another_day):
        return
    if rows.update(times=F("times") + 1):
        return
    if MissedWord.objects.filter(word="").count() < MOST_IN_THE_DARK:
        MissedWord.objects.create(digest=digest, last_on=today)


def _forget_old(today: date) -> None:
    """Forget what nobody searched for again; what was dismissed stays dismissed."""
    old = Q(word="", last_on__lt=today - DIGEST_KEPT) | Q(last_on__lt=today - WORD_KEPT)
    MissedWord.objects.filter(old, dismissed_at=None).delete()


@contextlib.contextmanager
def _without_waiting() -> Iterator[None]:
    """Run a transaction that fails at once, rather than wait, where somebody else writes."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            [usual] = cursor.execute("PRAGMA busy_timeout").fetchone()
            cursor.execute("PRAGMA busy_timeout = 0")
            try:
                with transaction.atomic():
                    yield
            finally:
                cursor.execute(f"PRAGMA busy_timeout = {int(usual)}")
        else:
            with transaction.atomic():
                cursor.execute("SET LOCAL lock_timeout = '20ms'")
                cursor.execute("SET LOCAL synchronous_commit = off")
                yield
