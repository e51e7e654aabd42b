"""What somebody does to the account of another: who may, and what is written down.

A lead looks after every account but a superuser's, and gives every group but
one that manages accounts itself: leads check one another, so no lead makes a
second one for themselves. Nobody does any of this to their own account.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet

from clincalc.accounts import links, mail, second_factor
from clincalc.accounts.models import User
from clincalc.security_log import REFUSED, record

MANAGES = "manage_accounts"


def may_manage(by: Any) -> bool:
    """Return whether somebody looks after accounts at all."""
    return by.has_perm(f"accounts.{MANAGES}")


def may_touch(by: Any, person: User) -> bool:
    """Return whether somebody looks after the account of a person."""
    return may_manage(by) and by.pk != person.pk and (by.is_superuser or not person.is_superuser)


def groups_given_by(by: Any) -> QuerySet[Group]:
    """Return the groups that somebody may put others into, and take them out of."""
    groups = Group.objects.order_by("name")
    return groups if by.is_superuser else groups.exclude(permissions__codename=MANAGES)


def may_readdress(by: Any, person: User) -> bool:
    """Return whether somebody may change where letters to a person go.

    Links to set a password go there. So a lead changes it only for who was
    never here, and never for another lead.
    """
    return by.is_superuser or not (person.has_usable_password() or may_manage(person))


def may_send_link(by: Any, person: User) -> bool:
    """Return whether a link of a person may be made: it goes to them alone, or a superuser passes it on."""
    return by.is_superuser or (mail.is_set() and bool(person.email))


@transaction.atomic
def make(*, by: User, username: str, full_name: str, email: str, groups: Iterable[Group]) -> User:
    """Make an account without a password. Raises PermissionDenied. The invitation is sent by `invite`."""
    _refuse_unless(may_manage(by), by, "invite people")
    chosen = list(groups)
    _refuse_groups(chosen, by)
    person = User(username=username, full_name=full_name, email=email, is_staff=True)
    person.set_unusable_password()
    person.save(force_insert=True)
    person.groups.set(chosen)
    record("make account", by=by, of=person, groups=_named(chosen))
    return person


def invite(person: User, *, by: User) -> str:
    """Send an invitation, also once more. Returns the path of the link when no letter left, or ""."""
    _refuse_unless(
        may_touch(by, person) and not person.has_usable_password(), by, "invite this person", person
    )
    path = links.send_invitation(person, by=by)
    return path if by.is_superuser or not may_manage(person) else ""


def cancel(person: User, *, by: User) -> None:
    """End the invitation of a person who has not accepted it, and close the account."""
    _refuse_unless(may_touch(by, person) and not person.has_usable_password(), by, "cancel this", person)
    with transaction.atomic():
        links.end_all(person)
        person.is_active = False
        person.save(update_fields=["is_active"])
        record("cancel invitation", by=by, of=person)


def send_link(person: User, *, by: User) -> str:
    """Send a person a link to set a new password. Returns its path when no letter left, or "".

    Raises PermissionDenied for a lead where there is no mail: the link would
    come into their hands, and with it the other's signature.
    """
    may = may_touch(by, person) and person.is_active and may_send_link(by, person)
    _refuse_unless(may, by, "send a link", person)
    path = links.send_link(person, by=by)
    return path if by.is_superuser else ""


@transaction.atomic
def change(
    person: User, *, by: User, full_name: str, email: str, groups: Iterable[Group], is_superuser: bool
) -> None:
    """Change name, address, groups and, as a superuser, whether it is a superuser's. Raises PermissionDenied."""
    _refuse_unless(may_touch(by, person), by, "change this account", person)
    had = set(person.groups.all())
    # What a lead cannot give a lead cannot take either: it stays.
    chosen = set(groups) | {one for one in had if one not in set(groups_given_by(by))}
    _refuse_groups(chosen - had, by)
    was = person.email
    _refuse_unless(email == was or may_readdress(by, person), by, "change this address", person)
    _refuse_unless(is_superuser == person.is_superuser or by.is_superuser, by, "make a superuser", person)
    if is_superuser != person.is_superuser:
        record("change superuser", by=by, of=person, now="yes" if is_superuser else "no")
    person.full_name, person.email, person.is_superuser = full_name, email, is_superuser
    person.save(update_fields=["full_name", "email", "is_superuser"])
    if chosen != had:
        person.groups.set(chosen)
        record("change groups", by=by, of=person, before=_named(had), after=_named(chosen))
    if email != was:
        links.end_all(person)
        record("change address", by=by, of=person)
        _tell(person, was, "your e-mail address was changed", [f"{by.get_full_name()} has changed it."])


@transaction.atomic
def change_own(person: User, *, was: str, full_name: str, email: str) -> None:
    """Change one's own name and address; `was` is the address until now, which is told of it."""
    person.full_name, person.email = full_name, email
    person.save(update_fields=["full_name", "email"])
    record("change own details", by=person, of=person)
    if email != was:
        links.end_all(person)
        _tell(person, was, "your e-mail address was changed", ["It was changed on the page of your account."])


def set_active(person: User, *, by: User, is_active: bool) -> None:
    """Close an account, whose sessions end with it, or open it again. Raises PermissionDenied."""
    _refuse_unless(may_touch(by, person), by, "close or open this account", person)
    with transaction.atomic():
        person.is_active = is_active
        person.save(update_fields=["is_active"])
        links.end_all(person)
        record("enable account" if is_active else "disable account", by=by, of=person)


def reset_second_factor(person: User, *, by: User) -> None:
    """Take the second factor from somebody who has lost it, and tell them. Raises PermissionDenied."""
    _refuse_unless(may_touch(by, person), by, "reset this second factor", person)
    second_factor.remove(person, by=by)
    lines = [
        f"{by.get_full_name()} has taken the second factor from your account. Your password alone signs in now.",
        "Sign in and set up a new one.",
    ]
    _tell(person, person.email, "your second factor was taken away", lines)


def _tell(person: User, to: str, subject: str, lines: list[str]) -> None:
    """Tell a person what somebody did to their account, once it is done."""
    ending = ["", "If you did not ask for this, tell a clinical lead at once."]
    text = [f"Account: {person.username}", "", *lines, *ending]
    transaction.on_commit(lambda: mail.send(to, subject, text), robust=True)


def _refuse_groups(groups: Iterable[Group], by: User) -> None:
    """Raise PermissionDenied when one of the groups is not for this person to give."""
    open_to = set(groups_given_by(by))
    _refuse_unless(all(one in open_to for one in groups), by, "give these groups")


def _refuse_unless(may: bool, by: Any, what: str, person: User | None = None) -> None:
    """Raise PermissionDenied, and write that down, unless somebody may do this."""
    if not may:
        record("manage account", by=by, of=person or "", outcome=REFUSED, what=what)
        raise PermissionDenied(f"{by} may not {what}.")


def _named(groups: Iterable[Group]) -> str:
    """Return the names of groups for the log."""
    return ", ".join(sorted(group.name for group in groups))
