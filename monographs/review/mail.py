"""Sending letters: once the step that wrote them is done, and what is left at each digest.

Best effort: a failure is noted on the letter and never reaches the person who
took the step. No lock is held while the mail server is spoken to: a letter is
taken in a transaction of its own, then sent, then noted, so that of several
senders one has it. A sender that died is waited for no longer than an hour;
each try has the same Message-ID, by which mailboxes know a letter that arrived
although its sender never heard so.
"""

from __future__ import annotations

import contextlib
import logging
import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, InvalidMailer, mailers
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F, Q, QuerySet

from monographs.models import Letter
from monographs.review.clock import clinical_now
from monographs.review.people import require

MOST_TRIES = 10
# What one step or one press of a button sends; the others leave with the next digest.
MOST_AT_ONCE = 50
LONGEST_SENDING = timedelta(hours=1)
LONGEST_REASON = 300

faults = logging.getLogger("clincalc.faults")


@dataclass
class Sent:
    """What became of the letters that waited: how many left, and (letter, why) of those that did not."""

    number: int
    failed: list[tuple[Letter, str]]


def is_mail_set() -> bool:
    """Return whether this installation has a mail server."""
    return "default" in mailers


def reachable() -> Q:
    """Return the condition that a person gets letters: an active account with an address."""
    return Q(is_active=True) & ~Q(email="")


def waiting_letters(at: datetime) -> QuerySet[Letter]:
    """Return the letters that may be sent at a moment, urgent ones first."""
    reached = Q(to__is_active=True) & ~Q(to__email="")
    return Letter.objects.filter(_free(at), reached).order_by("-is_urgent", "tries", "pk")


def failed_letters() -> QuerySet[Letter]:
    """Return the letters that could not be sent."""
    return Letter.objects.filter(sent_at=None).exclude(failed_because="")


def send_when_done(about: str) -> None:
    """Send the letters about something once the transaction that writes them is committed."""
    transaction.on_commit(partial(_send_at_once, about=about), robust=True)


def send_waiting() -> Sent:
    """Send every letter that waits. Returns what left and what did not; nothing without a mail server."""
    sent = Sent(0, [])
    if not is_mail_set():
        return sent
    with _post() as post:
        for pk in list(waiting_letters(clinical_now()).values_list("pk", flat=True)):
            letter = _taken(pk)
            if letter is None:
                continue
            if why := _noted(letter, post.deliver(letter)):
                sent.failed.append((letter, why))
            else:
                sent.number += 1
    return sent


def try_again(letters: QuerySet[Letter], *, by: Any) -> int:
    """Give failed letters their tries back, and send as many at once as one step may.

    Returns how many. What was sent meanwhile, or is being sent, stays as it is.
    Raises PermissionDenied.
    """
    require(by, "change_letter")
    ids = list(letters.values_list("pk", flat=True))
    with transaction.atomic():
        mine = failed_letters().filter(_untaken(clinical_now()), pk__in=ids)
        count = mine.update(tries=0, failed_because="")
        transaction.on_commit(partial(_send_at_once, pk__in=ids), robust=True)
    return count


def _send_at_once(**chosen: Any) -> None:
    """Send some letters; at the first failure leave the rest to the next digest, for a person waits."""
    if not is_mail_set():
        return
    with _post() as post:
        for pk in list(
            waiting_letters(clinical_now()).filter(**chosen).values_list("pk", flat=True)[:MOST_AT_ONCE]
        ):
            letter = _taken(pk)
            if letter is not None and _noted(letter, post.deliver(letter)):
                return


def _untaken(at: datetime) -> Q:
    """Return the condition that nobody is sending a letter."""
    return Q(taken_at=None) | Q(taken_at__lt=at - LONGEST_SENDING)


def _free(at: datetime) -> Q:
    """Return the condition that a letter may be taken, of its own columns only.

    A joined table would make a subquery of it, and PostgreSQL does not ask that
    again when it has waited for the other sender's lock.
    """
    return Q(sent_at=None, tries__lt=MOST_TRIES) & _untaken(at)


