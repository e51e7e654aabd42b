"""Column types that behave the same on SQLite and PostgreSQL."""

from django.db import models
from django.db.models import functions

from monographs.names import normalise


class DatabaseNow(functions.Now):
    """The statement's own clock, to the microsecond, as Django writes it.

    Django's `Now()` writes three decimals on SQLite, and such a row is not
    found by its own value. Guards compare columns with this very expression.
    """

    SQLITE = "replace(strftime('%Y-%m-%d %H:%M:%f', 'now') || '000', '.000000', '')"
    POSTGRESQL = "statement_timestamp()"

    def as_sqlite(self, compiler, connection, **context):
        """Write six decimals, or none when they are all zero, as Python does."""
        # Each per cent sign is read twice: by the template and by the cursor.
        return self.as_sql(compiler, connection, template=self.SQLITE.replace("%", "%%%%"), **context)


class BytewiseCharField(models.CharField):
    """Text that is ordered and compared by code point on both engines.

    Prefix search by range and the A to Z order rest on it; a PostgreSQL
    database's own locale would order otherwise.
    """

    def db_parameters(self, connection):
        """Return the column's type with its collation."""
        collation = {"postgresql": "C", "sqlite": "BINARY"}[connection.vendor]
        return {**super().db_parameters(connection), "collation": collation}


class NormalisedNameField(BytewiseCharField):
    """The normalised form of the name in another column, kept by itself."""

    def __init__(self, *args, of="name", **kwargs):
        """Name in `of` the column that holds the name as typed."""
        self.of = of
        kwargs.setdefault("max_length", 200)
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        """Tell migrations which column it follows."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance, add):
        """Compute the value at every save and bulk_create."""
        value = normalise(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, value)
        return value


def choices(words):
    """Return the choices of a closed list and the length its values need."""
    pairs = words.choices()
    return {"choices": pairs, "max_length": 40}
