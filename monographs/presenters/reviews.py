"""What readers may know of a review: who signed, when, what it covered and what it did not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monographs.vocabulary import ChangeKind, SectionKind

if TYPE_CHECKING:
    from datetime import date, datetime

    from monographs.presenters.sources import Sources
    from monographs.review import Mark

NOTICE = re.compile(r"Safety notice \d+: (?P<text>.*)", re.DOTALL)
SOURCE = re.compile(r"Source \[(?P<key>.*)\]")
SECTIONS = {kind.label for kind in SectionKind}


@dataclass(frozen=True)
class AboutReview:
    """The approval that counts or, when it is cancelled, the one that did.

    `signer` is such as "a pharmacist (General Pharmaceutical Council)"; `change`
    the kind of change that was signed; `unwritten` the safety sections that the
    signer knew to be missing; `notices` (text, answer); `sources` (number in the
    list, what was found), for a renewal only. `cancelled_at` is None while it counts.
    """

    signer: str
    interests: str
    signed_on: date
    due_on: date | None
    change: str
    declared: str
    unwritten: tuple[str, ...]
    notices: tuple[tuple[str, str], ...]
    sources: tuple[tuple[int, str], ...]
    cancelled_at: datetime | None


def about_review(mark: Mark, change_kind: str, sources: Sources) -> AboutReview | None:
    """Return what is known of the review of a page, or None when it never had one."""
    approval = mark.approval
    if approval is None:
        return None
    who = f"{approval.name}, {approval.role}" if approval.name else mark.by_whom
    answers = approval.answers
    notices = ((NOTICE.fullmatch(about), answer) for about, answer in answers)
    found = ((SOURCE.fullmatch(about), answer) for about, answer in answers)
    return AboutReview(
        signer=f"{who} ({approval.body})",
        interests=approval.interests,
        signed_on=approval.on,
        due_on=approval.due_on,
        change=ChangeKind(change_kind).label,
        declared=approval.attestation,
        unwritten=tuple(about for about, _ in answers if about in SECTIONS),
        notices=tuple((about["text"], answer) for about, answer in notices if about),
        sources=tuple((sources.number(about["key"]), answer) for about, answer in found if about),
        cancelled_at=mark.since,
    )
