"""The mark in each of its states, as the editorial policy shows and explains it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from monographs.review import Mark, Notice, Signed, SourceChange, State
from monographs.vocabulary import Verdict

# The examples' days; no medicine has these marks.
SIGNED = datetime(2026, 7, 4, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 3, 12, tzinfo=UTC)
APPROVAL = Signed(
    Verdict.APPROVE, SIGNED, SIGNED.date(), due_on=date(2028, 7, 4), role="pharmacist", body="Example body"
)
NOTICE = Notice(0, LATER, LATER.date())
CHANGE = SourceChange("smpc", LATER, LATER.date(), kind="SmPC", revised_on=date(2026, 10, 2))


@dataclass(frozen=True)
class Example:
    """A mark as pages and lists show it, what it is called here, and what it means."""

    title: str
    mark: Mark
    meaning: str
    check: tuple[str, ...] = ()


def _marked(state: State, *, is_demo: bool = False, **known: Any) -> Mark:
    """Return the mark of a text that was approved."""
    return Mark(state, is_demo, approval=APPROVAL, **known)


EXAMPLES = (
    Example(
        "Reviewed",
        _marked(State.REVIEWED),
        "A clinician signed exactly the text that you read, and nothing that we know of speaks against it. "
        "When one word changes, the new text has no review until somebody has signed it.",
    ),
    Example(
        "Safety notice since review",
        _marked(State.NOTICE, notice_since=NOTICE, notices=(NOTICE,)),
        "A warning was put above the page after it was signed, so the signer did not know of it. "
        "Read the notice first, then the page.",
    ),
    Example(
        "A source has changed",
        _marked(State.SOURCE_CHANGED, source_changes=(CHANGE,)),
        "A document that the text cites has a newer revision or was withdrawn, and the text has not been read "
        "against that. The mark names what rests on it.",
        check=("Cautions", "Monitoring"),
    ),
    Example(
        "A safety correction is waiting",
        _marked(State.REVIEWED, correction_since=LATER),
        "Editors have corrected something that matters for safety, and the correction has waited for its review "
        "for more than three days. You still read the older text.",
    ),
    Example(
        "Review overdue",
        _marked(State.OVERDUE),
        "The day for the next review has passed. Nobody has yet read the text again.",
    ),
    Example(
        "Review lapsed",
        _marked(State.LAPSED),
        "The review has been overdue for twelve months and counts no more.",
    ),
    Example(
        "Review cancelled",
        _marked(State.CANCELLED, since=LATER, reason="the reason that was given."),
        "The review was taken back by a reviewer, or a clinical lead cancelled every review of a person. "
        "The text is still shown. Nobody vouches for it.",
    ),
    Example(
        "Not yet reviewed",
        Mark(State.NOT_REVIEWED, is_demo=False),
        "Editors wrote the text and a clinical lead published it. No clinician has signed it. "
        "Check what you read against the sources before you act on it.",
    ),
    Example(
        "Not yet reviewed, with a safety notice",
        Mark(State.NOT_REVIEWED, is_demo=False, notices=(NOTICE,)),
        "A notice, or a safety correction that waits, is told in every list whatever the review is. "
        "On the page the notice stands above everything.",
    ),
    Example(
        "Page withdrawn",
        Mark(State.WITHDRAWN, is_demo=False, since=LATER, reason="the reason that the clinical lead gave."),
        "A clinical lead took the text down. The address stays and says since when and why. "
        "Lists go on naming the medicine, so that nobody takes it for one that was never here.",
    ),
    Example(
        "Demonstration",
        _marked(State.REVIEWED, is_demo=True),
        "On a demonstration site every mark carries these words, and every page a banner. "
        "Whatever such a site says of a review was never one.",
    ),
)


def present_editorial_policy() -> dict[str, Any]:
    """Return what the editorial policy shows: examples (Example …), each state and a demonstration among them."""
    return {"examples": EXAMPLES}
