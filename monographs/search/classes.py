"""The class that a query names: in full, by its beginning, or misspelled."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from monographs.models import DrugClass
from monographs.names import upper_bound
from monographs.names.distance import edits
from monographs.prepared import prepared
from monographs.search.rank import edits_allowed

SHORTEST_BEGINNING = 5
MOST_LOOKED_AT = 500


def class_called(norm: str) -> DrugClass | None:
    """Return the class of that name, in the singular or the plural, or whose name begins so. Two queries at most."""
    asked = sorted({norm, norm.removesuffix("s")}, key=len)
    shortest = asked[0]
    found = _called(asked) if len(norm) < SHORTEST_BEGINNING else _between(shortest, upper_bound(shortest))
    near = [row for row in found if _is_called(row[1], norm)]
    best = min(near, key=lambda row: (row[1] not in asked, len(row[1]), row[1]), default=None)
    return DrugClass.objects.filter(pk=best[0]).first() if best else None


def class_nearly_called(norm: str) -> DrugClass | None:
    """Return the class whose name, or its beginning, is one slip away from the query. Two queries at most."""
    if not edits_allowed(norm) or len(norm) < SHORTEST_BEGINNING:
        return None
    near = [
        (away, abs(len(name) - len(norm)), name, pk)
        for pk, name in _between(norm[0], upper_bound(norm[0]))
        if (away := min(edits(norm, form, 1) for form in (name, f"{name}s"))) <= 1
    ]
    return DrugClass.objects.filter(pk=min(near)[3]).first() if near else None


def is_in_full(drug_class: DrugClass, norm: str) -> bool:
    """Tell whether a query is the whole name of a class, or its plural."""
    return norm in (drug_class.norm, f"{drug_class.norm}s")


def _is_called(name: str, norm: str) -> bool:
    """Tell whether a query is the name, its plural, or its beginning."""
    return name.startswith(norm) or norm == f"{name}s"


@prepared
def _called(norms: list[str]) -> QuerySet[Any]:
    """Return the classes with one of these names."""
    return DrugClass.objects.filter(norm__in=norms).order_by("norm").values_list("pk", "norm")


@prepared
def _between(norm: str, end: str) -> QuerySet[Any]:
    """Return the classes from one name to before another."""
    found = DrugClass.objects.filter(norm__gte=norm, norm__lt=end).order_by("norm")
    return found.values_list("pk", "norm")[:MOST_LOOKED_AT]
