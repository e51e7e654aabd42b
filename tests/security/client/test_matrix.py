"""Who gets in: every role, at every address, by every method, as `matrix.md` says."""

import pytest
from django.conf import settings
from django.test import Client

from tests.security import world
from tests.security.addresses import asked, example, path_of, route_of, routes, sent
from tests.security.matrix import GROUPS, declared, is_in, row_for
from tests.security.rows import MAY_CHANGE, changed, fingerprints

pytestmark = pytest.mark.django_db
TABLE = declared()
LOGOUT = "/admin/logout/"
REFUSED = (403, 405)


@pytest.fixture
def addresses(site):
    """An address of every route, as {route: address}."""
    return {route: example(route) for route in routes()}


@pytest.fixture
def undrawn(monkeypatch):
    """Nothing is drawn: who gets in is decided before."""
    monkeypatch.setattr("django.template.backends.django.Template.render", lambda *args, **kwargs: "")


def mismatches(client, role, method, addresses):
    """Return (method, address, status) of each answer that is not what the table says."""
    wrong = []
    for route, address in addresses.items():
        response = asked(client, method, address, sent(route) if method == "POST" else {})
        row = row_for(route, TABLE)
        if row is None or is_in(response, route) is not row.is_for(method, role):
            wrong.append((method, address, response.status_code))
    return wrong


def test_every_address_is_declared_and_every_declared_one_is_there():
    undeclared = [route for route in routes() if row_for(route, TABLE) is None]
    gone = [route for route in TABLE if "*" not in route and route not in routes()]

    assert (undeclared, gone) == ([], [])


def test_every_role_of_the_table_is_known():
    assert {role for row in TABLE.values() for role in row.reads | row.sends} <= {*world.ROLES}
    assert {*GROUPS["everyone"]} == {*world.ROLES}


def test_every_address_that_is_asked_is_of_its_route(addresses):
    assert [address for route, address in addresses.items() if route_of(path_of(address)) != route] == []


@pytest.mark.parametrize("role", world.ROLES)
def test_a_role_reads_what_the_table_says_and_changes_no_row_by_it(addresses, undrawn, role):
    client = world.signed_in(role)
    before = fingerprints()

    wrong = mismatches(client, role, "GET", addresses) + mismatches(client, role, "HEAD", addresses)

    assert wrong == []
    assert changed(before, but=MAY_CHANGE) == []


@pytest.mark.parametrize("role", world.ROLES)
def test_a_role_sends_where_the_table_says_and_nowhere_else(addresses, undrawn, role):
    logout = addresses.pop(LOGOUT)

    wrong = mismatches(world.signed_in(role), role, "POST", addresses)
    wrong += mismatches(world.signed_in(role), role, "POST", {LOGOUT: logout})

    assert wrong == []


@pytest.mark.parametrize(("role", "own"), [("anonymous", ()), ("stranger", ["accounts_secondfactor"])])
def test_who_is_in_no_group_changes_no_row_but_their_own_by_sending(addresses, undrawn, role, own):
    del addresses[LOGOUT]
    client = world.signed_in(role)
    before = fingerprints()

    mismatches(client, role, "POST", addresses)

    assert changed(before, but=[*MAY_CHANGE, *own]) == []


@pytest.mark.parametrize("role", ["anonymous", "superuser"])
@pytest.mark.parametrize("forged", ["no token", "token of another", "foreign origin", "foreign referrer"])
def test_a_form_that_does_not_come_from_here_is_refused_everywhere(addresses, role, forged):
    client = world.signed_in(role)
    client.handler.enforce_csrf_checks = True
    client.get("/admin/password_change/" if role == "superuser" else "/admin/login/")
    token = client.cookies[settings.CSRF_COOKIE_NAME].value
    extra = {
        "no token": {},
        "token of another": {"headers": {"x-csrftoken": "x" * 32}},
        "foreign origin": {"headers": {"x-csrftoken": token, "origin": "https://evil.example"}},
        "foreign referrer": {
            "headers": {"x-csrftoken": token, "referer": "https://evil.example/"},
            "secure": True,
        },
    }[forged]
    before = fingerprints()
    taken = [
        address for address in addresses.values() if client.post(address, **extra).status_code not in REFUSED
    ]

    assert taken == []
    assert changed(before) == []
    assert client.post("/admin/login/", headers={"x-csrftoken": token}).status_code not in REFUSED


def test_nothing_else_than_reading_and_sending_is_answered(addresses, undrawn):
    client = world.signed_in("superuser")
    answers = {
        (method, route): client.generic(method, address).status_code
        for route, address in addresses.items()
        for method in ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")
    }

    assert [key for key, status in answers.items() if status != 405] == []


def test_options_are_told_and_nothing_is_drawn(addresses):
    client = Client()
    for route, address in addresses.items():
        response = client.options(address)
        sends = ["POST"] if route.startswith("/admin/") else []
        assert (response.status_code, response.content) == (204, b""), route
        assert response.headers["Allow"].split(", ") == ["GET", "HEAD", "OPTIONS", *sends], route
