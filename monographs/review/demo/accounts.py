"""The accounts of a demonstration, and their credentials: recorded by one person, verified by another."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from monographs.models import Credential, DemoDatabase, Drug
from monographs.review.clock import clinical_now
from monographs.review.credentials import record_credential, verify_credential
from monographs.review.days import span
from monographs.review.mark import months_after
from monographs.review.people import EDITOR, LEAD, REVIEWER
from monographs.review.refusals import Refusal

ACCOUNTS = {
    "demo.editor": EDITOR,
    "demo.reviewer": REVIEWER,
    "demo.lead": LEAD,
    "demo.registrar": LEAD,
}
NAMES = {
    "demo.editor": "Editor (demo)",
    "demo.reviewer": "Reviewer (demo)",
    "demo.lead": "Lead (demo)",
    "demo.registrar": "Registrar (demo)",
    "demo.former": "Former reviewer (demo)",
}
# No professional body is named: nobody is registered anywhere as a demo account.
BODY = "demonstration register"
VALID_MONTHS = 36


class NotEmpty(Refusal):
    """The database holds somebody's work; it never becomes a demonstration."""


@transaction.atomic
def make_demo(password: str) -> None:
    """Make this a demonstration database, for ever, with its accounts and a reviewer who may sign.

    A second call sets nothing but the passwords and groups. Raises NotEmpty
    when the database holds people or drugs and is no demonstration.
    """
    people = get_user_model().objects
    if not DemoDatabase.objects.exists():
        if people.exists() or Drug.objects.exists():
            raise NotEmpty("This database holds people or drugs, so it cannot become a demonstration.")
        DemoDatabase.objects.create(pk=1)
    for username, role in ACCOUNTS.items():
        person = _made(username, role)
        if not person.check_password(password):
            person.set_password(password)
            person.save(update_fields=["password"])
    reviewer = account("demo.reviewer")
    if not reviewer.credentials.exists():
        _register(reviewer, shows_name=True)


def account(username: str) -> Any:
    """Return the person of a demo account."""
    return get_user_model().objects.get(username=username)


def former_reviewer() -> Any:
    """Return a reviewer with a credential and no password, whose reviews will be questioned."""
    person = _made("demo.former", REVIEWER)
    _register(person, shows_name=False)
    return person


def _made(username: str, role: str) -> Any:
    """Return the person of an account, in the group of the role and no other."""
    named = {"is_staff": True, "full_name": NAMES[username]}
    person, is_new = get_user_model().objects.get_or_create(username=username, defaults=named)
    if is_new:
        person.set_unusable_password()
        person.save(update_fields=["password"])
    person.groups.set([Group.objects.get(name=role)])
    return person


def _register(person: Any, *, shows_name: bool) -> None:
    """Let one lead record that a person may sign monographs, and another verify it."""
    today = timezone.localdate(clinical_now())
    starts_at, ends_at = span(today, months_after(today, VALID_MONTHS))
    credential = Credential(
        person=person,
        role="pharmacist",
        body=BODY,
        number="DEMONSTRATION",
        shows_name=shows_name,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    record_credential(credential=credential, by=account("demo.lead"))
    verify_credential(credential=credential, by=account("demo.registrar"))
