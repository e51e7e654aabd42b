"""The keys of names: whole numbers in alphabetical order, and misspellings that share one."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monographs.names import keys, normalise
from monographs.search.bench.sets import slip

ASCII = st.text("abcdefghijklmnopqrstuvwxyz0123456789", max_size=20)
FORMS = st.text("abcdehiopstx", min_size=4, max_size=14)


@given(ASCII, ASCII)
def test_packed_letters_tell_texts_apart_as_far_as_they_reach(first, second):
    assert (keys.packed(first) == keys.packed(second)) == (first[:12] == second[:12])


@given(ASCII, st.integers(0, 20))
def test_every_text_lies_in_the_range_of_its_beginnings(text, length):
    least, most = keys.packed_range(text[:length])
    assert least <= keys.packed(text) <= most


@given(ASCII, ASCII.filter(bool))
def test_no_other_text_lies_in_that_range(text, prefix):
    least, most = keys.packed_range(prefix[:12])
    assert (least <= keys.packed(text) <= most) == text[:12].startswith(prefix[:12])


@given(st.text(max_size=250))
def test_every_key_fits_into_its_column(name):
    for tier, key, size in keys.keys_of(normalise(name)):
        assert 0 < tier < 2**15
        assert 0 <= key < 2**63
        assert 0 <= size < 2**15


@given(FORMS, st.integers(0, 2**32))
def test_one_slip_leaves_a_key_in_common(form, seed):
    typed = slip(form, random.Random(seed))
    assert _share(keys.Tier.HEAD, typed, form)


@given(FORMS, st.integers(0, 2**32))
def test_two_slips_leave_a_key_of_the_sound_in_common(form, seed):
    chance = random.Random(seed)
    heard, typed = keys.sound(form), keys.sound(form)
    for _ in range(2):
        typed = slip(typed, chance) if typed else typed
    shared = {keys.packed(one) for one in keys.deletions(typed[: keys.SOUND], 2)}
    assert shared & keys.head_keys(keys.Tier.SOUND, heard[: keys.SOUND])


@given(st.text("abc", max_size=7))
def test_what_tells_whether_a_beginning_is_kept_is_among_its_keys(text):
    for tier, full in keys.FULL.items():
        beginning = text[:full]
        assert keys.first_head_key(tier, beginning) in keys.head_keys(tier, beginning)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("ciclosporin", "cyklosporin"),
        ("phenytoin", "fenitoin"),
        ("amoxicillin", "amozicilin"),
        ("quinine", "kinine"),
        ("thiamine", "tiamine"),
        ("warfarin", "varfarin"),
    ],
)
def test_spellings_that_sound_alike_are_one(first, second):
    assert keys.sound(first) == keys.sound(second)


def test_the_forms_of_a_name_are_the_whole_and_its_words():
    assert keys.forms("piperacillin with tazobactam") == (
        "piperacillinwithtazobactam",
        "piperacillin",
        "with",
        "tazobactam",
    )
    assert keys.forms("warfarin") == ("warfarin",)


def _share(tier, typed, form):
    """Tell whether what was typed is looked for where a form is kept."""
    looked_for = keys.misspelled_keys(tier, typed[: keys.FULL[tier]])
    return bool(looked_for & keys.head_keys(tier, form[: keys.FULL[tier]]))
