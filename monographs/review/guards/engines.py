"""How SQLite and PostgreSQL write a guard, and how they tell which stand."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from typing import Any

from monographs.models.fields import DatabaseNow
from monographs.review.guards.guard import Guard


def give_functions(raw: sqlite3.Connection) -> None:
    """Give a SQLite connection the functions that guards call."""
    raw.create_function(
        "sha256", 1, lambda text: hashlib.sha256(text.encode()).hexdigest(), deterministic=True
    )


def _quoted(sentence: str) -> str:
    """Return a sentence as an SQL string."""
    return "'" + sentence.replace("'", "''") + "'"


class Sqlite:
    """How SQLite writes a guard."""

    now = DatabaseNow.SQLITE

    def condition(self, guard: Guard) -> str:
        """Return the condition in SQLite's words."""
        text = guard.condition.replace("{now}", self.now)
        text = re.sub(r"\{in_days:(-?\d+)\}", r"date('now', '\1 days')", text)
        text = re.sub(r"\{in_months:(\d+)\}", r"date('now', '\1 months', '1 days')", text)
        text = re.sub(r"\{lacks:([^|]+)\|([^}]+)\}", r"instr(\1, \2) = 0", text)
        text = re.sub(r"\{sha256:([^}]+)\}", r"sha256(\1)", text)
        return re.sub(r"\{differs:([^|]+)\|([^}]+)\}", r"\1 IS NOT \2", text)

    def definition(self, guard: Guard) -> str:
        """Return the trigger as sqlite_master keeps it."""
        when = f"WHEN {self.condition(guard)} " if guard.condition else ""
        return (
            f"CREATE TRIGGER {guard.name} BEFORE {guard.on.upper()} ON {guard.table} "
            f"{when}BEGIN SELECT RAISE(ABORT, {_quoted(guard.sentence)}); END"
        )

    def create(self, guard: Guard) -> list[str]:
        """Return the statements that put a guard in place."""
        return [self.definition(guard)]

    def drop(self, name: str, table: str) -> list[str]:
        """Return the statements that take a guard away."""
        return [f"DROP TRIGGER {name}"]

    def standing(self, cursor: Any) -> list[tuple[str, str, str]]:
        """Return (name, table, definition) of the guards that stand."""
        cursor.execute(
            "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'guard_%'"
        )
        return cursor.fetchall()

    def protect(self, table: str) -> list[str]:
        """SQLite has no TRUNCATE."""
        return []

    expose = protect

    def open_tables(self, cursor: Any, tables: set[str]) -> set[str]:
        """SQLite has no TRUNCATE."""
        return set()


class PostgreSQL:
    """How PostgreSQL writes a guard: a function and a trigger of one name."""

    day = f"({DatabaseNow.POSTGRESQL} AT TIME ZONE 'UTC')"

    def body(self, guard: Guard) -> str:
        """Return the function's text."""
        text = guard.condition.replace("{now}", DatabaseNow.POSTGRESQL)
        text = re.sub(r"\{in_days:(-?\d+)\}", rf"({self.day} + interval '\1 days')::date", text)
        text = re.sub(
            r"\{in_months:(\d+)\}", rf"({self.day} + interval '\1 months' + interval '1 day')::date", text
        )
        text = re.sub(r"\{lacks:([^|]+)\|([^}]+)\}", r"strpos(\1::text, \2) = 0", text)
        text = re.sub(r"\{sha256:([^}]+)\}", r"encode(sha256(convert_to(\1, 'UTF8')), 'hex')", text)
        text = re.sub(r"\{differs:([^|]+)\|([^}]+)\}", r"\1 IS DISTINCT FROM \2", text)
        row = "OLD" if guard.on == "delete" else "NEW"
        return (
            f"BEGIN IF {text or 'TRUE'} THEN RAISE EXCEPTION {_quoted(guard.sentence)} "
            f"USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {row}; END"
        )

    def definition(self, guard: Guard) -> str:
        """Return what `standing` reads back: events, table, state and text."""
        return f"BEFORE {guard.on.upper()} ON {guard.table} O {self.body(guard)}"

    def create(self, guard: Guard) -> list[str]:
        """Return the statements that put a guard in place."""
        return [
            f"CREATE OR REPLACE FUNCTION {guard.name}() RETURNS trigger LANGUAGE plpgsql "
            f"AS $guard${self.body(guard)}$guard$",
            f"CREATE TRIGGER {guard.name} BEFORE {guard.on.upper()} ON {guard.table} "
            f"FOR EACH ROW EXECUTE FUNCTION {guard.name}()",
        ]

    def drop(self, name: str, table: str) -> list[str]:
        """Return the statements that take a guard away."""
        return [f"DROP TRIGGER {name} ON {table}", f"DROP FUNCTION {name}()"]

    def standing(self, cursor: Any) -> list[tuple[str, str, str]]:
        """Return (name, table, definition) of the guards that stand."""
        cursor.execute(
            """
            SELECT t.tgname, c.relname, concat(
                'BEFORE ',
                CASE t.tgtype WHEN 7 THEN 'INSERT' WHEN 19 THEN 'UPDATE' WHEN 11 THEN 'DELETE' ELSE '?' END,
                ' ON ', c.relname, ' ', t.tgenabled, ' ', p.prosrc)
            FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
            WHERE t.tgname LIKE 'guard\\_%' AND pg_table_is_visible(c.oid)
            """
        )
        return cursor.fetchall()

    def protect(self, table: str) -> list[str]:
        """TRUNCATE fires no row trigger, so the application's role may not."""
        return [f"REVOKE TRUNCATE ON {table} FROM PUBLIC, CURRENT_USER"]

    def expose(self, table: str) -> list[str]:
        """Let the tests' flush truncate."""
        return [f"GRANT TRUNCATE ON {table} TO CURRENT_USER"]

    def open_tables(self, cursor: Any, tables: set[str]) -> set[str]:
        """Return the tables that this role may truncate; a superuser always may."""
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            return set()
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND pg_table_is_visible(oid) "
            "AND has_table_privilege(oid, 'TRUNCATE')",
            [sorted(tables)],
        )
        return {name for (name,) in cursor.fetchall()}


ENGINES: dict[str, Any] = {"sqlite": Sqlite(), "postgresql": PostgreSQL()}
