"""A hash chain of all reviews and questionings, for keeping off site.

A file of JSON Lines: the hash of the line before (zeros in the first), a row,
and the SHA-256 of both. The file is only ever appended to. Whoever holds a copy
elsewhere can show that a row was changed, taken away or put between others.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from monographs.models import Questioned, Review

START = "0" * 64
KINDS = {
    "review": (
        Review,
        (
            *(
                "id",
                "revision_id",
                "digest",
                "reviewer_id",
                "credential_id",
                "verdict",
                "comment",
                "attestation",
            ),
            *("interests", "printed_name", "printed_role", "printed_body", "answers", "due_on", "signed_at"),
        ),
    ),
    "questioned": (Questioned, ("id", "person_id", "by_id", "reason", "at")),
}

Key = tuple[str, int]


class Broken(Exception):
    """The file and the database do not tell the same; the sentence says where. Nothing was written."""


def extend(path: Path) -> tuple[int, int]:
    """Verify a whole chain against the database, then append the rows that are new.

    Returns how many lines stood and how many were added. Raises Broken with the
    number of the first line that does not hold; then nothing is written.
    """
    with path.open("a+b") as file:
        # Two runs at once would both append the same rows.
        fcntl.flock(file, fcntl.LOCK_EX)
        rows = dict(_rows())
        file.seek(0)
        chained, last = _verified(file.read(), rows)
        new = [key for key in rows if key not in chained]
        _refuse_between(new, chained)
        lines = b"".join(_lines([rows[key] for key in new], last))
        _append(file.fileno(), lines)
    return len(chained), len(new)


def line_of(previous: str, row: dict[str, Any]) -> str:
    """Return a line of the chain, without its end."""
    digest = hashlib.sha256(_json({"previous": previous, "row": row}).encode()).hexdigest()
    return _json({"previous": previous, "row": row, "sha256": digest})


def _rows() -> Iterator[tuple[Key, dict[str, Any]]]:
    """Yield every row of the database by kind and id, in the order of their times."""
    rows = [
        (row[columns[-1]], (kind, row["id"]), {"kind": kind, **{name: _plain(row[name]) for name in columns}})
        for kind, (model, columns) in KINDS.items()
        for row in model._default_manager.order_by("pk").values(*columns)
    ]
    rows.sort(key=lambda row: (row[0], row[1]))
    for _, key, row in rows:
        yield key, row


def _verified(text: bytes, rows: dict[Key, dict[str, Any]]) -> tuple[set[Key], str]:
    """Return the keys of the rows in a chain, and its last hash. Raises Broken."""
    chained: set[Key] = set()
    last = START
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        if not line.endswith(b"\n"):
            raise Broken(f"Line {number} of the chain is not complete.")
        row, last = _read(number, line[:-1], last)
        kind, pk = key = row["kind"], row["id"]
        if key in chained:
            raise Broken(f"Line {number}: {kind} {pk} stands in the chain twice.")
        if key not in rows:
            raise Broken(f"Line {number}: {kind} {pk} is missing from the database.")
        if rows[key] != row:
            changed = ", ".join(sorted(name for name in row if row[name] != rows[key].get(name)))
            raise Broken(f"Line {number}: {kind} {pk} was changed in the database ({changed}).")
        chained.add(key)
    return chained, last


def _read(number: int, line: bytes, last: str) -> tuple[dict[str, Any], str]:
    """Return the row of a line, and its hash. Raises Broken for a line that is not as it was written."""
    try:
        found = json.loads(line)
        previous, row, digest = found["previous"], found["row"], found["sha256"]
        whole = line_of(previous, row).encode() == line and row["kind"] in KINDS and row["id"] > 0
    except (ValueError, KeyError, TypeError):
        whole = False
    if not whole:
        raise Broken(f"Line {number} of the chain was changed.")
    if previous != last:
        raise Broken(f"Line {number} of the chain does not follow the line before it.")
    return row, digest


def _refuse_between(new: list[Key], chained: set[Key]) -> None:
    """Raise Broken for a row that is not in the chain though a later one is: it was put there afterwards."""
    last = {kind: max((pk for one, pk in chained if one == kind), default=0) for kind in KINDS}
    for kind, pk in new:
        if pk < last[kind]:
            raise Broken(f"{kind} {pk} is not in the chain, but {kind} {last[kind]} is.")


def _lines(rows: list[dict[str, Any]], previous: str) -> Iterator[bytes]:
    """Yield the lines of rows that follow a hash."""
    for row in rows:
        line = line_of(previous, row)
        previous = json.loads(line)["sha256"]
        yield line.encode() + b"\n"


def _append(file: int, text: bytes) -> None:
    """Append all of a text or nothing of it, and see it on the disk."""
    size = os.fstat(file).st_size
    try:
        written = os.write(file, text)
        if written != len(text):
            raise OSError(f"only {written} of {len(text)} bytes were written")
        os.fsync(file)
    except OSError:
        os.ftruncate(file, size)
        raise


def _plain(value: Any) -> Any:
    """Return a value as JSON has it; moments in UTC with six decimals."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else value


def _json(value: Any) -> str:
    """Return JSON in its one form."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
