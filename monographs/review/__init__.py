"""The verbs: what may be done to a monograph, by whom, and what may be said of it."""

from monographs.review.actions import (
    bring_in,
    edit,
    edit_and_submit,
    record_edit,
    refuse_content_errors,
    release,
    roll_back,
    submit,
    withdraw,
)
from monographs.review.clock import clinical_now
from monographs.review.facts import facts_of
from monographs.review.mark import Facts, Mark, State, mark
from monographs.review.people import EDITOR, LEAD, REVIEWER, require
from monographs.review.refusals import (
    AlreadyLive,
    BelowTheFloor,
    ChangedMeanwhile,
    ContentErrors,
    NeedsReason,
    NotAcknowledged,
    NothingChanged,
    NotLive,
    Refusal,
)
from monographs.review.rows import (
    edit_rows,
    is_loop,
    new_rows,
    refuse_changed,
    same_code,
    same_name,
    section_text,
    write_sections,
)

__all__ = [
    "EDITOR",
    "LEAD",
    "REVIEWER",
    "AlreadyLive",
    "BelowTheFloor",
    "ChangedMeanwhile",
    "ContentErrors",
    "Facts",
    "Mark",
    "NeedsReason",
    "NotAcknowledged",
    "NotLive",
    "NothingChanged",
    "Refusal",
    "State",
    "bring_in",
    "clinical_now",
    "edit",
    "edit_and_submit",
    "edit_rows",
    "facts_of",
    "is_loop",
    "mark",
    "new_rows",
    "record_edit",
    "refuse_changed",
    "refuse_content_errors",
    "release",
    "require",
    "roll_back",
    "same_code",
    "same_name",
    "section_text",
    "submit",
    "withdraw",
    "write_sections",
]
