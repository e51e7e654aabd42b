"""What holds of rows that are written once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from monographs.review.guards.guard import Guard, table_of


def append_only(model: Any) -> Iterator[Guard]:
    """Rows are written once."""
    table = table_of(model)
    sentence = f"{model._meta.verbose_name} rows are append-only"
    yield Guard(f"guard_{table}_update", table, "update", sentence)
    yield Guard(f"guard_{table}_delete", table, "delete", sentence)
    yield from never_replaced(model)


def never_replaced(model: Any) -> Iterator[Guard]:
    """INSERT OR REPLACE deletes without a delete trigger, so refuse what is there already."""
    table = table_of(model)
    keys = [(model._meta.pk.column,)]
    keys += [(field.column,) for field in model._meta.fields if field.unique and not field.primary_key]
    keys += [
        tuple(model._meta.get_field(name).column for name in constraint.fields)
        for constraint in model._meta.total_unique_constraints
    ]
    same = " OR ".join("(" + " AND ".join(f"{column} = NEW.{column}" for column in key) + ")" for key in keys)
    yield Guard(
        f"guard_{table}_replace",
        table,
        "insert",
        f"{model._meta.verbose_name} rows are never replaced",
        f"EXISTS (SELECT 1 FROM {table} WHERE {same})",
        only="sqlite",
    )


def own_clock(model: Any, column: str) -> Guard:
    """The time written is the statement's own."""
    table = table_of(model)
    return Guard(
        f"guard_{table}_clock",
        table,
        "insert",
        f"{column} is the moment of writing, not another",
        f"NEW.{column} <> {{now}}",
    )