def _taken(pk: int) -> Letter | None:
    """Return the letter, taken for this sender alone, or None when another has it.

    Durable: it refuses to be called inside a transaction, where others would wait.
    """
    at = clinical_now()
    with transaction.atomic(durable=True):
        taken = Letter.objects.filter(_free(at), pk=pk).update(taken_at=at, tries=F("tries") + 1)
    return Letter.objects.select_related("to").get(pk=pk) if taken else None


def _noted(letter: Letter, why: str) -> str:
    """Write on a taken letter that it left, or why it did not. Returns why."""
    mine = Letter.objects.filter(pk=letter.pk, taken_at=letter.taken_at)
    mine.update(taken_at=None, failed_because=why, sent_at=None if why else clinical_now())
    return why


class _Post:
    """One connection for several letters. A server that cannot be reached is not asked again."""

    def __init__(self) -> None:
        """Begin without a connection."""
        self.mailer: Any = None
        self.unreachable = ""

    def deliver(self, letter: Letter) -> str:
        """Send a letter. Returns why it could not be sent, or ""."""
        try:
            message = _message(letter)
        except Exception as error:
            return _why(error)
        self.unreachable = self.unreachable or self._opened()
        if self.unreachable:
            return self.unreachable
        try:
            self.mailer.send_messages([message])
        except Exception as error:
            # Whatever it is: the letter stays, and the others are sent over a new connection.
            self.close()
            return _why(error)
        return ""

    def close(self) -> None:
        """End the connection; a server that is rude about it has the letter all the same."""
        with contextlib.suppress(Exception):
            if self.mailer is not None:
                self.mailer.close()

    def _opened(self) -> str:
        """Connect where there is no connection. Returns why that fails, or ""."""
        try:
            self.mailer = self.mailer or mailers.default
            self.mailer.open()
        except Exception as error:
            return _why(error)
        return ""


@contextlib.contextmanager
def _post() -> Iterator[_Post]:
    """Yield a connection that is closed at the end."""
    post = _Post()
    try:
        yield post
    finally:
        post.close()


def _message(letter: Letter) -> EmailMessage:
    """Return a letter as it is sent. Raises ValidationError or ValueError when it cannot be one."""
    validate_email(letter.to.email)
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    return EmailMessage(
        letter.subject,
        letter.text,
        to=[letter.to.email],
        headers={
            "Message-ID": f"<letter-{letter.pk}-{letter.written_at:%Y%m%d%H%M%S}@{domain}>",
            "Auto-Submitted": "auto-generated",
        },
    )


def _why(error: Exception) -> str:
    """Return a sentence for the row."""
    match error:
        case smtplib.SMTPAuthenticationError():
            said = "The mail server refused the user name or password of EMAIL_URL."
        case smtplib.SMTPRecipientsRefused():
            code, text = next(iter(error.recipients.values()))
            said = f"The mail server refused the address: {code} {_words(text)}"
        case smtplib.SMTPResponseException():
            said = f"The mail server refused the letter: {error.smtp_code} {_words(error.smtp_error)}"
        case smtplib.SMTPServerDisconnected() if "timed out" in str(error):
            said = "The mail server did not answer in time."
        case smtplib.SMTPServerDisconnected():
            said = "The mail server broke the connection off."
        case TimeoutError():
            said = "The mail server did not answer in time."
        case OSError():
            said = f"The mail server cannot be reached: {error.strerror or error}"
        case InvalidMailer():
            said = f"Letters cannot be written where EMAIL_URL says: {error}"
        case ValidationError():
            said = "The address of the account is no e-mail address."
        case _:
            faults.error("A letter could not be sent.", exc_info=error)
            said = f"The letter could not be made ({type(error).__name__}); the log says more."
    return " ".join(said.split())[:LONGEST_REASON]


def _words(answer: bytes | str) -> str:
    """Return what a server answered, as text that can be shown."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return "".join(letter if letter.isprintable() else " " for letter in text)
