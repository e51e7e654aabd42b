"""How easily one name is taken for another."""

from hypothesis import given
from hypothesis import strategies as st

from monographs.names import ALIKE, alike, likeness

names = st.text(alphabet="abcehiklnoprstuxyz ", min_size=1, max_size=20)


def test_letters_and_sound_both_count():
    assert likeness("toradol", "tramadol") >= ALIKE
    assert likeness("zantac", "xanax") >= ALIKE > likeness("amlodipine", "warfarin")
    assert likeness("penicillin", "penicillamine") > likeness("penicillin", "amoxicillin")


@given(names, names)
def test_likeness_is_symmetric_and_whole_only_for_the_same_sound(one, other):
    assert likeness(one, other) == likeness(other, one)
    assert likeness(one, one) == 100


@given(names, st.lists(names, max_size=8))
def test_ruling_out_early_loses_no_pair(name, others):
    assert alike(name, others) == {
        other: likeness(name, other) for other in others if likeness(name, other) >= ALIKE
    }
