"""Where a name stands in a list, and the range of names that share a beginning."""

from monographs.names.normal import normalise

_LAST = 0x10FFFF
_BEFORE_SURROGATES = 0xD7FF
_AFTER_SURROGATES = 0xE000


def sort_letter(name: str) -> str:
    """Return the letter "A" to "Z" under which the A to Z pages list `name`, else "#"."""
    first = normalise(name)[:1]
    return first.upper() if "a" <= first <= "z" else "#"


def upper_bound(prefix: str) -> str:
    """Return the least string above every string that begins with `prefix`.

    For `norm >= prefix AND norm < upper_bound(prefix)`. Strings are compared by
    code point, which is the order of their UTF-8 bytes: SQLite's BINARY and
    PostgreSQL's "C" collation.

    Raises ValueError for a prefix that has no such bound (empty, or nothing but
    U+10FFFF) and for one with a lone surrogate, which no column can hold.
    """
    if any(_BEFORE_SURROGATES < ord(char) < _AFTER_SURROGATES for char in prefix):
        raise ValueError("A prefix with a lone surrogate has no place in the order of UTF-8.")
    stem = prefix.rstrip(chr(_LAST))
    if not stem:
        raise ValueError("Every string may begin with this prefix: it has no upper bound.")
    last = ord(stem[-1])
    return stem[:-1] + chr(_AFTER_SURROGATES if last == _BEFORE_SURROGATES else last + 1)
