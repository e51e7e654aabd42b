"""Small rules of wording; plain Python."""

import re
from collections.abc import Iterable, Sequence

# Words of letters, none of them "with", "of" or "and", the last one with an ordinary ending.
SIMPLE = re.compile(r"(?:(?!(?:with|of|and|for)\b)[A-Za-z'-]+ )*[A-Za-z'-]*(?:[a-rt-wz]|[aeiou]y)")

# As it sounds: "an H2-receptor antagonist", "an SSRI", but "a uricosuric".
BEGINS_WITH_VOWEL = re.compile(r"(?!(?i:eu|uni|uri|uro|use))(?i:[aeiou])|[FHLMNRSX][A-Z0-9]")


def lower_first(name: str) -> str:
    """Return a name as it stands within a sentence: "Pomalidomide" gives "pomalidomide".

    A name with another capital ("St John's wort", "Vitamin A") stays as it is.
    """
    return name[:1].lower() + name[1:] if name[1:].islower() else name


def listed(words: Sequence[str], last: str = "and") -> str:
    """Return "a", "a and b" or "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def plural(name: str) -> str:
    """Return the plural of a class's name within a sentence, or "" for a name that "s" alone does not make one.

    "Penicillin" gives "penicillins"; "Penicillin with a beta-lactamase inhibitor" gives "".
    """
    return f"{lower_first(name)}s" if SIMPLE.fullmatch(name) else ""


def with_article(name: str) -> str:
    """Return "a chelating agent" or "an immunomodulator"; "an" before what begins with the sound of a vowel."""
    return f"{'an' if BEGINS_WITH_VOWEL.match(name) else 'a'} {name}"


def unique[Item](items: Iterable[Item]) -> list[Item]:
    """Return the items in order, each once."""
    return list(dict.fromkeys(items))


def shortened(text: str, most: int) -> str:
    """Return at most `most` characters of text, cut between words, with an ellipsis."""
    if len(text) <= most:
        return text
    return text[: most - 1].rpartition(" ")[0].rstrip(",;:.") + "…"
