"""One section of several medicines side by side, and the form that asks for it."""

import re

import pytest

from monographs.models import DemoDatabase
from tests.builders import raw, released, submitted
from tests.pages import drug_class, in_class, two_sources, withdrawn, words

pytestmark = pytest.mark.django_db
PAGE = "/classes/calcium-channel-blockers/compare/"
TWO = f"{PAGE}?section=monitoring&drug=amlodipine&drug=felodipine"
DIPINES = ("Amlodipine", "Felodipine", "Isradipine", "Lacidipine", "Nicardipine", "Nifedipine", "Nimodipine")


@pytest.fixture
def two():
    """Amlodipine and felodipine, with a page each."""
    released()
    released("Felodipine")


def address(*drugs, section="monitoring"):
    """Return the address of a comparison."""
    return f"{PAGE}?section={section}" + "".join(f"&drug={drug.lower()}" for drug in drugs)


def compared(response):
    """Return the medicines that stand side by side, in order."""
    return re.findall(r'<h2 id="([^"]+)"', response.content.decode())


def problems(response):
    """Return what the summary of errors says, and where each sentence leads."""
    body = response.content.decode()
    assert response.status_code == 200
    if 'role="alert"' not in body:
        return []
    summary = body.split('role="alert"')[1].split("</div>")[0]
    return [(to, text) for to, text in re.findall(r'<a href="#([^"]+)">([^<]+)</a>', summary)]


def test_two_medicines_stand_side_by_side_each_with_its_mark_section_and_sources(client, two):
    response = client.get(TWO)

    page = words(response)
    assert compared(response) == ["amlodipine", "felodipine"]
    assert page.count("Monograph status: not yet clinician-reviewed.") == 2
    assert page.count("Blood pressure. [1: 4.4]") == 2
    assert page.count("[1] Amlodipine tablets, SmPC emc/1 · Revised 12 May 2026 · read 1 November 2026") == 2
    assert page.count("Places: 4.4, 4.8") == 2
    assert page.index("Medicines in one class are not interchangeable.") < page.index("Monograph status")


def test_each_reference_leads_to_a_source_of_its_own_medicine(client, two):
    body = client.get(TWO).content.decode()

    for slug in ("amlodipine", "felodipine"):
        column = body.split(f'<h2 id="{slug}"')[1].split("</article>")[0]
        assert set(re.findall(r'class="ref" href="#([^"]+)"', column)) == {f"{slug}-s1"}
        assert f'id="{slug}-s1"' in column
    ids = re.findall(r' id="([^"]+)"', body)
    assert len(ids) == len(set(ids))


def test_numbers_are_those_of_the_medicines_own_page_and_other_sources_are_left_out(client, two):
    sections = {
        "indications": "High blood pressure. [smpc 4.1]",
        "monitoring": "Blood pressure. [trial p. 3]",
    }
    released("Nifedipine", sections=sections, sources=two_sources())

    page = words(client.get(address("Amlodipine", "Nifedipine")))

    assert "Blood pressure. [2: p. 3]" in words(client.get("/drugs/nifedipine/"))
    column = page.split("Nifedipine calcium-channel blocker")[1]
    assert "Blood pressure. [2: p. 3]" in column
    assert "[2] A trial of amlodipine NCT1" in column
    assert "Amlodipine tablets, SmPC emc/1" not in column


def test_an_unwritten_section_says_so_for_each_medicine(client, two):
    page = words(client.get(address("Amlodipine", "Felodipine", section="interactions")))

    sentence = "Not yet written. This does not mean there are none. Read section 4.5 of the Amlodipine SmPC."
    assert page.count(sentence) == 2
    assert "Sources of this section" not in page


def test_flags_stand_with_each_medicine(client):
    flags = {"high-risk": {"source": "smpc", "checked_on": "2026-11-01"}}
    released(flags=flags)
    released("Felodipine")

    assert words(client.get(TWO)).count("High-risk medicine") == 1


def test_six_medicines_can_be_compared_and_seven_not(client):
    for name in DIPINES:
        released(name)

    six, seven = client.get(address(*DIPINES[:6])), client.get(address(*DIPINES))

    assert len(compared(six)) == 6
    assert compared(seven) == []
    assert problems(seven) == [("id_drug_0", "Choose at most six medicines: 7 are chosen.")]


def test_a_medicine_chosen_twice_is_one(client, two):
    assert problems(client.get(address("Amlodipine", "Amlodipine"))) == [
        ("id_drug_0", "Choose one more medicine: a comparison needs two.")
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", []),
        ("?utm_source=x", []),
        ("?section=", [("id_section", "Choose a section."), ("id_drug_0", "Choose two to six medicines.")]),
        ("?section=monitoring", [("id_drug_0", "Choose two to six medicines.")]),
        ("?drug=amlodipine&drug=felodipine", [("id_section", "Choose a section.")]),
        (
            "?section=dosing&drug=amlodipine&drug=felodipine",
            [("id_section", "No section has that name. Choose one of the list.")],
        ),
    ],
)
def test_what_is_missing_is_said_with_a_way_to_it(client, two, query, found):
    response = client.get(PAGE + query)

    assert problems(response) == found
    assert ("<title>Error: " in response.content.decode()) is bool(found)
    for target, _ in found:
        assert f'id="{target}"' in response.content.decode()


