"""Credentials in the admin: recorded by leads, verified, ended; whose numbers are seen; reviews cancelled."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session

from clincalc.accounts import kept
from clincalc.accounts.models import KeptForm
from monographs import review
from monographs.admin.credentials import CredentialForm
from monographs.models import Credential, DemoDatabase, Questioned
from tests import builders, pages
from tests.admin.forms import errors, onlooker, signed_in
from tests.admin.test_registered import MOST, queries
from tests.review.test_credentials import recorded, today

pytestmark = pytest.mark.django_db
LIST = "/admin/monographs/credential/"
ADD = f"{LIST}add/"
NUMBER = "2012345"
REASON = {"reason": "Registration lapsed."}


@pytest.fixture
def waiting(lead, pharmacist):
    """A pharmacist's credential that nobody has verified yet."""
    return recorded(pharmacist, by=lead)


def page_of(credential, step="change"):
    """Return the address of a credential's page or step."""
    return f"{LIST}{credential.pk}/{step}/"


def filled(holder, **changes):
    """Return what a browser sends of a new credential."""
    data = {
        "person": holder.pk,
        "role": "pharmacist",
        "body": "General Pharmaceutical Council",
        "number": NUMBER,
        "may_sign_monographs": "on",
        "first": today().isoformat(),
        "last": (today() + timedelta(days=364)).isoformat(),
    }
    return {name: value for name, value in (data | changes).items() if value is not None}


def sent(client, address, data):
    """Send a form; return the page that follows."""
    return client.post(address, data, follow=True)


def said(response):
    """Return the messages of a page."""
    return [str(message) for message in response.context["messages"]]


def in_list(client):
    """Return who stands in the list, and what it says of each."""
    found = client.get(LIST).context["cl"]
    admin = found.model_admin
    return [
        (admin.holder(row), admin.state(row), admin.signs(row), admin.since(row), admin.last_signature(row))
        for row in found.result_list
    ]


def day(value):
    return f"{value:%-d %B %Y}"


# Recording


def test_a_lead_records_a_credential_from_day_to_day(lead, pharmacist):
    response = signed_in(lead).post(ADD, filled(pharmacist))

    assert response.status_code == 302, errors(response)
    credential = Credential.objects.get()
    assert (credential.person, credential.recorded_by, credential.verified_by) == (pharmacist, lead, None)
    assert (credential.starts_at, credential.ends_at) == review.span(today(), today() + timedelta(days=364))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"role": "Pharmacist"}, "lower case"),
        ({"role": "pharmacist \u200b"}, "invisible"),
        ({"may_sign_monographs": None}, "Say what it lets them sign."),
        ({"last": "2020-01-01", "first": "2019-01-01"}, "Choose a last day from"),
        ({"last": "2026-01-01", "first": "2026-02-01"}, "The last day is before the first."),
        ({"last": "9999-12-31"}, "Choose a last day from"),
        ({"first": "0001-01-01"}, "Choose a first day from"),
        ({"first": "yesterday"}, "valid date"),
        ({"person": "x"}, "Select a valid choice"),
        ({"person": "9" * 30}, "Select a valid choice"),
        ({"person": ""}, "This field is required."),
        ({"number": "1\x00"}, "Null characters"),
    ],
)
def test_what_cannot_be_recorded_is_said_in_the_form(lead, pharmacist, changes, sentence):
    response = signed_in(lead).post(ADD, filled(pharmacist, **changes))

    assert sentence in " ".join(errors(response))
    assert not Credential.objects.exists()


def test_only_active_staff_can_be_chosen(lead, pharmacist):
    gone, reader = builders.person("gone"), builders.person("reader")
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)
    type(gone).objects.filter(pk=reader.pk).update(is_staff=False)

    form = signed_in(lead).get(ADD).context["adminform"].form

    assert {str(row) for row in form.fields["person"].queryset} == {"lead", "pharmacist"}


def test_a_form_that_is_sent_twice_records_once(lead, pharmacist):
    client = signed_in(lead)
    client.post(ADD, filled(pharmacist))

    again = client.post(ADD, filled(pharmacist))

    assert "This registration is recorded already." in " ".join(errors(again))
    assert Credential.objects.count() == 1


