"""Words that the engine's own full text searches: FTS5 on SQLite, a GIN index on PostgreSQL.

What a word is, is decided here, not by either engine: normalised words parted
by single spaces, so that both find the same.
"""

from django.db import models


class WordsField(models.TextField):
    """Normalised words parted by single spaces, searched by the engine's own full text.

    `field__begun_by=["renal", "fail"]` finds rows in which each begins a word;
    `install_word_index` makes the index that this needs.
    """


@WordsField.register_lookup
class BegunBy(models.Lookup):
    """Each of these has to begin a word. Takes a list of normalised words; never an empty one."""

    lookup_name = "begun_by"
    prepare_rhs = False

    def as_sqlite(self, compiler, connection):
        """Ask the FTS5 table that stands beside the column's own."""
        column, table = self.lhs.target.column, self.lhs.target.model._meta.db_table
        words = word_table(table, column)
        rows = f"SELECT rowid FROM {words} WHERE {words} MATCH %s"  # noqa: S608 - names of ours
        key = f'"{self.lhs.alias}"."{self.lhs.target.model._meta.pk.column}"'
        return f"{key} IN ({rows})", [" ".join(f'"{word}"*' for word in self.rhs)]

    def as_postgresql(self, compiler, connection):
        """Ask the index over the words as they are, which no parser has taken apart."""
        column, params = self.process_lhs(compiler, connection)
        query = " & ".join(f"'{word}':*" for word in self.rhs)
        return f"{word_vector(column)} @@ %s::tsquery", [*params, query]


def word_table(table, column):
    """Return the name of the FTS5 table of a column of words."""
    return f"{table}_{column}_fts"


def word_vector(column):
    """Return the expression that PostgreSQL's index of a column of words is over."""
    return f"array_to_tsvector(string_to_array({column}, ' '))"


def install_word_index(connection, model, column):
    """Make what `begun_by` needs, where it is not there yet. The model's table exists."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        for statement in _WORD_INDEX[connection.vendor](table, column):
            cursor.execute(statement)


def _sqlite_word_index(table, column):
    """Return the statements that make an FTS5 table and keep it in step with the column's own."""
    words = word_table(table, column)
    into = f"INSERT INTO {words}"
    add = f"{into} (rowid, {column}) VALUES (NEW.id, NEW.{column});"
    drop = f"{into} ({words}, rowid, {column}) VALUES ('delete', OLD.id, OLD.{column});"
    return [
        # The words are normalised already: no letter is folded, nothing is split but at spaces.
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {words} USING fts5({column}, content='{table}', "
        f"content_rowid='id', detail='none', tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* M* Co'\")",
        *(
            f"CREATE TRIGGER IF NOT EXISTS {words}_{event} AFTER {event.upper()} ON {table} BEGIN {does} END"
            for event, does in (("insert", add), ("delete", drop), ("update", drop + add))
        ),
    ]


def _postgresql_word_index(table, column):
    """Return the statement that makes the index."""
    return [
        f"CREATE INDEX IF NOT EXISTS {word_table(table, column)} ON {table} USING gin ({word_vector(column)})"
    ]


_WORD_INDEX = {"sqlite": _sqlite_word_index, "postgresql": _postgresql_word_index}
