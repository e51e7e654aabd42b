"""Writing a catalogue into the database: known names without monographs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import IntegrityError, reset_queries, transaction

from monographs.importers.catalogue.batch import Batch, Counts, NameList
from monographs.importers.catalogue.rows import BadRow, CatalogueError, CatalogueRow
from monographs.review import refresh_statistics, require

BATCH = 2_000
# Another process may take a slug or a code between our reading and our writing.
TRIES = 3


def load_catalogue(
    found: Iterable[CatalogueRow | BadRow],
    *,
    name_list: NameList,
    by: Any,
    counts: Counts | None = None,
    refuse: Callable[[BadRow], Any] = lambda bad: None,
    advance: Callable[[int], Any] = lambda lines: None,
) -> Counts:
    """Add the drugs and names of a catalogue that are not known yet.

    A row whose UNII is known adds names only. A row whose own name is that of
    a drug that is only a name and has no UNII (a combination's component, say)
    gives it the code and the names. A row whose own name a monograph bears is
    refused until an editor has written the UNII there: a second drug of that
    name would take it away. Any other row adds a drug; a slug that is taken
    gets a number. What a monograph calls its medicine (not its brands, which
    can mean another medicine elsewhere) is nobody else's brand or synonym, and
    such names are left out. Rows that stand here already are never changed, so
    the same file twice changes nothing.

    Each batch is one transaction. `refuse` is called with each refused row,
    `advance` with the number of lines that are done; `counts`, if given, is
    kept up to date while the rows are read. Raises PermissionDenied, and
    whatever reading the rows raises.
    """
    require(by, "add_drug")
    counts = Counts() if counts is None else counts
    for lines in _batches(found):
        counts.add(_load_batch(lines, name_list, refuse))
        advance(len(lines))
        # With DEBUG on, Django keeps every statement.
        reset_queries()
    refresh_statistics()
    return counts


def _batches(found: Iterable[CatalogueRow | BadRow]) -> Iterator[list[CatalogueRow | BadRow]]:
    """Yield the lines by some thousand; when the file turns out damaged, first those before that."""
    lines: list[CatalogueRow | BadRow] = []
    try:
        for line in found:
            lines.append(line)
            if len(lines) == BATCH:
                yield lines
                lines = []
    except CatalogueError:
        yield lines
        raise
    yield lines


def _load_batch(
    lines: list[CatalogueRow | BadRow], name_list: NameList, refuse: Callable[[BadRow], Any]
) -> Counts:
    """Write one batch; once more from the start when another process was quicker."""
    rows = [line for line in lines if isinstance(line, CatalogueRow)]
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                batch = Batch(rows)
                batch.write(name_list)
            break
        except IntegrityError:
            if attempt == TRIES - 1:
                raise
    refused = {bad.line: bad for bad in lines if isinstance(bad, BadRow)} | batch.refused
    for line in sorted(refused):
        refuse(refused[line])
    batch.counts.refused = len(refused)
    return batch.counts
