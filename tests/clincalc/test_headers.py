"""Headers, cookies and methods of every kind of answer."""

import json
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import Client

from clincalc import env, limits
from tests.clincalc.test_settings import PRODUCTION

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
EVERYWHERE = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
FAULTY = [("/faulty/400/", 400), ("/faulty/403/", 403), ("/faulty/500/", 500), ("/faulty/503/", 503)]
KINDS = [
    ("/", 200),
    ("/drugs/", 200),
    ("/search/?q=amlodipine", 200),
    ("/search/?q=am&in=text", 200),
    ("/search/suggest/?q=am", 200),
    ("/about/", 200),
    ("/editorial-policy/", 200),
    ("/accessibility/", 200),
    ("/privacy/", 200),
    ("/robots.txt", 200),
    ("/sitemap.xml", 200),
]
KINDS += [("/classes/nope/compare/?section=x", 404)]
KINDS += [("/.well-known/security.txt", 404), ("/admin/code/", 302), ("/admin/forgotten/", 200)]
KINDS += [("/admin/password/no-such-token/", 410)]
KINDS += [("/healthz", 200), ("/readyz", 200), ("/admin/login/", 200), ("/nope", 404), *FAULTY]

pytestmark = pytest.mark.urls("tests.clincalc.faulty_urls")


@pytest.fixture
def client():
    """A client that gets the answer 500 as a browser does."""
    return Client(raise_request_exception=False)


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "status"), KINDS)
def test_every_answer_has_the_security_headers(client, path, status):
    response = client.get(path)

    assert response.status_code == status
    assert EVERYWHERE.items() <= response.headers.items()
    assert "camera=()" in response.headers["Permissions-Policy"]
    assert re.fullmatch(r"[0-9a-f]{32}", response.headers["X-Request-ID"])
    kind = response.headers["Content-Type"]
    assert "charset" in kind or "xml" in kind or kind == "application/json"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/search/?q=am", "/search/?q=am&in=text", "/search/suggest/?q=am"])
def test_who_asks_too_often_gets_the_security_headers_and_no_cookie(client, settings, monkeypatch, path):
    settings.SEARCH_RATE = settings.SUGGEST_RATE = (1, 1)
    monkeypatch.setattr(limits, "buckets", limits.Buckets(lambda: 0.0))
    client.get(path)

    response = client.get(path)

    assert response.status_code == 429
    assert EVERYWHERE.items() <= response.headers.items()
    assert "no-store" in response.headers["Cache-Control"]
    assert not response.cookies
    assert "cookie" not in response.headers.get("Vary", "").lower()


def test_a_static_file_has_the_security_headers_and_never_changes(client):
    response = client.get(staticfiles_storage.url("site.css"))
    assert b"".join(response.streaming_content)

    assert response.status_code == 200
    assert EVERYWHERE.items() <= response.headers.items()
    assert "immutable" in response.headers["Cache-Control"]
    assert "Access-Control-Allow-Origin" not in response.headers


def test_a_wrong_host_name_is_answered_400_with_the_security_headers(client):
    response = client.get("/", headers={"host": "evil.example"})

    assert response.status_code == 400
    assert EVERYWHERE.items() <= response.headers.items()


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "status"), [kind for kind in KINDS if not kind[0].startswith("/admin/")])
def test_a_public_answer_sets_no_cookie_and_does_not_vary_by_one(client, path, status):
    response = client.get(path)

    assert not response.cookies
    assert "cookie" not in response.headers.get("Vary", "").lower()


@pytest.mark.django_db
def test_an_unchanged_page_is_not_sent_again(client):
    first = client.get("/drugs/")

    assert first.headers["Cache-Control"] == "no-cache"
    assert client.get("/drugs/", headers={"if-none-match": first.headers["ETag"]}).status_code == 304


@pytest.mark.django_db
def test_the_admin_is_stored_nowhere(client):
    assert "no-store" in client.get("/admin/login/").headers["Cache-Control"]


@pytest.mark.parametrize(
    "path", ["/", "/drugs/pomalidomide/", "/nope", "/static/site.css", "/healthz", "/administrator"]
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_a_public_address_can_only_be_read(client, method, path):
    response = client.generic(method, path)

    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert EVERYWHERE.items() <= response.headers.items()


def test_options_tells_the_methods(client):
    response = client.options("/drugs/pomalidomide/")

    assert response.status_code == 204
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.django_db
def test_head_answers_as_get_without_the_body(client):
    response = client.head("/drugs/")

    assert response.status_code == 200
    assert response.content == b""


@pytest.mark.django_db
def test_the_admin_takes_forms(client):
    assert client.post("/admin/login/", {"username": "nobody", "password": "wrong"}).status_code == 200


PRODUCTION_SCRIPT = """
import json, sys
import django
django.setup()
from django.test import Client, override_settings
answers = {}
with override_settings(STATIC_ROOT=sys.argv[1], ALLOWED_HOSTS=["testserver"]):
    client = Client(raise_request_exception=False)
    asked = [("/healthz", True), ("/nope", True), ("/admin/login/", True), ("/", False), ("/healthz", False)]
    for path, secure in asked:
        response = client.get(path, secure=secure)
        cookies = {name: dict(morsel) for name, morsel in response.cookies.items()}
        answers[f"{path} {secure}"] = [response.status_code, dict(response.headers), cookies]
    response = client.get("/", secure=True, headers={"host": "evil.example"})
    answers["wrong host"] = [response.status_code, dict(response.headers), {}]
sys.stderr.write(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def production(static_files):
    """What production answers: {"path secure": [status, headers, cookies]}."""
    ours = {name + end for name in env.NAMES for end in ("", "_FILE")}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    finished = subprocess.run(
        [sys.executable, "-c", PRODUCTION_SCRIPT, str(settings.STATIC_ROOT)],
        cwd=settings.BASE_DIR,
        env=kept | PRODUCTION | {"DJANGO_SETTINGS_MODULE": "clincalc.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stderr)


@pytest.mark.parametrize("answer", ["/healthz True", "/nope True", "/admin/login/ True", "wrong host"])
def test_production_keeps_browsers_on_https_for_a_year(production, answer):
    assert production[answer][1]["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_production_leads_plain_http_to_https_but_for_its_probes(production):
    assert production["/ False"][0] == 301
    assert production["/ False"][1]["Location"] == "https://testserver/"
    assert production["/healthz False"][0] == 200


def test_production_gives_the_admin_a_host_cookie(production):
    cookies = production["/admin/login/ True"][2]

    assert list(cookies) == ["__Host-csrf"]
    assert cookies["__Host-csrf"]["secure"] is True
    assert cookies["__Host-csrf"]["httponly"] is True
    assert cookies["__Host-csrf"]["samesite"] == "Lax"
    assert (cookies["__Host-csrf"]["path"], cookies["__Host-csrf"]["domain"]) == ("/", "")
