"""Reading a catalogue of drug names: a CSV file, row by row.

Columns: unii, name, us_name, rxcui, in_dmd, in_ema, tags, ban, synonyms, brands;
the last two and tags hold several values, parted by "|". A record is one line:
names have no line breaks, and so one stray quotation mark costs one line only.
Memory does not grow with the file.
"""

from __future__ import annotations

import csv
import gzip
import re
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from monographs.names import INVISIBLE, normalise

COLUMNS = ("unii", "name", "us_name", "rxcui", "in_dmd", "in_ema", "tags", "ban", "synonyms", "brands")

LONGEST_NAME = 200
LONGEST_LINE = 65_536
# A longer line is no catalogue's: its rest is not even looked for.
LONGEST_SKIP = 8 * 1024 * 1024
LONGEST_FILE = 2 * 1024 * 1024 * 1024
CHUNK = 65_536

_UNII = re.compile(r"[A-Z0-9]{10}", re.ASCII)
_RXCUI = re.compile(r"[1-9][0-9]{0,7}", re.ASCII)
_GZIP = b"\x1f\x8b"
_OTHERS = {
    b"PK": "a zip archive: unpack it first",
    b"\xff\xfe": "UTF-16 text: save it as UTF-8",
    b"\xfe\xff": "UTF-16 text: save it as UTF-8",
}


class CatalogueError(Exception):
    """The file as a whole cannot be read. `str()` gives the sentence."""


class _RowError(Exception):
    """One row cannot be read."""


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """One medicine of the list, its names as the list writes them.

    `line` counts from 1, the header being 1. `unii` is ten of A-Z and 0-9;
    `rxcui` is digits or "". `name` is the INN where there is one; tags say so.
    """

    line: int
    unii: str
    name: str
    us_name: str = ""
    rxcui: str = ""
    ban: str = ""
    synonyms: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    in_dmd: bool = False
    in_ema: bool = False
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line that was refused, and why, as a sentence."""

    line: int
    reason: str

    def __str__(self) -> str:
        """Return the refusal as one line for people."""
        return f"line {self.line}: {self.reason}"


def read_catalogue(path: Path) -> Iterator[CatalogueRow | BadRow]:
    """Yield each row of the file, or why it is refused, in order.

    Reads UTF-8 with or without a byte order mark, LF or CRLF, plain or gzip.
    Raises CatalogueError, before or between rows, when the file cannot be read
    or is no catalogue: no such file, a zip archive, missing columns, damaged or
    endless data.
    """
    with _opened(path) as stream:
        yield from _rows(stream)


def count_lines(path: Path) -> int:
    """Return how many lines the file has, for a progress bar. Raises CatalogueError."""
    with _opened(path) as stream:
        return sum(1 for _ in _lines(stream))


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Give the stream of the file's text. Raises CatalogueError for what goes wrong with it."""
    try:
        with path.open("rb") as raw:
            yield _unpacked(raw)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise CatalogueError(f"{path.name}: the gzip data are damaged or end too early.") from None
    except OSError as error:
        raise CatalogueError(f"{path.name}: {error.strerror or error}.") from None


def _unpacked(raw: BinaryIO) -> BinaryIO:
    """Return the stream of text bytes. Raises CatalogueError for what is no text."""
    start = raw.read(2)
    raw.seek(0)
    if start in _OTHERS:
        raise CatalogueError(f"This is {_OTHERS[start]}.")
    return cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if start == _GZIP else raw


