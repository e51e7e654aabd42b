"""Links with which a person sets their own password: invitations, and for who has forgotten it.

Nobody else ever knows a person's password. A link is good for once and not for
long; the database holds its digest only, and a newer one of a person ends all
others.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from clincalc.accounts import mail, throttle
from clincalc.accounts.models import PasswordLink, User
from clincalc.addresses import address
from clincalc.security_log import record

INVITATION_HOLDS = timedelta(days=3)
LINK_HOLDS = timedelta(hours=1)
MOST_OF_AN_ADDRESS = 3


class Ended(Exception):
    """The link was used, withdrawn, or is too old; `str()` gives the sentence."""

    def __init__(self) -> None:
        """Say one sentence for all of these, and for what never was a link."""
        super().__init__("This link is no longer good. Ask for a new one.")


@transaction.atomic
def make(person: User, *, by: Any = None, is_invitation: bool = False) -> str:
    """Make a new link of a person and end all others. Returns its path, which is kept nowhere."""
    at = timezone.now()
    token = secrets.token_urlsafe(32)
    end_all(person)
    PasswordLink.objects.create(
        person=person,
        digest=_digest(token),
        is_invitation=is_invitation,
        made_by=by,
        made_at=at,
        ends_at=at + (INVITATION_HOLDS if is_invitation else LINK_HOLDS),
    )
    return reverse("admin:set_password", args=[token])


def end_all(person: User) -> int:
    """End every link of a person that is still good. Returns how many there were."""
    at = timezone.now()
    return PasswordLink.objects.filter(_good(at), person=person).update(ends_at=at)


def found(token: str) -> PasswordLink:
    """Return the link of a token. Raises Ended."""
    rows = PasswordLink.objects.filter(_good(timezone.now()), digest=_digest(token), person__is_active=True)
    link = rows.select_related("person").first()
    if link is None:
        raise Ended
    return link


@transaction.atomic
def use(token: str, password: str) -> User:
    """Set a person's password with their link, of two requests at once by one only. Raises Ended."""
    at, digest = timezone.now(), _digest(token)
    # Of its own columns only: PostgreSQL asks no subquery again after it has waited for another's lock.
    if not PasswordLink.objects.filter(_good(at), digest=digest).update(used_at=at):
        raise Ended
    link = PasswordLink.objects.select_related("person").get(digest=digest)
    person = link.person
    if not person.is_active:
        raise Ended
    person.set_password(password)
    person.save(update_fields=["password"])
    end_all(person)
    record("accept invitation" if link.is_invitation else "change password by link", by=person, of=person)
    return person


def send_invitation(person: User, *, by: User) -> str:
    """Write an invitation to a person. Returns the path of its link when no letter left, or ""."""
    path = make(person, by=by, is_invitation=True)
    lines = [
        f"{by.get_full_name()} has made an account for you.",
        "",
        f"Your user name: {person.username}",
        f"Set your password here by {_until(INVITATION_HOLDS)}: {address(path)}",
        "",
        "The link works once. If you did not expect it, do nothing: nobody can sign in before it is used.",
    ]
    is_sent = mail.send(person.email, "your account", lines)
    record("send invitation", by=by, of=person, way="letter" if is_sent else "shown")
    return "" if is_sent else path


def send_link(person: User, *, by: User) -> str:
    """Send a person a link to set a new password. Returns its path when no letter left, or ""."""
    path = make(person, by=by)
    is_sent = mail.send(person.email, "set a new password", _new_password(person, path))
    record("send password link", by=by, of=person, way="letter" if is_sent else "shown")
    return "" if is_sent else path


def send_forgotten(said: str) -> None:
    """Send whoever has this user name or e-mail address a link. The caller learns nothing of who has it.

    At most three letters an hour for each account.
    """
    reached = Q(is_active=True, is_staff=True) & ~Q(email="")
    named = User.objects.filter(reached, Q(username=said) | Q(email__iexact=said))
    for person in named.order_by("pk")[:MOST_OF_AN_ADDRESS]:
        try:
            throttle.take(None, throttle.letters(person))
        except throttle.TooMany:
            continue
        path = make(person)
        record("send password link", by="somebody who has forgotten it", of=person, way="letter")
        mail.send_aside(person.email, "set a new password", _new_password(person, path))


def _new_password(person: User, path: str) -> list[str]:
    """Return a letter with a link."""
    return [
        f"A new password was asked for, for the account {person.username}.",
        "",
        f"Set it here by {_until(LINK_HOLDS)}: {address(path)}",
        "",
        "The link works once. If you did not ask for it, do nothing: your password stays as it is.",
    ]


def _good(at: datetime) -> Q:
    """Return the condition that a link may be used at a moment."""
    return Q(used_at=None, ends_at__gt=at)


def _until(holds: timedelta) -> str:
    """Return until when a link that is made now holds, where the site is."""
    return f"{timezone.localtime(timezone.now() + holds):%-d %B %Y, %H:%M}"


def _digest(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
