"""Safety notices in the admin: put up on a drug or a class, kept, ended; the list is only read."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry

from monographs import review
from monographs.models import DrugClass, Generation, SafetyNotice, Source
from tests import builders, pages
from tests.admin.forms import change_of, onlooker, signed_in
from tests.admin.test_credentials import day, said, sent
from tests.admin.test_registered import MOST, queries
from tests.review.test_credentials import today
from tests.review.test_forecast import noticed

pytestmark = pytest.mark.django_db
LIST = "/admin/monographs/safetynotice/"
TEXT = "Stop it in people with ankle swelling."
ENDING = {"reason": "now in Monitoring (version 8)."}


def post_of(target):
    """Return the address at which a notice is put up on a drug or class."""
    return f"/admin/monographs/{target._meta.model_name}/{target.pk}/notice/"


def page_of(notice, step="change"):
    """Return the address of a notice's page or step."""
    return f"{LIST}{notice.pk}/{step}/"


def filled(**changes):
    """Return what a browser sends of a new notice."""
    source = Source.objects.first() or builders.written("Nifedipine").reference_smpc
    check_on = (today() + timedelta(days=30)).isoformat()
    return {"text": TEXT, "source": source.pk, "check_on": check_on} | changes


def problems(response):
    """Return what the form of a step says is wrong."""
    return " ".join(str(error) for found in response.context["step"].form.errors.values() for error in found)


def in_list(client):
    """Return what the list says of each notice."""
    found = client.get(LIST).context["cl"]
    return [(found.model_admin.on(row), found.model_admin.state(row)) for row in found.result_list]


# Putting up


def test_a_lead_puts_a_notice_up_on_a_drug_after_the_page_told_what_changes(lead):
    builders.approved()
    drug = builders.released("Felodipine").drug
    client = signed_in(lead)
    page = pages.words(client.get(post_of(drug)))
    assert f"readers see “Safety notice, {day(today())}”" in page
    assert "Felodipine: Not reviewed becomes Not reviewed · safety notice" in page
    assert "Amlodipine: Reviewed" not in page

    done = sent(client, post_of(drug), filled())

    notice = SafetyNotice.objects.get()
    assert (notice.drug, notice.text, notice.posted_by) == (drug, TEXT, lead)
    assert said(done) == ["Felodipine: Readers see the notice now."]
    assert LogEntry.objects.get().get_change_message() == "put up"


def test_a_notice_on_a_class_names_every_page_below_it(lead):
    top = pages.drug_class("cardiac")
    pages.drug_class("calcium-channel-blockers", "Calcium-channel blocker", parent=top)
    builders.approved()
    builders.released("Felodipine")
    pages.withdrawn("Isradipine")
    client = signed_in(lead)

    page = pages.words(client.get(post_of(top)))

    assert "It shows on every drug of this class and of the classes below it: 2 pages now." in page
    assert "The mark of 2 pages changes:" in page
    assert f"Amlodipine: Reviewed {day(today())} becomes Check first: safety notice" in page
    assert "Felodipine: Not reviewed becomes Not reviewed · safety notice" in page
    assert "Isradipine" not in page
    sent(client, post_of(top), filled())
    assert SafetyNotice.objects.get().drug_class == top


def test_a_drug_without_a_page_says_so(lead):
    page = signed_in(lead).get(post_of(builders.written()))

    assert "Amlodipine has no public page now; the notice shows when it has one." in pages.words(page)
    assert "No mark changes." in pages.words(page)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"text": ""}, "This field is required."),
        ({"text": "Give 5 mg instead."}, "amount of medicine"),
        ({"text": "a" * 281}, "at most 280 characters, this has 281"),
        ({"source": ""}, "This field is required."),
        ({"source": "x"}, "Select a valid choice"),
        ({"source": "²"}, "Select a valid choice"),
        ({"source": "9" * 30}, "Select a valid choice"),
        ({"source": "999"}, "Select a valid choice"),
        ({"check_on": "2020-01-01"}, "Choose a day from"),
        ({"check_on": "9999-12-31"}, "Choose a day from"),
        ({"check_on": "soon"}, "valid date"),
    ],
)
def test_what_cannot_be_put_up_is_said_in_the_form(lead, changes, sentence):
    drug = builders.released().drug

    response = signed_in(lead).post(post_of(drug), filled(**changes))

    assert sentence in problems(response)
    assert not SafetyNotice.objects.exists()


