"""The part of an address that stands for a name."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monographs.names import normalise, slugify_name

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Pomalidomide", "pomalidomide"),
        ("Piperacillin with tazobactam", "piperacillin-with-tazobactam"),
        (".alpha.-Tocopherol acetate, dl-", "alpha-tocopherol-acetate-dl"),
        ("5-fluorouracil", "5-fluorouracil"),
        ("Émla® & co", "emla-and-co"),
        ("Interferon β-1a", "interferon-beta-1a"),
    ],
)
def test_the_slug_of_a_name(name, slug):
    assert slugify_name(name) == slug


@pytest.mark.parametrize("name", ["", "®", "Аспирин", "阿司匹林", "\ud800", "Витамин C"])
def test_a_name_that_ascii_cannot_spell_gets_a_short_hash(name):
    assert re.fullmatch(r"drug-[0-9a-f]{8}", slugify_name(name))


def test_two_such_names_get_two_slugs():
    assert slugify_name("Аспирин") != slugify_name("Ибупрофен")


def test_a_long_name_is_cut_at_the_end_of_a_word():
    assert slugify_name("word " * 30) == "-".join(["word"] * 20)
    assert slugify_name("x" * 150) == "x" * 100


@given(st.text(st.characters(exclude_categories=())))
def test_every_slug_fits_an_address(name):
    slug = slugify_name(name)

    assert SLUG.fullmatch(slug)
    assert len(slug) <= 100


@given(st.text(st.characters(exclude_categories=())))
def test_names_that_compare_equal_share_a_slug(name):
    if normalise(name):
        assert slugify_name(normalise(name)) == slugify_name(name)
