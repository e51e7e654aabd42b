"""Forms that anybody may send: from a page of this site, in time, without a cookie; refused in words otherwise."""

import html
from datetime import timedelta

import pytest
from django.core.signing import TimestampSigner
from django.test import Client

from clincalc import public_post
from clincalc.public_post import FIELD, FOREIGN, HOLDS, NOT_OURS, SALT, SOONEST, TOO_OLD, TOO_SOON, token_for

pytestmark = pytest.mark.urls("tests.clincalc.posting_urls")
HERE = {"origin": "http://testserver", "sec-fetch-site": "same-origin"}
TYPED = 'The dose in "Monitoring" <b>is wrong</b>'


@pytest.fixture
def client():
    """A browser of somebody without an account, which Django's own check would refuse."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def aged(monkeypatch):
    """A function that returns a token as it is after so long."""

    def token(age=timedelta(minutes=1), form="report", salt=SALT):
        signer = TimestampSigner(salt=salt)
        with monkeypatch.context() as patch:
            made = public_post.signing.time.time() - age.total_seconds()
            patch.setattr("django.core.signing.time.time", lambda: made)
            return signer.sign(form)

    return token


def sent(client, token, headers=HERE, **data):
    """Send the form."""
    return client.post("/report/", {FIELD: token, "message": TYPED, **data}, headers=headers)


def assert_refused(response, why, *, is_kept):
    """Check the page of a refusal."""
    assert response.status_code == 403
    page = response.content.decode()
    assert f"This form was not sent: {why}" in page
    assert "Thank you" not in page
    assert (html.escape(TYPED) in page) == is_kept
    assert "<b>is wrong" not in page


def test_a_form_from_this_site_is_taken_without_a_cookie(client, aged):
    response = sent(client, aged())

    assert (response.status_code, response.content.decode()) == (200, f"Thank you for: {TYPED}")
    assert not response.cookies
    assert "cookie" not in response.headers.get("Vary", "").lower()


def test_the_page_of_the_form_sets_no_cookie_and_is_stored_nowhere(client):
    response = client.get("/report/")

    assert FIELD in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]
    assert not response.cookies
    assert "cookie" not in response.headers.get("Vary", "").lower()


def test_an_older_browser_says_where_it_comes_from_in_referer(client, aged):
    assert sent(client, aged(), {"referer": "http://testserver/report/?a=b"}).status_code == 200


def test_a_trusted_origin_is_taken(client, aged, settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://www.example.org"]

    assert sent(client, aged(), {"origin": "https://www.example.org"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "https://testserver"},
        {"origin": "http://testserver.evil.example"},
        {"origin": "http://testserver:8080"},
        {"origin": "https://evil.example", "referer": "http://testserver/report/"},
        {"referer": "https://evil.example/http://testserver/"},
        {"referer": "http://testserver@evil.example/"},
        {"referer": "http://[broken"},
        {**HERE, "sec-fetch-site": "cross-site"},
        {**HERE, "sec-fetch-site": "same-site"},
        {**HERE, "sec-fetch-site": "none"},
    ],
    ids=str,
)
def test_a_form_from_elsewhere_is_refused_and_its_text_is_not_shown(client, aged, headers):
    assert_refused(sent(client, aged(), headers), FOREIGN, is_kept=False)


@pytest.mark.parametrize("token", ["", "report", "report:1:forged", "\x00"])
def test_a_form_without_a_token_of_ours_is_refused(client, token):
    assert_refused(sent(client, token), NOT_OURS, is_kept=False)


def test_the_token_of_another_form_or_of_another_use_is_refused(client, aged):
    assert_refused(sent(client, aged(form="feedback")), NOT_OURS, is_kept=False)
    assert_refused(sent(client, aged(salt="django.core.signing")), NOT_OURS, is_kept=False)


def test_a_token_holds_for_four_hours(client, aged):
    assert sent(client, aged(HOLDS - timedelta(minutes=1))).status_code == 200
    assert_refused(sent(client, aged(HOLDS + timedelta(minutes=1))), TOO_OLD, is_kept=True)


def test_a_form_that_is_sent_at_once_is_refused(client, aged):
    assert_refused(sent(client, token_for("report")), TOO_SOON, is_kept=True)
    assert sent(client, aged(SOONEST + timedelta(seconds=1))).status_code == 200


def test_what_was_typed_can_be_sent_again_from_the_refusal(client, aged):
    page = sent(client, aged(HOLDS + timedelta(days=1)), name="Ann").content.decode()

    assert 'method="post" action="/report/"' in page
    assert 'name="message"' in page
    assert 'name="name"' in page
    assert page.count(FIELD) == 1
    fresh = page.partition(f'name="{FIELD}" value="')[2].partition('"')[0]
    assert public_post.signing.TimestampSigner(salt=SALT).unsign(fresh) == "report"


def test_a_refusal_is_a_line_without_what_was_typed(client, aged, security_lines):
    sent(client, aged(), {"origin": "https://evil.example/?q=private"})

    [line] = security_lines(action="send form")
    assert (line["actor"], line["object"], line["why"]) == ("nobody", "/report/", FOREIGN)
    assert "Monitoring" not in security_lines.text
    assert "private" not in security_lines.text


@pytest.mark.parametrize("path", ["/another/", "/", "/nope", "/report", "/report/more/", "/static/report/"])
def test_no_other_address_takes_a_form(client, aged, path):
    response = client.post(path, {FIELD: aged()}, headers=HERE)

    assert response.status_code == 405
    assert "POST" not in response.headers["Allow"]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE"])
def test_the_address_of_a_form_takes_nothing_but_a_form(client, method):
    response = client.generic(method, "/report/", headers=HERE)

    assert response.status_code == 405
    assert (
        response.headers["Allow"] == client.options("/report/").headers["Allow"] == "GET, HEAD, OPTIONS, POST"
    )


@pytest.mark.urls("clincalc.urls")
def test_no_address_of_the_site_takes_a_form_yet():
    """When a page gets one, docs/security.md names it, and this test with it."""
    from django.urls import get_resolver

    def views(patterns):
        for pattern in patterns:
            yield from views(pattern.url_patterns) if hasattr(pattern, "url_patterns") else [pattern.callback]

    assert not [view for view in views(get_resolver().url_patterns) if getattr(view, public_post.MARK, False)]
