"""Reading a whole monograph."""

import datetime

from monographs.document.shape import Document
from monographs.lint import Severity, lint_document

TODAY = datetime.date(2026, 11, 22)


def source(**changes):
    return {
        "kind": "smpc",
        "identifier": "1234",
        "title": "Jylamvo 2 mg/mL oral solution, SPC",
        "jurisdiction": "GB",
        "url": "https://www.example.org/smpc/1234",
        "accessed_on": TODAY,
    } | changes


def monograph(**changes):
    return Document.model_validate(
        {
            "name": "Methotrexate",
            "class": {"slug": "folate-antagonists", "name": "Folate antagonist"},
            "population": "adults",
            "lead": "Methotrexate is a folate antagonist taken once a week.",
            "names": [{"name": "Methotrexate", "kind": "inn"}, {"name": "Maxtrex 2.5 mg®", "kind": "brand"}],
            "sections": {"monitoring": "Check the full blood count. [smpc 4.4]"},
            "sources": {"smpc": source()},
        }
        | changes
    )


def flag(line="", **changes):
    return {"line": line, "source": "smpc", "checked_on": TODAY} | changes


def found(document, **options):
    return [(hit.where, hit.rule) for hit in lint_document(document, **options)]


def test_a_sound_monograph_has_no_hits():
    assert lint_document(monograph()) == []


def test_hits_in_sections_say_which():
    document = monograph(sections={"monitoring": "Below 5.0 mmol/L.", "stopping": "TBC"})

    assert found(document) == [("sections.stopping", "L32"), ("sections.monitoring", "L01")]
    assert {hit.drug for hit in lint_document(document)} == {"Methotrexate"}


def test_lead_and_flag_lines_are_our_own_words():
    document = monograph(lead="Give 5 mg.", flags={"high-risk": flag("Low therapeutic index: at most 10 mg")})

    assert found(document) == [("flags.high-risk.line", "L30"), ("lead", "L30")]


def test_a_lead_of_forty_words_passes_and_one_more_does_not():
    assert found(monograph(lead="word " * 39 + "word.")) == []
    assert found(monograph(lead="word " * 40 + "word.")) == [("lead", "L40")]


def test_references_do_not_count_as_words():
    assert found(monograph(lead="word " * 39 + "word. [smpc 5.1]")) == []


def test_how_it_works_is_warned_of_above_sixty_words():
    document = monograph(sections={"how-it-works": "word " * 60 + "word."})

    (hit,) = lint_document(document)

    assert (hit.rule, hit.severity, hit.excerpt) == ("L41", Severity.WARNING, "61 words")
    assert (
        found(monograph(sections={"how-it-works": "word " * 59 + "word.", "cautions": "word " * 99 + "."}))
        == []
    )


def test_daily_is_refused_by_the_flag_not_by_the_name():
    sections = {"counselling": "Take daily."}

    assert found(monograph(sections=sections)) == []
    assert found(monograph(sections=sections, flags={"once-weekly": flag("Never daily.")})) == [
        ("sections.counselling", "L38")
    ]


def test_a_waiver_covers_its_rule_in_its_section_only():
    document = monograph(
        lead="TBC 30 ng/mL",
        sections={"monitoring": "30 ng/mL, TBC", "cautions": "30 ng/mL"},
        waivers=[{"section": "monitoring", "rule": "L04", "reason": "A laboratory value."}],
    )

    assert found(document) == [
        ("lead", "L32"),
        ("lead", "L04"),
        ("sections.cautions", "L04"),
        ("sections.monitoring", "L32"),
    ]
    assert ("sections.monitoring", "L04") in found(document, with_waived=True)


def test_names_may_hold_numbers_but_no_markup_and_nothing_invisible():
    document = monograph(
        name="Metho\u200btrexate",
        names=[{"name": "<script>", "kind": "brand"}, {"name": "Methotrexate 2.5mg TBC", "kind": "synonym"}],
    )

    assert found(document) == [("name", "L33"), ("names.0", "L36")]


def test_titles_are_others_words():
    document = monograph(sources={"smpc": source(title="5.0mg <b>TBC</b> \u202e")})

    assert found(document) == [("sources.smpc.title", "L33")]


def test_every_text_of_the_document_is_read_for_invisible_characters():
    spot = "a\u200bb"
    document = monograph(
        name=spot,
        **{"class": {"slug": "x", "name": spot}},
        other_classes=[{"slug": "y", "name": spot}],
        components=[{"slug": "z", "name": spot}],
        lead=spot,
        names=[{"name": spot, "kind": "inn"}],
        flags={"high-risk": flag(spot, detail=spot, locator=spot)},
        sections={"monitoring": spot},
        sources={"smpc": source(title=spot, identifier=spot, revision=spot)},
        waivers=[{"section": "cautions", "rule": "L33", "reason": spot}],
    )

    assert len(lint_document(document)) == document.model_dump_json().count("\u200b")


def test_a_reference_after_the_last_word_does_not_hide_a_cut_text():
    assert found(monograph(sections={"cautions": "Do not use with [smpc 4.3]"})) == [
        ("sections.cautions", "L34")
    ]
