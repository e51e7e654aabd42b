"""Who is told what, by letter: rows that are written in the transaction of the step, and sent after it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from clincalc.addresses import address
from monographs.models import Credential, DemoDatabase, Letter, Review, Revision, SafetyNotice
from monographs.review.mail import reachable, send_when_done
from monographs.review.mark import CORRECTION_WAITS
from monographs.review.people import LEAD
from monographs.vocabulary import ChangeKind, Part, Verdict

LONGEST_SUBJECT = 200
DEMO = "Demonstration site: reviews here are made by demo accounts, not by clinicians."
VERDICTS = {
    Verdict.APPROVE: "approved",
    Verdict.CHANGES: "changes asked for",
    Verdict.REVOKE: "approval revoked",
}


def write(
    people: QuerySet[Any], *, about: str, subject: str, lines: Iterable[str], is_urgent: bool = False
) -> None:
    """Write a letter to each of these people who can be reached and was not told of this before.

    `about` names the thing and, where it comes again, the day. The caller is in
    a transaction.
    """
    is_demo = DemoDatabase.objects.exists()
    head = f"Demonstration: {subject}" if is_demo else subject
    text = "\n".join([*lines, *(["", DEMO] if is_demo else [])])
    Letter.objects.bulk_create(
        (
            Letter(to=person, about=about, subject=one_line(head), text=_printable(text), is_urgent=is_urgent)
            for person in people.filter(reachable()).order_by("pk")
        ),
        ignore_conflicts=True,
    )


def leads() -> QuerySet[Any]:
    """Return the clinical leads."""
    return get_user_model().objects.filter(groups__name=LEAD)


def tell_of_safety_change(revision: Revision) -> None:
    """Tell leads that a safety change waits for review; of other changes the digest tells."""
    if revision.change_kind != ChangeKind.SAFETY.value:
        return
    about = f"revision {revision.pk}"
    what = _named(revision)
    hours = CORRECTION_WAITS // timedelta(hours=1)
    lines = [
        f"A safety change to {what} waits for review.",
        "",
        f"Submitted by {revision.submitted_by.get_full_name()}, {_moment(revision.submitted_at)}.",
        f"Why: {revision.note}",
        f"After {hours} hours the page tells its readers that a safety correction waits.",
        "",
        f"Read it: {_of_revision(revision)}",
    ]
    write(leads(), about=about, subject=f"Safety change waits: {what}", lines=lines, is_urgent=True)
    send_when_done(about)


def tell_of_verdict(review: Review) -> None:
    """Send the signer a receipt, and the authors what a reviewer asks them to change."""
    _receipt(review)
    if review.verdict == Verdict.CHANGES.value:
        _ask_for_changes(review)
    send_when_done(f"review {review.pk}")


def tell_of_notice_check(notice: SafetyNotice) -> None:
    """Tell leads that the day has passed on which a notice was to be looked at again. Once for each such day."""
    on = notice.drug or notice.drug_class
    lines = [
        f"The safety notice on {on} was to be looked at again by {_day(notice.check_on)}. It still stands.",
        "",
        f"Text: {notice.text}",
        f"Put up by {notice.posted_by.get_full_name()}, {_moment(notice.posted_at)}.",
        "",
        "Keep it with a new day, or end it with a reason.",
        f"Look at it: {address(reverse('admin:monographs_safetynotice_change', args=[notice.pk]))}",
    ]
    write(
        leads(),
        about=f"notice {notice.pk}, check of {notice.check_on}",
        subject=f"Safety notice to look at again: {on}",
        lines=lines,
        is_urgent=True,
    )


def tell_of_ending_credential(credential: Credential) -> None:
    """Tell the holder and the leads that a credential ends soon. Once for each credential."""
    about = f"credential {credential.pk}"
    last = _day(timezone.localdate(credential.ends_at - timedelta(seconds=1)))
    what = f"{credential.role}, {credential.body}"
    holder = get_user_model().objects.filter(pk=credential.person_id)
    write(
        holder,
        about=about,
        subject=f"Your credential is valid until {last}",
        lines=[
            f"Your credential ({what}) is valid until {last}.",
            "From then on you can read and comment, not sign.",
            "Once your registration is renewed, ask a clinical lead to record it.",
        ],
    )
    name = credential.person.get_full_name()
    write(
        leads().exclude(pk=credential.person_id),
        about=about,
        subject=f"The credential of {name} is valid until {last}",
        lines=[
            f"The credential of {name} ({what}) is valid until {last}.",
            "Once the registration is renewed, record a new credential, and let a second person verify it.",
        ],
    )


def one_line(text: str) -> str:
    """Return a text as a subject can have it: one line, no control characters, not too long."""
    line = " ".join(_printable(text).split())
    return line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 1]}…"


def _receipt(review: Review) -> None:
    """Tell a signer what they signed, for it may not have been they."""
    what = _named(review.revision)
    verdict = VERDICTS[Verdict(review.verdict)]
    until = [f"Valid until: {_day(review.due_on)}, the day of the next review"] if review.due_on else []
    lines = [
        "You signed this. If it was not you, tell a clinical lead at once.",
        "",
        f"What: {what}",
        f"Verdict: {verdict}",
        f"Signed: {_moment(review.signed_at)}",
        *until,
        f"As: {review.printed_role}, {review.printed_body}",
        f"Digest of the text (SHA-256): {review.digest}",
        "",
        f"The text: {_of_revision(review.revision)}",
    ]
    signer = get_user_model().objects.filter(pk=review.reviewer_id)
    write(signer, about=f"review {review.pk}", subject=f"You signed: {what}, {verdict}", lines=lines)


def _ask_for_changes(review: Review) -> None:
    """Tell everybody who contributed to a text, and who submitted it, what is asked for."""
    what = _named(review.revision)
    authors = Q(pk__in=review.revision.contributors.values("person")) | Q(pk=review.revision.submitted_by_id)
    lines = [
        f"{review.reviewer.get_full_name()} asks for changes to {what}.",
        "",
        review.comment,
        "",
        f"The text: {_of_revision(review.revision)}",
    ]
    write(
        get_user_model().objects.filter(authors).exclude(pk=review.reviewer_id),
        about=f"review {review.pk}",
        subject=f"Changes asked for: {what}",
        lines=lines,
    )


def _named(revision: Revision) -> str:
    """Return a revision as letters call it."""
    return f"{revision.drug} ({Part(revision.part).label.lower()}, revision {revision.number})"


def _of_revision(revision: Revision) -> str:
    """Return the address at which a frozen text is read."""
    return address(reverse("admin:monographs_revision_sign", args=[revision.pk]))


def _moment(at: datetime) -> str:
    """Return a moment where the site is."""
    return f"{timezone.localtime(at):%-d %B %Y, %H:%M %Z}"


def _day(day: Any) -> str:
    """Return a day as people read it."""
    return f"{day:%-d %B %Y}"


def _printable(text: str) -> str:
    """Return a text without control characters; lines stay, other space is plain."""
    spaced = "".join(" " if one.isspace() and one != "\n" else one for one in text)
    return "".join(one for one in spaced if one == "\n" or one.isprintable())
