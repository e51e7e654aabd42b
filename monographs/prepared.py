"""Queries of the ORM that are compiled once and then asked again with other values.

A search asks about ten queries, and Django takes longer to write each of them
than the database to answer it. What is asked is still the ORM's own query, the
same on both engines, and what comes back is read as the ORM reads it; only the
writing is not repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, cast

from django.db import connection
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler

# Stand-ins that no query of ours holds by itself, and that fit the columns they are compared with.
NUMBER, ITEM, TEXT = 31_000, 10**12, "\ue000"

# Long lists are rare and each of their own length: they are written anew.
LONGEST_KEPT = 512

type Value = int | str | Sequence[int] | Sequence[str]
type Getter = Callable[[Sequence[Value]], Any]
type Compiled = tuple[str, list[Getter], SQLCompiler, dict[int, Any]]


def prepared(make: Callable[..., QuerySet[Any]]) -> Callable[..., list[tuple[Any, ...]]]:
    """Turn a function that makes a `values_list` of its arguments into one that returns the rows.

    Arguments are whole numbers, texts, or lists of either with an item at
    least; the query only compares with them. Lists are filled up to a power of
    two by their last item, which changes no answer, so that few shapes are kept;
    a list of more than LONGEST_KEPT items is none of them.
    """
    known: dict[tuple[Any, ...], Compiled] = {}

    @wraps(make)
    def rows(*values: Value) -> list[tuple[Any, ...]]:
        if any(not isinstance(value, int | str) and len(value) > LONGEST_KEPT for value in values):
            return list(make(*values))
        filled = [value if isinstance(value, int | str) else _filled(value) for value in values]
        shape = (connection.vendor, *map(_shape_of, filled))
        if shape not in known:
            known[shape] = _compiled(make, filled)
        sql, getters, compiler, converters = known[shape]
        with connection.cursor() as cursor:
            cursor.execute(sql, [get(filled) for get in getters])
            found = cursor.fetchall()
        return list(map(tuple, compiler.apply_converters(found, converters))) if converters else found

    return rows


def _filled(items: Sequence[Any]) -> list[Any]:
    """Return a list whose length is a power of two, its last item repeated."""
    wanted = 1 << (len(items) - 1).bit_length()
    return [*items, *[items[-1]] * (wanted - len(items))]


def _shape_of(value: Value) -> Any:
    """Return what makes a query another one: the kind of a value, and of a list its length."""
    return type(value) if isinstance(value, int | str) else (type(value[0]), len(value))


def _compiled(make: Callable[..., QuerySet[Any]], values: Sequence[Value]) -> Compiled:
    """Return the SQL of a query, for each of its places what stands there, and how its columns are read."""
    getters: dict[Any, Getter] = {}
    stand_ins = [_stand_in(value, place, getters) for place, value in enumerate(values)]
    compiler = make(*stand_ins).query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    converters = compiler.get_converters([column for column, *_ in compiler.select])
    return sql, [getters.get(param, _constant(param)) for param in params], compiler, converters


def _stand_in(value: Value, place: int, getters: dict[Any, Getter]) -> Any:
    """Return what a query is compiled with in place of a value, and note how to get the value."""
    if isinstance(value, int | str):
        stand_in = NUMBER + place if isinstance(value, int) else f"{TEXT}{place}"
        getters[stand_in] = _whole(place)
        return stand_in
    items = [
        ITEM * (place + 1) + index if isinstance(value[0], int) else f"{TEXT}{place}.{index}"
        for index in range(len(value))
    ]
    for index, item in enumerate(items):
        getters[item] = _part(place, index)
    return items


def _whole(place: int) -> Getter:
    """Return what gives a value."""
    return lambda values: values[place]


def _part(place: int, index: int) -> Getter:
    """Return what gives an item of a list."""
    return lambda values: cast("Sequence[Any]", values[place])[index]


def _constant(param: Any) -> Getter:
    """Return what gives a value that the query holds by itself."""
    return lambda values: param
