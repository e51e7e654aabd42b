"""How easily one name is taken for another, in writing or by ear.

BI-SIM of G. Kondrak and B. Dorr, "Automatic identification of confusable drug
names", Artificial Intelligence in Medicine 2006;36:29-42: the longest common
subsequence of letter pairs, half a point where one letter of a pair agrees.
Taken of the letters and of a rough spelling of the sound; the larger counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

ALIKE = 60
"""From here on two names are shown to an editor. The FDA's tall man pairs that were tried have 61 or more."""

# Digraphs first; then letters that sound alike.
_SOUNDS = (("ph", "f"), ("qu", "k"), ("ck", "k"), ("th", "t"), ("ei", "i"), ("ou", "u"), ("ae", "e"))
_LETTERS = str.maketrans("cqxzywj", "kkssivg")
_DOUBLED = re.compile(r"(.)\1+")
_BITS = 1009

type Spelling = tuple[str, int, int, int]
"""Letters; how many; a bit for each of their pairs; how many pairs have no bit of their own."""


def likeness(one: str, other: str) -> int:
    """Return how alike two normalised names are, in per cent; 100 is the same. Symmetric."""
    return max(_bi_sim(one, other), _bi_sim(_sound(one), _sound(other)))


def alike(name: str, others: Iterable[str]) -> dict[str, int]:
    """Return those of many normalised names that are at least `ALIKE` to one, each with its likeness.

    As `likeness` has it, but most are ruled out first by their letter pairs:
    one that both have scores 1, any other at most a half.
    """
    (_, length, pairs, repeats), (_, heard_length, heard_pairs, heard_repeats) = spellings(name)
    near = []
    for other in others:
        (_, long, bits, more), (_, heard_long, heard_bits, heard_more) = spellings(other)
        common = (pairs & bits).bit_count() + (min(more, repeats))
        heard = (heard_pairs & heard_bits).bit_count() + (min(heard_more, heard_repeats))
        if _can_reach(common, length, long) or _can_reach(heard, heard_length, heard_long):
            near.append(other)
    return {other: value for other in near if (value := likeness(name, other)) >= ALIKE}


@lru_cache(maxsize=1 << 17)
def spellings(name: str) -> tuple[Spelling, Spelling]:
    """Return a normalised name as it is written and as it roughly sounds."""
    return _spelling(name), _spelling(_sound(name))


def _spelling(letters: str) -> Spelling:
    """Return letters with the bits of their pairs; the first letter stands twice."""
    mask = 0
    for left, right in pairwise(letters[:1] + letters):
        mask |= 1 << (31 * ord(left) + ord(right)) % _BITS
    return letters, len(letters), mask, len(letters) - mask.bit_count()


def _can_reach(common: int, one: int, other: int) -> bool:
    """Tell whether names of these lengths with so many pairs in common may be alike."""
    shorter, longer = (one, other) if one < other else (other, one)
    return 100 * (common + shorter) >= 2 * ALIKE * longer


def _sound(name: str) -> str:
    """Return a rough spelling of how a name sounds."""
    for written, heard in _SOUNDS:
        name = name.replace(written, heard)
    return _DOUBLED.sub(r"\1", name.translate(_LETTERS))


def _bi_sim(one: str, other: str) -> int:
    """Return BI-SIM in per cent."""
    if not one or not other:
        return 0
    before = [0] * (len(other) + 1)
    last = one[0]
    for sign in one:
        row = [0]
        last_other = other[0]
        for index, there in enumerate(other):
            pair = before[index] + (last == last_other) + (sign == there)
            row.append(max(pair, before[index + 1], row[index]))
            last_other = there
        before, last = row, sign
    return 100 * before[-1] // (2 * max(len(one), len(other)))
