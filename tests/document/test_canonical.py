"""One text for one meaning: what changes the digest, and what does not."""

import hashlib
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monographs.document import (
    Problem,
    canonical_text,
    digest,
    normalised,
    parsed,
    section_digests,
    unchanged_since,
)
from tests import builders
from tests.document.strategies import raw_documents


def mapped(data, change):
    """Return plain data with every text value changed."""
    if isinstance(data, dict):
        return {key: mapped(value, change) for key, value in data.items()}
    if isinstance(data, list):
        return [mapped(value, change) for value in data]
    return change(data) if isinstance(data, str) else data


def digest_of(raw):
    """Return the digest of the document that plain data describe."""
    return digest(canonical_text(normalised(raw)))


@given(raw_documents())
def test_the_canonical_text_reads_back_as_the_document(raw):
    document = normalised(raw)
    assert parsed(canonical_text(document)) == document


@given(raw_documents())
def test_the_document_is_its_own_normal_form(raw):
    document = normalised(raw)
    assert normalised(document.model_dump(mode="json", by_alias=True)) == document


@given(raw_documents(), raw_documents())
def test_the_digest_changes_if_and_only_if_the_text_does(one, other):
    a, b = canonical_text(normalised(one)), canonical_text(normalised(other))
    assert (digest(a) == digest(b)) == (a == b)


@given(raw_documents())
def test_the_digest_is_that_of_the_stored_bytes(raw):
    text = canonical_text(normalised(raw))
    assert digest(text) == hashlib.sha256(text.encode("utf-8")).hexdigest()
    assert unicodedata.is_normalized("NFC", text)
    assert json.loads(text)["schema"] == 1


@given(raw_documents(), st.sampled_from(["NFC", "NFD"]))
def test_the_unicode_form_changes_nothing(raw, form):
    assert digest_of(mapped(raw, lambda text: unicodedata.normalize(form, text))) == digest_of(raw)


@given(raw_documents(), st.sampled_from(["  ", " \t ", "\u00a0", "\u2003"]))
def test_white_space_changes_nothing(raw, space):
    assert digest_of(mapped(raw, lambda text: f" {text.replace(' ', space)} ")) == digest_of(raw)


@given(raw_documents(), st.sampled_from(["\r\n", "\r", "\n \n", " \n"]))
def test_line_ends_change_nothing(raw, end):
    if end == "\n \n":
        changed = {kind: text.replace("\n\n", "\n \t\n") for kind, text in raw["sections"].items()}
    else:
        changed = {kind: text.replace("\n", end) for kind, text in raw["sections"].items()}
    assert digest_of({**raw, "sections": changed}) == digest_of(raw)