def test_a_medicine_that_is_unknown_withdrawn_or_of_another_class_is_refused(client, two):
    withdrawn("Nifedipine")
    drug_class("diuretics")
    in_class("Indapamide", "diuretics")

    for drug in ("no-such-medicine", "nifedipine", "indapamide", "\x00", "a" * 500):
        response = client.get(PAGE, {"section": "monitoring", "drug": ["amlodipine", drug]})
        assert compared(response) == []
        assert [target for target, _ in problems(response)] == ["id_drug_0"], drug


def test_a_refused_answer_keeps_what_was_right(client, two):
    body = client.get(f"{PAGE}?section=monitoring&drug=felodipine").content.decode()

    assert '<option value="monitoring" selected>' in body
    assert re.search(r'value="felodipine"[^>]* checked', body)
    assert not re.search(r'value="amlodipine"[^>]* checked', body)
    assert re.search(r'<fieldset[^>]* aria-describedby="id_drug_helptext id_drug_error"', body)


def test_the_form_is_plain_and_sends_no_token(client, two):
    form = client.get(PAGE).content.decode().split("<form")[2].split("</form>")[0]

    assert 'method="get"' in form
    assert "csrf" not in form
    assert re.findall(r' name="([^"]*)"', form) == ["section", "drug", "drug"]


def test_only_the_page_without_parameters_is_for_robots(client, two):
    noindex = '<meta name="robots" content="noindex">'

    assert noindex not in client.get(PAGE).content.decode()
    for query in ("?section=monitoring", "?x=1", TWO.removeprefix(PAGE)):
        assert noindex in client.get(PAGE + query).content.decode(), query


def test_a_long_class_offers_the_first_and_those_that_were_asked_for(client, monkeypatch, two):
    monkeypatch.setattr("monographs.presenters.compare.MOST_OFFERED", 2)
    monkeypatch.setattr("monographs.views.compare.MOST_OFFERED", 2)
    released("Isradipine")
    released("Nifedipine")

    response = client.get(address("Amlodipine", "Nifedipine"))

    assert compared(response) == ["amlodipine", "nifedipine"]
    assert re.findall(r'name="drug" value="([^"]+)"', response.content.decode()) == [
        "amlodipine",
        "felodipine",
        "nifedipine",
    ]
    assert "For others open a narrower class." in words(response)


def test_a_class_with_one_medicine_has_nothing_to_compare(client):
    released()

    response = client.get(PAGE)

    assert "There is nothing to compare" in words(response)
    assert "<select" not in response.content.decode()
    assert 'compare/">' not in client.get("/classes/calcium-channel-blockers/").content.decode()


def test_an_unknown_class_has_no_comparison(client):
    assert client.get("/classes/no-such-class/compare/").status_code == 404


def test_the_class_leads_to_its_comparison(client, two):
    page = client.get("/classes/calcium-channel-blockers/")

    assert f'<a href="{PAGE}">Compare one section side by side</a>' in page.content.decode()


def test_the_foot_of_a_print_says_each_version_and_mark(client, two):
    stamp = words(client.get(TWO)).split("Yellow Card.")[1]

    assert "Amlodipine, version 1. Felodipine, version 1. Status on " in stamp
    assert "Amlodipine: Not reviewed. Felodipine: Not reviewed. Current status: http://testserver" in stamp
    assert "Later changes and withdrawals are not shown here." in stamp


def test_a_comparison_in_a_demonstration_says_so_in_each_mark(client, two):
    DemoDatabase.objects.create(pk=1)

    body = client.get(TWO).content.decode()

    assert body.count("demonstration, not a real review</p>") == 2
    assert body.split('class="stamp">')[1].count("demonstration, not a real review") == 2


def test_what_is_shown_is_the_version_that_readers_see(client, two):
    drug = released("Nifedipine").drug
    text = raw("Nifedipine")["sections"] | {"monitoring": "A draft. [smpc 4.4]"}
    submitted("Nifedipine", sections=text, note="Next.")

    assert drug.revisions.count() == 2
    assert "A draft." not in words(client.get(address("Amlodipine", "Nifedipine")))


def test_the_number_of_queries_does_not_grow(client, django_assert_max_num_queries):
    for name in DIPINES:
        released(name)

    with django_assert_max_num_queries(9):
        client.get(address(*DIPINES[:2]))
    with django_assert_max_num_queries(9):
        client.get(address(*DIPINES[:6]))
