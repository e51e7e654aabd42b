"""What stands in the database, so that a change of any row is seen."""

import hashlib

from django.db import connection

# What reading may change, and why.
MAY_CHANGE = {
    "django_session": "a session keeps its own time, and the message that the next page shows",
    "monographs_missedword": "a search that finds nothing counts its word",
}


def fingerprints():
    """Return {table: a hash of all its rows} of every table of the database, Django's own too."""
    with connection.cursor() as cursor:
        return {table: _hash(cursor, table) for table in connection.introspection.table_names(cursor)}


def changed(before, but=()):
    """Return the tables whose rows are others than before, those in `but` apart."""
    now = fingerprints()
    return sorted(
        table
        for table in before.keys() | now.keys()
        if before.get(table) != now.get(table) and table not in but
    )


def _hash(cursor, table):
    """Return a hash of the rows of a table, in whatever order they come."""
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
    return hashlib.sha256("\n".join(sorted(map(repr, cursor.fetchall()))).encode()).hexdigest()
