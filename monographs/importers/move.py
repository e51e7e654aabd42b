"""Moving an installation to another database: every row as it stands, guards last.

Dump and load cannot: the guards refuse rows whose clock is not the
statement's own. So the guards of the empty target are lifted, rows copied
with their keys, the guards put back, and everything compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connections, models, transaction

from monographs.review import guards

BATCH = 500
SKIPPED = {
    *("sessions.Session", "contenttypes.ContentType", "auth.Permission"),
    # Made anew in the target by `rebuild_search`: they are many, and nothing but a way to other rows.
    *("monographs.SearchName", "monographs.SearchKey", "monographs.SearchHead"),
}


class NotMoved(Exception):
    """Why an installation cannot be moved. Carries a sentence; the target is as it was."""


def move(source: str, target: str, *, say: Callable[[str], Any]) -> int:
    """Copy everything from one database alias to another. Returns the number of rows.

    The target must be empty. All is one transaction there; raises NotMoved
    when it holds rows already or a table's count differs afterwards.
    """
    call_command("migrate", database=target, verbosity=0, interactive=False)
    _refuse_full(target)
    moved = 0
    with transaction.atomic(using=source), transaction.atomic(using=target):
        guards.lift(connections[target])
        _clear(target)
        for model in _models():
            count = _copy(model, source, target)
            say(f"{model._meta.label}: {count:,}")
            moved += count
        _reset_sequences(target)
        guards.install(connections[target])
    return moved


def _models() -> list[type[models.Model]]:
    """Return every model whose rows move, through tables included."""
    found = apps.get_models(include_auto_created=True)
    return [
        model
        for model in found
        if model._meta.managed and not model._meta.proxy and model._meta.label not in SKIPPED
    ]


def _refuse_full(target: str) -> None:
    """Raise NotMoved when the target holds anything that migrate did not put there."""
    for label in ("accounts.User", "monographs.Drug", "monographs.Source", "monographs.DrugClass"):
        if apps.get_model(label).objects.using(target).exists():
            raise NotMoved("The target database is not empty.")


def _clear(target: str) -> None:
    """Delete what migrate put into the tables that are going to be copied."""
    for label in ("auth.Group_permissions", "auth.Group", "monographs.Generation"):
        app, name = label.split(".")
        apps.get_model(app, name).objects.using(target).all().delete()


def _copy(model: Any, source: str, target: str) -> int:
    """Copy the rows of one model with their keys. Returns how many."""
    rows = model._base_manager.using(source).order_by("pk").iterator(chunk_size=BATCH)
    change = _permission_changer(model, source, target)
    for batch in _batches(change(row) for row in rows):
        model._base_manager.using(target).bulk_create(batch)
    there, here = (model._base_manager.using(alias).count() for alias in (target, source))
    if there != here:
        raise NotMoved(f"{model._meta.label}: {here:,} rows here and {there:,} there.")
    return there


def _permission_changer(model: Any, source: str, target: str) -> Callable[[Any], Any]:
    """Return what gives a row the target's own keys for permissions and content types.

    Those rows are made by migrate, each database in its own order.
    """
    columns = [field for field in model._meta.fields if field.related_model in (Permission, ContentType)]
    maps = {field.attname: _key_map(field.related_model, source, target) for field in columns}

    def change(row: Any) -> Any:
        for attname, keys in maps.items():
            if getattr(row, attname) is not None:
                setattr(row, attname, keys.get(getattr(row, attname)))
        return row

    return change


def _key_map(model: Any, source: str, target: str) -> dict[int, int]:
    """Return the target's key for each key of the source, by natural key."""
    there = {row.natural_key(): row.pk for row in model.objects.using(target)}
    return {
        row.pk: there[row.natural_key()] for row in model.objects.using(source) if row.natural_key() in there
    }


def _batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    """Yield rows in lists of at most BATCH."""
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _reset_sequences(target: str) -> None:
    """Let new rows follow the copied ones."""
    connection = connections[target]
    statements = connection.ops.sequence_reset_sql(no_style(), _models())
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
