"""The shape of one content rule."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """What a hit does: an error refuses the submit, a warning is listed for the reviewer."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Rule:
    """One content rule.

    `pattern` finds what breaks it; where the pattern has a group "hit", only
    matches of that group do (the rest is read so that it is passed over).
    None: the rule counts or compares, in `check`. `matches` and `passes` are
    texts that must and must not break it; `source` is who asks for it. Where
    `hints` are given, each match holds one of them in lower case: most texts
    hold none, and need not be read by a slow pattern. With `in_numbers` each
    match holds a digit, and only lines with one are read.
    """

    id: str
    severity: Severity
    pattern: re.Pattern[str] | None
    advice: str
    source: str
    matches: tuple[str, ...] = ()
    passes: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    in_numbers: bool = False

    def may_break(self, lowered: str) -> bool:
        """Tell, cheaply, whether a text in lower case can break the rule at all."""
        return not self.hints or any(hint in lowered for hint in self.hints)

    def spans(self, text: str, begin: int = 0, end: int = sys.maxsize) -> Iterator[tuple[int, int]]:
        """Yield (start, end) of each place in `text`, between begin and end, that breaks the rule."""
        if self.pattern is None:
            return
        group = "hit" if "hit" in self.pattern.groupindex else 0
        for match in self.pattern.finditer(text, max(begin, 0), end):
            if match.start(group) >= 0:
                yield match.span(group)
