"""Small rules of wording; plain Python."""

from collections.abc import Iterable, Sequence


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


def unique[Item](items: Iterable[Item]) -> list[Item]:
    """Return the items in order, each once."""
    return list(dict.fromkeys(items))


def shortened(text: str, most: int) -> str:
    """Return at most `most` characters of text, cut between words, with an ellipsis."""
    if len(text) <= most:
        return text
    return text[: most - 1].rpartition(" ")[0].rstrip(",;:.") + "…"