@given(raw_documents(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(raw, random):
    shuffled = {key: raw[key] for key in random.sample(sorted(raw), len(raw))}
    for field in ("names", "other_classes", "waivers"):
        shuffled[field] = random.sample(raw[field], len(raw[field]))
    for field in ("flags", "sections", "sources"):
        shuffled[field] = {key: raw[field][key] for key in random.sample(sorted(raw[field]), len(raw[field]))}
    assert digest_of(shuffled) == digest_of(raw)


@given(raw_documents(), st.data())
def test_one_more_word_anywhere_changes_the_digest(raw, data):
    places = ["name", "lead", *(f"sections.{kind}" for kind in raw["sections"])]
    place = data.draw(st.sampled_from(places))
    changed = {**raw, "sections": dict(raw["sections"])}
    if place == "name":
        changed["name"] = f"{raw['name']} not"
        changed["names"] = [{**raw["names"][0], "name": changed["name"]}, *raw["names"][1:]]
    elif place == "lead":
        changed["lead"] = f"{raw['lead']} not"
    else:
        kind = place.removeprefix("sections.")
        changed["sections"][kind] = f"{raw['sections'][kind]} not"
    assert digest_of(changed) != digest_of(raw)


def test_the_order_of_components_is_meant():
    parts = [{"slug": "piperacillin", "name": "Piperacillin"}, {"slug": "tazobactam", "name": "Tazobactam"}]
    assert digest_of(builders.raw(components=parts)) != digest_of(builders.raw(components=parts[::-1]))


HOSTILE = {
    "NUL": "a\x00b",
    "escape": "a\x1bb",
    "lone surrogate": "a\ud800b",
    "right-to-left override": "a\u202eb",
    "isolate": "a\u2066b",
    "zero-width space": "a\u200bb",
    "byte order mark": "a\ufeffb",
    "replacement character": "a\ufffdb",
    "soft hyphen": "a\u00adb",
    "tag character": "a\U000e0041b",
    "noncharacter": "a\uffffb",
    "a megabyte": "a" * 1_000_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize(
    ("place", "changes"),
    [
        ("lead", lambda text: {"lead": text}),
        ("sections.monitoring", lambda text: {"sections": {"monitoring": text}}),
        ("names.0.name", lambda text: {"names": [{"name": text, "kind": "inn"}]}),
        ("sources.smpc.title", lambda text: {"sources": {"smpc": {**builders.SMPC, "title": text}}}),
        ("class.name", lambda text: {"class": {"slug": "a", "name": text}}),
    ],
)
def test_hostile_text_is_refused_with_its_place(text, place, changes):
    with pytest.raises(Problem) as refused:
        normalised(builders.raw(**changes(text)))
    assert refused.value.place == place


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"sections": {"monitoring": "Text. [nosuch 4.4]"}}, "sections.monitoring"),
        ({"sections": {"no-such-kind": "Text."}}, "sections.no-such-kind"),
        ({"sections": {"monitoring": " \n "}}, "sections.monitoring"),
        ({"reference_smpc": "nosuch"}, "reference_smpc"),
        ({"names": [{"name": "Norvasc", "kind": "brand"}]}, "names"),
        ({"names": [{"name": "Amlodipine", "kind": "inn"}, {"name": "AMLODIPINE", "kind": "inn"}]}, "names"),
        ({"names": [{"name": "Amlodipine", "kind": "nickname"}]}, "names.0.kind"),
        ({"population": "everybody"}, "population"),
        ({"status": "reviewed"}, "status"),
        ({"lead": 5.5}, "lead"),
        ({"lead": None}, "lead"),
        ({"flags": {"cytotoxic": {"source": "nosuch", "checked_on": "2026-11-22"}}}, "flags.cytotoxic"),
        (
            {"flags": {"cytotoxic": {"source": "smpc", "checked_on": "22/11/2026"}}},
            "flags.cytotoxic.checked_on",
        ),
        ({"sources": {"smpc": {**builders.SMPC, "url": "http://medicines.example/1"}}}, "sources.smpc.url"),
        ({"sources": {"SmPC": builders.SMPC}}, "sources.SmPC"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(changes, place):
    with pytest.raises(Problem) as refused:
        normalised(builders.raw(**changes))
    assert refused.value.place == place


def test_a_text_of_an_unknown_schema_is_not_guessed_at():
    text = canonical_text(builders.document()).replace('"schema":1', '"schema":2')
    with pytest.raises(Problem, match="schema"):
        parsed(text)


def test_each_section_remembers_since_when_it_stands_unchanged():
    first = builders.document()
    second = builders.document(sections={**builders.raw()["sections"], "monitoring": "Changed."})
    third = first
    one = unchanged_since(first, 1, {})
    two = unchanged_since(second, 2, one)
    three = unchanged_since(third, 3, two)
    assert {kind: entry["since"] for kind, entry in one.items()} == {
        "lead": 1,
        "indications": 1,
        "monitoring": 1,
    }
    assert {kind: entry["since"] for kind, entry in two.items()} == {
        "lead": 1,
        "indications": 1,
        "monitoring": 2,
    }
    assert three["monitoring"] == {"digest": section_digests(first)["monitoring"], "since": 3}
