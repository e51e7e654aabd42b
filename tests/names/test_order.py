"""Letters of the A to Z pages, and ranges of names that share a beginning."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monographs.names import sort_letter, upper_bound

storable = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=6)
edges = st.text("a\u007f\u0080\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010fffe\U0010ffff", max_size=4)


def as_bytes(text):
    return text.encode("utf-8")


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("amlodipine", "A"),
        ("Émla", "E"),
        (".alpha.-tocopherol", "A"),
        ("β-sitosterol", "B"),
        ("3,3'-diindolylmethane", "#"),
        ("Аспирин", "#"),
        ("(+)-catechin", "C"),
        ("Ørsted", "O"),
        ("", "#"),
        ("®", "#"),
    ],
)
def test_the_letter_of_a_name(name, letter):
    assert sort_letter(name) == letter


@given(st.text(st.characters(exclude_categories=())))
def test_every_name_has_a_letter(name):
    assert sort_letter(name) in "ABCDEFGHIJKLMNOPQRSTUVWXYZ#"


@pytest.mark.parametrize(
    ("prefix", "bound"),
    [
        ("a", "b"),
        ("pomal", "pomam"),
        ("z", "{"),
        ("a\ud7ff", "a\ue000"),
        ("a\U0010ffff", "b"),
        ("a\U0010ffff\U0010ffff", "b"),
        ("a\uffff", "a\U00010000"),
        ("\ud7ff\U0010ffff", "\ue000"),
    ],
)
def test_the_bound_is_the_next_string(prefix, bound):
    assert upper_bound(prefix) == bound


@given(storable, edges)
@example("a\ud7ff", "\U0010ffff")
@example("\ud7ff", "\ue000")
def test_every_string_with_the_prefix_lies_below_the_bound(prefix, rest):
    if not prefix.strip("\U0010ffff"):
        return
    bound = upper_bound(prefix)

    assert as_bytes(prefix) <= as_bytes(prefix + rest) < as_bytes(bound)


@given(st.one_of(storable, edges), st.one_of(storable, edges))
def test_no_other_string_lies_between_the_prefix_and_its_bound(prefix, other):
    if not prefix.strip("\U0010ffff"):
        return
    bound = upper_bound(prefix)

    between = as_bytes(prefix) <= as_bytes(other) < as_bytes(bound)

    assert between == other.startswith(prefix)


@pytest.mark.parametrize("prefix", ["", "\U0010ffff", "\U0010ffff\U0010ffff", "a\ud800", "\udfff"])
def test_a_prefix_without_a_bound_is_refused(prefix):
    with pytest.raises(ValueError, match="prefix"):
        upper_bound(prefix)
