"""Look-alike pairs in the admin, and on the page."""

import pytest
from django.urls import reverse

from monographs.models import LookAlike
from tests import builders

pytestmark = pytest.mark.django_db
LIST = "admin:monographs_lookalike_changelist"


@pytest.fixture
def pair():
    """Two released drugs whose names are alike."""
    builders.released("Carboplatin")
    builders.released("Cisplatin")
    return LookAlike.objects.get()


def page_of(client, pair, step=""):
    """Return the address of a pair's page or of a step of it."""
    return reverse(f"admin:monographs_lookalike_{step or 'change'}", args=[pair.pk])


def send(client, pair, step, **fields):
    """Send the form of a step."""
    fields = {"seen": str(pair), "reason": "Reported in a Drug Safety Update.", **fields}
    return client.post(page_of(client, pair, step), fields, follow=True)


def test_an_editor_reads_the_pairs_that_wait_and_confirms_one(client, pair, editor):
    client.force_login(editor)

    assert "Carboplatin and Cisplatin" in client.get(reverse(LIST)).text
    answer = send(client, pair, "confirm")

    pair.refresh_from_db()
    assert (pair.state, pair.decided_by) == ("confirmed", editor)
    assert "Confirmed." in answer.text
    assert "Carboplatin and Cisplatin" not in client.get(reverse(LIST)).text
    assert "Carboplatin and Cisplatin" in client.get(reverse(LIST), {"state": "all"}).text


def test_a_dismissed_pair_leaves_the_page(client, pair, editor):
    assert "Not to be confused with <a" in client.get("/drugs/carboplatin/").text
    client.force_login(editor)

    send(client, pair, "dismiss")

    assert "confused" not in client.get("/drugs/carboplatin/").text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reason": ""}, "This field is required."),
        ({"reason": "x" * 201}, "at most 200 characters"),
        ({"seen": "Carboplatin and Oxaliplatin"}, "Other names of these two are the most alike by now"),
    ],
)
def test_a_bad_answer_changes_nothing_and_says_why(client, pair, editor, fields, sentence):
    client.force_login(editor)

    answer = send(client, pair, "confirm", **fields)

    pair.refresh_from_db()
    assert pair.state == "found"
    assert sentence in answer.text


def test_the_page_names_what_the_other_is(client, pair):
    page = client.get("/drugs/cisplatin/").text

    assert (
        'Not to be confused with <a href="/drugs/carboplatin/">carboplatin</a> (a calcium-channel blocker).'
        in page
    )
