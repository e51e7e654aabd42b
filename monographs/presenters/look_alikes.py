"""Medicines not to be confused with the one shown, in the words that readers see."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from django.urls import reverse

from monographs.presenters.words import lower_first, with_article

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monographs.review import Partner


@dataclass(frozen=True)
class Confusable:
    """One of them: its name as a link or not, and what it is, such as "omeprazole, a proton pump inhibitor"."""

    name: str
    url: str
    what: str


@dataclass(frozen=True)
class Warned:
    """Those not to be confused with one name; `own_name` is "" when that is the drug's own."""

    own_name: str
    others: tuple[Confusable, ...]


def warned_of(partners: Iterable[Partner], name: str) -> list[Warned]:
    """Return what the page of a drug of this name says, the drug's own name first."""
    ranked = sorted(partners, key=lambda one: (one.own_name.casefold() != name.casefold(), one.own_name))
    return [
        Warned(
            "" if own.casefold() == name.casefold() else own,
            tuple(confusable(one) for one in rows),
        )
        for own, rows in groupby(ranked, key=lambda one: one.own_name)
    ]


def confusable(partner: Partner) -> Confusable:
    """Return a drug that must not be taken for another."""
    is_own = partner.name.casefold() == partner.drug.casefold()
    class_name, _, _ = partner.class_name.partition(" (")
    kind = with_article(lower_first(class_name)) if class_name else ""
    what = ["" if is_own else lower_first(partner.drug), kind]
    return Confusable(
        lower_first(partner.name) if is_own else partner.name,
        reverse("drug", args=[partner.slug]) if partner.slug else "",
        ", ".join(filter(None, what)),
    )
