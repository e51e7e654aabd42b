"""A whole import: every drug all or nothing, links when all drugs are here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from monographs.importers.documents.check import Refused, checked_class, checked_drug, refuse_lost_links
from monographs.importers.documents.links import save_links
from monographs.importers.documents.read import Bad, Found, records, slugs
from monographs.importers.documents.save import Steps, save_class, save_drug
from monographs.models import Release
from monographs.review import find_look_alikes
from monographs.review.live import raise_generation


@dataclass
class Counts:
    """What an import did. `refused` has a sentence for each record that was not taken."""

    changed: int = 0
    unchanged: int = 0
    refused: list[str] = field(default_factory=list)


def run(path: Path, steps: Steps, *, advance: Callable[[], Any] = lambda: None) -> Counts:
    """Import a file or folder. `advance` is called after each record.

    Bad records are refused with file, line, drug and field; the others go on.
    Raises Unreadable when there is nothing to read, PermissionDenied when the
    person may not edit.
    """
    counts = Counts()
    newest = _newest_release()
    coming = cache(lambda: slugs(path))
    outcome: dict[tuple[str, int], bool] = {}
    linked: set[tuple[str, int]] = set()
    for found in records(path):
        _count(found, counts, outcome, lambda taken: _take(taken, steps, coming))
        if isinstance(found, Found) and "related" in found.data:
            linked.add((found.file, found.line))
        advance()
    linked &= outcome.keys()
    for found in records(path) if linked else ():
        if isinstance(found, Found) and (found.file, found.line) in linked:
            _take_links(found, steps, counts, outcome)
    counts.changed = sum(outcome.values())
    counts.unchanged = len(outcome) - counts.changed
    if released := set(Release.objects.filter(pk__gt=newest).values_list("drug", flat=True)):
        find_look_alikes(released)
    if counts.changed:
        raise_generation()
    return counts


def _newest_release() -> int:
    """Return the id of the newest release, or 0."""
    return Release.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _count(
    found: Found | Bad, counts: Counts, outcome: dict[tuple[str, int], bool], take: Callable[[Found], bool]
) -> None:
    """Take one record; note by file and line whether it changed anything, or why it was refused."""
    try:
        if isinstance(found, Bad):
            raise Refused("", "", found.sentence)
        outcome[found.file, found.line] = take(found)
    except Refused as refusal:
        counts.refused.append(f"{found.file}, line {found.line}: {refusal}")


def _take(found: Found, steps: Steps, coming: Callable[[], set[str]]) -> bool:
    """Save a class or a drug. Returns whether anything changed. Raises Refused."""
    if "class" in found.data:
        return save_class(checked_class(found.data), by=steps.by)
    record = checked_drug(found.data)
    refuse_lost_links(record, coming)
    return save_drug(record, steps, where=f"{found.file}, line {found.line}")


def _take_links(found: Found, steps: Steps, counts: Counts, outcome: dict[tuple[str, int], bool]) -> None:
    """Set the links of a drug whose text was taken."""
    try:
        outcome[found.file, found.line] |= save_links(checked_drug(found.data), by=steps.by)
    except Refused as refusal:
        counts.refused.append(f"{found.file}, line {found.line}: {refusal}")