def test_a_lead_corrects_what_nobody_has_verified(lead, waiting):
    client = signed_in(builders.person("another", builders.LEAD))
    form = client.get(page_of(waiting)).context["adminform"].form
    assert (form["first"].value(), form["last"].value()) == (
        today() - timedelta(days=30),
        today() + timedelta(days=365),
    )

    client.post(page_of(waiting), filled(waiting.person, number="2012346"))

    assert Credential.objects.values_list("number", "recorded_by__username").get() == ("2012346", "another")


def test_what_is_verified_is_only_read_and_a_form_that_was_open_is_told_so(lead, waiting):
    client = signed_in(lead)
    review.verify_credential(credential=waiting, by=lead)
    before = Credential.objects.values().get()

    page = client.get(page_of(waiting))
    answer = sent(client, page_of(waiting), filled(waiting.person, number="1"))

    assert not page.context["adminform"].form.fields
    assert NUMBER in page.content.decode()
    assert "_save" not in page.content.decode()
    assert "verified or ended already" in said(answer)[0]
    assert Credential.objects.values().get() == before


def test_a_correction_that_met_an_expired_login_is_kept_until_the_credential_is_verified(lead, waiting):
    client = signed_in(lead)
    page = client.get(page_of(waiting))
    changed = {"role": "hospital pharmacist", "number": "2012346"}
    data = filled(waiting.person, **changed) | {kept.DRAWN_FOR: page.context[kept.DRAWN_FOR]}
    Session.objects.all().delete()
    client.post(page_of(waiting), data)
    client.force_login(lead)
    again = client.get(f"{page_of(waiting)}?kept=1")
    assert again.context["adminform"].form["role"].value() == "hospital pharmacist"
    assert again.context["adminform"].form["number"].value() is None
    assert "2012346" not in KeptForm.objects.get().data

    review.verify_credential(credential=waiting, by=lead)

    late = client.get(f"{page_of(waiting)}?kept=1", follow=True)
    assert "verified or ended already" in said(late)[0]
    assert Credential.objects.get().number == NUMBER


def test_a_credential_that_is_verified_while_a_form_is_saved_is_an_error_of_the_form(lead, waiting):
    review.verify_credential(credential=waiting, by=lead)

    form = CredentialForm(filled(waiting.person, number="1"), instance=waiting)

    assert "verified or ended already" in form.errors["__all__"][0]


# The list


def test_the_list_says_who_can_sign_what_since_when_and_signed_when(lead, waiting):
    signer = builders.credentialed("signer")
    builders.approved(by=signer)
    later = recorded(
        builders.person("later", builders.REVIEWER), by=lead, days=(10, 20), may_sign_dosing=True
    )
    review.verify_credential(credential=later, by=lead)
    idle = builders.credentialed("idle", builders.EDITOR)
    ended = builders.credentialed("ended")
    review.end_credential(credential=ended.credentials.get(), by=lead, reason="Left")

    year = today() + timedelta(days=365)
    assert in_list(signed_in(lead)) == [
        ("pharmacist", "waits for verification", "nothing (recorded for monographs)", None, None),
        (
            "idle",
            f"valid until {day(year)}",
            "nothing: the account is closed or in no group that signs",
            day(today()),
            None,
        ),
        (
            "later",
            f"begins on {day(today() + timedelta(days=10))}",
            "nothing (recorded for monographs and dosing)",
            day(today() + timedelta(days=10)),
            None,
        ),
        ("signer", f"valid until {day(year)}", "monographs", day(today()), day(today())),
        ("ended", f"ended on {day(today())}: Left", "nothing (recorded for monographs)", day(today()), None),
    ]
    assert idle.credentials.exists()


def test_the_list_and_the_pages_ask_few_queries_however_many_rows(lead, waiting):
    client = signed_in(lead)
    signer = builders.credentialed("signer")
    builders.approved(by=signer)
    credential = signer.credentials.get()
    addresses = [LIST, ADD, page_of(waiting), page_of(credential)]
    addresses += [page_of(waiting, "verify"), page_of(credential, "end"), page_of(credential, "question")]
    queries(client, LIST)
    few = [queries(client, address) for address in addresses]
    for number in range(4):
        builders.credentialed(f"person {number}")
        builders.approved(f"Testol {number}", by=signer)

    many = [queries(client, address) for address in addresses]

    assert many == few
    assert max(many) <= MOST, many


