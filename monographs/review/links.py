"""Curated links: who answers for them, who agrees, and what is wrong with them now.

Links stand outside the reviewed text, so none of these steps is an edit of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum

from monographs.models import CrossLink

# A reason that no one has looked at for so long may have stopped being true.
REASON_HOLDS = timedelta(days=730)


class Trouble(Enum):
    """What can be wrong with a link. The value is what editors read."""

    WITHDRAWN = "target withdrawn"
    ENDED = "target merged or split"
    NOT_LIVE = "target has no public page"
    RENAMED = "target renamed since checked"
    CHANGED = "target's class or flags changed since checked"
    OLD = "not checked for 24 months"
    UNACCEPTED = "waits for a second person"
    ONE_WAY = "alternative in one direction only"
    TWICE = "same target by another relation"
    DEAD = "address does not answer"


@dataclass
class Replacement:
    """What replacing a target does to each link: those that change, and those that cannot, each with why."""

    changed: list[CrossLink] = field(default_factory=list)
    refused: list[tuple[CrossLink, str]] = field(default_factory=list)
