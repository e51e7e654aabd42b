"""The sentences of the mark: WORDING's table, and the one template that holds them."""

import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from monographs.review import Mark, State

TEMPLATES = Path(settings.BASE_DIR) / "templates"
WITHDRAWN_AT = datetime.datetime(2026, 11, 3, 12, tzinfo=datetime.UTC)
NOT_REVIEWED = Mark(State.NOT_REVIEWED, is_demo=False)
WITHDRAWN = Mark(State.WITHDRAWN, is_demo=False, since=WITHDRAWN_AT, reason="The text was wrong.")
AT = datetime.datetime(2026, 7, 4, 9, 5, tzinfo=datetime.UTC)


def said(mark, form, **context):
    """Return what the template says, in one line and without tags, and the tag that holds it."""
    markup = render_to_string("components/mark.html", {"mark": mark, "form": form, **context}).strip()
    for tag in ("<p>", "</p>", "<b>", "</b>", "</a>"):
        markup = markup.replace(tag, "")
    return markup.replace("\u00a0", " ")


# State, long form, short form.
TABLE = [
    (
        NOT_REVIEWED,
        "Monograph status: not yet clinician-reviewed. Written by editors from the sources below.",
        "Not reviewed",
    ),
    (
        WITHDRAWN,
        "Pomalidomide: page withdrawn on 3 November 2026. Do not use earlier prints or copies. "
        "Reason: The text was wrong. Use the SmPC or your local formulary.",
        "Withdrawn",
    ),
]


def test_the_table_has_every_state_there_is():
    assert {mark.state for mark, _, _ in TABLE} == set(State)


@pytest.mark.parametrize(("mark", "long", "short"), TABLE)
def test_the_mark_says_what_the_table_says(mark, long, short):
    assert said(mark, "long", name="Pomalidomide") == long
    assert f">{short}</span>" in said(mark, "short")


@pytest.mark.parametrize(("mark", "long", "short"), TABLE)
def test_a_demonstration_says_so_in_the_same_element(mark, long, short):
    demo = Mark(mark.state, is_demo=True, since=mark.since, reason=mark.reason)

    markup = render_to_string("components/mark.html", {"mark": demo, "form": "long", "name": "Pomalidomide"})

    assert said(demo, "long", name="Pomalidomide") == f"{long} · demonstration, not a real review"
    assert markup.strip().endswith("· demonstration, not a real review</p>")
    assert markup.count("<p>") == 1
    assert f">{short} (demo)</span>" in said(demo, "short")


def test_a_withdrawn_page_leads_to_the_smpc_that_is_on_record():
    markup = said(WITHDRAWN, "long", name="Pomalidomide", product="Imnovid", url="https://smpc.example/1")

    assert '<a href="https://smpc.example/1" rel="noreferrer">Imnovid SmPC or your local formulary.' in markup


def test_a_copy_says_when_it_was_made_and_where_the_current_page_is():
    text = said(NOT_REVIEWED, "copy", at=AT, address="https://clincalc.example/drugs/amlodipine/")

    assert text == (
        "Status on 4 July 2026, 10:05: Not reviewed. "
        "Current status: https://clincalc.example/drugs/amlodipine/. "
        "Later changes and withdrawals are not shown here."
    )


def test_a_copy_from_a_demonstration_says_so():
    demo = Mark(State.NOT_REVIEWED, is_demo=True)

    assert "Not reviewed · demonstration, not a real review. Current" in said(
        demo, "copy", at=AT, address="x"
    )


@pytest.mark.parametrize("phrase", ["clinician-reviewed", "not a real review", "page withdrawn on", "(demo)"])
def test_the_sentences_of_the_mark_stand_in_one_template(phrase):
    holders = [path.name for path in TEMPLATES.rglob("*.html") if phrase in path.read_text(encoding="utf-8")]

    assert holders == ["mark.html"]


@pytest.mark.parametrize("word", [state.value for state in State])
def test_no_template_types_the_short_words(word):
    assert not [path for path in TEMPLATES.rglob("*.html") if f">{word}" in path.read_text(encoding="utf-8")]