def test_a_form_that_is_sent_twice_puts_one_notice_up(lead):
    drug = builders.released().drug
    drug_class = DrugClass.objects.get()
    client = signed_in(lead)
    for target in (drug, drug_class):
        sent(client, post_of(target), filled())
        number = Generation.objects.get().number

        again = client.post(post_of(target), filled())

        assert "This notice is up already." in problems(again)
        assert f"Up already since {day(today())}: {TEXT}" in pages.words(again)
        assert Generation.objects.get().number == number
    assert SafetyNotice.objects.count() == 2


def test_the_source_is_found_while_typing(lead):
    source = builders.written().reference_smpc
    query = "app_label=monographs&model_name=safetynotice&field_name=source&term=amlo"

    found = signed_in(lead).get(f"/admin/autocomplete/?{query}").json()["results"]

    assert found == [{"id": str(source.pk), "text": str(source)}]


def test_a_text_of_two_lines_becomes_one_paragraph(lead):
    drug = builders.released().drug

    sent(signed_in(lead), post_of(drug), filled(text=" Stop it.\r\nAsk first. "))

    assert SafetyNotice.objects.get().text == "Stop it. Ask first."


def test_a_drug_that_has_ended_takes_no_notice(lead):
    drug, heir = builders.released().drug, builders.released("Felodipine").drug
    plan = review.merge_plan(drug, heir)
    review.merge(drug=drug, into=heir, by=lead, reason="One medicine.", seen=plan.digest)

    answer = signed_in(lead).post(post_of(drug), filled())

    assert "its text is closed" in pages.words(answer)
    assert not SafetyNotice.objects.exists()


def test_the_forms_of_drugs_and_classes_lead_there(lead, editor):
    drug = builders.written()
    forms = (change_of(drug), f"/admin/monographs/drugclass/{drug.primary_class_id}/change/")

    for address, target in zip(forms, (drug, drug.primary_class), strict=True):
        assert post_of(target) in signed_in(lead).get(address).content.decode()
        assert post_of(target) not in signed_in(editor).get(address).content.decode()


# The list


def test_the_list_has_open_notices_first_and_says_how_each_stands(lead):
    drug = builders.released().drug
    late, soon, ended = (noticed(drug, lead, text=text) for text in ("Late.", "Soon.", "Ended."))
    review.keep_notice(notice=late, check_on=today() + timedelta(days=60), by=lead)
    # No clock is moved: the guard of days looks ahead only.
    SafetyNotice.objects.filter(pk=soon.pk).update(check_on=today() - timedelta(days=1))
    review.end_notice(notice=ended, by=lead, reason="now in Monitoring")
    noticed(drug.primary_class, lead, text="Class.")

    assert in_list(signed_in(lead)) == [
        ("Amlodipine", f"open, check passed since {day(today() - timedelta(days=1))}"),
        ("Calcium-channel blocker (class)", "open"),
        ("Amlodipine", "open"),
        ("Amlodipine", f"ended on {day(today())} by lead: now in Monitoring"),
    ]


def test_a_notice_that_a_revoke_put_up_says_so(lead):
    approval = builders.approved()
    revision = approval.revision
    review.revoke(
        revision=revision, by=approval.reviewer, digest=revision.digest, comment="A warning is missing."
    )
    notice = SafetyNotice.objects.get()
    client = signed_in(lead)

    assert f"revoked: {revision}" in pages.words(client.get(page_of(notice)))
    assert "the approval that was revoked" in pages.words(client.get(page_of(notice, "end")))
    assert "No mark changes." not in pages.words(client.get(page_of(notice, "end")))


