"""What the database itself refuses, on SQLite and PostgreSQL, from one list.

A guard is a trigger: on an insert, update or delete of one table it raises a
sentence when its condition holds. The condition is SQL that both engines read;
`{now}`, `{sha256:…}` and `{differs:a|b}` stand for what they write differently.

SQLite drops a table's triggers when Django rebuilds the table, so guards are
put back after every migrate, and `differences` tells whether all stand.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from monographs import models as nouns
from monographs.models.fields import DatabaseNow

DEEPEST_CLASS = 8
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


def guards(vendor: str) -> list[Guard]:
    """Return the guards of an engine ("sqlite" or "postgresql")."""
    return [guard for guard in _all() if guard.only in ("", vendor)]


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


def give_functions(raw: sqlite3.Connection) -> None:
    """Give a SQLite connection the functions that guards call."""
    raw.create_function(
        "sha256", 1, lambda text: hashlib.sha256(text.encode()).hexdigest(), deterministic=True
    )


def _table(model: Any) -> str:
    """Return the table of a model."""
    return model._meta.db_table


def _all() -> Iterator[Guard]:
    """Yield every guard of every engine."""
    for model in (
        nouns.Edit,
        nouns.Revision,
        nouns.Contributor,
        nouns.RevisionSource,
        nouns.Release,
        nouns.OldSlug,
        nouns.Successor,
        nouns.DemoDatabase,
    ):
        yield from _append_only(model)
    yield from _never_replaced(nouns.Source)
    yield from _never_replaced(nouns.Drug)
    for model, column in (
        (nouns.Edit, "at"),
        (nouns.Revision, "submitted_at"),
        (nouns.Release, "released_at"),
        (nouns.OldSlug, "at"),
        (nouns.Successor, "at"),
        (nouns.DemoDatabase, "since"),
    ):
        yield _own_clock(model, column)
    yield from _revision()
    yield from _release()
    yield from _live()
    yield from _slug()
    yield from _ended()
    yield _source()
    yield from _class_tree()


def _append_only(model: Any) -> Iterator[Guard]:
    """Rows are written once."""
    table = _table(model)
    sentence = f"{model._meta.verbose_name} rows are append-only"
    yield Guard(f"guard_{table}_update", table, "update", sentence)
    yield Guard(f"guard_{table}_delete", table, "delete", sentence)
    yield from _never_replaced(model)


def _never_replaced(model: Any) -> Iterator[Guard]:
    """INSERT OR REPLACE deletes without a delete trigger, so refuse what is there already."""
    table = _table(model)
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


def _own_clock(model: Any, column: str) -> Guard:
    """The time written is the statement's own."""
    table = _table(model)
    return Guard(
        f"guard_{table}_clock",
        table,
        "insert",
        f"{column} is the moment of writing, not another",
        f"NEW.{column} <> {{now}}",
    )


def _revision() -> Iterator[Guard]:
    """The digest is that of the text, and numbers follow one another."""
    table = _table(nouns.Revision)
    yield Guard(
        f"guard_{table}_digest",
        table,
        "insert",
        "the digest is not that of the document",
        "NEW.digest <> {sha256:NEW.document}",
    )
    yield Guard(
        f"guard_{table}_number",
        table,
        "insert",
        "the revision number does not follow the last",
        f"NEW.number <> 1 + coalesce((SELECT max(number) FROM {table} "
        "WHERE drug_id = NEW.drug_id AND part = NEW.part), 0)",
    )


def _release() -> Iterator[Guard]:
    """A release is of the drug's own revision, and the latest by id."""
    table, revision = _table(nouns.Release), _table(nouns.Revision)
    yield Guard(
        f"guard_{table}_own",
        table,
        "insert",
        "the revision is not of this drug and part",
        f"NEW.revision_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {revision} "
        "WHERE id = NEW.revision_id AND drug_id = NEW.drug_id AND part = NEW.part)",
    )
    # Nothing can be approved yet. The issue that brings reviews replaces this
    # condition by: no effective approval of the revision.
    yield Guard(
        f"guard_{table}_dosing",
        table,
        "insert",
        "dosing is never released without an approval",
        "NEW.part = 'dosing' AND NEW.revision_id IS NOT NULL",
    )


