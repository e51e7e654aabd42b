"""The sources of a page: numbers, labels, what cites them."""

import pytest

from monographs.presenters.sources import PLACES, Sources, in_order, label_of, product_of
from monographs.vocabulary import Market, SectionKind
from tests.builders import SMPC, document
from tests.pages import two_sources


def sources(**changes):
    """Return the sources of a small monograph."""
    return Sources(document(**{"sources": two_sources(), **changes}))


def source(**changes):
    """Return one source of a document."""
    return document(sources={"smpc": {**SMPC, **changes}}).sources["smpc"]


@pytest.mark.parametrize(
    ("title", "product"),
    [
        ("Imnovid hard capsules (Bristol Myers Squibb), SmPC", "Imnovid"),
        ("Methotrexate 2.5 mg Tablets (ADVANZ Pharma), SmPC", "Methotrexate"),
        ("Metoject PEN solution for injection, SmPC", "Metoject PEN"),
        ("Piperacillin/Tazobactam 4 g/0.5 g Powder for Solution, SmPC", "Piperacillin/Tazobactam"),
        ("Thalidomide BMS hard capsules, SmPC", "Thalidomide BMS"),
        ("Example Tablets, SmPC", "Example"),
        ("Xasten (dexamethasone), SmPC", "Xasten"),
    ],
)
def test_the_product_is_the_leading_words_of_the_title(title, product):
    assert product_of(title) == product


@pytest.mark.parametrize(
    ("kind", "identifier", "label"),
    [
        ("smpc", "emc/1", "Amlodipine SmPC"),
        ("nice", "TA427", "NICE TA427"),
        ("nice", "NICE TA427", "NICE TA427"),
        ("mhra", "DSU 1", "MHRA Drug Safety Update"),
        ("trial", "NCT1", "NCT1"),
    ],
)
def test_a_label_names_a_source_in_a_few_words(kind, identifier, label):
    assert label_of(source(kind=kind, identifier=identifier)) == label


def test_the_smpc_of_the_page_comes_first_then_the_order_of_citing():
    found = sources(sections={"monitoring": "First the trial. [trial] Then [smpc 4.4]."})

    assert [(line.number, line.source.identifier) for line in found.listed()] == [(1, "emc/1"), (2, "NCT1")]


def test_a_source_that_nothing_cites_is_listed_last():
    found = sources(sections={"monitoring": "Only the trial. [trial]"}, reference_smpc=None)

    assert [line.source.identifier for line in found.listed()] == ["NCT1", "emc/1"]


def test_a_line_says_which_places_and_sections_cite_the_source():
    line = sources().listed()[0]

    assert line.locators == ("4.1", "4.4", "4.8")
    assert line.cited_in == (SectionKind.INDICATIONS, SectionKind.MONITORING)


def test_places_are_in_the_order_of_their_numbers():
    assert in_order(["4.10", "4.9", "heading", "4.9", "4"]) == ["4", "4.9", "4.10", "heading"]


def test_a_foot_names_at_most_three_sources_with_numbered_places():
    found = sources(sections={"monitoring": "One. [smpc 4.8] Two. [smpc 4.4] Three. [trial Table 2]"})

    assert found.foot(SectionKind.MONITORING) == "Amlodipine SmPC 4.4, 4.8; NCT1"


def test_a_date_is_not_said_twice():
    smpc = sources().listed()[0]
    guidance = {**SMPC, "kind": "nice", "revision": "Published 12 May 2026"}
    nice = Sources(document(sources={"smpc": guidance})).listed()[0]

    assert (smpc.label, str(smpc.revised_on)) == ("", "2026-05-12")
    assert (nice.label, nice.revised_on) == ("Published 12 May 2026", None)


def test_jurisdictions_of_cited_sources_put_home_first():
    text = {"monitoring": "One. [trial] Two. [smpc 4.4]"}

    assert sources(sections=text).jurisdictions("GB") == "UK and international"
    assert sources().jurisdictions("GB") == "UK"


def test_every_market_has_a_word():
    assert {market.value for market in Market} | {"INT"} == set(PLACES)
