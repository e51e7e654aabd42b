"""The daily digest: what waits, what is late or soon due, and what else wants somebody to look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import batched
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from clincalc.addresses import address
from monographs.models import (
    Credential,
    Letter,
    LiveDrug,
    Note,
    Release,
    Review,
    Revision,
    SafetyNotice,
    Successor,
)
from monographs.review.facts import facts_of, signed_of
from monographs.review.letters import tell_of_ending_credential, tell_of_notice_check, write
from monographs.review.mail import failed_letters
from monographs.review.mark import Mark, State, effective, mark
from monographs.review.people import LEAD, REVIEWER
from monographs.vocabulary import ChangeKind, Part, Verdict

SOON = timedelta(days=30)
DIGEST = "digest of "
# Rows that a letter names of each group; the queue has them all.
MOST_ROWS = 20
LONGEST_ROW = 140
AT_ONCE = 500


@dataclass(frozen=True)
class Group:
    """A heading of the digest and what stands under it, a sentence each."""

    title: str
    rows: list[str]


def write_due_letters(*, at: datetime) -> None:
    """Write what is due at a moment: passed notice checks, ending credentials, the digest of the day.

    Nobody is told of one thing twice: a second call on the same day writes
    only what came up in between, and no digest.
    """
    today = timezone.localdate(at)
    news = news_of(at)
    trouble = [*news, *_failed_letters()]
    with transaction.atomic():
        for notice in _late_notices(today).select_related("drug", "drug_class", "posted_by"):
            tell_of_notice_check(notice)
        for credential in _ending(at).select_related("person"):
            tell_of_ending_credential(credential)
        _drop_old_digests(today)
        _write_digest(_members(LEAD), trouble, today)
        _write_digest(_members(REVIEWER).exclude(groups__name=LEAD), news, today)


def news_of(at: datetime) -> list[Group]:
    """Return the groups that have something to say at a moment."""
    marks = list(_marks(at))
    last = timezone.localdate(at) + SOON
    groups = [
        Group("Waiting for review", list(_waiting(at))),
        Group("Review overdue", [_due(name, one) for name, one in marks if _is_overdue(one)]),
        Group("Review due within 30 days", [_due(name, one) for name, one in marks if _is_due_by(one, last)]),
        Group(
            "A source has changed since review", [_sources(name, one) for name, one in marks if _has_new(one)]
        ),
        Group("Safety notices to look at again", list(_notices(timezone.localdate(at)))),
        Group("Tasks", list(_tasks())),
    ]
    return [group for group in groups if group.rows]


def _write_digest(people: QuerySet[Any], groups: list[Group], today: date) -> None:
    """Write the digest of a day to people; none when there is nothing to say."""
    if not groups:
        return
    lines = [f"{settings.SITE_NAME}, {_day(today)}"]
    for group in groups:
        lines += ["", f"{group.title}: {len(group.rows)}"]
        lines += [f"- {_short(row)}" for row in group.rows[:MOST_ROWS]]
        if len(group.rows) > MOST_ROWS:
            lines.append(f"- and {len(group.rows) - MOST_ROWS} more")
    lines += ["", f"All of it: {address(reverse('admin:monographs_assignment_changelist'))}"]
    counts = ", ".join(f"{group.title[:1].lower()}{group.title[1:]} {len(group.rows)}" for group in groups)
    write(people, about=f"{DIGEST}{today}", subject=f"Reviews, {_day(today)}: {counts}", lines=lines)


def _drop_old_digests(today: date) -> None:
    """Drop digests of earlier days that never left: today's says what still holds of them."""
    old = Letter.objects.filter(about__startswith=DIGEST, sent_at=None, taken_at=None)
    old.exclude(about=f"{DIGEST}{today}").delete()


def _members(role: str) -> QuerySet[Any]:
    """Return the people of a role."""
    return get_user_model().objects.filter(groups__name=role)


def _marks(at: datetime) -> Iterator[tuple[str, Mark]]:
    """Yield name and mark of each page that rests on an approval, in the order of the A to Z."""
    signed = Review.objects.filter(revision=OuterRef("monograph"), verdict=Verdict.APPROVE.value)
    for lives in batched(LiveDrug.objects.in_order().filter(Exists(signed)), AT_ONCE):
        facts = facts_of(lives)
        for live in lives:
            yield live.name, mark(facts[live.pk], at)


