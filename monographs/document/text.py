"""Section text: paragraphs, bullets and reference keys; plain Python.

A *statement* is one paragraph or bullet. Authors may wrap lines as they like:
an empty line parts paragraphs, a line that begins with `- ` starts a bullet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest

REFERENCE = re.compile(r"\[([a-z][a-z0-9-]{0,29})(?: ([^\[\]]{1,60}))?\]")
LABELS = ("Pregnancy:", "Breast-feeding:", "Contraception:")
BULLET = re.compile(r"[-•](?:\s+|$)")


@dataclass(frozen=True)
class Reference:
    """A key of the document's sources, and where in it (such as "4.4")."""

    key: str
    locator: str = ""


@dataclass(frozen=True)
class Statement:
    """One paragraph or bullet as text and references in their order.

    `label` is a sub-label such as "Pregnancy:" that the text began with.
    """

    is_bullet: bool
    runs: tuple[str | Reference, ...]
    label: str = ""

    @property
    def references(self) -> tuple[Reference, ...]:
        """The references among the runs."""
        return tuple(run for run in self.runs if isinstance(run, Reference))

    @property
    def words(self) -> str:
        """What it says, on one line without its references."""
        return tidy_line(self.label + "".join(run for run in self.runs if isinstance(run, str)))


def tidy_line(text: str) -> str:
    """Return text on one line, every run of white space as one space."""
    return " ".join(text.split())


def tidy_section(text: str) -> str:
    """Return the one way of writing a section: bullets one a line, paragraphs apart."""
    return "".join(_joined(_split(text)))


def statements(text: str) -> list[Statement]:
    """Return the statements of a section, in order."""
    return [_statement(is_bullet, line) for is_bullet, line in _split(text)]


def led_in(text: str) -> list[tuple[str, Statement]]:
    """Return the statements of a section, each bullet with the paragraph that leads in to it ("Do not use in:").

    Such a paragraph says nothing by itself, and is no statement here; what has
    none comes with an empty text.
    """
    found, told = statements(text), []
    lead = ""
    for statement, following in zip_longest(found, found[1:]):
        is_before_bullet = following is not None and following.is_bullet
        if (
            not statement.is_bullet
            and not statement.references
            and is_before_bullet
            and statement.words.endswith(":")
        ):
            lead = statement.words
            continue
        lead = lead if statement.is_bullet else ""
        told.append((lead, statement))
    return told


def references(text: str) -> list[Reference]:
    """Return every reference of a section, in order."""
    return [Reference(key, locator) for key, locator in REFERENCE.findall(text)]


def _split(text: str) -> list[tuple[bool, str]]:
    """Return (is a bullet, its text on one line) for each statement."""
    found: list[tuple[bool, list[str]]] = []
    is_open = False
    for raw in text.splitlines():
        line = tidy_line(raw)
        bullet = BULLET.match(line)
        if not line:
            is_open = False
        elif bullet:
            found.append((True, [line[bullet.end() :]]))
            is_open = True
        elif is_open:
            found[-1][1].append(line)
        else:
            found.append((False, [line]))
            is_open = True
    joined = [(is_bullet, tidy_line(" ".join(lines))) for is_bullet, lines in found]
    return [(is_bullet, line) for is_bullet, line in joined if line]


def _joined(found: list[tuple[bool, str]]) -> list[str]:
    """Return the pieces of the tidy text, separators among them."""
    pieces = []
    for index, (is_bullet, line) in enumerate(found):
        if index:
            pieces.append("\n" if is_bullet and found[index - 1][0] else "\n\n")
        pieces.append(f"- {line}" if is_bullet else line)
    return pieces


def _statement(is_bullet: bool, line: str) -> Statement:
    """Part one statement into its label, text and references."""
    label = next((label for label in LABELS if line.startswith(label)), "")
    runs: list[str | Reference] = []
    end = len(label)
    for match in REFERENCE.finditer(line):
        if match.start() > end:
            runs.append(line[end : match.start()])
        runs.append(Reference(match[1], match[2] or ""))
        end = match.end()
    if end < len(line):
        runs.append(line[end:])
    return Statement(is_bullet, tuple(runs), label)
