"""The mark in each of its states, as the editorial policy shows and explains it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from monographs.review import Mark, State

# The example's day; no medicine has this mark.
DAY = datetime.datetime(2026, 11, 3, 12, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Example:
    """A mark as pages and lists show it, what it is called here, and what it means."""

    title: str
    mark: Mark
    meaning: str


EXAMPLES = (
    Example(
        "Not yet reviewed",
        Mark(State.NOT_REVIEWED, is_demo=False),
        "Editors wrote the text and a clinical lead published it. No clinician has signed it. "
        "Check what you read against the sources before you act on it.",
    ),
    Example(
        "Page withdrawn",
        Mark(State.WITHDRAWN, is_demo=False, since=DAY, reason="the reason that the clinical lead gave."),
        "A clinical lead took the text down. The address stays and says since when and why. "
        "Lists go on naming the medicine, so that nobody takes it for one that was never here.",
    ),
    Example(
        "Demonstration",
        Mark(State.NOT_REVIEWED, is_demo=True),
        "On a demonstration site every mark carries these words, and every page a banner. "
        "Whatever such a site says of a review was never one.",
    ),
)


def present_editorial_policy() -> dict[str, Any]:
    """Return what the editorial policy shows: examples (Example …), one for each state and a demonstration."""
    return {"examples": EXAMPLES}