def _rows(stream: BinaryIO) -> Iterator[CatalogueRow | BadRow]:
    """Yield the rows below the header. Raises CatalogueError."""
    lines = _lines(stream)
    header = next(lines, (1, b""))[1]
    places = _places(header)
    for line, raw in lines:
        if raw is not None and not raw.strip():
            continue
        try:
            yield _row(line, _fields(raw, places))
        except _RowError as refused:
            yield BadRow(line, str(refused))


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Yield (line number, its bytes without the line end; None when it is too long)."""
    line = size = 0
    while raw := stream.readline(LONGEST_LINE + 1):
        line += 1
        size += len(raw)
        is_whole = raw.endswith(b"\n") or len(raw) <= LONGEST_LINE
        if not is_whole:
            size += _skip_line(stream, line)
        if size > LONGEST_FILE:
            raise CatalogueError(f"line {line}: the file holds more than {LONGEST_FILE:,} bytes of text.")
        yield line, raw.rstrip(b"\r\n") if is_whole else None


def _skip_line(stream: BinaryIO, line: int) -> int:
    """Read on to the end of the line. Returns the bytes read; raises CatalogueError."""
    size = 0
    while raw := stream.readline(CHUNK):
        size += len(raw)
        if raw.endswith(b"\n"):
            break
        if size > LONGEST_SKIP:
            raise CatalogueError(f"line {line} is longer than {LONGEST_SKIP:,} bytes: this is no catalogue.")
    return size


def _places(raw: bytes | None) -> dict[str, int]:
    """Return where each column stands, and under "" how many there are. Raises CatalogueError."""
    try:
        header = _split(raw and raw.removeprefix(b"\xef\xbb\xbf"))
    except _RowError as refused:
        raise CatalogueError(f"line 1: {refused}") from None
    names = [name.strip().lower() for name in header]
    missing = [column for column in COLUMNS if column not in names]
    if missing:
        raise CatalogueError(f"line 1 must name the columns; missing: {', '.join(missing)}.")
    repeated = [column for column in COLUMNS if names.count(column) > 1]
    if repeated:
        raise CatalogueError(f"line 1 names a column twice: {', '.join(repeated)}.")
    return {column: names.index(column) for column in COLUMNS} | {"": len(names)}


def _split(raw: bytes | None) -> list[str]:
    """Return the fields of one line. Raises _RowError."""
    if raw is None:
        raise _RowError(f"the line is longer than {LONGEST_LINE:,} bytes.")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _RowError(f"byte {error.start + 1} of the line is not UTF-8 text.") from None
    if "\x00" in text:
        raise _RowError("the line holds a NUL character.")
    try:
        return next(csv.reader((text,), strict=True), [])
    except csv.Error:
        raise _RowError("the line is no CSV record: is a quotation mark not closed on it?") from None


def _fields(raw: bytes | None, places: dict[str, int]) -> dict[str, str]:
    """Return the trimmed field of each column. Raises _RowError."""
    fields = _split(raw)
    if len(fields) != places[""]:
        raise _RowError(f"{len(fields)} columns, not {places['']}.")
    return {column: _tidy(fields[places[column]]) for column in COLUMNS}


def _tidy(text: str) -> str:
    """Return text in NFC, trimmed, every run of white space as one space."""
    return " ".join(text.split() if text.isascii() else unicodedata.normalize("NFC", text).split())


def _row(line: int, fields: dict[str, str]) -> CatalogueRow:
    """Return the typed row. Raises _RowError with the first thing that is wrong."""
    if not fields["unii"]:
        raise _RowError("the UNII is missing.")
    if not _UNII.fullmatch(fields["unii"]):
        raise _RowError(f"the UNII {fields['unii'][:20]!r} is not ten of A-Z and 0-9.")
    if not fields["name"]:
        raise _RowError("the name is missing.")
    if fields["rxcui"] and not _RXCUI.fullmatch(fields["rxcui"]):
        raise _RowError(f"the RxCUI {fields['rxcui'][:20]!r} is not a number of at most eight digits.")
    synonyms, brands = _values(fields["synonyms"]), _values(fields["brands"])
    _refuse_names("name", [fields["name"]])
    _refuse_names("US name", [fields["us_name"]] if fields["us_name"] else [])
    _refuse_names("BAN", [fields["ban"]] if fields["ban"] else [])
    _refuse_names("synonym", synonyms)
    _refuse_names("brand", brands)
    return CatalogueRow(
        line=line,
        unii=fields["unii"],
        name=fields["name"],
        us_name=fields["us_name"],
        rxcui=fields["rxcui"],
        ban=fields["ban"],
        synonyms=synonyms,
        brands=brands,
        in_dmd=_yes(fields, "in_dmd"),
        in_ema=_yes(fields, "in_ema"),
        tags=_values(fields["tags"]),
    )


def _values(field: str) -> tuple[str, ...]:
    """Return the values of a field that holds several."""
    return tuple(value for value in map(str.strip, field.split("|")) if value)


def _yes(fields: dict[str, str], column: str) -> bool:
    """Return what a y-or-empty column says. Raises _RowError for anything else."""
    if fields[column] not in ("", "y"):
        raise _RowError(f"{column} is {fields[column][:20]!r}, neither 'y' nor empty.")
    return fields[column] == "y"


def _refuse_names(what: str, names: Sequence[str]) -> None:
    """Raise _RowError for a name that is too long, hides something or says nothing."""
    for name in names:
        if len(name) > LONGEST_NAME:
            raise _RowError(f"a {what} has {len(name)} characters, more than {LONGEST_NAME}: {name[:30]}…")
        if not name.isascii() or not name.isprintable():
            hidden = INVISIBLE.search(name)
            if hidden:
                raise _RowError(f"a {what} holds the invisible character U+{ord(hidden[0]):04X}.")
        if not normalise(name):
            raise _RowError(f"a {what} has no letter and no digit: {name[:30]!r}.")
