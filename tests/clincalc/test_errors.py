"""Error pages. None of these tests may use the database: pytest-django refuses it."""

import pytest
from django.test import Client

from clincalc import errors

pytestmark = pytest.mark.urls("tests.clincalc.faulty_urls")


@pytest.fixture
def client():
    """A client that gets the answer 500 as a browser does."""
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("status", [400, 403, 404, 405, 410, 413, 429, 500, 503])
def test_an_error_page_needs_no_database(status):
    response = errors.answer(status)

    assert response.status_code == status
    assert b"<h1>" in response.content
    assert b'href="/drugs/"' in response.content


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/faulty/400/", "could not be read"),
        ("/faulty/403/", "Your account may not do this."),
        ("/nope", "There is no page at this address."),
        ("/faulty/500/", "The site failed to make this page."),
        ("/faulty/503/", "This page cannot be shown just now."),
        ("/search/faulty/", "Search is not working. This does not mean that the medicine is not here."),
    ],
)
def test_a_failure_is_answered_in_words(client, path, sentence):
    assert sentence in client.get(path).content.decode()


def test_a_failure_does_not_tell_its_cause(client):
    assert b"secret" not in client.get("/faulty/500/").content


def test_a_database_that_is_down_asks_to_come_back(client):
    response = client.get("/search/faulty/")

    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"
    assert response.headers["Cache-Control"] == "no-store"


def test_a_stale_form_of_the_admin_is_refused_in_words():
    response = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "demo.lead"})

    assert response.status_code == 403
    assert "Nothing was changed." in response.content.decode()


def test_an_error_page_names_where_to_ask_locally(settings):
    settings.LOCAL_HELP = "Medicines Information: extension 1234."

    assert b"extension 1234" in errors.answer(404).content
