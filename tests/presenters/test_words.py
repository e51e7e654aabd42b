"""Small rules of wording."""

import datetime

import pytest

from monographs.presenters.words import listed, lower_first, plural, shortened
from monographs.templatetags.clinical import day, moment, sentence


@pytest.mark.parametrize(
    ("name", "running"),
    [
        ("Pomalidomide", "pomalidomide"),
        ("Piperacillin with tazobactam", "piperacillin with tazobactam"),
        ("St John's wort", "St John's wort"),
        ("Vitamin K antagonist", "Vitamin K antagonist"),
        ("", ""),
    ],
)
def test_a_name_within_a_sentence_loses_its_capital_unless_it_has_another(name, running):
    assert lower_first(name) == running


@pytest.mark.parametrize(
    ("items", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_a_list_ends_in_and(items, text):
    assert listed(items) == text


def test_a_long_text_is_cut_between_words():
    assert shortened("one two, three", 10) == "one two…"
    assert shortened("one two", 10) == "one two"


def test_dates_have_no_break_spaces():
    assert day(datetime.date(2026, 7, 4)) == "4\u00a0July\u00a02026"
    assert day(None) == ""


def test_moments_are_local():
    summer = datetime.datetime(2026, 7, 4, 23, 5, tzinfo=datetime.UTC)

    assert moment(summer) == "5\u00a0July\u00a02026, 00:05"
    assert day(summer) == "5\u00a0July\u00a02026"


def test_a_sentence_gets_its_full_stop():
    assert sentence("The text was wrong") == "The text was wrong."
    assert sentence("Wrong.") == "Wrong."


@pytest.mark.parametrize(
    ("name", "many"),
    [
        ("Penicillin", "penicillins"),
        ("Direct oral anticoagulant", "direct oral anticoagulants"),
        ("Vitamin K antagonist", "Vitamin K antagonists"),
        ("Antihypertensive", "antihypertensives"),
        ("Penicillin with a beta-lactamase inhibitor", ""),
        ("Immunomodulator (thalidomide analogue)", ""),
        ("Insulins", ""),
        ("Chemotherapy", ""),
        ("", ""),
    ],
)
def test_a_class_has_a_plural_when_an_s_makes_one(name, many):
    assert plural(name) == many
