"""The keys under which a name is found: whole numbers, alike on every engine.

A *form* is what of a name may be typed: the whole name without its spaces, and
each of its words. Letters are packed into one integer, so that all forms with
one beginning lie in one range, and no engine's own order of letters matters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum

PACKED = 12
"""How many letters fit into an integer of eight bytes."""

HEAD = 6
"""How many letters of a form a misspelling is looked for in."""

SOUND = 7
"""How many letters of the sound of a form a worse misspelling is looked for in."""

_BASE = 38
_ALIKE = (("ph", "f"), ("qu", "k"), ("ck", "k"), ("th", "t"), ("ei", "i"), ("ou", "u"), ("ae", "e"))
_LETTERS = str.maketrans("cqxzywj", "kkssivg")
_TWICE = re.compile(r"(.)\1+")


class Tier(IntEnum):
    """How a key was made. A value is never changed: tables hold it."""

    WHOLE = 1
    """The whole name without spaces, packed: a range holds all that begin alike."""
    WORD = 2
    """A word, packed."""
    HEAD = 3
    """The beginning of a form."""
    SOUND = 4
    """The beginning of the sound of a form."""


MOST_DELETIONS = {Tier.HEAD: 1, Tier.SOUND: 2}
FULL = {Tier.HEAD: HEAD, Tier.SOUND: SOUND}


def joined(norm: str) -> str:
    """Return a normalised name without its spaces."""
    return norm.replace(" ", "")


def forms(norm: str) -> tuple[str, ...]:
    """Return what of a normalised name may be typed: all of it, then its words; each once."""
    words = norm.split()
    return tuple(dict.fromkeys((joined(norm), *words)))


def packed(text: str) -> int:
    """Return the first twelve letters as one integer that grows with the alphabet of a to z and 0 to 9."""
    number = 0
    for char in text[:PACKED].ljust(PACKED, "\0"):
        number = number * _BASE + _code(char)
    return number


def packed_range(prefix: str) -> tuple[int, int]:
    """Return the least and the greatest integer of the texts that begin with `prefix`."""
    least = packed(prefix)
    return least, least + _BASE ** max(PACKED - len(prefix), 0) - 1


def sound(form: str) -> str:
    """Return how a form sounds, roughly: spellings that are often confused become one."""
    for pair, letter in _ALIKE:
        form = form.replace(pair, letter)
    return _TWICE.sub(r"\1", form.translate(_LETTERS))


def keys_of(norm: str) -> set[tuple[int, int, int]]:
    """Return (tier, key, size) for each way in which a normalised name is found."""
    whole, words = joined(norm), norm.split()
    found = {(Tier.WHOLE.value, packed(whole), len(whole))}
    found |= {(Tier.WORD.value, packed(word), len(word)) for word in words}
    for form in forms(norm):
        found |= {(tier.value, packed(beginning), size) for tier, beginning, size in beginnings(form)}
    return found


def beginnings(form: str) -> Iterator[tuple[Tier, str, int]]:
    """Yield (tier, beginning, size of the whole) for both ways in which a form is misspelled."""
    heard = sound(form)
    yield Tier.HEAD, form[:HEAD], len(form)
    yield Tier.SOUND, heard[:SOUND], len(heard)


def heads_of(norm: str) -> set[tuple[Tier, str]]:
    """Return the beginnings of a name's forms that misspellings lead to."""
    return {(tier, beginning) for form in forms(norm) for tier, beginning, _ in beginnings(form)}


def head_keys(tier: Tier, beginning: str) -> set[int]:
    """Return the keys under which a beginning is kept."""
    return {packed(one) for one in kept_deletions(beginning, MOST_DELETIONS[tier], FULL[tier])}


def first_head_key(tier: Tier, beginning: str) -> int:
    """Return the one of `head_keys` that tells whether a beginning is kept already."""
    is_full = len(beginning) == FULL[tier]
    return packed(beginning[: len(beginning) - MOST_DELETIONS[tier]] if is_full else beginning)


def misspelled_keys(tier: Tier, beginning: str) -> set[int]:
    """Return the keys under which what was typed may be kept."""
    return {packed(one) for one in deletions(beginning, MOST_DELETIONS[tier])}


def deletions(text: str, most: int) -> set[str]:
    """Return the text, and all that is left of it when up to `most` letters are taken out.

    Two texts within `most` edits of each other share one of these.
    """
    found, last = {text}, {text}
    for _ in range(most):
        last = {one[:place] + one[place + 1 :] for one in last for place in range(len(one))}
        found |= last
    return found


def kept_deletions(text: str, most: int, full: int) -> set[str]:
    """Return those of a text's deletions that need to be kept, where all are looked for.

    A text of the `full` length is the longest that there is: whatever another
    one shares with it, it shares when `most` letters are taken out, too.
    """
    found = deletions(text, most)
    return {one for one in found if len(one) == full - most} if len(text) == full else found


def _code(char: str) -> int:
    """Return the digit of a letter; letters of other scripts share theirs."""
    if "a" <= char <= "z":
        return ord(char) - 96
    if "0" <= char <= "9":
        return ord(char) - 21
    return 0 if char == "\0" else 1 + ord(char) % (_BASE - 1)
