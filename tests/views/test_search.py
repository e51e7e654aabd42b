"""The results page in WORDING's words, by what a search gives."""

import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError

from clincalc import limits
from monographs.models import MissedWord
from monographs.review import Partner, clinical_now, facts_of, mark
from monographs.search import LONGEST_QUERY, Matched, Results, Row
from monographs.vocabulary import NameKind
from tests.builders import released
from tests.pages import drug_class, in_class, known, words

pytestmark = pytest.mark.django_db
AFTER = "None of these? Check the spelling, or try the generic name."


def row(name, class_name="Immunomodulator", **columns):
    """Return a row of a medicine that has no page, or of `columns`."""
    return Row(**{
        "drug_id": hash(name),
        "name": name,
        "slug": "",
        "class_name": class_name,
        "matched": (),
        "mark": None,
        "is_exact": False,
        **columns,
    })  # fmt: skip


def page_of(monkeypatch, client, results, q=None):
    """Return the results page that a search would give, as it is read."""
    monkeypatch.setattr("monographs.views.search.find", lambda *_, **__: results)
    return words(client.get("/search/", {"q": results.query if q is None else q}))


def mark_of(live):
    """Return the mark of a page now."""
    return mark(facts_of([live])[live.pk], clinical_now())


def live_row(name="Pomalidomide", **columns):
    """Return a row with a page."""
    live = released(name)
    return row(name, drug_id=live.pk, slug=live.slug, mark=mark_of(live), **columns)


def test_a_guess_says_that_nothing_is_called_so_before_it_offers(monkeypatch, client):
    results = Results("pomolidamide", guesses=(live_row(),))

    page = page_of(monkeypatch, client, results)

    said = page.index("No medicine on this site is called “pomolidamide”. Did you mean one of these?")
    asked = page.index("Check the class before you open it. Pomalidomide immunomodulator · Not reviewed")
    assert said < asked < page.index(AFTER)
    assert "Found for" not in page


def test_a_guess_beside_what_was_found_stands_below_it_under_its_own_question(monkeypatch, client):
    results = Results("pomal", rows=(live_row(),), guesses=(row("Pomalin"),))

    page = page_of(monkeypatch, client, results)

    found = page.index("Found for “pomal” Check the class before you open it. Pomalidomide")
    assert found < page.index(
        "Did you mean one of these? Check the class before you open it. Pomalin: we know"
    )
    assert "No medicine on this site is called" not in page


def test_a_row_tells_name_class_mark_names_that_matched_what_it_contains_and_what_it_is_not(
    monkeypatch, client
):
    matched = (
        Matched("Imnovid", NameKind.BRAND.value, "GB"),
        Matched("Pomalyst", NameKind.BRAND.value, "US"),
        Matched("Pomalidomide", NameKind.INN.value, ""),
    )
    results = Results(
        "pom",
        rows=(
            live_row(
                matched=matched,
                components=("Piperacillin", "Tazobactam"),
                look_alikes=(
                    Partner(2, "Pomalidomide", "Penicillamine", "Penicillamine", "", "Chelating agent"),
                    Partner(3, "Imnovid", "Imuran", "Azathioprine", "azathioprine", "Purine analogue"),
                    Partner(4, "Pomalidomide", "Lenalidomide", "Lenalidomide", "", ""),
                ),
            ),
        ),
    )

    page = page_of(monkeypatch, client, results)

    assert (
        "Pomalidomide immunomodulator · Not reviewed Imnovid (brand) · Pomalyst (brand in the United States) "
        "Contains piperacillin and tazobactam Not to be confused with penicillamine (a chelating agent) or "
        "lenalidomide. Imnovid: not to be confused with Imuran (azathioprine, a purine analogue). None of these?"
    ) in page


def test_a_known_name_keeps_its_place_among_the_rows_and_is_no_link(monkeypatch, client):
    results = Results("niv", rows=(row("Nivolumab", is_exact=True), live_row()))
    monkeypatch.setattr("monographs.views.search.find", lambda *_, **__: results)

    response = client.get("/search/?q=niv")

    page = words(response)
    sentence = (
        "Nivolumab: we know this name but have no page on it yet. Use the SmPC or your local formulary."
    )
    assert page.index(sentence) < page.index("Pomalidomide")
    assert re.findall(r'href="/drugs/([^"/]+)/', response.content.decode()) == ["pomalidomide"]


