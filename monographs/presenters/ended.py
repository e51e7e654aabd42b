"""A drug that has ended: which drugs took its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monographs.models import Drug, LiveDrug, Successor
from monographs.review import Mark, facts_of, mark

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


@dataclass(frozen=True)
class Heir:
    """A drug that took the place; without a page `url` is empty and `mark` None."""

    name: str
    url: str
    class_name: str
    mark: Mark | None


def present_ended(drug: Drug, *, at: datetime) -> dict[str, Any] | None:
    """Return what the address of an ended drug shows, or None when the drug has not ended.

    name, ended_at, reason, heirs (Heir …, the drugs that stand now, however
    often they were merged or split since), is_choice, is_demo.
    """
    own = list(Successor.objects.filter(drug=drug).order_by("position", "pk"))
    if not own:
        return None
    heirs = _standing([row.successor_id for row in own])
    lives = LiveDrug.objects.filter(pk__in=heirs).select_related("drug_class").in_bulk()
    facts = facts_of(lives.values())
    names = dict(Drug.objects.filter(pk__in=heirs).values_list("pk", "name"))
    rows = [
        Heir(
            lives[pk].name if pk in lives else names[pk],
            lives[pk].get_absolute_url() if pk in lives else "",
            lives[pk].drug_class.name if pk in lives else "",
            mark(facts[pk], at) if pk in lives else None,
        )
        for pk in heirs
    ]
    return {
        "name": drug.name,
        "ended_at": own[0].at,
        "reason": own[0].reason,
        "heirs": rows,
        "is_choice": len(rows) > 1,
        "is_demo": any(known.is_demo for known in facts.values()),
    }


def _standing(ids: Iterable[int]) -> list[int]:
    """Return the drugs that stand now in place of these, in order. A query for each time they were replaced."""
    found = list(dict.fromkeys(ids))
    while True:
        next_of: dict[int, list[int]] = {}
        for row in Successor.objects.filter(drug__in=found).order_by("position", "pk"):
            next_of.setdefault(row.drug_id, []).append(row.successor_id)
        if not next_of:
            return found
        found = list(dict.fromkeys(heir for pk in found for heir in next_of.get(pk, [pk])))
