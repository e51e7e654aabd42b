"""A search never holds the database for long."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

MILLISECONDS = 2_000


@contextmanager
def bounded() -> Iterator[None]:
    """Let PostgreSQL end a statement within that takes longer than two seconds; it raises OperationalError.

    SQLite has no such limit: there only the number of candidates is bounded, as
    it is on both. A transaction of its own would take SQLite's write lock.
    """
    if connection.vendor != "postgresql":
        yield
        return
    is_nested = connection.in_atomic_block
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('statement_timeout'), set_config('statement_timeout', %s, true)",
            [str(MILLISECONDS)],
        )
        before = cursor.fetchone()[0]
        yield
        if is_nested:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])
