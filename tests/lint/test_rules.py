"""Each content rule against its own examples, and against hostile length."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monographs.lint import RULES, Severity, lint_text

EXAMPLES = [(rule.id, text) for rule in RULES.values() for text in rule.matches]
COUNTER_EXAMPLES = [(rule.id, text) for rule in RULES.values() for text in rule.passes]


def broken(text):
    return {hit.rule for hit in lint_text(text, where="lead", once_weekly=True)}


@pytest.mark.parametrize(("rule", "text"), EXAMPLES)
def test_an_example_breaks_its_rule(rule, text):
    assert rule in broken(text)


@pytest.mark.parametrize(("rule", "text"), COUNTER_EXAMPLES)
def test_a_counter_example_passes_its_rule(rule, text):
    assert rule not in broken(text)


def test_every_rule_says_what_to_do_and_who_asks_for_it():
    for rule in RULES.values():
        assert re.fullmatch(r"L\d{2}", rule.id)
        assert rule.advice
        assert rule.source
        assert rule.pattern is None or (rule.matches and rule.passes)


fragments = st.sampled_from(
    [text for rule in RULES.values() for text in (*rule.matches, *rule.passes)]
    + [
        "two",
        "half a",
        "ten",
        "fixme",
        "Reviewed by a",
        "doctor",
        "<",
        "A&amp;",
        "mg",
        "/",
        " ",
        "\n",
        "ml",
        "d",
    ]
)


@given(st.lists(fragments, max_size=6).map(" ".join) | st.text(max_size=40))
def test_a_hint_never_hides_what_a_rule_finds(text):
    for rule in RULES.values():
        if rule.hints and not rule.may_break(text.lower()):
            assert list(rule.spans(text)) == [], rule.id


@given(st.lists(fragments, max_size=6).map(" ".join) | st.text(max_size=40))
def test_a_rule_of_numbers_finds_nothing_without_one(text):
    without = re.sub(r"\d", "", text)
    for rule in RULES.values():
        if rule.in_numbers:
            assert list(rule.spans(without)) == [], rule.id


def test_a_number_inside_a_reference_is_read_too():
    assert "L30" in broken("Text. [smpc 4.4 give 5 mg]")


def test_no_rule_stands_in_two_groups():
    from monographs.lint import rules

    groups = (*rules.NUMBERS, *rules.UNITS, *rules.SHORT_FORMS, *rules.PROMISES, *rules.WHOLENESS)

    assert len(groups) == len(RULES)


@pytest.mark.parametrize(
    "text",
    [
        "Take 5\u200900 mg",
        "Take 500\u2007mg",
        "Take 500 ｍｇ",
        "Take 5００ mg",
        "Take\u3000500\u3000mg",
        "Take 500‐mg tablets",
        "Take 500−mg tablets",
        "Take 500\r\nmg",
        "Take (500 mg)",
        "[smpc 4.2] 500 mg",
        "[smpc 500 mg]",
        "proteinuria: give 5 mg",
        "In proteinuria give 500 mg.",
        "Avoid alcohol. Take 5 units.",
        "trough 5 mg/L, then 5 mg",
        "creatinine clearance 30 mL/min: 5 mg",
        "5 mg / kg",
        "5 mg per square metre",
        "5 mg/m²/week",
        "1 g of paracetamol",
        "1 g per dose",
        "20 mL of oral solution",
        "2 mL of water for injections, then 5 mL",
        "10 mmol magnesium",
        "20 units per kg",
        "5 mg/litreage",
        "5 mg/Lx",
    ],
)
def test_an_amount_is_found_however_it_is_written(text):
    assert "L30" in broken(text)


@pytest.mark.parametrize(
    "text",
    [
        "eGFR below 30 mL/min/1.73 m²",
        "eGFR 15\u00a0to\u00a029\u00a0mL/min",
        "creatinine clearance 30 mL / min",
        "trough of 10 to 15 mg / L",
        "level above 20 milligrams per litre",
        "glucose above 11.1 mmol/L",
        "sodium 120 mmol / litre",
        "neutrophils at least 1.5 x 10^9/L, platelets at least 75 x 10^9/L",
        "platelets below 50 x 10⁹ per litre",
        "ACR 30 mg/mmol or more",
        "HbA1c above 75 mmol/mol",
        "body weight below 40 kg",
        "weighing 35 to 50 kg",
        "aged 75 years",
        "children aged 2 to 11 years",
        "weeks 6 to 12 of pregnancy",
        "30% of patients, 5 per cent of controls",
        "oxygen saturation below 92%",
        "proteinuria of 2 g per 24 hours or more",
        "urinary protein excretion above 0.5 g/day",
        "creatinine above 150 micromol/L",
        "CRP above 100 mg/L",
        "vitamin D below 25 nmol/L",
        "CYP2C9, CYP3A4 and P-glycoprotein",
        "factor Xa, factors II, VII, IX and X",
        "NICE TA427/TA658",
        "the MM-003 trial",
        "grade 3 or 4",
        "INR above 8",
        "temperature above 38 °C",
        "FEV1 below 1.5 L",
        "within 72 hours",
        "for 28 days",
        "48 h",
        "LVEF below 40%",
        "Child-Pugh class C (10 to 15 points)",
        "heart rate below 50 beats per minute",
        "a second dose 2 hours later",
        "hepatitis B or C, HIV-1 and HIV-2",
    ],
)
def test_a_laboratory_form_is_no_amount(text):
    assert not broken(text) & {"L30", "L42"}


HOSTILE = [
    "1",
    "0",
    "1.",
    "1,",
    "1 ",
    "1.0",
    "5 mg ",
    "5 mg/",
    "500 mg/kg ",
    "111 111 ",
    "1" * 50 + " ",
    "5 to ",
    "5 - 5 - ",
    " ",
    "\n",
    ":\n",
    "the ",
    "on",
    "onerror ",
    "<",
    "< a",
    "[smpc ",
    "[smpc 4.4] ",
    "[",
    "never to be ",
    "not\t",
    "alcohol of of of of of of ",
    "proteinuria above ",
    "urine output 1 1 1 1",
    "two film-coated ",
    "1:1000",
    "q1",
    "xx",
    "&#1",
    "e\u0301",
    "\u200b",
    "５",
    "*",
    "# ",
    "1-1-",
    "IT ",
    "mg. ",
    "a" * 99 + "1" * 99 + " mg",
]


def seconds(text):
    """Return the processor's time, the least of three, which other processes do not lengthen."""
    tries = []
    for _ in range(3):
        begun = time.process_time()
        lint_text(text, where="lead", once_weekly=True)
        tries.append(time.process_time() - begun)
    return min(tries)


def growth(text):
    """Return how much longer four times the text takes: 4 when linear, 16 when quadratic."""
    return seconds(text * 4) / seconds(text)


@pytest.mark.parametrize("unit", HOSTILE)
def test_time_grows_as_the_text_does(unit):
    assert growth((unit * 5_000)[:5_000]) < 9


def test_time_grows_as_a_text_of_two_hundred_thousand_hostile_characters_does():
    text = "".join(unit * (1_250 // len(unit)) for unit in HOSTILE)

    assert 45_000 < len(text) < 60_000
    assert growth(text) < 9


def test_severities_are_two():
    assert {rule.severity for rule in RULES.values()} == {Severity.ERROR, Severity.WARNING}