def test_a_class_word_names_what_must_not_be_taken_for_a_member(monkeypatch, client):
    top = drug_class("antibacterials", "Antibacterial")
    penicillins = drug_class("penicillins", "Penicillin", parent=top)
    amoxicillin = in_class("Amoxicillin", "penicillins")
    drug_class("chelating-agents", "Chelating agent")
    other = in_class("Penicillamine", "chelating-agents")
    rows = tuple(
        row(live.name, live.drug_class.name, drug_id=live.pk, slug=live.slug, mark=mark_of(live))
        for live in (amoxicillin, other)
    )

    page = page_of(monkeypatch, client, Results("penicillin", members_of=penicillins, rows=rows))

    assert (
        "“Penicillin” is a class of antibacterials, not one medicine. See all penicillins "
        "Amoxicillin penicillin · Not reviewed Not to be confused with penicillamine (a chelating agent). "
        "Penicillamine chelating agent · Not reviewed"
    ) in page


def test_a_medicine_that_is_called_exactly_so_is_not_set_apart_from_the_class(monkeypatch, client):
    opioids = drug_class("opium-alkaloids", "Opium alkaloid")
    morphine = in_class("Morphine", "opium-alkaloids")
    rows = (
        row("Opium", is_exact=True),
        row("Morphine", "Opium alkaloid", drug_id=morphine.pk, slug=morphine.slug, mark=mark_of(morphine)),
        *(row(f"Opiumol {letter}", "Statin") for letter in "abcd"),
    )

    page = page_of(monkeypatch, client, Results("opium", members_of=opioids, rows=rows))

    told = "Not to be confused with opiumol a (a statin), opiumol b (a statin) or opiumol c (a statin)."
    assert page.index("Opium: we know this name") < page.index("Morphine") < page.index(told)


def test_a_class_that_was_only_nearly_typed_is_a_guess_too(client):
    drug_class("penicillins", "Penicillin", parent=drug_class("antibacterials", "Antibacterial"))
    in_class("Amoxicillin", "penicillins")

    page = words(client.get("/search/?q=penicilin"))

    assert (
        "No medicine on this site is called “penicilin”. Did you mean one of these? "
        "Check the class before you open it. “Penicillin” is a class of antibacterials, not one medicine. "
        "See all penicillins Amoxicillin penicillin · Not reviewed None of these?"
    ) in page


def test_an_abbreviation_asks_for_the_full_name(monkeypatch, client):
    results = Results("MTX", rows=(live_row("Methotrexate"), live_row("Mitoxantrone")), is_abbreviation=True)

    page = page_of(monkeypatch, client, results)

    assert "“MTX” can mean more than one medicine. Type the full name. Methotrexate" in page
    assert "Found for" not in page


def test_what_was_set_aside_is_said(monkeypatch, client):
    page = page_of(
        monkeypatch, client, Results("pomal 30 mg inj", rows=(live_row(),), set_aside=("30 mg", "inj"))
    )

    assert "Searched without: 30 mg, inj. Pomalidomide" in page


def test_what_was_not_searched_for_is_said(client):
    page = words(client.get("/search/", {"q": "x" * (LONGEST_QUERY + 1)}))

    assert f"Searched with the first {LONGEST_QUERY} characters only." in page
    assert "characters only" not in words(client.get("/search/", {"q": f" {'x' * LONGEST_QUERY} "}))


def test_that_more_would_be_found_is_said(monkeypatch, client):
    monkeypatch.setattr("monographs.presenters.search.MOST_ROWS", 2)
    rows = (row("Amlodipine"), row("Amiloride"))

    assert "Only the first 2 are shown. Type more of the name." in page_of(
        monkeypatch, client, Results("am", rows=rows)
    )
    assert "Only the first" not in page_of(monkeypatch, client, Results("am", rows=rows[:1]))


def test_the_field_keeps_the_whole_query_and_the_heading_shortens_it(client):
    typed = "nothing " * 12

    body = client.get("/search/", {"q": typed}).content.decode()

    assert f'value="{typed.strip()}"' in body
    assert "…”" in body


@pytest.mark.parametrize("address", ["/search/?q=pom", "/search/suggest/?q=pom"])
@pytest.mark.parametrize("fault", [OperationalError, InterfaceError, DatabaseError])
def test_a_database_that_fails_never_reads_as_nothing_found(monkeypatch, client, address, fault):
    def broken(*_, **__):
        raise fault("database disk image is malformed")

    for name in ("find", "suggestions"):
        monkeypatch.setattr(f"monographs.views.search.{name}", broken)

    response = client.get(address)

    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert "no-store" in response["Cache-Control"]
    said = response.json()["error"] if "suggest" in address else words(response)
    assert "Search is not working. This does not mean that the medicine is not here." in said
    assert "Nothing found" not in said


