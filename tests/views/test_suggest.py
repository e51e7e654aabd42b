"""What the search box is answered while somebody types."""

from urllib.parse import quote

import pytest

from monographs.models import DemoDatabase
from tests.builders import raw, released
from tests.pages import known, withdrawn
from tests.views.test_limits import HOSTILE
from tests.views.test_search import row

pytestmark = pytest.mark.django_db
AMLODIPINE = {
    "name": "Amlodipine",
    "label": "Amlodipine",
    "matched": "",
    "about": "calcium-channel blocker · Not reviewed",
    "url": "/drugs/amlodipine/",
}


def hits(client, q):
    """Return what is suggested for what was typed."""
    return client.get("/search/suggest/", {"q": q}).json()["hits"]


def test_a_name_is_suggested_with_class_mark_and_address(client):
    released(names=[*raw()["names"], {"name": "Amlo", "kind": "synonym"}])

    assert hits(client, "amlo") == [AMLODIPINE]


@pytest.mark.parametrize(
    ("market", "kind"), [("GB", "brand"), ("US", "US brand"), ("EU", "EU brand"), ("", "brand")]
)
def test_another_name_is_named_and_led_by(client, market, kind):
    released(names=[*raw()["names"], {"name": "Istin", "kind": "brand", "market": market}])

    assert hits(client, "ist") == [
        {**AMLODIPINE, "matched": f"Istin ({kind})", "url": "/drugs/amlodipine/?from=istin"}
    ]


def test_a_known_name_has_no_address(client):
    known("Isradipine")

    assert hits(client, "isra") == [
        {"name": "Isradipine", "label": "Isradipine", "matched": "", "about": "no page yet", "url": ""}
    ]


def test_a_guess_is_a_question(client, monkeypatch):
    guess = row("Pomalidomide", is_guess=True)
    monkeypatch.setattr("monographs.views.search.suggestions", lambda *_, **__: (guess,))

    assert [hit["label"] for hit in hits(client, "pomolidamide")] == ["Did you mean Pomalidomide?"]


def test_a_withdrawn_page_and_a_demonstration_say_so(client):
    withdrawn("Nifedipine")
    DemoDatabase.objects.create(pk=1)

    assert [hit["about"] for hit in hits(client, "nif")] == ["calcium-channel blocker · Withdrawn (demo)"]


def test_at_most_eight_are_suggested(client):
    for letter in "abcdefghij":
        known(f"Amlo{letter}")

    assert len(hits(client, "amlo")) == 8


@pytest.mark.parametrize("query", ["", "?q=", "?q", "?q[]=a", "?q=a&q=b", "?q=%20"])
def test_without_a_query_nothing_is_suggested(client, query):
    assert client.get(f"/search/suggest/{query}").json() == {"hits": []}


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_queries_are_answered_calmly(client, text):
    released()

    response = client.get(f"/search/suggest/?q={quote(text, errors='surrogatepass')}")

    assert response.status_code == 200
    assert len(response.content) < 10_000


def test_the_answer_is_kept_by_nobody_and_sets_no_cookie(client):
    response = client.get("/search/suggest/?q=amlo")

    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex"
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


def test_only_reading_is_answered(client):
    assert client.head("/search/suggest/?q=amlo").content == b""
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)("/search/suggest/?q=amlo").status_code == 405


def test_suggestions_take_a_fixed_number_of_queries(client, django_assert_max_num_queries):
    for letter in "abcdefghij":
        released(f"Amlo{letter}")

    with django_assert_max_num_queries(22):
        assert len(hits(client, "amlo")) == 8
