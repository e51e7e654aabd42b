"""The queue in the admin: who sees it, what it shows, its filters, taking and giving back, the way to it."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from monographs import review
from monographs.models import Assignment
from monographs.vocabulary import ChangeKind, Part
from tests import builders
from tests.admin.forms import onlooker, signed_in
from tests.admin.test_registered import MOST, queries
from tests.builders import EDITOR, LEAD, REVIEWER, approval, credentialed, person
from tests.pages import words
from tests.review.test_queue import DAY, changes, everything, superseded

pytestmark = pytest.mark.django_db
QUEUE = "/admin/monographs/assignment/"
PASSWORD = "a long enough pass phrase"


def names(client, query=""):
    """Return the names of the rows on a page of the queue."""
    return [one.row.name for one in client.get(f"{QUEUE}{query}").context["rows"]]


def pressed(client, button, drug, query=""):
    """Press a button of a row; return the page that follows."""
    return client.post(f"{QUEUE}{query}", {button: f"{drug.pk}-monograph"}, follow=True)


def said(page):
    """Return the messages of a page."""
    return [str(message) for message in page.context["messages"]]


# Who sees it


@pytest.mark.parametrize("role", [EDITOR, REVIEWER, LEAD])
def test_everybody_in_a_role_sees_the_queue_and_who_signs_can_take(role):
    builders.submitted()

    page = signed_in(person("somebody", role)).get(QUEUE)

    assert "waiting for review" in words(page)
    assert ("Take Amlodipine, monograph" in words(page)) == (role != EDITOR)


def test_nobody_else_sees_it(client):
    assert client.get(QUEUE)["Location"] == f"/admin/login/?next={QUEUE}"
    assert client.post(QUEUE, {"take": "1-monograph"})["Location"] == f"/admin/login/?next={QUEUE}"
    assert signed_in(person("nobody")).get(QUEUE).status_code == 403
    assert signed_in(person("nobody")).post(QUEUE, {"take": "1-monograph"}).status_code == 403


def test_a_reviewer_without_a_credential_is_told_whom_to_ask():
    client = signed_in(person("pharmacist", REVIEWER))

    assert "Ask a clinical lead to record your registration." in words(client.get(QUEUE))
    credentialed()
    assert "Ask a clinical lead" not in words(client.get(QUEUE))
    assert "Ask a clinical lead" not in words(signed_in(person("editor", EDITOR)).get(QUEUE))


# What it shows


def test_a_row_says_what_waits_by_whom_since_when_and_who_has_it(monkeypatch):
    author = person("editor", EDITOR)
    author.full_name = "Dr Amina Khan"
    author.save()
    found = approval(builders.released().monograph, due_on=None)
    builders.submitted(lead="Another lead.", kind=ChangeKind.SAFETY)
    monkeypatch.setattr("monographs.admin.queue.clinical_now", lambda: found.signed_at + 3 * DAY)

    page = signed_in(person("lead", LEAD)).get(QUEUE)

    cells = words(page).split("Assigned to")[-1]
    assert cells.startswith(
        " Amlodipine, monograph Safety change: waiting for review Safety Dr Amina Khan 3 "
    )
    assert f"{found.due_on:%-d %B %Y}" in cells
    assert "nobody Take Amlodipine, monograph" in cells


def test_a_full_queue_shows_every_row():
    everything()

    page = signed_in(person("lead", LEAD)).get(QUEUE)

    assert len(page.context["rows"]) == page.context["total"]
    assert "Release Nicardipine" in words(page)


def test_pages_have_50_rows_and_keep_the_filters():
    for number in range(52):
        builders.submitted(f"Testol {number:02}")
    client = signed_in(person("editor", EDITOR))

    assert len(names(client, "?q=testol")) == 50
    assert names(client, "?q=testol&page=2") == ["Testol 50", "Testol 51"]
    assert 'href="?q=testol&amp;page=2"' in client.get(f"{QUEUE}?q=testol").content.decode()


def test_next_leads_to_the_first_that_i_can_sign_among_what_is_shown():
    first, second = builders.submitted(), builders.submitted("Felodipine")
    client = signed_in(credentialed())

    assert client.get(QUEUE).context["next"][0].revision == first.pk
    assert client.get(f"{QUEUE}?q=felo").context["next"][0].revision == second.pk
    assert signed_in(person("lead", LEAD)).get(QUEUE).context["next"] is None


def test_a_row_leads_to_where_something_can_be_done():
    revision = builders.submitted()
    client = signed_in(person("editor", EDITOR))

    (row,) = client.get(QUEUE).context["rows"]

    assert row.address == f"/admin/monographs/revision/{revision.pk}/change/"
    assert client.get(row.address).status_code == 200
    (row,) = signed_in(credentialed()).get(QUEUE).context["rows"]
    assert row.address.startswith(f"/admin/monographs/revision/{revision.pk}/")


# Filters


def test_filters_show_what_is_asked_for():
    everything()
    me, other = credentialed(), person("other", REVIEWER)
    drugs = {name: builders.Drug.objects.get(name=name) for name in ("Felodipine", "Amlodipine")}
    review.take(drug=drugs["Felodipine"], part=Part.MONOGRAPH, by=me)
    review.take(drug=drugs["Amlodipine"], part=Part.MONOGRAPH, by=other)
    client = signed_in(me)

    assert names(client, "?state=changes") == ["Nimodipine"]
    assert names(client, "?state=safety") == ["Isradipine"]
    assert names(client, "?state=waiting&signable=on") == ["Isradipine", "Felodipine", "Amlodipine"]
    assert names(client, "?due=90") == ["Nifedipine", "Verapamil"]
    assert names(client, "?reviewer=me") == ["Felodipine"]
    assert names(client, f"?reviewer={other.pk}") == ["Amlodipine"]
    assert "Felodipine" not in names(client, "?reviewer=nobody")
    assert names(client, "?q=isra") == ["Isradipine"]


def test_a_class_stands_for_the_classes_below_it_too():
    drug = builders.submitted().drug
    top = builders.DrugClass.objects.create(name="Antihypertensive", slug="antihypertensives")
    builders.submitted("Methotrexate", **{"class": {"slug": "antimetabolites", "name": "Antimetabolite"}})
    builders.DrugClass.objects.filter(pk=drug.primary_class_id).update(parent=top)

    assert names(signed_in(person("editor", EDITOR)), f"?drug_class={top.pk}") == ["Amlodipine"]


@pytest.mark.parametrize(
    "query",
    [
        *(
            "state=x",
            "state=CHECK",
            "due=-1",
            "due=99999999999999999999",
            "due=x",
            "drug_class=0",
            "drug_class=x",
        ),
        *("drug_class=99999999999999999999", "reviewer=x", "reviewer=-1", "reviewer=99999999999999999999"),
        *("q=%00", "q=" + "x" * 500, "q=%F0%9F%92%8A", "q=%25_'%22", "q=%ED%A0%80", "page=x", "page=0"),
        *("page=99999999999999999999", "signable=x", "kept=1", "e=1", "state=waiting&state=x", "_popup=1"),
    ],
)
def test_no_value_breaks_the_page(query):
    builders.submitted()

    assert signed_in(person("lead", LEAD)).get(f"{QUEUE}?{query}").status_code == 200


def test_a_value_that_is_not_known_is_said():
    page = signed_in(person("lead", LEAD)).get(f"{QUEUE}?state=x")

    assert "x is not one of the available choices" in words(page)


# Taking


def test_a_row_is_taken_and_given_back_and_the_filters_stay():
    drug = builders.submitted().drug
    client = signed_in(person("pharmacist", REVIEWER))

    page = pressed(client, "take", drug, "?q=amlo")
    assert page.redirect_chain == [(f"{QUEUE}?q=amlo", 302)]
    assert said(page) == ["Amlodipine, monograph: It is yours for seven days."]
    assert "Give back Amlodipine, monograph" in words(page)

    page = pressed(client, "give_back", drug)
    assert said(page) == ["Amlodipine, monograph: Given back."]
    assert not Assignment.objects.exists()


def test_a_row_that_another_has_is_refused_in_words():
    drug = builders.submitted().drug
    pressed(signed_in(person("first", REVIEWER)), "take", drug)
    client = signed_in(person("second", REVIEWER))

    assert "Take Amlodipine" not in words(client.get(QUEUE))
    assert said(pressed(client, "take", drug)) == ["first has taken Amlodipine (monograph)."]
    assert said(pressed(client, "give_back", drug))[0].startswith("You have not taken Amlodipine")
    assert Assignment.objects.get().person.username == "first"


@pytest.mark.parametrize("button", ["take", "give_back"])
def test_an_editor_can_press_no_button(button):
    drug = builders.submitted().drug

    assert pressed(signed_in(person("editor", EDITOR)), button, drug).status_code == 403


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"take": ""},
        {"take": "x-monograph"},
        {"take": "1"},
        {"take": "1-prose"},
        {"take": "²-monograph"},
        {"give_back": "99999999999999999999-monograph"},
        {"give_back": "0-dosing"},
    ],
)
def test_a_made_up_button_finds_nothing(data):
    assert signed_in(person("lead", LEAD)).post(QUEUE, data).status_code == 404


def test_a_button_from_elsewhere_is_refused():
    drug = builders.submitted().drug
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("pharmacist", REVIEWER))

    assert client.post(QUEUE, {"take": f"{drug.pk}-monograph"}).status_code == 403
    assert not Assignment.objects.exists()


# The way to it


def login(client, person, query=""):
    """Sign in by the form; return where it leads."""
    person.set_password(PASSWORD)
    person.save()
    page = client.get(f"/admin/login/{query}")
    data = {"username": person.username, "password": PASSWORD, "next": page.context["next"]}
    return client.post(f"/admin/login/{query}", data)["Location"]


@pytest.mark.parametrize("role", [REVIEWER, LEAD])
def test_who_signs_begins_at_the_queue(client, role):
    assert login(client, person("somebody", role)) == QUEUE
    assert client.get("/admin/login/")["Location"] == QUEUE


def test_who_was_on_the_way_elsewhere_is_led_there(client):
    page = "/admin/monographs/drug/"

    assert login(client, person("pharmacist", REVIEWER), f"?next={page}") == page


def test_an_editor_begins_at_the_first_page(client):
    assert login(client, person("editor", EDITOR)) == "/admin/"


def test_the_first_page_counts_what_waits():
    everything()

    page = signed_in(person("editor", EDITOR)).get("/admin/")

    counts = {words: number for words, number, _ in page.context["counts"]}
    assert counts == {
        "Safety changes waiting": 1,
        "Waiting for review": 3,
        "Notices whose check has passed": 0,
        "Overdue": 0,
        "Source changed": 1,
        "Changes requested": 1,
        "Approved, waiting for release": 1,
    }
    client = signed_in(person("editor", EDITOR))
    for _, number, address in page.context["counts"]:
        assert len(client.get(address).context["rows"]) == number


def test_the_first_page_counts_nothing_for_who_does_not_see_the_queue():
    builders.submitted()
    somebody = person("somebody")
    somebody.user_permissions.add(Permission.objects.get(codename="view_drug"))

    page = signed_in(somebody).get("/admin/")

    assert page.context["counts"] == []
    assert 'id="waits"' not in page.content.decode()


def test_an_onlooker_sees_the_queue():
    assert signed_in(onlooker()).get(QUEUE).status_code == 200


# Queries


def test_the_queue_and_the_first_page_ask_few_queries_however_many_rows():
    lead = credentialed("lead", LEAD)
    client = signed_in(lead)
    for number in range(3):
        review.take(drug=builders.submitted(f"Testol {number}").drug, part=Part.MONOGRAPH, by=lead)
        superseded(f"Testine{number}")
        changes(builders.submitted(f"Testamide {number}"))
    pages = (f"{QUEUE}?q=test&signable=on", QUEUE, "/admin/")
    few = [queries(client, page) for page in pages]
    for number in range(200):
        author = person(f"author {number % 9}", EDITOR)
        builders.submitted(f"Testone {number}", by=author)
        if number % 20 == 0:
            superseded(f"Testate{number}")

    assert [queries(client, page) for page in pages] == few
    assert max(few) <= MOST, few


def test_the_queue_without_a_credential_asks_few_queries():
    builders.submitted()

    assert queries(signed_in(person("pharmacist", REVIEWER)), f"{QUEUE}?q=amlo") <= MOST
