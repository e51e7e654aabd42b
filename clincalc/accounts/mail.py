"""Letters about accounts. They say things that stand in no table, so they are sent at once or not at all."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable

from django.conf import settings
from django.core.mail import EmailMessage, mailers

faults = logging.getLogger("clincalc.faults")


def is_set() -> bool:
    """Return whether this installation has a mail server."""
    return "default" in mailers


def send(to: str, subject: str, lines: Iterable[str]) -> bool:
    """Send a letter. Returns whether it left; the log says why one did not."""
    if not (is_set() and to):
        return False
    subject = " ".join(f"{settings.SITE_NAME}: {subject}".split())
    headers = {"Auto-Submitted": "auto-generated"}
    try:
        EmailMessage(subject, "\n".join(lines), to=[to], headers=headers).send()
    except Exception as error:
        # Whatever it is: who asked for the letter is told that it did not leave.
        faults.error("A letter about an account could not be sent.", exc_info=error)
        return False
    return True


def send_aside(to: str, subject: str, lines: Iterable[str]) -> threading.Thread:
    """Send a letter beside the request, whose time then does not tell whether there was one to send."""
    thread = threading.Thread(target=send, args=(to, subject, list(lines)))
    thread.start()
    return thread
