"""What is set aside from a query: strengths and words for a form, never what tells medicines apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monographs.search.aside import FORMS, without_strength_and_form


@pytest.mark.parametrize(
    ("query", "rest", "set_aside"),
    [
        ("amlodipine 5 mg tablets", "amlodipine", ("5 mg", "tablets")),
        ("amlodipine 5mg", "amlodipine", ("5mg",)),
        ("Amoxicillin 250mg/5ml Suspension", "Amoxicillin", ("250mg/5ml", "Suspension")),
        ("morphine 10 mg/ml inj", "morphine", ("10 mg/ml", "inj")),
        ("apixaban 2.5 mg", "apixaban", ("2.5 mg",)),
        ("heparin 5,000 units", "heparin", ("5,000 units",)),
        ("hydrocortisone 1% cream", "hydrocortisone", ("1%", "cream")),
        ("levothyroxine 25 micrograms", "levothyroxine", ("25 micrograms",)),
        ("brand x 30 mg inj", "brand x", ("30 mg", "inj")),
    ],
)
def test_strength_and_form_are_set_aside_as_they_were_typed(query, rest, set_aside):
    assert without_strength_and_form(query) == (rest, set_aside)


@pytest.mark.parametrize(
    "query",
    [
        *("Adipine MR", "Zydol XL", "Slozem SR", "Adalat LA", "Tegretol PR", "NovoMix 30", "Humulin M3"),
        *("Humalog Mix25", "co-codamol 8/500", "liposomal doxorubicin", "pegylated interferon", "CC-4047"),
        *("vitamin B12", "factor VIII", "5 fluorouracil", "M3", "tablets", "30 mg", "tabletop"),
    ],
)
def test_what_tells_medicines_apart_is_never_set_aside(query):
    assert without_strength_and_form(query) == (query, ())


@given(st.text(max_size=60))
def test_nothing_but_numbers_units_and_forms_goes(query):
    rest, set_aside = without_strength_and_form(query)
    for word in set_aside:
        assert word[:1].isdigit() or word.casefold() in FORMS
    assert bool(set_aside) or rest == query
    assert not set_aside or any(char.isalnum() for char in rest)


@given(st.lists(st.sampled_from(["amlodipine", "5 mg", "tablets", "MR", "30", "M3", "8/500"]), min_size=1))
def test_what_is_left_keeps_its_order_and_loses_nothing_more(words):
    rest, set_aside = without_strength_and_form(" ".join(words))
    kept = [word for word in words if word not in ("5 mg", "tablets")]
    if set_aside:
        assert rest == " ".join(kept)