def _waiting(at: datetime) -> Iterator[str]:
    """Yield the newest texts that a reviewer has to judge: safety changes first, then by age."""
    rows = sorted(
        _unjudged(at), key=lambda found: (not _is_safety(found[0]), found[0].submitted_at, found[0].pk)
    )
    for row, is_back in rows:
        yield (
            f"{row.drug}, {Part(row.part).label.lower()}: {ChangeKind(row.change_kind).label.lower()}, "
            f"since {_day(timezone.localdate(row.submitted_at))}{', back with its authors' if is_back else ''}"
        )


def _unjudged(at: datetime) -> Iterator[tuple[Revision, bool]]:
    """Yield the newest revision of each part that is not approved, and whether it is back with its authors.

    Of those that are back only safety changes: readers wait for them all the same.
    """
    newer = Revision.objects.filter(
        drug=OuterRef("drug"), part=OuterRef("part"), number__gt=OuterRef("number")
    )
    withdrawn = Release.objects.filter(
        drug=OuterRef("drug"), part=OuterRef("part"), revision=None, released_at__gte=OuterRef("submitted_at")
    )
    gone = LiveDrug.objects.filter(drug=OuterRef("drug"), monograph=None)
    rows = Revision.objects.filter(
        ~Exists(newer),
        ~Exists(Successor.objects.filter(drug=OuterRef("drug"))),
        ~(Exists(withdrawn) & Exists(gone)),
    )
    rows = rows.select_related("drug").defer("document", "sections").order_by("pk")
    for some in batched(rows, AT_ONCE):
        signed = signed_of([row.pk for row in some])
        for row in some:
            verdicts = signed[row.pk]
            is_back = bool(verdicts) and verdicts[-1].verdict is Verdict.CHANGES
            if not effective(verdicts, at) and (not is_back or _is_safety(row)):
                yield row, is_back


def _is_safety(row: Revision) -> bool:
    """Tell whether a revision makes a safety change."""
    return row.change_kind == ChangeKind.SAFETY.value


def _is_overdue(one: Mark) -> bool:
    """Tell whether a review is overdue, lapsed ones among them."""
    return State.OVERDUE in one.holds


def _is_due_by(one: Mark, last: date) -> bool:
    """Tell whether a review that still counts is due by a day."""
    due = one.approval.due_on if one.approval else None
    return due is not None and due <= last and State.REVIEWED in one.holds and not _is_overdue(one)


def _has_new(one: Mark) -> bool:
    """Tell whether a source has changed since a review that still counts."""
    return State.SOURCE_CHANGED in one.holds


def _due(name: str, one: Mark) -> str:
    """Return when a review was due."""
    due = one.approval.due_on if one.approval else None
    return f"{name}: due {_day(due)}" if due else name


def _sources(name: str, one: Mark) -> str:
    """Return which sources have changed."""
    changed = (f"{row.kind or row.key}, noted {_day(row.on)}" for row in one.source_changes)
    return f"{name}: {'; '.join(changed)}"


def _late_notices(today: date) -> QuerySet[SafetyNotice]:
    """Return the open notices whose day has passed."""
    return SafetyNotice.objects.filter(ended_at=None, check_on__lt=today).order_by("check_on", "pk")


def _notices(today: date) -> Iterator[str]:
    """Yield the notices whose day has passed."""
    for row in _late_notices(today).select_related("drug", "drug_class"):
        yield f"{row.drug or row.drug_class}: by {_day(row.check_on)}"


def _tasks() -> Iterator[str]:
    """Yield what reviewers asked somebody to do and nobody has answered."""
    rows = Note.objects.filter(is_task=True, answered_at=None).select_related("revision__drug")
    for row in rows.defer("revision__document").order_by("pk"):
        yield f"{row.revision.drug}, since {_day(timezone.localdate(row.at))}: {row.text}"


def _failed_letters() -> list[Group]:
    """Return the letters that could not be sent, older digests apart."""
    rows = failed_letters().exclude(about__startswith=DIGEST).select_related("to").order_by("pk")
    said = [f"To {row.to.get_full_name()}: {row.subject} ({row.failed_because})" for row in rows]
    return [Group("Letters that could not be sent", said)] if said else []


def _ending(at: datetime) -> QuerySet[Credential]:
    """Return the credentials that let somebody sign now and end soon."""
    rows = Credential.objects.filter(
        verified_at__lte=at, ended_at=None, ends_at__gt=at, ends_at__lte=at + SOON
    )
    return rows.order_by("pk")


def _short(row: str) -> str:
    """Return a row as one line that is not too long."""
    line = " ".join(row.split())
    return line if len(line) <= LONGEST_ROW else f"{line[: LONGEST_ROW - 1]}…"


def _day(day: date) -> str:
    """Return a day as people read it."""
    return f"{day:%-d %B %Y}"
