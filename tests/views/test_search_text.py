"""The second tab: what stands in the texts, in whole statements."""

import re

import pytest

from clincalc import limits
from monographs.search import LONGEST_QUERY
from tests.builders import raw, released
from tests.pages import withdrawn, words

pytestmark = pytest.mark.django_db
NOT = "Do not give with grapefruit juice, and do not restart without a clinic visit."


def text_page(client, q, **more):
    """Return the response of a search in the text."""
    return client.get("/search/", {"q": q, "in": "text", **more})


def written(**sections):
    """Return the live row of a text with these sections."""
    return released(sections={**raw()["sections"], **sections})


def test_a_statement_stands_whole_under_its_drug_and_section_with_class_and_mark(client):
    written(cautions=NOT)

    page = words(text_page(client, "grapefruit clinic"))

    assert (
        "1 statement for “grapefruit clinic” Read the whole section before you rely on one sentence." in page
    )
    assert f"Amlodipine: cautions calcium-channel blocker · Not reviewed {NOT}" in page


def test_it_leads_to_the_section(client):
    written(cautions=NOT)

    body = text_page(client, "grapefruit").content.decode()

    assert 'href="/drugs/amlodipine/#cautions"' in body
    assert 'id="cautions"' in client.get("/drugs/amlodipine/").content.decode()


def test_nothing_in_the_text_is_not_said_to_be_safe(client):
    written()

    page = words(text_page(client, "grapefruit"))

    assert "No statement for “grapefruit”. This does not mean that there is no concern." in page


def test_the_name_of_a_drug_opens_nothing_here(client):
    written()

    assert text_page(client, "amlodipine").status_code == 200


def test_a_withdrawn_text_is_not_searched(client):
    withdrawn("Amlodipine")

    assert "No statement for" in words(text_page(client, "ankle"))


def test_the_tabs_are_links_that_keep_the_query_and_say_which_is_shown(client):
    written()
    names = client.get("/search/", {"q": "a&b"}).content.decode()
    texts = text_page(client, "a&b").content.decode()

    def tabs(body):
        nav = re.search(r'<nav class="pages tabs" aria-label="Search in">(.*?)</nav>', body, re.DOTALL)[1]
        return re.findall(r'href="([^"]*)"( aria-current="page")?>([^<]*)<', nav)

    here = ' aria-current="page"'
    assert tabs(names) == [("?q=a%26b", here, "Names"), ("?q=a%26b&amp;in=text", "", "In the text")]
    assert tabs(texts) == [("?q=a%26b", "", "Names"), ("?q=a%26b&amp;in=text", here, "In the text")]
    assert 'class="pages tabs"' not in client.get("/search/").content.decode()


def test_many_statements_are_paged(client, monkeypatch):
    monkeypatch.setattr("monographs.search.text.PAGE", 2)
    monkeypatch.setattr("monographs.presenters.search.PAGE", 2)
    written(cautions="\n".join(f"- Grapefruit number {number}." for number in "abc"))

    first, last = text_page(client, "grapefruit"), text_page(client, "grapefruit", page="2")

    assert "3 statements for “grapefruit”" in words(first)
    assert "Grapefruit number b. Page 1 of 2 Next" in words(first)
    assert 'href="?q=grapefruit&amp;in=text&amp;page=2" rel="next"' in first.content.decode()
    assert "Grapefruit number c. Previous Page 2 of 2" in words(last)
    assert "number a" not in words(last)


@pytest.mark.parametrize("page", ["-1", "0", "abc", "²", "9" * 20, "9" * 5000, "99999"])
def test_a_page_that_is_not_there_is_the_first_or_the_last(client, page):
    written(cautions=NOT)

    assert NOT in words(text_page(client, "grapefruit", page=page))


def test_what_can_not_be_paged_to_is_said(client, monkeypatch):
    for name in ("monographs.search.text.PAGE", "monographs.presenters.search.PAGE"):
        monkeypatch.setattr(name, 1)
    monkeypatch.setattr("monographs.search.text.MOST_PAGES", 2)
    written(cautions="\n".join(f"- Grapefruit number {number}." for number in "abc"))

    assert "Only the first 2 can be read here. Type more words." in words(text_page(client, "grapefruit"))


def test_a_long_query_is_cut_aloud(client):
    page = words(text_page(client, "grapefruit " * 20))

    assert f"Searched with the first {LONGEST_QUERY} characters only." in page


def test_searches_in_the_text_are_held_like_suggestions(client, settings, monkeypatch):
    monkeypatch.setattr(limits, "buckets", limits.Buckets(lambda: 0.0))
    settings.SUGGEST_RATE = (1, 2)
    for _ in range(2):
        assert text_page(client, "grapefruit").status_code == 200

    assert text_page(client, "grapefruit").status_code == 429
    assert client.get("/search/?q=grapefruit").status_code == 200


def test_a_search_in_the_text_takes_a_fixed_number_of_queries(client, django_assert_max_num_queries):
    for letter in "abcdefgh":
        released(f"Amlo{letter}")

    with django_assert_max_num_queries(10):
        text_page(client, "ankle")


@pytest.mark.parametrize("q", ["", "\x00", "%", "_", '"', "a*", "NEAR(", "<script>", "é" * 4000, "\ud800"])
def test_odd_queries_are_answered_calmly(client, q):
    written()

    assert text_page(client, q.encode("utf-8", "surrogatepass")).status_code == 200
