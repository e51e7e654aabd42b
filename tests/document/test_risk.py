"""What a change can do harm with is said in words."""

import pytest

from monographs.document.risk import risk, slips_of
from tests.builders import document

FLAG = {"source": "smpc", "locator": "4.4", "checked_on": "2026-11-01"}


def said(old, new):
    """Return every sentence on the change of one section."""
    return [str(slip) for slip in slips_of("Monitoring", old, new)]


def test_a_deleted_not_and_a_one_that_became_ten_are_both_announced_in_words():
    old = document(sections={"monitoring": "Do not give again within 1 hour. [smpc 4.4]"})
    new = document(sections={"monitoring": "Do give again within 10 hour. [smpc 4.4]"})

    told = risk(old, new)

    assert told.sentences == ["Monitoring: 1 became 10.", "Monitoring: “not” removed."]
    assert told.summary == "3 words; 1 changed number; 1 removed “not”"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Give it.", "Never give it.", ["“Never” added"]),
        ("Safe in asthma.", "Contra-indicated in asthma.", ["“Contra-indicated” added", "“Safe” removed"]),
        ("Avoid in asthma.", "Given in asthma.", ["“Avoid” removed"]),
        ("It can't be used.", "It can be used.", ["“n't” removed"]),
        ("It isn’t used.", "It is used.", ["“n’t” removed"]),
        ("Check at 1.5 hours.", "Check at 15 hours.", ["1.5 became 15"]),
        ("Check at 1,000.", "Check at 1000.", ["1,000 became 1000"]),
        ("Check twice.", "Check once.", ["twice became once"]),
        ("Check every 2 weeks.", "Check every 2 days.", ["weeks became days"]),
        ("Once weekly.", "Once daily.", ["weekly became daily"]),
        ("Stop if high.", "Stop if low.", ["high became low"]),
        ("Pulse < 50.", "Pulse > 50.", ["< became >"]),
        ("At 2 and 4 weeks.", "At 2 weeks.", ["“4” removed"]),
        ("At 2 weeks.", "At 2, 4 and 6 weeks.", ["“4” added", "“6” added"]),
    ],
)
def test_each_dangerous_word_is_announced(old, new, expected):
    assert said(old, new) == [f"Monitoring: {one}." for one in expected]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Blood pressure. [smpc 4.4]", "Blood pressure. [smpc 4.8]"),
        ("Not in asthma.", "Not in patients with asthma."),
        ("Notice the knot.", "See the knot."),
        ("Check at 2 weeks.", "Test at 2 weeks."),
        ("NOT in asthma.", "not in asthma."),
    ],
)
def test_what_changes_no_dangerous_word_is_not_announced(old, new):
    assert said(old, new) == []


def test_flags_names_sections_and_sources_are_announced():
    old = document(flags={"high-risk": {**FLAG, "line": "Check 1 time."}, "cytotoxic": FLAG})
    new = document(
        flags={"high-risk": {**FLAG, "line": "Check 10 times."}, "once-weekly": FLAG},
        names=[{"name": "Amlodipine", "kind": "inn"}, {"name": "Istin", "kind": "brand", "market": "GB"}],
        sections={"indications": "High blood pressure. [smpc 4.1]", "cautions": "Heart failure. [smpc 4.4]"},
        population="children",
    )

    told = risk(old, new)

    assert told.sentences == [
        "Flag added: Once-weekly medicine: never daily.",
        "Flag changed: High-risk medicine.",
        "Flag removed: Cytotoxic: follow local handling rules.",
        "New section: Cautions.",
        "Section removed: Monitoring.",
        "Name added: Istin (brand, GB).",
        "Whom it covers: adults became children.",
        "Flag “High-risk medicine”: 1 became 10.",
    ]
    assert "3 flags changed" in told.summary


def test_of_a_first_text_everything_is_new():
    told = risk(None, document())

    assert told.sentences == []
    assert told.words > 10


def test_another_revision_of_a_source_is_announced():
    source = document().model_dump(mode="json", by_alias=True)["sources"]["smpc"]

    told = risk(document(), document(sources={"smpc": {**source, "revision": "2 October 2026"}}))

    assert told.sentences == [
        "Source [smpc]: Amlodipine tablets, SmPC, 12 May 2026, became Amlodipine tablets, SmPC, 2 October 2026."
    ]
