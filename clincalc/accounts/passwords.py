"""Which passwords are refused: by length, and for what everybody would guess here. Never for lack of a digit."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

LONGEST = 128
# What has to be left of a password without the words that everybody would guess.
LEAST_LEFT = 8
SHORTEST_WORD = 4
ROWS = ("abcdefghijklmnopqrstuvwxyz", "0123456789", "qwertyuiop", "asdfghjkl", "zxcvbnm")
SHORTEST_ROW = 4
REPEATED = re.compile(r"(.{1,8}?)\1+", re.DOTALL)


class LongestValidator:
    """Refuse a password that is longer than anybody types."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for one that is too long."""
        if len(password) > LONGEST:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        """Return the rule."""
        return f"Your password must have at most {LONGEST} characters."


class GuessableValidator:
    """Refuse a password that is little but words of this site, of its trade, of a keyboard or of a calendar.

    The words, rows of keys and repetitions are taken out; of what is left, letters
    and digits are counted. A password without any of them passes as it is: no
    kind of character is asked for.
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for one that is easy to guess."""
        folded = password.casefold()
        left = REPEATED.sub(r"\1", guessable().sub("", folded))
        if left != folded and sum(map(str.isalnum, left)) < LEAST_LEFT:
            raise ValidationError(
                "This password is easy to guess: it is little but common words, names of medicines, "
                "rows of keys or repetitions. Four or five words that have nothing to do with one another "
                "or with your work make a good one.",
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        """Return the rule."""
        return "Your password must not be made of words such as the name of this site or of a medicine."


@cache
def guessable() -> re.Pattern[str]:
    """Return what finds words and rows of keys, the longest first."""
    words = (Path(__file__).parent / "words.txt").read_text(encoding="utf-8").split()
    words += [word for word in re.split(r"\W+", settings.SITE_NAME.casefold()) if len(word) >= SHORTEST_WORD]
    found = sorted({*words, *_rows()}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, found)))


def _rows() -> set[str]:
    """Return every stretch of keys that lie, or letters that stand, beside one another, both ways."""
    both = [one for row in ROWS for one in (row, row[::-1])]
    return {
        row[begin:end]
        for row in both
        for begin in range(len(row))
        for end in range(begin + SHORTEST_ROW, len(row) + 1)
    }
