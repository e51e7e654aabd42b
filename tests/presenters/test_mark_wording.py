"""The sentences of the mark: WORDING's table, and the one template that holds them."""

import datetime
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from monographs.review import Mark, Notice, Signed, SourceChange, State
from monographs.vocabulary import Verdict

TEMPLATES = Path(settings.BASE_DIR) / "templates"
WITHDRAWN_AT = datetime.datetime(2026, 11, 3, 12, tzinfo=datetime.UTC)
AT = datetime.datetime(2026, 7, 4, 9, 5, tzinfo=datetime.UTC)
NOVEMBER = datetime.datetime(2026, 11, 2, 9, tzinfo=datetime.UTC)
APPROVAL = Signed(
    Verdict.APPROVE, AT, AT.date(), due_on=datetime.date(2028, 7, 4), role="pharmacist", body="GPhC"
)
NOTICE = Notice(1, NOVEMBER, NOVEMBER.date())
CHANGE = SourceChange("smpc", NOVEMBER, NOVEMBER.date(), kind="SmPC", revised_on=datetime.date(2026, 10, 2))
NOT_REVIEWED = Mark(State.NOT_REVIEWED, is_demo=False)
WITHDRAWN = Mark(State.WITHDRAWN, is_demo=False, since=WITHDRAWN_AT, reason="The text was wrong.")
CHECK = ["Cautions", "Monitoring"]


def marked(state, **known):
    """Return the mark of a text that was approved."""
    return Mark(state, is_demo=False, **{"approval": APPROVAL, **known})


def said(mark, form, **context):
    """Return what the template says, in one line and without tags, and the tag that holds it."""
    context = {"mark": mark, "form": form, "check": CHECK, **context}
    markup = render_to_string("components/mark.html", context).strip()
    for tag in ("<p>", "</p>", "<b>", "</b>", "</a>"):
        markup = markup.replace(tag, "")
    return markup.replace("\u00a0", " ")


# State, long form, short form.
TABLE = [
    (
        marked(State.REVIEWED),
        "Monograph status: clinician-reviewed (4 July 2026) by a pharmacist. Next review due 4 July 2028. "
        "Dosing is reviewed separately.",
        "Reviewed 4 July 2026",
    ),
    (
        marked(State.OVERDUE),
        "Monograph status: review overdue since 4 July 2028. Last clinician-reviewed 4 July 2026.",
        "Check first: review overdue",
    ),
    (
        marked(State.LAPSED),
        "Monograph status: review lapsed. Last review 4 July 2026; due again by 4 July 2028. "
        "Treat as not reviewed.",
        "Not reviewed: lapsed",
    ),
    (
        marked(State.SOURCE_CHANGED, source_changes=(CHANGE,)),
        "Monograph status: a source has changed since review. Clinician-reviewed 4 July 2026; "
        "SmPC revised 2 October 2026. Check: Cautions, Monitoring.",
        "Check first: source changed",
    ),
    (
        marked(State.NOTICE, notice_since=NOTICE, notices=(NOTICE,)),
        "Monograph status: safety notice since review. Read the notice of 2 November 2026 first. "
        "Clinician-reviewed 4 July 2026.",
        "Check first: safety notice",
    ),
    (
        marked(State.CANCELLED, since=WITHDRAWN_AT, reason="The signer was not registered"),
        "Monograph status: review cancelled on 3 November 2026. Do not rely on it. "
        "Reason: The signer was not registered.",
        "Not reviewed: cancelled",
    ),
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
    (
        marked(State.REVIEWED, correction_since=WITHDRAWN_AT),
        "Monograph status: clinician-reviewed (4 July 2026) by a pharmacist. Next review due 4 July 2028. "
        "Dosing is reviewed separately. "
        "A safety correction to this page has been waiting for review since 3 November 2026.",
        "Check first: correction waiting",
    ),
    (
        marked(State.REVIEWED, notices=(NOTICE,)),
        "Monograph status: clinician-reviewed (4 July 2026) by a pharmacist. Next review due 4 July 2028. "
        "Dosing is reviewed separately.",
        "Reviewed 4 July 2026 · safety notice",
    ),
    (
        Mark(State.NOT_REVIEWED, is_demo=False, notices=(NOTICE,), correction_since=WITHDRAWN_AT),
        "Monograph status: not yet clinician-reviewed. Written by editors from the sources below. "
        "A safety correction to this page has been waiting for review since 3 November 2026.",
        "Not reviewed · safety notice · correction waiting",
    ),
    (
        marked(
            State.NOTICE,
            notice_since=NOTICE,
            notices=(NOTICE,),
            source_changes=(CHANGE,),
            holds=frozenset({State.NOTICE, State.SOURCE_CHANGED, State.OVERDUE, State.REVIEWED}),
        ),
        "Monograph status: safety notice since review. Read the notice of 2 November 2026 first. "
        "Clinician-reviewed 4 July 2026. Also: a source has changed since review. "
        "Check: Cautions, Monitoring. Also: review overdue since 4 July 2028.",
        "Check first: safety notice",
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
    demo = replace(mark, is_demo=True)

    context = {"mark": demo, "form": "long", "name": "Pomalidomide", "check": CHECK}
    markup = render_to_string("components/mark.html", context)

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


@pytest.mark.parametrize(
    "phrase",
    [
        "clinician-reviewed",
        "not a real review",
        "page withdrawn on",
        "(demo)",
        "review lapsed",
        "review overdue since",
        "review cancelled on",
        "safety correction to this page",
    ],
)
def test_the_sentences_of_the_mark_stand_in_one_template(phrase):
    holders = [path.name for path in TEMPLATES.rglob("*.html") if phrase in path.read_text(encoding="utf-8")]

    assert holders == ["mark.html"]


@pytest.mark.parametrize("word", [state.value for state in State])
def test_no_template_types_the_short_words(word):
    assert not [path for path in TEMPLATES.rglob("*.html") if f">{word}" in path.read_text(encoding="utf-8")]
