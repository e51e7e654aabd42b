"""A demonstration: accounts of each role, and the starter monographs through the real steps."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction

from monographs.models import DemoDatabase, Drug
from monographs.review.people import EDITOR, LEAD, REVIEWER
from monographs.review.refusals import Refusal

ACCOUNTS = {"demo.editor": EDITOR, "demo.reviewer": REVIEWER, "demo.lead": LEAD}


class NotEmpty(Refusal):
    """The database holds somebody's work; it never becomes a demonstration."""


@transaction.atomic
def make_demo(password: str) -> None:
    """Make this a demonstration database, for ever, with one account for each role.

    A second call sets nothing but the passwords. Raises NotEmpty when the
    database holds people or drugs and is no demonstration.
    """
    people = get_user_model().objects
    if not DemoDatabase.objects.exists():
        if people.exists() or Drug.objects.exists():
            raise NotEmpty("This database holds people or drugs, so it cannot become a demonstration.")
        DemoDatabase.objects.create(pk=1)
    for username, role in ACCOUNTS.items():
        person, _ = people.get_or_create(username=username, defaults={"is_staff": True})
        if not person.check_password(password):
            person.set_password(password)
            person.save(update_fields=["password"])
        person.groups.set([Group.objects.get(name=role)])
