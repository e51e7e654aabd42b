"""A to Z, classes, front page and search."""

import pytest

from monographs.models import DemoDatabase, NameConflict, Source
from tests.builders import SMPC, raw, released
from tests.pages import KINDS, drug_class, every_kind, in_class, known, withdrawn, words

pytestmark = pytest.mark.django_db


def drug_links(response):
    """Return the drugs that a list links to, in order."""
    main = response.content.decode().split("<main")[1].split("</main>")[0]
    return [part.split('/"')[0] for part in main.split('href="/drugs/')[1:] if '/"' in part.split(">")[0]]


def test_the_front_page_has_search_first_then_letters_then_classes(client):
    released()

    page = words(client.get("/"))

    assert page.index("Look up a medicine") < page.index("A to Z A") < page.index("Calcium-channel blocker")


def test_the_letters_have_counts_and_lead_to_their_drugs(client):
    released()
    released("Atenolol")
    released("Bisoprolol")

    index = client.get("/drugs/")
    letter = client.get("/drugs/?letter=a")

    assert 'href="/drugs/?letter=a"' in index.content.decode()
    assert 'href="/drugs/?letter=c"' not in index.content.decode()
    assert drug_links(index) == ["amlodipine", "atenolol", "bisoprolol"]
    assert drug_links(letter) == ["amlodipine", "atenolol"]
    assert "2 of 3 medicines." in words(letter)


def test_names_that_begin_with_other_signs_have_their_own_list(client):
    released("5-fluorouracil")

    assert drug_links(client.get("/drugs/?letter=other")) == ["5-fluorouracil"]


@pytest.mark.parametrize("query", ["?letter=", "?letter=ä", "?letter=aa", "?letter=A&page=abc", "?page=-1"])
def test_an_unknown_letter_or_page_gives_the_index(client, query):
    released()

    assert drug_links(client.get(f"/drugs/{query}")) == ["amlodipine"]


def test_a_long_letter_is_paged(client, monkeypatch):
    monkeypatch.setattr("monographs.presenters.lists.PER_PAGE", 2)
    for name in ("Amlodipine", "Atenolol", "Aspirin"):
        released(name)

    first, second = client.get("/drugs/?letter=a"), client.get("/drugs/?letter=a&page=2")

    assert drug_links(first) == ["amlodipine", "aspirin"]
    assert drug_links(second) == ["atenolol"]
    assert 'href="?letter=a&amp;page=2" rel="next"' in first.content.decode()
    assert 'href="?letter=a&amp;page=1" rel="prev"' in second.content.decode()
    assert drug_links(client.get("/drugs/?letter=a&page=99999999999999999999")) == ["atenolol"]


def test_many_drugs_are_not_all_listed_at_once(client, monkeypatch):
    monkeypatch.setattr("monographs.presenters.lists.PER_PAGE", 1)
    released()
    released("Bisoprolol")

    assert drug_links(client.get("/drugs/")) == []


def test_a_withdrawn_drug_stands_in_lists_as_withdrawn(client):
    withdrawn("Nifedipine")

    for address in ("/drugs/", "/classes/calcium-channel-blockers/", "/search/?q=nifed"):
        assert "Withdrawn" in words(client.get(address)), address


def test_a_class_is_a_table_of_its_drugs_and_of_those_below(client):
    top = drug_class("blockers", "Blocker")
    drug_class("calcium-channel-blockers", "Calcium-channel blocker", parent=top)
    names = [*raw()["names"], {"name": "Istin", "kind": "brand", "market": "GB"}]
    flags = {"high-risk": {"source": "smpc", "checked_on": "2026-11-01"}}
    released(names=names, flags=flags)
    in_class("Sotalol", "blockers")

    response = client.get("/classes/blockers/")

    page = words(response)
    assert drug_links(response) == ["amlodipine", "sotalol"]
    assert "Medicines in one class are not interchangeable." in page
    assert "Amlodipine calcium-channel blocker Istin High-risk medicine Not reviewed" in page
    assert "Sotalol None on record None set by an editor Not reviewed" in page


