"""Section text: statements, bullets, references."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monographs.document import Reference, led_in, statements
from monographs.document.text import references, tidy_section

pieces = st.sampled_from(
    ["- ", "-", "•", "• x", "a", "a b", " ", "\n", "\n\n", "[smpc 4.4]", "[18F]", "Pregnancy:", "\r\n", "\t"]
)
texts = st.lists(pieces, max_size=12).map("".join)


@given(texts | st.text(max_size=60))
def test_a_tidy_section_is_tidy_already(text):
    assert tidy_section(tidy_section(text)) == tidy_section(text)


@given(texts | st.text(max_size=60))
def test_tidying_keeps_the_statements(text):
    assert statements(tidy_section(text)) == statements(text)


@given(texts)
def test_no_word_is_lost(text):
    rebuilt = "".join(
        statement.label
        + "".join(
            run if isinstance(run, str) else f"[{run.key}{' ' * bool(run.locator)}{run.locator}]"
            for run in statement.runs
        )
        for statement in statements(text)
    )
    assert sorted(rebuilt.replace(" ", "").replace("-", "").replace("•", "")) == sorted(
        "".join(text.split()).replace("-", "").replace("•", "")
    )


@pytest.mark.parametrize(
    ("text", "tidy"),
    [
        ("One\nwrapped\nparagraph.", "One wrapped paragraph."),
        ("One.\n\n\nTwo.", "One.\n\nTwo."),
        ("Intro:\n- one\n  wrapped\n- two\n\nEnd.", "Intro:\n\n- one wrapped\n- two\n\nEnd."),
        ("- one\n\n- two", "- one\n- two"),
        ("-\nx", "- x"),
        ("-one", "-one"),
        ("• one", "- one"),
        ("-", ""),
    ],
)
def test_there_is_one_way_of_writing_a_section(text, tidy):
    assert tidy_section(text) == tidy


def test_references_are_told_from_words_in_brackets():
    text = "Uptake of [18F]FDG falls. [smpc 4.4] [ta427]"
    assert references(text) == [Reference("smpc", "4.4"), Reference("ta427")]
    assert statements(text)[0].runs == (
        "Uptake of [18F]FDG falls. ",
        Reference("smpc", "4.4"),
        " ",
        Reference("ta427"),
    )


def test_the_sub_labels_of_pregnancy_are_found():
    found = statements("Pregnancy: avoid.\n\nBreast-feeding: stop.\n\nContraception: needed.")
    assert [statement.label for statement in found] == ["Pregnancy:", "Breast-feeding:", "Contraception:"]
    assert found[0].runs == (" avoid.",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Avoid:\n- One. [smpc]\n- Two. [smpc]", [("Avoid:", "One."), ("Avoid:", "Two.")]),
        ("Avoid:\n- One.\n\nThree.\n\n- Four.", [("Avoid:", "One."), ("", "Three."), ("", "Four.")]),
        ("Avoid:", [("", "Avoid:")]),
        ("Avoid:\n\nOne.", [("", "Avoid:"), ("", "One.")]),
        ("Avoid: [smpc]\n- One.", [("", "Avoid:"), ("", "One.")]),
        ("Avoid\n- One.", [("", "Avoid"), ("", "One.")]),
        ("Pregnancy:\n- Avoid.", [("Pregnancy:", "Avoid.")]),
    ],
)
def test_bullets_come_with_the_paragraph_that_leads_in_to_them(text, told):
    assert [(lead, statement.words) for lead, statement in led_in(text)] == told


@given(texts)
def test_only_what_leads_in_is_left_out(text):
    told = led_in(text)
    left = Counter(one.words for one in statements(text)) - Counter(one.words for _, one in told)

    remaining = iter(statements(text))
    assert all(one in remaining for _, one in told)
    assert set(left) <= {lead for lead, _ in told}
