"""`/healthz` and `/readyz`."""

import pytest
from django.db import OperationalError, connection

from clincalc import health
from monographs.review import guards


def test_healthz_answers_without_the_database(client):
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_readyz_answers_ok_when_all_is_in_place(client):
    response = client.get("/readyz")

    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.django_db
def test_a_probe_is_answered_by_the_machines_own_address(client, path):
    assert client.get(path, headers={"host": "10.1.2.3:8000"}).status_code == 200


@pytest.mark.django_db
def test_readyz_fails_when_a_guard_is_missing(client, caplog):
    with connection.cursor() as cursor:
        engine = guards.ENGINES[connection.vendor]
        name, table, _ = next(iter(engine.standing(cursor)))
        for statement in engine.drop(name, table):
            cursor.execute(statement)

    response = client.get("/readyz")

    assert (response.status_code, response.content) == (503, b"not ready: guards\n")
    assert name in caplog.text


@pytest.mark.django_db
def test_readyz_fails_when_a_migration_is_not_applied(client):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'monographs'")

    response = client.get("/readyz")

    assert (response.status_code, response.content) == (503, b"not ready: migrations\n")


def test_readyz_fails_without_details_when_the_database_is_down(client, monkeypatch):
    def down(connection):
        raise OperationalError("could not connect to server db.internal as clincalc")

    monkeypatch.setattr(health, "MigrationExecutor", down)

    response = client.get("/readyz")

    assert (response.status_code, response.content) == (503, b"not ready: database\n")
    assert response.headers["Cache-Control"] == "no-store"
