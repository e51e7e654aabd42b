"""A line of the security log: what it says, when it is written, and what can never forge one."""

import json

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import RequestFactory

from clincalc.logs import request_id
from clincalc.middleware import RequestLog
from clincalc.security_log import LONGEST, REFUSED, record

FORGED = 'x\n{"log": "security"}\r\v\f\x1c\x1d\x1e\x85\u2028\u2029\x00\x7f\u202e\u2066\ud800"'


def test_a_line_says_who_did_what_to_which_object_and_how_it_ended(security_lines, lead):
    record("release", by=lead, of=lead, outcome=REFUSED, why="NeedsReason", drug="amlodipine")

    [line] = security_lines()
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "log": "security",
        "action": "release",
        "actor": "lead",
        "actor_id": lead.pk,
        "object": f"user {lead.pk}",
        "outcome": "refused",
        "id": "",
        "why": "NeedsReason",
        "drug": "amlodipine",
    }


def test_a_step_without_an_account_names_nobody_or_what_acts(security_lines):
    record("login", outcome=REFUSED)
    record("import", by="a command", outcome=REFUSED)

    assert [line["actor"] for line in security_lines()] == ["nobody", "a command"]


@pytest.mark.django_db
def test_what_is_done_is_written_after_the_commit(security_lines, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        record("submit")
        assert not security_lines.text

    assert len(security_lines(action="submit", outcome="done")) == 1


@pytest.mark.django_db
def test_a_refusal_is_written_although_its_transaction_is_rolled_back(
    security_lines, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        record("submit")
        record("release", outcome=REFUSED)
        transaction.set_rollback(True)

    assert [line["action"] for line in security_lines()] == ["release"]


@pytest.mark.parametrize("place", ["action", "by", "of", "outcome", "why"])
def test_no_character_can_forge_a_line(security_lines, place):
    record(**{"action": "login", "outcome": REFUSED, place: FORGED})

    assert len(security_lines.text.splitlines()) == 1
    assert security_lines.text.isascii()
    assert security_lines.text.removesuffix("\n").isprintable()
    assert FORGED in json.loads(security_lines.text).values()


def test_a_value_is_cut_before_it_floods_the_log(security_lines):
    record("login", of="a" * 100_000, outcome=REFUSED)

    assert len(security_lines()[0]["object"]) == LONGEST


def test_the_request_is_known_without_being_handed_on(security_lines):
    def view(request):
        record("open", outcome=REFUSED)
        return HttpResponse()

    response = RequestLog(view)(RequestFactory().get("/"))

    assert security_lines()[0]["id"] == response.headers["X-Request-ID"]
    assert request_id.get() == ""


def test_the_client_stands_only_where_the_caller_hands_over_the_request(security_lines, rf):
    record("login", outcome=REFUSED, request=rf.get("/", REMOTE_ADDR="192.0.2.7"))
    record("submit", outcome=REFUSED)

    assert [line.get("client") for line in security_lines()] == ["192.0.2.7", None]


def test_the_log_is_written_in_a_demonstration_too(settings):
    assert settings.DEMO
    assert settings.LOGGING["loggers"]["clincalc.security"]["level"] == "INFO"
    assert settings.LOGGING["handlers"]["security"]["formatter"] == "json"