def test_a_class_is_paged(client, monkeypatch):
    monkeypatch.setattr("monographs.presenters.lists.PER_PAGE", 1)
    released()
    released("Felodipine")

    assert drug_links(client.get("/classes/calcium-channel-blockers/?page=2")) == ["felodipine"]


def test_the_classes_are_a_tree_of_those_that_have_drugs(client):
    top = drug_class("blockers", "Blocker")
    drug_class("calcium-channel-blockers", "Calcium-channel blocker", parent=top)
    drug_class("diuretics", "Diuretic")
    released()

    page = words(client.get("/classes/"))

    assert "Blocker 1 medicine Calcium-channel blocker 1 medicine" in page
    assert "Diuretic" not in page


def test_an_unknown_class_is_not_found(client):
    assert client.get("/classes/no-such-class/").status_code == 404


def test_one_exact_name_opens_the_page_at_once(client):
    names = [*raw()["names"], {"name": "Istin", "kind": "brand", "market": "GB"}]
    released(names=names)

    response = client.get("/search/?q=Istin", follow=True)

    assert response.redirect_chain == [("/drugs/amlodipine/?from=istin", 302)]
    assert "Istin is a brand of amlodipine." in words(response)


def test_a_beginning_offers_drugs_with_class_name_and_mark(client):
    names = [*raw()["names"], {"name": "Norvasc", "kind": "brand", "market": "US"}]
    released(names=names)

    page = words(client.get("/search/?q=norv"))

    assert "Amlodipine calcium-channel blocker · Not reviewed Norvasc (brand in the United States)" in page


def test_a_known_name_without_a_page_is_said_in_words_and_not_linked(client):
    known("Isradipine")

    response = client.get("/search/?q=isradipine")

    assert "Isradipine: we know this name but have no page on it yet." in words(response)
    assert drug_links(response) == []


def test_a_class_word_says_that_it_is_not_one_medicine(client):
    top = drug_class("antihypertensives", "Antihypertensive")
    drug_class("calcium-channel-blockers", "Calcium-channel blocker", parent=top)
    released()

    page = words(client.get("/search/?q=calcium-channel+blockers"))

    assert "“Calcium-channel blocker” is a class of antihypertensives, not one medicine." in page
    assert "See all calcium-channel blockers" in page
    assert "Amlodipine calcium-channel blocker · Not reviewed" in page


def test_a_name_with_two_meanings_opens_nothing_and_says_so(client):
    released(names=[*raw()["names"], {"name": "Dilacor", "kind": "brand", "market": "GB"}])
    NameConflict.objects.create(
        name="Dilacor",
        market="RS",
        substance="digoxin",
        source=Source.objects.get(identifier=SMPC["identifier"]),
    )

    page = words(client.get("/search/?q=Dilacor"))

    assert "“Dilacor” is used for different medicines in different countries." in page
    assert "Check the active ingredient on the pack." in page
    assert "Dilacor digoxin · in Serbia" in page


def test_nothing_found_says_what_to_do_next(client, settings):
    settings.LOCAL_HELP = "Ask pharmacy on 1234."

    page = words(client.get("/search/?q=xyzzy"))

    assert "Nothing found for “xyzzy”. Check the spelling, or try the generic name." in page
    assert "The medicine may exist but not be on this site. A to Z Classes Ask pharmacy on 1234." in page


def test_search_results_are_not_for_robots(client):
    assert '<meta name="robots" content="noindex">' in client.get("/search/?q=x").content.decode()


def test_the_box_keeps_what_was_typed(client):
    assert 'value="&lt;b&gt;&quot;"' in client.get("/search/", {"q": '<b>"'}).content.decode()


def test_lists_mark_a_demonstration(client):
    released()
    DemoDatabase.objects.create(pk=1)

    for address in ("/drugs/", "/classes/calcium-channel-blockers/", "/search/?q=amlo"):
        page = words(client.get(address))
        assert "Not reviewed (demo)" in page
        assert "Demonstration site." in page


def test_every_kind_of_page_of_a_demonstration_has_the_banner(client):
    every_kind()
    DemoDatabase.objects.create(pk=1)

    without = [
        kind
        for kind, address in KINDS.items()
        if 'class="banner"' not in client.get(address).content.decode()
    ]

    # An error page needs no database, so it cannot know.
    assert without == ["not found"]