def _live() -> Iterator[Guard]:
    """What is live is what was released last."""
    table, release = _table(nouns.LiveDrug), _table(nouns.Release)
    latest = (
        f"(SELECT revision_id FROM {release} WHERE drug_id = NEW.drug_id AND part = '{{part}}' "
        "ORDER BY id DESC LIMIT 1)"
    )
    condition = " OR ".join(
        [
            f"NOT EXISTS (SELECT 1 FROM {release} WHERE drug_id = NEW.drug_id AND part = 'monograph')",
            "{differs:NEW.monograph_id|" + latest.replace("{part}", "monograph") + "}",
            "{differs:NEW.dosing_id|" + latest.replace("{part}", "dosing") + "}",
        ]
    )
    for on in WRITES:
        yield Guard(f"guard_{table}_{on}", table, on, "this is not what was released last", condition)


def _slug() -> Iterator[Guard]:
    """An address is never given to another drug, and none is forgotten."""
    drug, old = _table(nouns.Drug), _table(nouns.OldSlug)
    yield Guard(
        f"guard_{drug}_slug_insert",
        drug,
        "insert",
        "this address was another drug's",
        f"EXISTS (SELECT 1 FROM {old} WHERE slug = NEW.slug)",
    )
    yield Guard(
        f"guard_{drug}_slug_update",
        drug,
        "update",
        "an address is changed only after the old one was kept, and to one that is no other drug's",
        "NEW.id <> OLD.id OR (NEW.slug <> OLD.slug AND ("
        f"EXISTS (SELECT 1 FROM {old} WHERE slug = NEW.slug AND drug_id <> NEW.id) "
        f"OR NOT EXISTS (SELECT 1 FROM {old} WHERE slug = OLD.slug AND drug_id = OLD.id)))",
    )
    yield Guard(
        f"guard_{old}_taken",
        old,
        "insert",
        "this address is another drug's",
        f"EXISTS (SELECT 1 FROM {drug} WHERE slug = NEW.slug AND id <> NEW.drug_id)",
    )


def _ended() -> Iterator[Guard]:
    """A drug that another took the place of is shown no more, and nothing is merged into it."""
    successor = _table(nouns.Successor)
    shown = f"EXISTS (SELECT 1 FROM {successor} WHERE drug_id = NEW.drug_id)"
    for model, name, condition in (
        (nouns.Release, "ended", f"NEW.revision_id IS NOT NULL AND {shown}"),
        (nouns.LiveDrug, "ended", shown),
    ):
        table = _table(model)
        yield Guard(
            f"guard_{table}_{name}", table, "insert", "another drug took the place of this one", condition
        )
    live = _table(nouns.LiveDrug)
    yield Guard(
        f"guard_{successor}_living",
        successor,
        "insert",
        "a drug ends without a public page, and goes on in a drug that has not ended",
        f"EXISTS (SELECT 1 FROM {successor} WHERE drug_id = NEW.successor_id) "
        f"OR EXISTS (SELECT 1 FROM {live} WHERE drug_id = NEW.drug_id)",
    )


def _source() -> Guard:
    """A cited source stands as it was cited."""
    table, cited = _table(nouns.Source), _table(nouns.RevisionSource)
    may_change = {"superseded_by_id", "superseded_at", "last_checked_on"}
    columns = [field.column for field in nouns.Source._meta.fields if field.column not in may_change]
    changed = " OR ".join(f"{{differs:NEW.{column}|OLD.{column}}}" for column in columns)
    return Guard(
        f"guard_{table}_cited",
        table,
        "update",
        "a source that a revision cites does not change; a new revision of it is a new row",
        f"EXISTS (SELECT 1 FROM {cited} WHERE source_id = OLD.id) AND ({changed})",
    )


def _class_tree() -> Iterator[Guard]:
    """No class is above itself.

    Triggers of SQLite know no recursive query, so the tree is walked a fixed
    number of steps, which is also its greatest depth.
    """
    table = _table(nouns.DrugClass)
    top = DEEPEST_CLASS - 2
    joins = " ".join(
        f"LEFT JOIN {table} a{step + 1} ON a{step + 1}.id = a{step}.parent_id" for step in range(top)
    )
    loop = " OR ".join(f"a{step}.id = NEW.id" for step in range(top + 1))
    condition = (
        f"NEW.parent_id IS NOT NULL AND (NEW.parent_id = NEW.id OR EXISTS (SELECT 1 FROM {table} a0 {joins} "
        f"WHERE a0.id = NEW.parent_id AND ({loop} OR a{top}.parent_id IS NOT NULL)))"
    )
    for on in WRITES:
        yield Guard(
            f"guard_{table}_{on}",
            table,
            on,
            f"a class cannot stand above itself, nor more than {DEEPEST_CLASS} levels deep",
            condition,
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

    def body(self, guard: Guard) -> str:
        """Return the function's text."""
        text = guard.condition.replace("{now}", DatabaseNow.POSTGRESQL)
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
