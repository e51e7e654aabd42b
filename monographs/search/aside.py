"""What is set aside from a query that as a whole finds nothing: strengths, and words for a form.

Never set aside are the letters that tell one medicine from another (MR, XL,
SR, LA, PR, Mix, liposomal, pegylated) and digits that belong to a name
(Humulin M3, NovoMix 30, co-codamol 8/500): only a number with its unit goes.
"""

from __future__ import annotations

import re

FORMS = frozenset(
    {
        *("tablet", "tablets", "tab", "tabs", "caplet", "caplets", "capsule", "capsules", "cap", "caps"),
        *(
            "injection",
            "injections",
            "inj",
            "infusion",
            "vial",
            "vials",
            "ampoule",
            "ampoules",
            "amp",
            "amps",
        ),
        *("solution", "soln", "suspension", "susp", "syrup", "elixir", "drop", "drops", "granules", "powder"),
        *("sachet", "sachets", "lozenge", "lozenges", "cream", "ointment", "oint", "gel", "lotion"),
        *("patch", "patches", "inhaler", "inhalers", "spray", "pessary", "pessaries"),
        *("suppository", "suppositories", "supp"),
    }
)
_UNIT = (
    r"(?:micrograms?|nanograms?|milligrams?|millilitres?|grams?|litres?|units?|mmol|mol|meq|mcg|µg|μg|ug|ng|mg|kg"
    r"|ml|dl|iu|g|l|%)"
)
_STRENGTH = re.compile(
    rf"(?<![\w/.,])\d+(?:[.,]\d+)*\s*{_UNIT}(?:\s*(?:/|per\b)\s*(?:\d+(?:[.,]\d+)*\s*)?(?:{_UNIT}|dose|hour|hr|h|day))?(?!\w)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")


def without_strength_and_form(query: str) -> tuple[str, tuple[str, ...]]:
    """Return what is left of a query, and what was set aside, as it was typed.

    Nothing is set aside when nothing would be left.
    """
    places = [match.span() for match in _STRENGTH.finditer(query)]
    taken = [*places, *(span for span in _forms(query) if not any(a <= span[0] < b for a, b in places))]
    if not taken:
        return query, ()
    left, end = [], 0
    for begin, stop in sorted(taken):
        left.append(query[end:begin])
        end = stop
    rest = " ".join(" ".join([*left, query[end:]]).split())
    if not any(char.isalnum() for char in rest):
        return query, ()
    return rest, tuple(" ".join(query[begin:stop].split()) for begin, stop in sorted(taken))


def _forms(query: str) -> list[tuple[int, int]]:
    """Return where the words for a form stand."""
    return [match.span() for match in _WORD.finditer(query) if match[0].casefold() in FORMS]
