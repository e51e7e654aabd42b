"""Reading interchange files: JSON Lines, or a folder of YAML files. Plain Python.

Both hold the same records. A file is read as a stream, one record at a time;
what cannot be read is a `Bad` in its place, and reading goes on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import yaml

LONGEST_RECORD = 2_000_000
CLASSES = "classes.yaml"


@dataclass(frozen=True)
class Found:
    """A record as plain data, with the file and the line (from 1) at which it begins."""

    file: str
    line: int
    data: dict[str, Any]


@dataclass(frozen=True)
class Bad:
    """What could not be read, where, and why."""

    file: str
    line: int
    sentence: str


class Unreadable(Exception):
    """The file or folder as a whole cannot be read. Carries a sentence."""


def records(path: Path) -> Iterator[Found | Bad]:
    """Yield the records of a .jsonl file or of a folder of .yaml files.

    In a folder `classes.yaml` (a list of classes) comes first, then one file
    for each drug in the order of their names, called by its slug. Raises
    Unreadable when there is nothing to read.
    """
    if path.is_dir():
        yield from _folder(path)
    elif path.suffix in (".yaml", ".yml"):
        yield from _yaml(path)
    elif path.is_file():
        yield from _json_lines(path)
    else:
        raise Unreadable(f"{path}: there is no such file or folder.")


def slugs(path: Path) -> set[str]:
    """Return the slugs of the drugs that a file or folder holds, good or bad."""
    if path.is_dir():
        return {file.stem for file in path.glob("*.yaml") if file.name != CLASSES}
    return {
        str(found.data["slug"])
        for found in records(path)
        if isinstance(found, Found) and "slug" in found.data
    }


def count(path: Path) -> int:
    """Return about how many records there are, for a progress bar."""
    if path.is_dir():
        return sum(1 for _ in path.glob("*.yaml"))
    with path.open("rb") as stream:
        return sum(1 for line in stream if line.strip())


def _folder(path: Path) -> Iterator[Found | Bad]:
    """Yield the records of a folder, classes first."""
    files = sorted(path.glob("*.yaml"), key=lambda file: (file.name != CLASSES, file.name))
    if not files:
        raise Unreadable(f"{path}: there is no .yaml file in this folder.")
    for file in files:
        for found in _yaml(file):
            if isinstance(found, Found) and file.name != CLASSES and found.data.get("slug") != file.stem:
                yield Bad(file.name, 1, f"slug: is not the name of the file, {file.stem}")
            else:
                yield found


def _yaml(file: Path) -> Iterator[Found | Bad]:
    """Yield the record of one YAML file, or the records of a list."""
    try:
        if file.stat().st_size > LONGEST_RECORD:
            yield Bad(file.name, 1, f"the file is longer than {LONGEST_RECORD:,} bytes")
            return
        text = file.read_bytes().decode("utf-8-sig")
        _refuse_anchors(text)
        node = yaml.compose(text, Loader=PlainLoader)
        entries = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for entry in entries:
            line = entry.start_mark.line + 1 if entry else 1
            data = _constructed(entry)
            yield (
                Found(file.name, line, data)
                if isinstance(data, dict)
                else Bad(file.name, line, "is not a record")
            )
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        yield Bad(file.name, mark.line + 1 if mark else 1, f"is not YAML that we read: {error.problem}")
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        yield Bad(file.name, 1, f"is not YAML that we read: {_first_line(error)}")
    except OSError as error:
        yield Bad(file.name, 1, f"cannot be read: {error.strerror}")


def _constructed(node: Any) -> Any:
    """Return the plain data of a node."""
    return PlainLoader("").construct_document(node) if node is not None else None


class PlainLoader(yaml.CSafeLoader):
    """YAML without merges or repeated keys: what is written is what is meant."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Refuse a key that stands twice, or is not text."""
        seen = set()
        for key_node, _ in node.value:
            key = key_node.value
            if not isinstance(key, str) or key == "<<":
                raise yaml.constructor.ConstructorError(None, None, "a key must be text", key_node.start_mark)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"“{key}” stands twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def _refuse_anchors(text: str) -> None:
    """Raise for anchors and aliases, with which a small file says something huge."""
    for token in yaml.scan(text, Loader=yaml.CSafeLoader):
        if isinstance(token, yaml.AnchorToken | yaml.AliasToken):
            raise yaml.composer.ComposerError(
                None, None, "anchors and aliases are not allowed", token.start_mark
            )


def _json_lines(file: Path) -> Iterator[Found | Bad]:
    """Yield the records of a JSON Lines file."""
    try:
        with file.open("rb") as stream:
            for number, line in _lines(stream):
                if line is None:
                    yield Bad(file.name, number, f"the record is longer than {LONGEST_RECORD:,} bytes")
                elif line.strip():
                    yield _json_line(file.name, number, line)
    except OSError as error:
        raise Unreadable(f"{file}: cannot be read: {error.strerror}.") from None


def _lines(stream: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Yield (number, line); None for a line that is too long to be held."""
    number = 0
    while line := stream.readline(LONGEST_RECORD + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if len(line) > LONGEST_RECORD and not line.endswith(b"\n"):
            while (rest := stream.readline(LONGEST_RECORD)) and not rest.endswith(b"\n"):
                pass
            yield number, None
        else:
            yield number, line


def _json_line(name: str, number: int, line: bytes) -> Found | Bad:
    """Return the record of one line."""
    try:
        data = json.loads(line.decode("utf-8"), object_pairs_hook=_no_repeats, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        return Bad(name, number, f"is not JSON that we read: {_first_line(error)}")
    return Found(name, number, data) if isinstance(data, dict) else Bad(name, number, "is not a record")


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a mapping. Raises ValueError when a key stands twice."""
    data = dict(pairs)
    if len(data) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"“{next(key for key in keys if keys.count(key) > 1)}” stands twice")
    return data


def _no_constant(name: str) -> Any:
    """Refuse NaN and the infinities."""
    raise ValueError(f"{name} is not a number")


def _first_line(error: Exception) -> str:
    """Return what an error says, on one line."""
    return (str(error) or type(error).__name__).splitlines()[0]
