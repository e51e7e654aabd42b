"""A to Z, classes, front page and search."""

import html
import re

import pytest

from monographs import review
from monographs.models import DemoDatabase, NameConflict, Source
from tests.builders import LEAD, SMPC, person, raw, released
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


def named(*names, drug="Amlodipine"):
    """Return the names of a drug with these (name, kind, market) beside its own."""
    return [
        *raw(drug)["names"],
        *({"name": name, "kind": kind, "market": market} for name, kind, market in names),
    ]


def lines(response):
    """Return the lines of a list in order, as they are read."""
    rows = response.content.decode().split('class="rows"')[1].split("</ul>")[0]
    items = re.findall(r"<li\b[^>]*>(.*?)</li>", rows, re.DOTALL)
    texts = (re.sub(r"</?(?:b|a|span|small)\b[^>]*>", "", item) for item in items)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split()) for text in texts]


def test_names_lead_to_the_medicine_in_one_alphabetical_list_with_the_medicines(client):
    released(names=named(("Istin", "brand", "GB"), ("Norvasc", "brand", "US")))
    released("Lisinopril")

    assert lines(client.get("/drugs/"))[:4] == [
        "Amlodipine calcium-channel blocker · Not reviewed",
        "Istin, see amlodipine brand · calcium-channel blocker · Not reviewed",
        "Lisinopril calcium-channel blocker · Not reviewed",
        "Norvasc, see amlodipine brand in the United States · calcium-channel blocker · Not reviewed",
    ]


def test_a_name_opens_the_page_that_says_why(client):
    released(names=named(("Istin", "brand", "GB")))

    assert 'href="/drugs/amlodipine/?from=istin"' in client.get("/drugs/?letter=i").content.decode()
    assert "Istin is a brand of amlodipine." in words(client.get("/drugs/amlodipine/?from=istin"))


def test_a_letter_that_only_names_have_is_linked_and_has_no_count(client):
    released(names=named(("Istin", "brand", "GB")))

    index = client.get("/drugs/").content.decode()

    assert 'href="/drugs/?letter=i"' in index
    assert 'href="/drugs/?letter=j"' not in index
    assert "I: names" in words(client.get("/drugs/"))
    assert lines(client.get("/drugs/?letter=i"))[0].startswith("Istin, see amlodipine")


def test_a_name_of_two_markets_stands_once_and_the_home_market_needs_no_word(client):
    released(names=named(("Istin", "brand", "US"), ("Istin", "brand", "GB"), ("Istin", "synonym", "")))

    assert [line for line in lines(client.get("/drugs/?letter=i")) if "Istin" in line] == [
        "Istin, see amlodipine brand, another name · calcium-channel blocker · Not reviewed"
    ]


def test_a_name_of_two_medicines_leads_to_each(client):
    for name in ("Amlodipine", "Felodipine"):
        released(name, names=named(("Istin", "brand", "GB"), drug=name))

    found = [line.split(" brand")[0] for line in lines(client.get("/drugs/?letter=i"))]

    assert found == ["Istin, see amlodipine", "Istin, see felodipine"]


def test_a_name_that_means_another_medicine_elsewhere_says_so(client):
    released(names=named(("Dilacor", "brand", "GB")))
    source = Source.objects.get(identifier=SMPC["identifier"])
    NameConflict.objects.create(name="Dilacor", market="RS", substance="digoxin", source=source)

    line = lines(client.get("/drugs/?letter=d"))[0]

    assert line.endswith(
        "Used for different medicines in different countries. Check the active ingredient on the pack."
    )


@pytest.mark.parametrize(
    "name",
    [
        {"name": "Istin", "kind": "brand", "market": "GB", "is_current": False},
        {"name": "IST", "kind": "abbreviation"},
    ],
    ids=["discontinued", "abbreviation"],
)
def test_a_discontinued_brand_and_an_abbreviation_lead_nowhere(client, name):
    released(names=[*raw()["names"], name])

    assert 'href="/drugs/?letter=i"' not in client.get("/drugs/").content.decode()


def test_a_name_that_a_catalogue_brought_is_not_in_the_list(client):
    live = released()
    live.drug.names.create(name="Istin", kind="brand", market="GB", in_document=False)
    known("Isradipine").names.update(in_document=True)

    assert 'href="/drugs/?letter=i"' not in client.get("/drugs/").content.decode()


def test_a_name_of_a_withdrawn_medicine_says_withdrawn(client):
    live = released("Nifedipine", names=named(("Adalat", "brand", "GB"), drug="Nifedipine"))
    review.withdraw(drug=live.drug, by=person("lead", LEAD), reason="Wrong.")

    assert lines(client.get("/drugs/?letter=a"))[-1].endswith("· Withdrawn")


def test_names_are_paged_with_the_medicines(client, monkeypatch):
    monkeypatch.setattr("monographs.presenters.letters.PER_PAGE", 2)
    released(names=named(("Adalat", "brand", "GB"), ("Azor", "brand", "US"), ("Norvasc", "brand", "US")))

    first, second = client.get("/drugs/"), client.get("/drugs/?page=2")

    assert [line.split()[0] for line in lines(first)] == ["Adalat,", "Amlodipine"]
    assert [line.split()[0] for line in lines(second)] == ["Azor,", "Norvasc,"]
    assert 'href="?page=2" rel="next"' in first.content.decode()


def test_names_that_begin_with_other_signs_have_their_own_list(client):
    released("5-fluorouracil")

    assert drug_links(client.get("/drugs/?letter=other")) == ["5-fluorouracil"]


@pytest.mark.parametrize("query", ["?letter=", "?letter=ä", "?letter=aa", "?letter=A&page=abc", "?page=-1"])
def test_an_unknown_letter_or_page_gives_the_index(client, query):
    released()

    assert drug_links(client.get(f"/drugs/{query}")) == ["amlodipine"]


def test_a_long_letter_is_paged(client, monkeypatch):
    monkeypatch.setattr("monographs.presenters.letters.PER_PAGE", 2)
    for name in ("Amlodipine", "Atenolol", "Aspirin"):
        released(name)

    first, second = client.get("/drugs/?letter=a"), client.get("/drugs/?letter=a&page=2")

    assert drug_links(first) == ["amlodipine", "aspirin"]
    assert drug_links(second) == ["atenolol"]
    assert 'href="?letter=a&amp;page=2" rel="next"' in first.content.decode()
    assert 'href="?letter=a&amp;page=1" rel="prev"' in second.content.decode()
    assert drug_links(client.get("/drugs/?letter=a&page=99999999999999999999")) == ["atenolol"]


def test_many_drugs_are_not_all_listed_at_once(client, monkeypatch):
    monkeypatch.setattr("monographs.presenters.letters.PER_PAGE", 1)
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
    assert "Medicine UK brand Flags Review Dosing" in page
    assert "Amlodipine calcium-channel blocker Istin High-risk medicine Not reviewed Not shown" in page
    assert "Sotalol None on record None set by an editor Not reviewed Not shown" in page


def test_a_brand_of_another_market_is_no_home_brand(client, settings):
    released(names=named(("Norvasc", "brand", "US")))

    assert "None on record. Elsewhere: Norvasc (US)" in words(
        client.get("/classes/calcium-channel-blockers/")
    )
    settings.HOME_MARKET = "US"
    assert "US brand" in words(client.get("/classes/calcium-channel-blockers/"))
    assert "Elsewhere" not in words(client.get("/classes/calcium-channel-blockers/"))


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
