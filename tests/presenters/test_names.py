"""Brands under the name, the sentence after a redirect, names and codes, flags."""

import pytest

from monographs.presenters.flags import shown_flag
from monographs.presenters.names import Brands, brands_at_home, brands_of, names_and_codes, note_on_name
from monographs.vocabulary import FlagKind
from tests.builders import document, raw


def test_brands_of_the_home_market_come_first_and_the_rest_is_counted():
    brands = [["Pomalyst", "US"], ["Imnovid", "GB"]]

    assert brands_of(brands, "GB") == Brands(("Imnovid",), 1)
    assert brands_of(brands, "US") == Brands(("Pomalyst",), 1)


def test_brands_from_elsewhere_carry_their_market_when_home_has_none():
    assert brands_of([["Pomalyst", "US"]], "GB") == Brands(("Pomalyst (US)",), 0)


def test_at_most_three_brands_are_shown():
    assert brands_of([[name, "GB"] for name in "ABCDE"], "GB") == Brands(("A", "B", "C"), 2)


@pytest.mark.parametrize(
    ("name", "kind", "market", "note"),
    [
        ("Imnovid", "brand", "GB", "Imnovid is a brand of pomalidomide."),
        ("Pomalyst", "brand", "US", "Pomalyst is a brand of pomalidomide in the United States."),
        ("CC-4047", "synonym", "", "CC-4047 is another name of pomalidomide."),
        ("Pomalidomide", "inn", "", ""),
    ],
)
def test_the_sentence_after_a_redirect(name, kind, market, note):
    assert note_on_name(name, kind, market, home="GB", drug="Pomalidomide") == note


def test_names_are_listed_by_kind():
    names = [
        *raw()["names"],
        {"name": "Istin", "kind": "brand", "market": "GB"},
        {"name": "Norvasc", "kind": "brand", "market": "US", "is_current": False},
    ]

    assert names_and_codes(document(names=names), "GB") == [
        ("Brands (UK)", "Istin"),
        ("Brands (elsewhere)", "Norvasc (US) (discontinued)"),
        ("International name (INN)", "Amlodipine"),
    ]


@pytest.mark.parametrize(
    ("kind", "detail", "line", "words"),
    [
        ("birth-defects", "", "", "Causes birth defects: Pregnancy Prevention Programme."),
        (
            "additional-monitoring",
            "Imnovid",
            "",
            "▼ Additional monitoring (Imnovid): report every suspected side-effect by Yellow Card.",
        ),
        ("cytotoxic", "", "", "Cytotoxic: follow local handling rules."),
        ("once-weekly", "", "", "Once-weekly medicine: never daily."),
        ("contains-penicillin", "", "", "Contains a penicillin."),
        ("controlled-drug", "Schedule 2 (UK)", "", "Controlled drug: Schedule 2 (UK)."),
        ("high-risk", "", "Check renal function.", "High-risk medicine. Check renal function."),
        ("prescribe-by-brand", "", "", "Prescribe by brand."),
    ],
)
def test_flags_say_the_agreed_words(kind, detail, line, words):
    flag = {"detail": detail, "line": line, "source": "smpc", "checked_on": "2026-11-01"}
    kind = FlagKind(kind)

    shown = shown_flag(kind, document(flags={kind.value: flag}).flags[kind], 1)

    assert f"{shown.head} {shown.rest}".strip() == words


def test_every_kind_of_flag_has_its_words_tested():
    parameters = test_flags_say_the_agreed_words.pytestmark[0].args[1]

    assert {kind for kind, *_ in parameters} == {kind.value for kind in FlagKind}


@pytest.mark.parametrize(
    ("brands", "words"),
    [
        ([], "None on record"),
        ([["Imnovid", "GB"], ["Pomalyst", "US"]], "Imnovid"),
        ([["Pomalyst", "US"]], "None on record. Elsewhere: Pomalyst (US)"),
        ([[name, "GB"] for name in "ABCDE"], "A, B, C, 2 more"),
        ([["Anywhere", ""]], "None on record. Elsewhere: Anywhere"),
    ],
)
def test_a_list_names_the_brands_of_the_home_market_alone(brands, words):
    assert brands_at_home(brands, "GB") == words
