"""The line of a request, and what a proxy may say of one."""

import ipaddress
import json
import logging
import sys

import pytest
from django.urls import ResolverMatch

from clincalc.logs import REQUEST_ID, JsonFormatter, path_of


def lines_of(caplog):
    """Return the lines that production would have written."""
    return [JsonFormatter().format(record) for record in caplog.records if record.name == "clincalc.requests"]


def test_a_request_is_one_line_of_json_without_its_query_string(client, caplog):
    with caplog.at_level(logging.INFO, logger="clincalc.requests"):
        response = client.get("/nope/%0Aforged?q=private")

    [line] = lines_of(caplog)
    written = json.loads(line)
    assert "\n" not in line
    assert "private" not in line
    assert list(written) == ["time", "id", "method", "address", "status", "ms"]
    assert written["id"] == response.headers["X-Request-ID"]
    assert (written["method"], written["address"], written["status"]) == ("GET", "/nope/\nforged", 404)
    assert written["time"].endswith("+00:00")
    assert written["ms"] >= 0


def test_two_requests_have_two_ids(client):
    assert client.get("/healthz").headers["X-Request-ID"] != client.get("/healthz").headers["X-Request-ID"]


def test_an_error_is_one_line_with_the_id_of_its_request(rf):
    request = rf.get("/")
    request.META[REQUEST_ID] = "4f2a"
    try:
        raise RuntimeError("broken")
    except RuntimeError:
        record = logging.LogRecord(
            "django.request", logging.ERROR, __file__, 1, "At %s", ("/",), sys.exc_info()
        )
    record.request = request

    line = JsonFormatter().format(record)

    assert "\n" not in line
    written = json.loads(line)
    assert (written["level"], written["message"], written["id"]) == ("ERROR", "At /", "4f2a")
    assert "RuntimeError: broken" in written["error"]


@pytest.mark.parametrize(
    ("trusted", "peer", "is_believed"),
    [
        (["10.0.0.0/8"], "10.1.2.3", True),
        (["10.0.0.0/8"], "192.0.2.1", False),
        (["10.0.0.0/8"], "", False),
        ([], "10.1.2.3", False),
    ],
)
def test_only_a_trusted_proxy_may_say_that_a_request_came_by_https(
    client, settings, trusted, peer, is_believed
):
    settings.TRUSTED_PROXIES = [ipaddress.ip_network(network) for network in trusted]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT = True

    response = client.get("/nope", headers={"x-forwarded-proto": "https"}, REMOTE_ADDR=peer)

    assert response.status_code == (404 if is_believed else 301)


def test_a_token_in_an_address_is_not_written(rf):
    request = rf.get("/admin/invitation/4f2a-secret/")
    request.resolver_match = ResolverMatch(lambda: None, (), {"token": "4f2a-secret"})

    assert path_of(request) == "/admin/invitation/…/"
