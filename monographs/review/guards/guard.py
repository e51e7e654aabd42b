"""What a guard is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

DEEPEST_CLASS = 8
# SQLite's triggers know no recursive query, so a tree is walked a fixed number of steps.
WRITES: tuple[Literal["insert", "update"], ...] = ("insert", "update")


@dataclass(frozen=True)
class Guard:
    """One refusal. Without a condition the statement is always refused."""

    name: str
    table: str
    on: Literal["insert", "update", "delete"]
    sentence: str
    condition: str = ""
    only: str = ""


def table_of(model: Any) -> str:
    """Return the table of a model."""
    return model._meta.db_table
