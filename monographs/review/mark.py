"""The mark: what may be said of a page's review, from facts alone.

Pure: no query, no clock. States that need reviews, notices or source changes
join with the issues that bring them; the order of `State` is their order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class State(Enum):
    """What the headline says; the first that holds wins. The value is the word in lists."""

    WITHDRAWN = "Withdrawn"
    NOT_REVIEWED = "Not reviewed"


@dataclass(frozen=True)
class Facts:
    """What is known of one drug's monograph part. Times are aware, in UTC.

    `written` counts its written sections. A demonstration's mark says so.
    """

    is_demo: bool
    released_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawn_because: str = ""
    written: int = 0


@dataclass(frozen=True)
class Mark:
    """A headline and all its qualifiers."""

    state: State
    is_demo: bool
    since: datetime | None = None
    reason: str = ""
    written: int = 0

    @property
    def is_withdrawn(self) -> bool:
        """Whether the page is withdrawn."""
        return self.state is State.WITHDRAWN

    @property
    def short(self) -> str:
        """The word that lists show."""
        return self.state.value


def mark(facts: Facts, at: datetime) -> Mark:
    """Return what may be said at a moment. Facts later than `at` do not count."""
    if facts.withdrawn_at is not None and facts.withdrawn_at <= at:
        return Mark(State.WITHDRAWN, facts.is_demo, facts.withdrawn_at, facts.withdrawn_because)
    return Mark(State.NOT_REVIEWED, facts.is_demo, written=facts.written)