# Who sees what


def test_who_signs_sees_their_own_credential_and_no_other_number(lead, waiting):
    other = recorded(builders.person("other", builders.REVIEWER), by=lead, number="7654321")
    client = signed_in(waiting.person)

    assert [row[0] for row in in_list(client)] == ["pharmacist"]
    page = client.get(page_of(waiting))
    assert NUMBER in page.content.decode()
    assert not page.context["adminform"].form.fields
    for address in (page_of(other), page_of(other, "history")):
        assert "7654321" not in client.get(address, follow=True).content.decode()
    for query in ("q=other", "number=7654321", "number__startswith=7"):
        assert client.get(f"{LIST}?{query}").context["cl"].result_count == 0
    for step in ("verify", "end", "question"):
        assert client.get(page_of(other, step)).status_code == 404
        assert client.get(page_of(waiting, step)).status_code == 403


def test_an_editor_sees_no_credential(editor, waiting):
    client = signed_in(editor)

    for address in (LIST, page_of(waiting), page_of(waiting, "history"), page_of(waiting, "verify")):
        assert NUMBER not in client.get(address, follow=True).content.decode()
    assert client.get(LIST).status_code == 403


@pytest.mark.parametrize("role", [builders.EDITOR, builders.REVIEWER, None])
def test_a_crafted_form_of_anybody_but_a_lead_does_nothing(lead, waiting, role):
    builders.approved(by=builders.credentialed("signer"))
    signer = Credential.objects.get(person__username="signer")
    person = builders.person("other", role) if role else onlooker()
    client = signed_in(person)
    before = list(Credential.objects.order_by("pk").values())
    seen = {"seen": review.credential_digest(waiting)}

    answers = [
        client.post(ADD, filled(person)),
        client.post(page_of(waiting), filled(person)),
        client.post(page_of(waiting, "verify"), seen),
        client.post(page_of(signer, "end"), REASON),
        client.post(page_of(signer, "question"), REASON),
        client.post(page_of(waiting, "delete"), {"post": "yes"}),
    ]
    client.post(LIST, {"action": "delete_selected", "_selected_action": [waiting.pk], "post": "yes"})

    assert {answer.status_code for answer in answers} <= {302, 403, 404}
    assert list(Credential.objects.order_by("pk").values()) == before
    assert not Questioned.objects.exists()


def test_a_reviewer_cannot_touch_their_own(waiting):
    client = signed_in(waiting.person)
    before = Credential.objects.values().get()

    assert client.post(page_of(waiting), filled(waiting.person, number="1")).status_code == 403
    assert client.post(page_of(waiting, "end"), REASON).status_code == 403
    assert client.post(page_of(waiting, "verify"), {"seen": "x"}).status_code == 403
    assert Credential.objects.values().get() == before


