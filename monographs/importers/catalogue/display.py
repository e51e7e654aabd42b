"""How a name from a list is shown to people."""

from __future__ import annotations

import re

# The FDA writes Greek letters as ".alpha.".
_GREEK = re.compile(
    r"\.(alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|omicron|pi|rho|sigma|tau"
    r"|upsilon|phi|chi|psi|omega)\.",
    re.IGNORECASE,
)
# A word with its apostrophes; digits make it a code, which stays as it is.
_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)*")
_VOWEL = re.compile(r"[AEIOUYÀ-ÖØ-Þ]")
_JOINING = frozenset({"AND", "AS", "FOR", "IN", "OF", "OR", "PER", "THE", "TO", "WITH", "WITHOUT", "W"})
# Words of three letters and less that are no abbreviations.
_WORDS = (
    "AID AIR ALL BED CO DAY DRY EAR EYE FLU GEL HOT ICE JET JR KIT LIP LO LOW MEN MIX NEO NEW NO OIL OLD ONE "
    "PAD PAK PEN PRO RED RID SKY SUN TEA TRI"
)
_SHORT_WORDS = frozenset(_WORDS.split())
# Abbreviations that could be read as words.
_ABBREVIATIONS = frozenset(
    {"ACTH", "DMSA", "DOCA", "DTPA", "EDTA", "FUDR", "HCTZ", "MSIR", "TTPG", "VIII", "XIII"}
)
_SHORT = 3


def display_name(name: str) -> str:
    """Return a list's name as people write it: "Pomalyst" for "POMALYST".

    - All small letters (generic names): the first letter becomes a capital.
    - All capitals (brand lists): each word gets one capital; joining words
      within the name get none; words of up to three letters, words without a
      vowel, words with a digit and known abbreviations stay, for an
      abbreviation must not be respelled ("ACE", "Biaxin XL", "MVC Plus").
    - Mixed case stays as it is, and so do scripts without case.

    The FDA's ".alpha." becomes "alpha". A second call changes nothing.
    """
    name = _GREEK.sub(lambda match: match[1], name.strip())
    if name.islower():
        return _capitalised(name)
    if name.isupper():
        return _WORD.sub(
            lambda match: _word(match[0], is_first=not _has_capital(name[: match.start()])), name
        )
    return name


def _capitalised(name: str) -> str:
    """Return the name with its first letter as a capital."""
    first = next((index for index, char in enumerate(name) if char.isalpha()), 0)
    capital = name[first].upper()
    # Some letters have no single capital; a name must not grow.
    return name if len(capital) > 1 else name[:first] + capital + name[first + 1 :]


def _has_capital(text: str) -> bool:
    return any(char.isupper() for char in text)


def _word(word: str, *, is_first: bool) -> str:
    """Return one word of a name in capitals as it is shown."""
    if word in _JOINING and not is_first:
        return word.lower()
    if word in _SHORT_WORDS:
        return word.capitalize()
    letters = re.split("['’]", word)[0]
    stays = (
        len(letters) <= _SHORT
        or any(char.isdigit() for char in word)
        or word in _ABBREVIATIONS
        or (word.isascii() and not _VOWEL.search(letters))
    )
    return word if stays and letters not in _SHORT_WORDS else word[0] + word[1:].lower()
