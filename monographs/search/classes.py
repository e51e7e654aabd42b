"""The class that a query names: in full, by its beginning, or misspelled."""

from __future__ import annotations

from monographs.models import DrugClass
from monographs.names import upper_bound
from monographs.names.distance import edits
from monographs.search.rank import edits_allowed

SHORTEST_BEGINNING = 5
MOST_LOOKED_AT = 500


def class_called(norm: str) -> DrugClass | None:
    """Return the class of that name, in the singular or the plural, or whose name begins so. One query."""
    asked = {norm, norm.removesuffix("s")}
    if len(norm) < SHORTEST_BEGINNING:
        found = DrugClass.objects.filter(norm__in=asked)
    else:
        found = DrugClass.objects.filter(norm__gte=min(asked), norm__lt=upper_bound(min(asked)))
    near = [row for row in found.order_by("norm")[:MOST_LOOKED_AT] if _is_called(row.norm, norm)]
    return min(near, key=lambda row: (row.norm not in asked, len(row.norm), row.norm), default=None)


def class_nearly_called(norm: str) -> DrugClass | None:
    """Return the class whose name, or its beginning, is one slip away from the query. One query."""
    if not edits_allowed(norm) or len(norm) < SHORTEST_BEGINNING:
        return None
    found = DrugClass.objects.filter(norm__gte=norm[0], norm__lt=upper_bound(norm[0])).order_by("norm")
    near = [
        (away, abs(len(row.norm) - len(norm)), row.norm, row)
        for row in found[:MOST_LOOKED_AT]
        if (away := min(edits(norm, form, 1) for form in (row.norm, f"{row.norm}s"))) <= 1
    ]
    return min(near, key=lambda each: each[:3])[3] if near else None


def is_in_full(drug_class: DrugClass, norm: str) -> bool:
    """Tell whether a query is the whole name of a class, or its plural."""
    return norm in (drug_class.norm, f"{drug_class.norm}s")


def _is_called(name: str, norm: str) -> bool:
    """Tell whether a query is the name, its plural, or its beginning."""
    return name.startswith(norm) or norm == f"{name}s"
