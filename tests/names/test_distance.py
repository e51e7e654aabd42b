"""Edits between two strings: what counts as one, and that the band hides nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monographs.names.distance import edits

WORDS = st.text("abc", max_size=7)


def plain(first, second):
    """Return the optimal string alignment distance, by its definition."""
    table = [[0] * (len(second) + 1) for _ in range(len(first) + 1)]
    for row in range(len(first) + 1):
        for column in range(len(second) + 1):
            if not row or not column:
                table[row][column] = row + column
                continue
            is_other = first[row - 1] != second[column - 1]
            found = min(
                table[row - 1][column] + 1,
                table[row][column - 1] + 1,
                table[row - 1][column - 1] + is_other,
            )
            if row > 1 and column > 1 and first[row - 2 : row] == second[column - 2 : column][::-1]:
                found = min(found, table[row - 2][column - 2] + 1)
            table[row][column] = found
    return table[-1][-1]


@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [
        ("amlodipine", "amlodipine", 0),
        ("amlodipine", "amlodipne", 1),
        ("amlodipine", "amlodippine", 1),
        ("amlodipine", "amlodapine", 1),
        ("amlodipine", "amldoipine", 1),
        ("tazocin", "pentazocine", 3),
        ("", "ab", 2),
    ],
)
def test_slips_are_counted(first, second, wanted):
    assert edits(first, second, 2) == wanted


@given(WORDS, WORDS, st.integers(1, 3))
def test_the_band_and_the_common_ends_hide_nothing(first, second, most):
    assert edits(first, second, most) == min(plain(first, second), most + 1)


@given(WORDS, WORDS)
def test_the_way_back_is_as_long(first, second):
    assert edits(first, second, 2) == edits(second, first, 2)
