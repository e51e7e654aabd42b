"""Moving an installation: a new home holds the same record, and it verifies there."""

import os
import subprocess
import sys

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections

from clincalc.env import database
from monographs.importers.move import NotMoved, move
from monographs.models import Drug, Generation, LiveDrug, Release, Revision
from monographs.review import guards
from tests import builders


@pytest.fixture
def target(tmp_path, django_db_setup):
    """The URL of an empty database of the engine that the suite runs on."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path}/new.sqlite3"
        return
    place = connection.settings_dict
    name = f"{place['NAME']}_move"
    with psycopg.connect(
        dbname="postgres", user=place["USER"], host=place["HOST"], autocommit=True
    ) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield f"postgres://{place['USER']}@/{name}?host={place['HOST']}"
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def moved_to(target):
    """The alias of the empty database."""
    connections.settings["target"] = {**connections.settings["default"], **database(target)}
    yield "target"
    connections["target"].close()
    del connections["target"]
    del connections.settings["target"]


def rows(model, alias):
    """Return every row of a model in a database."""
    return list(model.objects.using(alias).order_by("pk").values())


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_every_row_moves_with_its_key_and_its_time(moved_to, django_db_blocker):
    builders.released()
    builders.submitted(lead="Another lead.")

    with django_db_blocker.unblock():
        move("default", moved_to, say=lambda line: None)

        for model in (Drug, Revision, Release, LiveDrug, Generation):
            assert rows(model, moved_to) == rows(model, "default")
        assert guards.differences(connections[moved_to]) == []
        assert Drug.objects.using(moved_to).create(name="New", slug="new").pk > Drug.objects.latest("pk").pk


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_database_that_holds_something_is_refused(moved_to, django_db_blocker):
    builders.released()
    with django_db_blocker.unblock():
        move("default", moved_to, say=lambda line: None)
        with pytest.raises(NotMoved, match="not empty"):
            move("default", moved_to, say=lambda line: None)


def manage(*arguments, url="", **environment):
    """Run manage.py in a process of its own, as a person would."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_URL")}
    where = {"DATABASE_URL": url} if url else {}
    return subprocess.run(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments],
        env={**others, "DEBUG": "1", **where, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_moves_a_demonstration_and_verifies_it_there(target, tmp_path):
    (tmp_path / "password").write_text("a long enough password")
    here = f"sqlite:///{tmp_path}/old.sqlite3"
    assert manage("migrate", url=here).returncode == 0
    loaded = manage("load_demo", url=here, DEMO_PASSWORD_FILE=str(tmp_path / "password"))
    assert loaded.returncode == 0, loaded.stderr
    held = manage("verify_reviews", url=here).stdout.strip()

    (tmp_path / "url").write_text(here)
    told = manage("move_database", target, DATABASE_URL_FILE=str(tmp_path / "url"))

    assert told.returncode == 0, told.stderr
    assert "releases hold, with" in held
    assert held in told.stdout
    assert "rows moved" in told.stdout


@pytest.mark.parametrize("url", ["nonsense", "mysql://a@b/c", "sqlite:////nosuch/folder/x.sqlite3"])
def test_a_bad_target_is_refused_in_a_sentence(url, tmp_path):
    here = f"sqlite:///{tmp_path}/old.sqlite3"
    manage("migrate", url=here)
    told = manage("move_database", url, url=here)
    assert told.returncode == 1
    assert "Traceback" not in told.stderr
    assert told.stderr.startswith("CommandError: ")
