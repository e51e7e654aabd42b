"""What has to happen on every connection and around every migrate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate


def connect(config: AppConfig) -> None:
    """Hook guards, roles and the generation row to Django's own moments."""
    connection_created.connect(_give_functions, dispatch_uid="guards.functions")
    pre_migrate.connect(_lift, sender=config, dispatch_uid="guards.lift")
    post_migrate.connect(_restore, sender=config, dispatch_uid="guards.restore")
    checks.register(checks.Tags.database)(_guards_stand)


def _give_functions(connection: Any, **_: Any) -> None:
    """SQLite's guards call functions that each connection must be given."""
    from monographs.review import guards

    if connection.vendor == "sqlite":
        guards.give_functions(connection.connection)


def _lift(using: str, **_: Any) -> None:
    """SQLite cannot rebuild a table while another table's trigger names it."""
    from monographs.review import guards

    if connections[using].vendor == "sqlite":
        guards.lift(connections[using])


def _restore(sender: AppConfig, using: str, **_: Any) -> None:
    """Put guards, roles and the generation row in place."""
    from monographs.models import Generation, Passage
    from monographs.models.words import install_word_index
    from monographs.review import guards, people

    connection = connections[using]
    tables = connection.introspection.table_names()
    if Generation._meta.db_table not in tables:
        return
    guards.install(connection)
    if Passage._meta.db_table in tables:
        install_word_index(connection, Passage, "words")
    people.make_groups(sender, using)
    Generation.objects.using(using).get_or_create(pk=1)
    if using == DEFAULT_DB_ALIAS:
        _fill_search()


def _fill_search() -> None:
    """Let everything be found in a database that was made before there were keys."""
    from monographs.models import Drug, SearchName
    from monographs.review import rebuild

    if not SearchName.objects.exists() and Drug.objects.exists():
        rebuild()


def _guards_stand(
    *, app_configs: Any = None, databases: Sequence[str] | None = None, **_: Any
) -> list[checks.CheckMessage]:
    """Compare the guards that stand with the list. A warning, for `migrate` is what mends it."""
    from monographs.models import Generation
    from monographs.review import guards

    return [
        checks.Warning(sentence, hint="Run: manage.py migrate", id="monographs.W001")
        for alias in databases or []
        if Generation._meta.db_table in connections[alias].introspection.table_names()
        for sentence in guards.differences(connections[alias])
    ]
