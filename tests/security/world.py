"""A demonstration with every kind of row, and a person of each role."""

import hashlib
from datetime import timedelta

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.utils import timezone

from clincalc.accounts import links, second_factor
from clincalc.accounts.models import KeptForm, PasswordLink, RecoveryCode, Tries
from monographs import review
from monographs.models import CheckedAddress, Credential, Drug, MissedWord, Note, Source
from monographs.vocabulary import ChangeKind, SectionKind
from tests import builders, pages
from tests.review import test_demo
from tests.review.test_credentials import recorded
from tests.security.addresses import TOKEN

# The role and the account that has it; who is anonymous has none.
ACCOUNTS = {
    "stranger": "stranger",
    "editor": "demo.editor",
    "reviewer": "new.reviewer",
    "signer": "demo.reviewer",
    "lead": "demo.lead",
    "superuser": "superuser",
}
ROLES = ("anonymous", *ACCOUNTS)


def make(folder):
    """Make the demonstration, and the kinds of rows that it lacks."""
    with pytest.MonkeyPatch.context() as patch:
        test_demo.load(folder, patch)
    lead = person("lead")
    get_user_model().objects.exclude(email="").update(email="")
    get_user_model().objects.filter(pk=lead.pk).update(email="lead@hospital.example")
    recorded(builders.person("new.reviewer", builders.REVIEWER), by=lead)
    builders.person("stranger")
    get_user_model().objects.create_superuser("superuser")
    _take_places(lead)
    _write_rows(lead)
    _write_accounts()
    if connection.vendor == "postgresql":
        # Nothing counts rows by itself before they are committed, and then each query is planned for none.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def person(role):
    """Return the person of a role, None for "anonymous". The account is known by the end of its name."""
    return (
        get_user_model().objects.filter(username__endswith=ACCOUNTS[role]).first()
        if role in ACCOUNTS
        else None
    )


def signed_in(role):
    """Return a browser in which the person of a role is signed in; it gets the answer 500 as one does."""
    client = Client(raise_request_exception=False)
    if role != "anonymous":
        client.force_login(person(role))
    return client


def _take_places(lead):
    """Rename a drug, merge one into another, split one, and leave one without a page."""
    named = ("Felodipine", "Lacidipine", "Nicardipine", "Nimodipine")
    old, part, whole, two = (builders.released(name) for name in named)
    review.rename(
        drug=old.drug, name="Felodipinum", slug="felodipinum", by=lead, reason="The name was changed."
    )
    review.merge(drug=part.drug, into=whole.drug, by=lead, reason="They are one medicine.")
    into = [whole.drug, Drug.objects.get(pk=old.pk)]
    review.split(drug=two.drug, into=into, names={}, codes={}, by=lead, reason="They are two.")
    pages.known("Isradipine")


def _write_rows(lead):
    """Write the rows that no demonstration has: a letter, a waiver, a kept form, a line of the admin's history."""
    drug, source = Drug.objects.get(slug="nicardipine"), Source.objects.first()
    builders.submitted("Nicardipine", lead="A newer lead.", kind=ChangeKind.SAFETY)
    drug.waivers.create(
        section=SectionKind.MONITORING.value, rule="L04", reason="As the source has it.", by=lead
    )
    CheckedAddress.objects.create(url=source.url, problem="404", checked_at=timezone.now())
    KeptForm.objects.create(
        person=lead,
        path=f"/admin/monographs/drug/{drug.pk}/change/",
        data="name=Nicardipine",
        kept_at=timezone.now(),
    )
    review.answer_note(note=Note.objects.first(), by=lead, answer="Seen to.")
    review.end_notice(notice=builders.noticed(drug), by=lead, reason="now in Monitoring")
    builders.credentialed("registered")
    review.end_credential(
        credential=Credential.objects.latest("pk"), by=lead, reason="The registration lapsed."
    )
    LogEntry.objects.log_actions(lead.pk, [drug], CHANGE, "edited")
    today = timezone.localdate()
    MissedWord.objects.create(digest="a" * 64, last_on=today)
    MissedWord.objects.create(digest="b" * 64, last_on=today, word="isradipin", days=3, times=4)


def _write_accounts():
    """Write what signing in leaves: tries, a device for each that is being set up, a code, a link that is good."""
    for role in ACCOUNTS:
        second_factor.begin(person(role))
    who, now = person("stranger"), timezone.now()
    Tries.objects.create(key="c" * 64, taken=[1], ends_at=now + timedelta(hours=1))
    RecoveryCode.objects.create(person=who, digest="d" * 64)
    links.make(who)
    PasswordLink.objects.update(digest=hashlib.sha256(TOKEN.encode()).hexdigest())