def test_nobody_deletes_a_credential_and_nobody_writes_questioned_by_hand(lead, waiting):
    client = signed_in(lead)
    questioned = review.question_reviews_of(person=waiting.person, by=lead, reason="Not registered.")
    address = "/admin/monographs/questioned/"

    assert client.post(page_of(waiting, "delete"), {"post": "yes"}).status_code == 403
    assert client.get(address).status_code == 200
    assert "Not registered." in pages.words(client.get(f"{address}{questioned.pk}/change/"))
    assert client.post(f"{address}add/", {"person": lead.pk, "reason": "x"}).status_code == 403
    assert client.post(f"{address}{questioned.pk}/change/", {"reason": "x"}).status_code == 403
    assert client.post(f"{address}{questioned.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("pk", ["999", "9" * 30])
def test_a_credential_that_is_not_there_has_no_page(lead, pk):
    client = signed_in(lead)

    for step in ("verify", "end", "question"):
        assert client.get(f"{LIST}{pk}/{step}/").status_code == 404
    assert client.get(f"{LIST}{pk}/change/").status_code == 302


# Steps


def test_a_second_person_verifies_what_the_page_shows(lead, waiting):
    client = signed_in(lead)
    page = client.get(page_of(waiting, "verify"))
    assert f"General Pharmaceutical Council, registration number {NUMBER}." in pages.words(page)

    seen = {"seen": page.context["step"].form["seen"].value(), "password": builders.PASSWORD}
    sent(client, page_of(waiting, "verify"), seen)

    assert Credential.objects.get().verified_by == lead
    assert LogEntry.objects.get().get_change_message() == "verified with the register"
    assert "verify" not in dict(client.get(page_of(waiting)).context["steps"]).values()


def test_what_was_corrected_meanwhile_is_shown_and_not_yet_verified(lead, waiting):
    client = signed_in(lead)
    old = {"seen": review.credential_digest(waiting), "password": builders.PASSWORD}
    waiting.number = "2012346"
    review.record_credential(credential=waiting, by=lead)

    page = client.post(page_of(waiting, "verify"), old)

    assert "corrected since you opened the page" in pages.words(page)
    assert "2012346" in pages.words(page)
    assert Credential.objects.get().verified_by is None
    client.post(page_of(waiting, "verify"), old | {"seen": page.context["step"].form["seen"].value()})
    assert Credential.objects.get().verified_by == lead


def test_nobody_verifies_their_own_nor_twice(lead):
    own = recorded(lead, by=lead)
    client = signed_in(lead)
    data = {"seen": review.credential_digest(own)}

    assert "verified by somebody else" in pages.words(client.get(page_of(own, "verify")))
    assert "verified by somebody else" in pages.words(client.post(page_of(own, "verify"), data))
    assert Credential.objects.get().verified_by is None

    another = builders.person("another", builders.LEAD)
    review.verify_credential(credential=own, by=another)
    assert "verified or ended already" in pages.words(client.post(page_of(own, "verify"), data))
    assert Credential.objects.get().verified_by == another


def test_a_credential_is_ended_once_with_a_reason(lead, waiting):
    client = signed_in(lead)

    assert "This field is required." in pages.words(client.post(page_of(waiting, "end"), {"reason": " "}))
    sent(client, page_of(waiting, "end"), REASON)
    again = client.post(page_of(waiting, "end"), {"reason": "Another."})

    assert "has ended already" in pages.words(again)
    assert Credential.objects.get().ended_because == "Registration lapsed."
    assert LogEntry.objects.get().get_change_message() == "ended"


def test_all_reviews_of_a_person_are_cancelled_after_each_page_was_named(lead):
    signer = builders.credentialed("signer")
    builders.approved(by=signer)
    builders.approved("Felodipine", by=builders.credentialed("other"))
    client = signed_in(lead)
    address = page_of(signer.credentials.get(), "question")

    page = pages.words(client.get(address))
    assert "The mark of 1 page changes:" in page
    assert f"Amlodipine: Reviewed {day(today())} becomes Not reviewed: cancelled" in page
    assert "Felodipine" not in page
    assert "status wording" in pages.words(client.post(address, {"reason": "It was approved by a friend."}))
    assert not Questioned.objects.exists()
    done = sent(client, address, {"reason": "The signer was\r\nnot registered."})

    assert said(done) == ["signer, pharmacist: No review of signer counts any more."]
    assert Questioned.objects.get().reason == "The signer was not registered."
    assert Credential.objects.get(person=signer).ended_by == lead
    body = pages.words(client.get("/drugs/amlodipine/"))
    assert "review cancelled" in body
    assert "The signer was not registered." in body


def test_reviews_are_not_cancelled_twice_nor_by_oneself(lead):
    signer = builders.credentialed("signer")
    client = signed_in(lead)
    address = page_of(signer.credentials.get(), "question")
    sent(client, address, REASON)

    again = client.post(address, REASON)

    assert "Nothing that signer signed counts now" in pages.words(again)
    assert Questioned.objects.count() == 1
    own = builders.credentialed("lead", builders.LEAD).credentials.get()
    assert "Nobody questions their own reviews" in pages.words(client.post(page_of(own, "question"), REASON))
    assert Questioned.objects.count() == 1


def test_a_demonstration_says_so_in_each_mark(lead):
    DemoDatabase.objects.create(pk=1)
    signer = builders.credentialed("signer")
    builders.approved(by=signer)

    page = pages.words(signed_in(lead).get(page_of(signer.credentials.get(), "question")))

    assert f"Amlodipine: Reviewed {day(today())} (demo) becomes Not reviewed: cancelled (demo)" in page
