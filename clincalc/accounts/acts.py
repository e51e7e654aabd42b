"""What can be done to an account, each on a page of its own: when it fits, what it says, what it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from clincalc.accounts import mail, people
from clincalc.accounts.models import User

SENT = "The letter with the link was sent to {}."
NOT_SENT = "No letter left, and the link is for a superuser to pass on. Check the address, or ask one."


@dataclass(frozen=True)
class Outcome:
    """What is said when something was done; `link` is a path that is shown once, to be passed on by hand."""

    sentence: str
    link: str = ""


@dataclass(frozen=True)
class Act:
    """One thing that is done to an account. `fits` and `do` take who does it and whose account it is."""

    name: str
    button: str
    said: tuple[str, ...]
    fits: Callable[[Any, User], bool]
    do: Callable[[User, Any], Outcome]


def invited(person: User, by: Any) -> Outcome:
    """Send an invitation. Returns what came of it."""
    return _outcome(person, people.invite(person, by=by))


def _outcome(person: User, link: str) -> Outcome:
    """Return where a link went."""
    if link:
        return Outcome(
            "No letter was sent. Pass this link on yourself; it is shown once, and works once.", link
        )
    return Outcome(SENT.format(person.email) if mail.is_set() else NOT_SENT)


def _cancel(person: User, by: Any) -> Outcome:
    """Cancel an invitation."""
    people.cancel(person, by=by)
    return Outcome("The invitation is cancelled, and the account is closed.")


def _link(person: User, by: Any) -> Outcome:
    """Send a link to set a new password."""
    return _outcome(person, people.send_link(person, by=by))


def _close(person: User, by: Any) -> Outcome:
    """Close an account."""
    people.set_active(person, by=by, is_active=False)
    return Outcome("The account is closed.")


def _open(person: User, by: Any) -> Outcome:
    """Open an account again."""
    people.set_active(person, by=by, is_active=True)
    return Outcome("The account is open.")


def _reset(person: User, by: Any) -> Outcome:
    """Take a lost second factor away."""
    people.reset_second_factor(person, by=by)
    return Outcome("The second factor is taken away. They are told by letter where there is mail.")


def _is_waiting(by: Any, person: User) -> bool:
    """Return whether a person has not accepted their invitation."""
    return people.may_touch(by, person) and person.is_active and not person.has_usable_password()


def _has_password(by: Any, person: User) -> bool:
    """Return whether a link to set a new password can be sent to a person."""
    return (
        people.may_touch(by, person)
        and person.is_active
        and person.has_usable_password()
        and people.may_send_link(by, person)
    )


ACTS = (
    Act(
        "invite",
        "Send the invitation again",
        ("The link that was sent before works no more.",),
        _is_waiting,
        invited,
    ),
    Act("cancel", "Cancel the invitation", ("The account is closed.",), _is_waiting, _cancel),
    Act(
        "link",
        "Send a link to set a new password",
        ("The link works once, for an hour. The present password works until it is used.",),
        _has_password,
        _link,
    ),
    Act(
        "reset",
        "Take the lost second factor away",
        (
            "First make sure, by telephone or face to face, that it is they who ask.",
            "Their password alone signs in then. Whoever signs or releases sets up another at once.",
        ),
        lambda by, person: people.may_touch(by, person) and person.second_factor_at is not None,
        _reset,
    ),
    Act(
        "close",
        "Close the account",
        ("They are signed out at once and cannot sign in. What they did stays, with their name.",),
        lambda by, person: people.may_touch(by, person) and person.is_active,
        _close,
    ),
    Act(
        "open",
        "Open the account again",
        ("They can sign in with their old password and second factor.",),
        lambda by, person: people.may_touch(by, person) and not person.is_active,
        _open,
    ),
)
