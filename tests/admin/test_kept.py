"""A form that met an expired login is kept for its person, shown again, and saved by nobody but them."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from clincalc.accounts import kept
from clincalc.accounts.models import KeptForm
from monographs.models import Drug, Edit, Release, Revision
from tests import builders, pages
from tests.admin.forms import change_of, errors, opened, posted, signed_in

pytestmark = pytest.mark.django_db
TEXT = {"section_cautions": "Low pressure. [smpc 4.4]", "lead": "A lead that must not be lost."}


def form_of(client, address):
    """Return what a browser would send of a drug's form, with the mark that it carries."""
    page = client.get(address)
    return posted(page) | {kept.DRAWN_FOR: page.context[kept.DRAWN_FOR]}


def lost(person, drug, changes=TEXT):
    """Send a drug's form after the person's login has expired; return the browser and the answer."""
    client = signed_in(person)
    data = form_of(client, change_of(drug)) | changes
    Session.objects.all().delete()
    return client, client.post(change_of(drug), data)


def test_the_form_is_shown_again_filled_and_unsaved_after_signing_in(editor):
    drug = builders.written()
    client, answer = lost(editor, drug)
    assert answer.status_code == 302
    assert "What you wrote is kept" in client.get(answer.url).content.decode()

    client.force_login(editor)
    again = client.get(f"{change_of(drug)}?kept=1")

    form = again.context["adminform"].form
    assert form["section_cautions"].value() == TEXT["section_cautions"]
    assert form["lead"].value() == TEXT["lead"]
    assert any("Nothing is saved yet" in error for error in errors(again))
    assert Drug.objects.get(pk=drug.pk).lead == drug.lead
    assert not drug.sections.filter(kind="cautions").exists()


def test_signing_in_leads_back_to_the_form(editor):
    editor.set_password("a password of tests")
    editor.save()
    drug = builders.written()
    client, answer = lost(editor, drug)

    back = client.post(answer.url, {"username": "editor", "password": "a password of tests"})

    assert back.url == f"{change_of(drug)}?kept=1"
    assert TEXT["lead"] in client.get(back.url).content.decode()


def test_the_form_that_is_shown_again_can_be_saved_and_is_then_forgotten(editor):
    drug = builders.written()
    client, _ = lost(editor, drug)
    client.force_login(editor)
    address = f"{change_of(drug)}?kept=1"

    saved = client.post(address, form_of(client, address))

    assert saved.status_code == 302, errors(saved)
    assert Drug.objects.get(pk=drug.pk).lead == TEXT["lead"]
    assert Edit.objects.order_by("-pk").first().by == editor
    assert not KeptForm.objects.exists()


def test_it_stays_until_it_is_saved(editor):
    drug = builders.written()
    client, _ = lost(editor, drug)
    client.force_login(editor)

    for _ in range(2):
        assert TEXT["lead"] in client.get(f"{change_of(drug)}?kept=1").content.decode()


def test_another_person_who_signs_in_sees_nothing_of_it(editor, pharmacist):
    drug = builders.written()
    client, _ = lost(editor, drug)
    client.force_login(pharmacist)

    page = client.get(f"{change_of(drug)}?kept=1")

    assert TEXT["lead"] not in page.content.decode()
    assert page.context["adminform"].form["lead"].value() == drug.lead


def test_a_save_by_somebody_else_meanwhile_is_shown_beside_it(editor, pharmacist):
    drug = builders.written()
    client, _ = lost(editor, drug)
    other = signed_in(pharmacist)
    other.post(change_of(drug), opened(other, drug) | {"lead": "The other's lead."})
    client.force_login(editor)

    page = client.get(f"{change_of(drug)}?kept=1")

    assert "The other&#x27;s lead." in page.content.decode()
    assert TEXT["lead"] in page.content.decode()
    assert Drug.objects.get(pk=drug.pk).lead == "The other's lead."


def test_a_step_that_met_an_expired_login_is_not_taken(lead):
    drug = builders.written()
    address = f"/admin/monographs/drug/{drug.pk}/submit/"
    client = signed_in(lead)
    page = client.get(address)
    mark = {kept.DRAWN_FOR: page.context[kept.DRAWN_FOR], "seen": page.context["step"].form["seen"].value()}
    Session.objects.all().delete()
    client.post(address, mark | {"change_kind": "safety", "note": "A note that must not be lost."})
    client.force_login(lead)

    again = client.get(f"{address}?kept=1")

    assert "A note that must not be lost." in again.content.decode()
    assert "Nothing is saved yet" in pages.words(again)
    assert not Revision.objects.exists()
    assert not Release.objects.exists()


def test_a_new_drug_is_kept_too(editor):
    client = signed_in(editor)
    address = "/admin/monographs/drug/add/"
    data = form_of(client, address) | {"name": "Felodipine", "slug": "felodipine"}
    Session.objects.all().delete()
    client.post(address, data)
    client.force_login(editor)

    again = client.get(f"{address}?kept=1")

    assert 'value="Felodipine"' in again.content.decode()
    assert not Drug.objects.exists()


@pytest.mark.parametrize("mark", ["", "1", "1:forged:forged"])
def test_a_form_without_a_true_mark_is_not_kept(mark):
    drug = builders.written()

    answer = Client().post(change_of(drug), {"lead": "Spam.", kept.DRAWN_FOR: mark})

    assert answer.status_code == 302
    assert "kept" not in answer.url
    assert not KeptForm.objects.exists()


def test_forms_of_accounts_are_never_kept(editor):
    address = f"/admin/accounts/user/{editor.pk}/password/"

    Client().post(address, {"password1": "secret", kept.DRAWN_FOR: kept.mark_of(editor)})

    assert not KeptForm.objects.exists()


def test_what_is_kept_ends_after_seven_days(editor):
    drug = builders.written()
    client, _ = lost(editor, drug)
    KeptForm.objects.update(kept_at=timezone.now() - timedelta(days=8))
    client.force_login(editor)

    assert TEXT["lead"] not in client.get(f"{change_of(drug)}?kept=1").content.decode()
    other = builders.written("Felodipine")
    lost(editor, other)
    assert KeptForm.objects.get().path == change_of(other)


def test_no_more_than_twenty_forms_are_kept_of_a_person(editor):
    mark = {kept.DRAWN_FOR: kept.mark_of(editor)}

    for number in range(kept.MOST_FORMS + 3):
        Client().post(f"/admin/monographs/drug/{number}/change/", mark | {"lead": "x"})

    assert KeptForm.objects.count() == kept.MOST_FORMS
    assert not KeptForm.objects.filter(path="/admin/monographs/drug/0/change/").exists()
