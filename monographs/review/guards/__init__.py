"""What the database itself refuses, on SQLite and PostgreSQL, from one list.

A guard is a trigger: on an insert, update or delete of one table it raises a
sentence when its condition holds. The condition is SQL that both engines read;
`{now}`, `{in_days:…}`, `{in_months:…}`, `{sha256:…}`, `{differs:a|b}` and `{lacks:text|part}` stand for what
they write differently.

SQLite drops a table's triggers when Django rebuilds the table, so guards are
put back after every migrate, and `differences` tells whether all stand.
"""

from __future__ import annotations

from itertools import chain
from typing import Any

from monographs.review.guards import record, signing
from monographs.review.guards.engines import ENGINES, give_functions
from monographs.review.guards.guard import DEEPEST_CLASS, Guard

__all__ = [
    "DEEPEST_CLASS",
    "ENGINES",
    "Guard",
    "differences",
    "give_functions",
    "guards",
    "install",
    "lift",
]


def guards(vendor: str) -> list[Guard]:
    """Return the guards of an engine ("sqlite" or "postgresql")."""
    return [guard for guard in chain(record.rules(), signing.rules()) if guard.only in ("", vendor)]


def install(connection: Any) -> None:
    """Put every guard in place whose table exists; others that were ours are dropped."""
    lift(connection)
    engine = ENGINES[connection.vendor]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for guard in guards(connection.vendor):
            if guard.table in tables:
                for statement in engine.create(guard):
                    cursor.execute(statement)
        for table in sorted({guard.table for guard in guards(connection.vendor)} & tables):
            for statement in engine.protect(table):
                cursor.execute(statement)


def lift(connection: Any) -> None:
    """Take every guard away. Only migrations, moves and the tests' flush may."""
    engine = ENGINES[connection.vendor]
    with connection.cursor() as cursor:
        for name, table, _ in engine.standing(cursor):
            for statement in engine.drop(name, table):
                cursor.execute(statement)
        tables = set(connection.introspection.table_names(cursor))
        for table in sorted({guard.table for guard in guards(connection.vendor)} & tables):
            for statement in engine.expose(table):
                cursor.execute(statement)


def differences(connection: Any) -> list[str]:
    """Return a sentence for each guard that is missing, changed or unknown."""
    engine = ENGINES[connection.vendor]
    with connection.cursor() as cursor:
        standing = {name: definition for name, _, definition in engine.standing(cursor)}
        open_tables = engine.open_tables(cursor, {guard.table for guard in guards(connection.vendor)})
    expected = {guard.name: engine.definition(guard) for guard in guards(connection.vendor)}
    return [
        *(f"The guard {name} is missing." for name in sorted(expected.keys() - standing.keys())),
        *(f"The guard {name} is not ours." for name in sorted(standing.keys() - expected.keys())),
        *(
            f"The guard {name} was changed."
            for name in sorted(expected.keys() & standing.keys())
            if expected[name] != standing[name]
        ),
        *(f"The table {table} may be truncated." for table in sorted(open_tables)),
    ]
