"""The one spelling by which two names are compared."""

import re
import unicodedata

MAX_LENGTH = 200

_TRADE_MARKS = dict.fromkeys(map(ord, "®™℠Ⓡⓡ"))

# Latin letters that Unicode does not take apart, as they are typed without them.
_PLAIN_LATIN = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "ŧ": "t"}
)

_ASCII = str.maketrans(
    {chr(code): " " for code in range(128) if not chr(code).isalnum()}
    | {chr(code): chr(code + 32) for code in range(65, 91)}
    | {"&": " and "}
)

_GREEK_NAMES = {
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "ε": "epsilon",
    "ζ": "zeta",
    "η": "eta",
    "θ": "theta",
    "ι": "iota",
    "κ": "kappa",
    "λ": "lambda",
    "μ": "mu",
    "ν": "nu",
    "ξ": "xi",
    "ο": "omicron",
    "π": "pi",
    "ρ": "rho",
    "σ": "sigma",
    "ς": "sigma",
    "τ": "tau",
    "υ": "upsilon",
    "φ": "phi",
    "χ": "chi",
    "ψ": "psi",
    "ω": "omega",
}
_GREEK = "[\u0370-\u03ff\u1f00-\u1fff]"
# Between Greek neighbours a letter belongs to a Greek word, which stays Greek.
_LONE_GREEK = re.compile(f"(?<!{_GREEK})[α-ω](?!{_GREEK})")
_CUT_GREEK = re.compile(f"(?<!{_GREEK}){_GREEK}$")


def normalise(name: str) -> str:
    """Return the form of `name` by which names are compared and looked up.

    Small letters, no accents on Latin and Greek letters, Greek letters that
    stand alone spelled out ("α" and the FDA's ".alpha." both give "alpha"),
    "&" as "and", trade-mark signs and invisible characters gone, and anything
    that is neither letter nor digit turned into one space. Other scripts keep
    their letters and marks.

    The result is trimmed, at most 200 characters, NFC, and unchanged by a
    second call. It is "" when nothing can be compared. Never raises.
    """
    return _cut(words_of(name))


def words_of(text: str) -> str:
    """Return the words of a text of any length, normalised as names are and parted by single spaces."""
    if text.isascii():
        return " ".join(text.translate(_ASCII).split())
    text = unicodedata.normalize("NFKD", text.translate(_TRADE_MARKS)).casefold()
    # Case-folding can give letters that come apart again.
    text = unicodedata.normalize("NFKD", text).casefold().translate(_PLAIN_LATIN)
    text = unicodedata.normalize("NFC", _letters(text.replace("&", " and ")))
    text = _LONE_GREEK.sub(lambda match: f" {_GREEK_NAMES[match[0]]} ", text)
    return " ".join(text.split())


def _letters(text: str) -> str:
    """Keep letters, digits and the marks of other scripts; the rest becomes spaces."""
    kept: list[str] = []
    keeps_marks = False
    for char in text:
        kind = unicodedata.category(char)
        if kind[0] in "LN":
            keeps_marks = not char.isascii() and not _is_latin_or_greek(char)
            kept.append(char)
        elif kind[0] == "M":
            if keeps_marks:
                kept.append(char)
        elif kind not in ("Cf", "Cs"):
            keeps_marks = False
            kept.append(" ")
    return "".join(kept)


def _is_latin_or_greek(char: str) -> bool:
    return unicodedata.name(char, "").startswith(("LATIN", "GREEK"))


def _cut(text: str) -> str:
    if len(text) <= MAX_LENGTH:
        return text
    # A Greek word cut down to one letter would be spelled out by a second call.
    return _CUT_GREEK.sub("", text[:MAX_LENGTH]).rstrip()