def test_lists_and_pages_ask_few_queries_however_many_rows(lead):
    drug = builders.released().drug
    notice = noticed(drug, lead)
    client = signed_in(lead)
    addresses = [LIST, page_of(notice), page_of(notice, "keep"), page_of(notice, "end")]
    addresses += [post_of(drug), post_of(drug.primary_class)]
    addresses.append(f"/admin/monographs/drugclass/{drug.primary_class_id}/change/")
    queries(client, LIST)
    few = [queries(client, address) for address in addresses]
    for number in range(4):
        noticed(builders.released(f"Testol {number}").drug, lead)
        noticed(drug.primary_class, lead, text=f"Text {number}.")

    many = [queries(client, address) for address in addresses]

    assert many == few
    assert max(many) <= MOST, many


# Who may


@pytest.mark.parametrize("role", [builders.EDITOR, builders.REVIEWER, None])
def test_a_crafted_form_of_anybody_but_a_lead_does_nothing(lead, role):
    drug = builders.released().drug
    notice = noticed(drug, lead)
    client = signed_in(builders.person("other", role) if role else onlooker())
    before = SafetyNotice.objects.values().get()

    answers = [
        client.post(post_of(drug), filled(text="Another.")),
        client.post(post_of(drug.primary_class), filled(text="Another.")),
        client.post(page_of(notice, "keep"), {"check_on": today().isoformat()}),
        client.post(page_of(notice, "end"), ENDING),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert SafetyNotice.objects.values().get() == before
    assert client.get(LIST).status_code == client.get(page_of(notice)).status_code == 200
    assert not client.get(page_of(notice)).context["steps"]


def test_no_notice_is_added_changed_or_deleted_by_hand(lead):
    notice = noticed(builders.released().drug, lead)
    client = signed_in(lead)

    assert client.post(f"{LIST}add/", filled()).status_code == 403
    assert client.post(page_of(notice), {"text": "Another."}).status_code == 403
    assert client.post(page_of(notice, "delete"), {"post": "yes"}).status_code == 403
    client.post(LIST, {"action": "delete_selected", "_selected_action": [notice.pk], "post": "yes"})
    assert SafetyNotice.objects.get().text == TEXT


@pytest.mark.parametrize("pk", ["999", "9" * 30])
def test_what_is_not_there_has_no_page(lead, pk):
    client = signed_in(lead)

    for address in (f"{LIST}{pk}/keep/", f"{LIST}{pk}/end/"):
        assert client.get(address).status_code == 404
    for noun in ("drug", "drugclass"):
        assert client.post(f"/admin/monographs/{noun}/{pk}/notice/", filled()).status_code == 404


# Keeping and ending


def test_a_notice_that_still_holds_gets_another_day_and_the_history_says_by_whom(lead):
    notice = noticed(builders.released().drug, lead)
    client = signed_in(lead)
    later = today() + timedelta(days=90)

    assert "Choose a day from" in problems(client.post(page_of(notice, "keep"), {"check_on": "2020-01-01"}))
    sent(client, page_of(notice, "keep"), {"check_on": later.isoformat()})

    assert SafetyNotice.objects.get().check_on == later
    assert LogEntry.objects.get().get_change_message() == f"still holds; to be checked by {day(later)}"


def test_a_notice_is_ended_once_and_the_page_told_what_readers_see_then(lead):
    builders.approved()
    notice = noticed(DrugClass.objects.get(), lead)
    client = signed_in(lead)

    page = pages.words(client.get(page_of(notice, "end")))
    assert "For 30 days readers see in its place: “Safety notice of" in page
    assert f"Amlodipine: Check first: safety notice becomes Reviewed {day(today())}" in page
    assert "This field is required." in problems(client.post(page_of(notice, "end"), {"reason": " "}))
    assert "amount of medicine" in problems(client.post(page_of(notice, "end"), {"reason": "Give 5 mg."}))
    assert "200 characters" in problems(client.post(page_of(notice, "end"), {"reason": "a" * 201}))
    sent(client, page_of(notice, "end"), ENDING)

    again = client.post(page_of(notice, "end"), {"reason": "Another."})
    kept = client.post(page_of(notice, "keep"), {"check_on": today().isoformat()})
    assert "This cannot be done now" in again.content.decode()
    assert "This cannot be done now" in kept.content.decode()
    assert SafetyNotice.objects.get().ended_because == ENDING["reason"]
    assert not client.get(page_of(notice)).context["steps"]
