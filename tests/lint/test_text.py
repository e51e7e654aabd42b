"""Reading one text: places, lines, excerpts."""

from hypothesis import given
from hypothesis import strategies as st

from monographs.lint import RULES, Hit, Severity, lint_text

any_text = st.text(st.characters(exclude_categories=()))


def test_a_hit_names_its_rule_place_line_and_words():
    hits = lint_text("Check blood.\n\nGive 5.0 mg then stop.", where="sections.monitoring", drug="Warfarin")

    assert [(hit.rule, hit.line) for hit in hits] == [("L01", 3), ("L30", 3)]
    assert hits[0] == Hit(
        rule="L01",
        severity=Severity.ERROR,
        where="sections.monitoring",
        line=3,
        excerpt="Give 5.0 mg then stop.",
        advice=RULES["L01"].advice,
        drug="Warfarin",
    )
    assert str(hits[0]) == (
        "Warfarin, sections.monitoring, line 3: L01 error: no trailing zero (“Give 5.0 mg then stop.”)"
    )


def test_hits_come_in_reading_order():
    hits = lint_text("TBC\n5 mg\nTBC", where="lead")

    assert [(hit.rule, hit.line) for hit in hits] == [("L32", 1), ("L30", 2), ("L32", 3)]


def test_the_line_of_a_hit_that_begins_a_line_is_that_line():
    assert [hit.line for hit in lint_text("\n\nTBC", where="lead")] == [3]


def test_a_character_that_cannot_be_seen_is_shown_by_its_number():
    (hit,) = lint_text("Do not\u202e take.", where="lead")

    assert hit.rule == "L33"
    assert hit.excerpt == "Do notU+202E take."


def test_a_text_that_is_not_composed_is_refused_once_with_its_line():
    (hit,) = lint_text("Fine.\nCafe\u0301 and nai\u0308ve.", where="lead")

    assert (hit.rule, hit.line) == ("L37", 2)


def test_amounts_pass_where_doses_are_stated():
    text = "Take 5 mg or two tablets."

    assert {hit.rule for hit in lint_text(text, where="x")} == {"L30", "L42"}
    assert lint_text(text, where="x", amounts_allowed=True) == []


def test_daily_is_refused_for_a_once_weekly_medicine_only():
    text = "Take once daily."

    assert lint_text(text, where="x") == []
    assert [hit.rule for hit in lint_text(text, where="x", once_weekly=True)] == ["L38"]


def test_words_after_never_do_not_hide_a_dose():
    text = "Never daily. Not more than one tablet daily."

    assert [hit.rule for hit in lint_text(text, where="x", once_weekly=True)] == ["L42", "L38"]


def test_an_empty_text_has_no_hits():
    assert lint_text("", where="lead") == []


@given(any_text)
def test_no_text_makes_the_lint_fail(text):
    for hit in lint_text(text, where="lead", once_weekly=True):
        assert 1 <= hit.line <= text.count("\n") + 1
        hit.excerpt.encode("utf-8")
        assert "\n" not in hit.excerpt


@given(st.text("0123456789.,-/ \nmgLkunitsdayper<>[]*#&;:on=", max_size=80))
def test_no_arrangement_of_units_makes_the_lint_fail(text):
    assert all(hit.excerpt is not None for hit in lint_text(text, where="lead", once_weekly=True))


@given(any_text, any_text)
def test_an_amount_stays_an_amount_within_any_text(before, after):
    text = f"{before}\nGive 500 mg now.\n{after}"

    assert any(hit.rule == "L30" for hit in lint_text(text, where="lead"))
