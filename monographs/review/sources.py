"""Sources: a newer revision of one qualifies every review that rests on the older."""

from __future__ import annotations

from typing import Any

from monographs.models import Source
from monographs.models.fields import DatabaseNow
from monographs.review.live import hold_generation, raise_generation
from monographs.review.people import require
from monographs.review.refusals import NotPossible
from monographs.review.steps import step


@step
def supersede(*, source: Source, newer: Source | None, by: Any) -> None:
    """Note that a source is superseded from now on, by a newer one if there is one.

    Every page whose reviewed text cites it says so at once. Raises
    PermissionDenied, or NotPossible: by itself, or it is superseded already.
    """
    require(by, "change_source")
    if newer is not None and newer.pk == source.pk:
        raise NotPossible("A source does not supersede itself.")
    hold_generation()
    fresh = Source.objects.filter(pk=source.pk, superseded_at=None)
    if not fresh.update(superseded_by=newer, superseded_at=DatabaseNow()):
        raise NotPossible(f"{source} is superseded already.")
    raise_generation()
