"""Sessions: how they begin, how long they last, and what ends them."""

import time

import pytest
from django.conf import settings as site_settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clincalc.accounts import people, sessions
from tests.accounts.people import is_signed_in, sign_in
from tests.admin.forms import signed_in
from tests.builders import PASSWORD

pytestmark = pytest.mark.django_db
NEW = "otter plays the cello"
CHANGE = {"new_password1": NEW, "new_password2": NEW, "password": PASSWORD}


@pytest.fixture
def clock(monkeypatch):
    """A function that puts the clock of sessions, which stands still, so many hours ahead."""
    began = int(time.time())

    def ahead(hours):
        monkeypatch.setattr(sessions, "_now", lambda: began + int(hours * 3600))

    ahead(0)
    return ahead


def cookie(client):
    """Return the id of the browser's session."""
    return client.cookies[site_settings.SESSION_COOKIE_NAME].value


def test_signing_in_gives_a_new_session_id(editor):
    client = Client()
    client.get("/admin/login/")
    session = client.session
    session["before"] = 1
    session.save()
    client.cookies[site_settings.SESSION_COOKIE_NAME] = session.session_key

    sign_in(client=client)

    assert cookie(client) != session.session_key
    assert not Session.objects.filter(session_key=session.session_key).exists()


def test_four_idle_hours_end_a_session(editor, clock):
    client = signed_in(editor)
    clock(3.9)
    assert is_signed_in(client)

    clock(3.9 + 4.1)

    assert not is_signed_in(client)
    assert not Session.objects.exists()


def test_twelve_hours_end_a_session_however_busy(editor, clock):
    client = signed_in(editor)
    for hour in range(1, 12):
        clock(hour)
        assert is_signed_in(client)

    clock(12)

    assert not is_signed_in(client)


def test_the_hours_are_settings(editor, clock, settings):
    settings.SESSION_IDLE_HOURS, settings.SESSION_HOURS = 1, 2
    client = signed_in(editor)

    clock(1.01)

    assert not is_signed_in(client)


def test_a_page_writes_the_session_every_few_minutes_only(editor, clock):
    client = signed_in(editor)
    counts = []
    for minute in (1, 2, 6, 7):
        clock(minute / 60)
        with CaptureQueriesContext(connection) as asked:
            client.get("/admin/account/")
        counts.append(sum("UPDATE" in query["sql"] for query in asked))

    assert counts == [0, 0, 1, 0]


def test_changing_the_password_ends_the_other_sessions(
    editor, security_lines, django_capture_on_commit_callbacks
):
    other, client = signed_in(editor), signed_in(editor)

    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/admin/password_change/", CHANGE).url == "/admin/account/"

    assert is_signed_in(client)
    assert not is_signed_in(other)
    assert is_signed_in(sign_in(password=NEW)[0])
    assert security_lines(action="change password")
    assert NEW not in security_lines.text


def test_a_change_from_elsewhere_ends_every_session(editor):
    client = signed_in(editor)

    editor.set_password(NEW)
    editor.save()

    assert not is_signed_in(client)


def test_wrong_present_passwords_count_as_those_of_signing_in(editor):
    client = signed_in(editor)

    for _ in range(10):
        assert client.post("/admin/password_change/", CHANGE | {"password": "wrong"}).status_code == 200
    answer = client.post("/admin/password_change/", CHANGE)

    assert answer.status_code == 429
    assert sign_in(address="127.0.0.1")[1].status_code == 429


def test_a_new_password_keeps_the_rules(editor):
    weak = {"new_password1": "clincalc-pro-2026", "new_password2": "clincalc-pro-2026"}

    page = signed_in(editor).post("/admin/password_change/", CHANGE | weak)

    assert "easy to guess" in page.content.decode()


def test_a_closed_account_is_out_at_its_next_request(editor, lead):
    client = signed_in(editor)

    people.set_active(editor, by=lead, is_active=False)

    assert not is_signed_in(client)
    assert sign_in()[1].status_code == 200


def test_signing_out_is_a_post(editor):
    client = signed_in(editor)

    assert client.get("/admin/logout/").status_code == 405
    assert is_signed_in(client)
    assert "You are signed out." in client.post("/admin/logout/").content.decode()

    assert not is_signed_in(client)


def test_a_public_page_asks_for_no_session(editor):
    client = signed_in(editor)

    with CaptureQueriesContext(connection) as asked:
        client.get("/drugs/")

    assert not any("django_session" in query["sql"] for query in asked)