def test_a_fault_while_the_page_is_drawn_is_said_too(monkeypatch, client):
    def broken():
        raise OperationalError("gone")

    monkeypatch.setattr("monographs.models.DemoDatabase.objects.exists", broken)

    response = client.get("/search/?q=xyzzy")

    assert response.status_code == 503
    assert "Nothing found" not in words(response)


@pytest.fixture
def few(settings, monkeypatch):
    """Every client may search and ask for suggestions twice."""
    monkeypatch.setattr(limits, "buckets", limits.Buckets(lambda: 0.0))
    settings.SEARCH_RATE = settings.SUGGEST_RATE = (1, 2)


def test_too_many_searches_keep_the_query_and_lead_to_a_to_z(few, client):
    for _ in range(2):
        assert client.get("/search/?q=x").status_code == 200

    response = client.get("/search/", {"q": 'pom"<b>'})

    assert response.status_code == 429
    assert response["Retry-After"] == "1"
    sentence = "Too many searches from your network just now. Wait a few seconds, or use A to Z."
    assert sentence in words(response)
    assert 'value="pom&quot;&lt;b&gt;"' in response.content.decode()
    assert 'href="/drugs/"' in response.content.decode()
    assert not response.cookies


def test_too_many_suggestions_are_refused_as_json(few, client):
    for _ in range(2):
        assert client.get("/search/suggest/?q=x").status_code == 200

    response = client.get("/search/suggest/?q=x")

    assert response.status_code == 429
    assert response["Retry-After"] == "1"
    assert response.json() == {
        "error": "Too many searches from your network just now. Wait a few seconds, or use A to Z."
    }
    assert client.get("/search/?q=x").status_code == 200


def test_another_reader_searches_on(few, client):
    for _ in range(3):
        client.get("/search/?q=x")

    assert client.get("/search/?q=x", REMOTE_ADDR="192.0.2.7").status_code == 200


def test_300_readers_behind_one_address_searching_once_in_ten_seconds_are_never_refused(client, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(limits, "buckets", limits.Buckets(lambda: now[0]))
    refused = 0
    for _ in range(600):
        now[0] += 10 / 300
        for address in ("/search/suggest/?q=x", "/search/"):
            refused += client.get(address).status_code == 429

    assert refused == 0


def test_searches_by_name_have_no_limit_unless_one_is_set(client):
    assert {client.get("/search/").status_code for _ in range(300)} == {200}


def test_a_word_that_finds_nothing_is_counted_and_one_that_finds_is_not(client):
    released()
    known("Isradipine")
    for q in ("amlodipine", "amlo", "isradipine", "calcium-channel blocker", "", "®"):
        client.get("/search/", {"q": q})
    assert not MissedWord.objects.exists()

    client.get("/search/?q=nivolumab")

    assert MissedWord.objects.get().word == ""


def test_a_guess_does_not_count_as_found(monkeypatch, client):
    page_of(monkeypatch, client, Results("nivolumab", guesses=(row("Pembrolizumab"),)))

    assert MissedWord.objects.count() == 1


def test_a_robot_that_asks_for_the_head_counts_nothing(client):
    assert client.head("/search/?q=nivolumab").status_code == 200
    client.get("/search/suggest/?q=nivolumab")

    assert not MissedWord.objects.exists()


def test_a_search_is_answered_when_counting_fails(client, monkeypatch):
    def locked(*_):
        raise OperationalError("database is locked")

    monkeypatch.setattr("monographs.review.missed_words._count", locked)

    assert "Nothing found for “nivolumab”." in words(client.get("/search/?q=nivolumab"))


def test_the_privacy_page_says_what_is_kept_of_a_search(client):
    page = words(client.get("/privacy/"))

    assert "on three different days" in page


def test_a_word_searched_for_on_three_days_reaches_the_editors(client, monkeypatch):
    for day in range(3):
        at = clinical_now() + timedelta(days=day)
        monkeypatch.setattr("monographs.views.search.clinical_now", lambda at=at: at)
        client.get("/search/?q=nivolumab")

    assert MissedWord.objects.get().word == "nivolumab"
