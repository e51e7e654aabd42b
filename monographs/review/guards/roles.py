"""The role that the site serves with on PostgreSQL: what it may, and whether a role may too much.

Triggers bind whoever cannot drop them. So the owner of the tables migrates,
and the site comes as another role: it has no UPDATE and no DELETE where a
guard always refuses them, no TRUNCATE, and makes, changes and drops nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psycopg import sql

from monographs.review.guards.guard import Guard

WRITES = ("INSERT", "UPDATE", "DELETE")
READ_ONLY = frozenset({"django_migrations", "django_content_type", "auth_permission"})
"""What migrate alone writes."""
SUPERUSER = "is a superuser"


def closed(guards: Iterable[Guard]) -> dict[str, set[str]]:
    """Return by table the statements that its guards refuse whatever the row: UPDATE, DELETE or both."""
    found: dict[str, set[str]] = {}
    for guard in guards:
        refused = found.setdefault(guard.table, set())
        if not guard.condition:
            refused.add(guard.on.upper())
    return found


def rights(tables: Iterable[str], guards: Iterable[Guard]) -> dict[str, tuple[str, ...]]:
    """Return by table what the site's role may."""
    refused = closed(guards)
    return {
        table: (
            "SELECT",
            *(word for word in WRITES if table not in READ_ONLY and word not in refused.get(table, ())),
        )
        for table in tables
    }


def grant(cursor: Any, role: str, rights: dict[str, tuple[str, ...]]) -> None:
    """Give a role exactly these rights; the caller owns the tables and holds a transaction.

    Nobody else gains: what PUBLIC had of the tables, the schema and of temporary ones goes too.
    """
    cursor.execute("SELECT current_schema(), current_database()")
    schema, database = (sql.Identifier(name) for name in cursor.fetchone())
    who = sql.Identifier(role)
    for statement in (
        "REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {who}",
        "REVOKE CREATE, TEMPORARY ON DATABASE {database} FROM PUBLIC, {who}",
        "GRANT CONNECT ON DATABASE {database} TO {who}",
        "GRANT USAGE ON SCHEMA {schema} TO {who}",
    ):
        _run(cursor, statement, schema=schema, database=database, who=who)
    for table, words in rights.items():
        names = {"table": sql.Identifier(table), "who": who, "words": sql.SQL(", ").join(map(sql.SQL, words))}
        _run(cursor, "REVOKE ALL ON {table} FROM PUBLIC, {who}", **names)
        _run(cursor, "GRANT {words} ON {table} TO {who}", **names)


def make(cursor: Any, role: str, password: str) -> None:
    """Make a role that logs in, or give it another password, which the server is told as its SCRAM secret only."""
    secret = cursor.connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    verb = "ALTER" if exists(cursor, role) else "CREATE"
    _run(
        cursor,
        "{verb} ROLE {who} LOGIN PASSWORD {secret}",
        verb=sql.SQL(verb),
        who=sql.Identifier(role),
        secret=sql.Literal(secret.decode()),
    )


def exists(cursor: Any, role: str) -> bool:
    """Return whether the server knows a role."""
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    return cursor.fetchone() is not None


def too_much(cursor: Any, guards: Iterable[Guard], role: str = "") -> list[str]:
    """Return what a role may that the site's must not, each as the end of a sentence; without one, our own."""
    cursor.execute("SELECT coalesce(nullif(%s, ''), session_user)", [role])
    role = cursor.fetchone()[0]
    refused = closed(guards)
    found = _powers(cursor, role)
    if SUPERUSER in found:
        return found
    cursor.execute(
        """
        SELECT relname, pg_has_role(%(role)s, relowner, 'MEMBER'),
            has_any_column_privilege(%(role)s, oid, 'UPDATE'), has_table_privilege(%(role)s, oid, 'DELETE'),
            has_table_privilege(%(role)s, oid, 'TRUNCATE'), has_table_privilege(%(role)s, oid, 'TRIGGER')
        FROM pg_class WHERE relname = ANY(%(tables)s) AND relkind = 'r' AND pg_table_is_visible(oid)
        ORDER BY relname
        """,
        {"role": role, "tables": sorted(refused)},
    )
    rows = cursor.fetchall()
    if owned := [table for table, is_owner, *_ in rows if is_owner]:
        return [f"owns {owned[0]} and could drop its guards", *found]
    for table, _, *may in rows:
        words = zip(("UPDATE", "DELETE", "TRUNCATE", "TRIGGER"), may, strict=True)
        found += [
            f"has {word} on {table}"
            for word, has in words
            if has and word in refused[table] | {"TRUNCATE", "TRIGGER"}
        ]
    return found


def _powers(cursor: Any, role: str) -> list[str]:
    """Return what a role may beyond single tables."""
    cursor.execute(
        """
        SELECT rolsuper, rolcreaterole, rolbypassrls OR rolreplication,
            has_schema_privilege(rolname, current_schema(), 'CREATE'),
            has_database_privilege(rolname, current_database(), 'CREATE, TEMPORARY'),
            has_parameter_privilege(rolname, 'session_replication_role', 'SET, ALTER SYSTEM')
        FROM pg_roles WHERE rolname = %s
        """,
        [role],
    )
    is_super, *others = cursor.fetchone()
    if is_super:
        return [SUPERUSER]
    words = (
        "may make other roles",
        "may replicate or pass row security",
        "may create in the schema",
        "may create in the database",
        "may switch triggers off",
    )
    return [word for word, has in zip(words, others, strict=True) if has]


def _run(cursor: Any, statement: str, **names: sql.Composable) -> None:
    """Run a statement with these names in it."""
    cursor.execute(sql.SQL(statement).format(**names))
