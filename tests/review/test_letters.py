"""Who is told what: rows that the steps write."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from clincalc.addresses import address
from monographs import review
from monographs.models import DemoDatabase, Drug, Letter
from monographs.review.letters import leads, one_line, write
from monographs.vocabulary import ChangeKind, Part
from tests import builders

pytestmark = pytest.mark.django_db


def reached(username, *roles, **columns):
    """Return a person who has an e-mail address."""
    person = builders.person(username, *roles)
    for name, value in {"email": f"{username}@hospital.example", **columns}.items():
        setattr(person, name, value)
    person.save()
    return person


def signer(username="pharmacist", **columns):
    """Return a person who may sign and has an e-mail address."""
    builders.credentialed(username)
    return reached(username, builders.REVIEWER, **columns)


def told():
    """Return to whom which subjects were written."""
    return [(letter.to.username, letter.subject) for letter in Letter.objects.select_related("to")]


def changed(kind, *, by, lead="Another lead.", note="A new warning."):
    """Return a revision that changes the lead."""
    drug = builders.written(lead=lead, by=by)
    return review.submit(drug=drug, part=Part.MONOGRAPH, by=by, change_kind=kind, note=note)


# A safety change


def test_leads_are_told_of_a_safety_change_at_once(editor):
    reached("ann", builders.LEAD)
    reached("bob", builders.REVIEWER)
    builders.submitted()

    revision = changed(ChangeKind.SAFETY, by=editor)

    letter = Letter.objects.get()
    assert (letter.to.username, letter.is_urgent) == ("ann", True)
    assert letter.subject == "Safety change waits: Amlodipine (monograph, revision 2)"
    assert "Why: A new warning." in letter.text
    assert f"/admin/monographs/revision/{revision.pk}/sign/" in letter.text


@pytest.mark.parametrize("kind", [ChangeKind.CLINICAL, ChangeKind.EDITORIAL])
def test_of_another_change_nobody_is_told_at_once(editor, kind):
    reached("ann", builders.LEAD)

    changed(kind, by=editor)

    assert told() == []


def test_a_document_that_is_submitted_as_a_safety_change_is_told_too(editor):
    reached("ann", builders.LEAD)
    drug = builders.written()

    review.edit_and_submit(
        drug=drug,
        document=builders.document(lead="Another."),
        by=editor,
        what="a file",
        change_kind=ChangeKind.SAFETY,
        note="New warning.",
    )

    assert len(told()) == 1


def test_a_step_that_is_undone_leaves_no_letter(editor):
    reached("ann", builders.LEAD)
    with transaction.atomic():
        changed(ChangeKind.SAFETY, by=editor)
        assert len(told()) == 1
        transaction.set_rollback(True)

    assert told() == []


@pytest.mark.parametrize("columns", [{"email": ""}, {"is_active": False}])
def test_who_cannot_be_reached_gets_no_letter(editor, columns):
    reached("ann", builders.LEAD, **columns)

    changed(ChangeKind.SAFETY, by=editor)

    assert told() == []


# Verdicts


def test_a_signer_gets_a_receipt_that_says_what_was_signed_when_and_until_when():
    person = signer()

    signed = builders.approved(by=person)

    letter = Letter.objects.get()
    assert letter.to == person
    assert letter.subject == "You signed: Amlodipine (monograph, revision 1), approved"
    assert f"Digest of the text (SHA-256): {signed.digest}" in letter.text
    assert f"Signed: {timezone.localtime(signed.signed_at):%-d %B %Y, %H:%M}" in letter.text
    assert f"Valid until: {signed.due_on:%-d %B %Y}" in letter.text
    assert "As: pharmacist, General Pharmaceutical Council" in letter.text
    assert "2012345" not in letter.text, "a registration number is nobody else's business"


def test_every_verdict_has_its_own_receipt():
    person = signer()
    signed = builders.approved(by=person)
    revision = signed.revision

    review.revoke(revision=revision, by=person, digest=revision.digest, comment="The text is wrong.")

    assert [subject.rpartition(", ")[2] for _, subject in told()] == ["approved", "approval revoked"]
    assert "Valid until" not in Letter.objects.last().text


def test_contributors_and_the_submitter_are_told_of_requested_changes():
    reached("editor", builders.EDITOR)
    reached("second", builders.EDITOR)
    reached("bystander", builders.EDITOR)
    drug = builders.written(by=builders.person("second", builders.EDITOR))
    editor = builders.person("editor", builders.EDITOR)
    revision = review.submit(
        drug=drug, part=Part.MONOGRAPH, by=editor, change_kind=ChangeKind.CLINICAL, note="First."
    )

    review.request_changes(
        revision=revision, by=signer(), digest=revision.digest, comment="Say which ankles.\nTwice."
    )

    asked = "Changes asked for: Amlodipine (monograph, revision 1)"
    assert set(told()) == {
        ("editor", asked),
        ("second", asked),
        ("pharmacist", "You signed: Amlodipine (monograph, revision 1), changes asked for"),
    }
    letter = Letter.objects.get(to__username="second")
    assert letter.text.startswith("pharmacist asks for changes to Amlodipine")
    assert "Say which ankles.\nTwice." in letter.text


def test_who_asks_for_changes_to_an_own_text_gets_the_receipt_alone():
    person = signer()
    revision = builders.submitted(by=person)

    review.request_changes(revision=revision, by=person, digest=revision.digest, comment="Not yet.")

    assert [subject.split(":")[0] for _, subject in told()] == ["You signed"]


# What letters look like


def test_a_demonstration_says_so_in_every_letter():
    DemoDatabase.objects.create(pk=1)

    builders.approved(by=signer())

    letter = Letter.objects.get()
    assert letter.subject.startswith("Demonstration: You signed")
    assert letter.text.endswith("not by clinicians.")


@pytest.mark.parametrize(
    ("hosts", "is_demo", "whole"),
    [
        (["www.example.org", "example.org"], False, "https://www.example.org/drugs/"),
        (["*", ".example.org", "localhost", "b.example.org"], False, "https://b.example.org/drugs/"),
        (["demo.example.org"], True, "http://demo.example.org/drugs/"),
        (["localhost", "127.0.0.1", "[::1]"], True, "/drugs/"),
        (["*"], False, "/drugs/"),
    ],
)
def test_the_address_of_a_page_is_whole_where_the_name_of_the_site_is_known(settings, hosts, is_demo, whole):
    settings.ALLOWED_HOSTS, settings.DEMO = hosts, is_demo

    assert address("/drugs/") == whole


@pytest.mark.parametrize(
    "typed",
    [
        "Amlodipine\nBcc: all@hospital.example",
        "Amlodipine\r\nBcc: all@hospital.example",
        "Amlodipine\x0b\x00\u2028Bcc:",
    ],
)
def test_a_subject_is_one_line_whatever_was_typed(typed):
    assert one_line(typed).startswith("Amlodipine Bcc:")
    assert one_line("x" * 500) == "x" * 199 + "…"


def test_a_name_with_a_line_break_makes_no_second_header():
    reached("ann", builders.LEAD)
    editor = builders.person("editor", builders.EDITOR)
    drug = builders.written()
    Drug.objects.filter(pk=drug.pk).update(name="Amlo\r\nBcc: all@hospital.example")

    write(leads(), about="x", subject=f"About {Drug.objects.get()}", lines=["a\x00b\tc\u00a0d"])

    letter = Letter.objects.get()
    assert letter.subject == "About Amlo Bcc: all@hospital.example"
    assert letter.text == "ab c d"
    assert editor.email == ""


def test_nobody_is_told_of_the_same_thing_twice():
    reached("ann", builders.LEAD)
    for subject in ("First", "Second"):
        write(leads(), about="revision 1", subject=subject, lines=["Text."])

    assert told() == [("ann", "First")]


# What the digest finds besides


def test_leads_are_told_once_that_the_day_of_a_notice_has_passed(lead):
    reached("ann", builders.LEAD)
    live = builders.released()
    today = timezone.localdate()
    notice = review.post_notice(
        on=live.drug, text="Read this first.", source=live.drug.reference_smpc, check_on=today, by=lead
    )
    now = review.clinical_now()

    for days, subjects in ((0, 0), (1, 1), (2, 1)):
        review.write_due_letters(at=now + timedelta(days=days))
        assert Letter.objects.filter(is_urgent=True).count() == subjects, days
    review.keep_notice(notice=notice, check_on=today + timedelta(days=5), by=lead)
    for days, subjects in ((5, 1), (6, 2), (7, 2)):
        review.write_due_letters(at=now + timedelta(days=days))
        assert Letter.objects.filter(is_urgent=True).count() == subjects, days
    review.end_notice(notice=notice, by=lead, reason="Now in Monitoring.")
    review.write_due_letters(at=now + timedelta(days=90))

    letters = Letter.objects.filter(is_urgent=True)
    assert [letter.subject for letter in letters] == ["Safety notice to look at again: Amlodipine"] * 2
    assert "Text: Read this first." in letters[0].text


def test_holder_and_leads_are_told_once_of_a_credential_that_ends_within_30_days():
    person = signer(full_name="Amina Khan")
    reached("ann", builders.LEAD)
    credential = person.credentials.get()
    last = f"{timezone.localdate(credential.ends_at - timedelta(seconds=1)):%-d %B %Y}"

    for days in (31, 30, 29, 1, 0):
        review.write_due_letters(at=credential.ends_at - timedelta(days=days, seconds=1))
        found = Letter.objects.filter(about=f"credential {credential.pk}")
        assert found.count() == (0 if days >= 30 else 2), days

    assert {(letter.to.username, letter.subject) for letter in found} == {
        ("pharmacist", f"Your credential is valid until {last}"),
        ("ann", f"The credential of Amina Khan is valid until {last}"),
    }
    assert not [letter for letter in found if credential.number in letter.text]


def test_of_a_credential_that_was_ended_nobody_is_told(lead):
    credential = signer().credentials.get()
    review.end_credential(credential=credential, by=lead, reason="Left.")

    review.write_due_letters(at=credential.ends_at - timedelta(days=2))

    assert not Letter.objects.filter(about__startswith="credential").exists()
