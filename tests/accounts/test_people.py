"""Who looks after whose account, what is refused, and what the pages show and ask."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clincalc.accounts import people
from clincalc.accounts.models import User
from tests import builders
from tests.accounts.people import is_signed_in, sign_in, with_factor
from tests.admin.forms import signed_in
from tests.builders import EDITOR, LEAD, PASSWORD, REVIEWER
from tests.pages import words

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/user/"
MOST = 15
ACTS = ("invite", "cancel", "link", "reset", "close", "open")


@pytest.fixture
def root(db):
    """A superuser."""
    person = builders.person("root")
    person.is_superuser = True
    person.save()
    return person


def page_of(person, act=""):
    """Return the address of an account, or of what is done to it."""
    return f"{LIST}{person.pk}/act/{act}/" if act else f"{LIST}{person.pk}/change/"


def ids(*names):
    """Return the ids of groups."""
    return list(Group.objects.filter(name__in=names).values_list("pk", flat=True))


def sent(by, person, **changes):
    """Send the form of an account."""
    data = {
        "full_name": person.full_name or "Somebody",
        "email": person.email,
        "groups": [group.pk for group in person.groups.all()],
    }
    return signed_in(by).post(page_of(person), data | changes)


@pytest.mark.parametrize("role", [EDITOR, REVIEWER])
def test_an_editor_or_reviewer_sees_no_accounts(role, lead):
    client = signed_in(builders.person("somebody", role))

    for address in (LIST, f"{LIST}add/", page_of(lead), *(page_of(lead, act) for act in ACTS)):
        assert client.get(address).status_code == 403
        assert client.post(address, {"password": PASSWORD}).status_code == 403
    assert "/admin/accounts/" not in client.get("/admin/").content.decode()


def test_a_lead_changes_name_and_groups(lead, editor, security_lines, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = sent(lead, editor, full_name="Dr Amina Khan", groups=ids(REVIEWER))

    assert answer.status_code == 302
    editor.refresh_from_db()
    assert editor.full_name == "Dr Amina Khan"
    assert [group.name for group in editor.groups.all()] == [REVIEWER]
    [line] = security_lines(action="change groups")
    assert (line["actor"], line["before"], line["after"]) == ("lead", EDITOR, REVIEWER)


def test_a_lead_makes_no_superuser_and_no_lead(lead, editor):
    page = sent(lead, editor, groups=ids(LEAD), is_superuser="on")

    assert page.status_code == 200
    assert "Select a valid choice" in words(page)
    sent(lead, editor, is_superuser="on")
    editor.refresh_from_db()
    assert not editor.is_superuser
    with pytest.raises(people.PermissionDenied):
        people.change(
            editor,
            by=lead,
            full_name="x",
            email="",
            groups=Group.objects.filter(name=LEAD),
            is_superuser=False,
        )
    with pytest.raises(people.PermissionDenied):
        people.change(editor, by=lead, full_name="x", email="", groups=[], is_superuser=True)


def test_a_lead_invites_no_lead(lead):
    with pytest.raises(people.PermissionDenied):
        people.make(
            by=lead,
            username="x",
            full_name="X",
            email="x@example.org",
            groups=Group.objects.filter(name=LEAD),
        )
    assert not User.objects.filter(username="x").exists()


def test_a_superuser_makes_leads_and_superusers(root, editor):
    sent(root, editor, groups=ids(LEAD), is_superuser="on")

    editor.refresh_from_db()
    assert editor.is_superuser
    assert [group.name for group in editor.groups.all()] == [LEAD]


def test_a_lead_touches_no_superuser(lead, root):
    client = signed_in(lead)

    assert "looked after by another superuser" in words(client.get(page_of(root)))
    client.post(page_of(root), {"full_name": "Changed", "groups": []})
    for act in ACTS:
        assert client.post(page_of(root, act), {"password": PASSWORD}).status_code == 403
    root.refresh_from_db()
    assert (root.full_name, root.is_active) == ("", True)


@pytest.mark.parametrize("who", ["lead", "root"])
def test_nobody_edits_their_own_groups(who, lead, root):
    person = {"lead": lead, "root": root}[who]

    page = sent(person, person, groups=ids(EDITOR, REVIEWER))

    assert "This is your own account" in words(page)
    assert [group.name for group in person.groups.all()] == ([LEAD] if who == "lead" else [])
    with pytest.raises(people.PermissionDenied):
        people.change(person, by=person, full_name="x", email="", groups=[], is_superuser=False)


def test_what_a_lead_cannot_give_a_lead_does_not_take(lead):
    other = builders.person("other", LEAD, EDITOR)

    sent(lead, other, groups=ids(REVIEWER))

    assert {group.name for group in other.groups.all()} == {LEAD, REVIEWER}


def test_a_lead_does_not_lead_the_letters_of_another_elsewhere(lead, editor):
    editor.email = "editor@example.org"
    editor.save()

    sent(lead, editor, email="lead@evil.example")

    editor.refresh_from_db()
    assert editor.email == "editor@example.org"
    with pytest.raises(people.PermissionDenied):
        people.change(
            editor, by=lead, full_name="x", email="lead@evil.example", groups=[], is_superuser=False
        )


def test_without_mail_a_lead_gets_no_link_of_somebody_who_works_here(lead, root, editor):
    assert signed_in(lead).get(page_of(editor, "link")).status_code == 403

    page = signed_in(root).post(page_of(editor, "link"), {"password": PASSWORD})

    assert "/admin/password/" in page.content.decode()


def test_who_is_let_in_again_without_their_device_hears_of_it(
    lead, editor, post, django_capture_on_commit_callbacks
):
    User.objects.filter(pk=editor.pk).update(email="editor@example.org")
    with_factor(editor)

    with django_capture_on_commit_callbacks(execute=True):
        signed_in(lead).post(page_of(editor, "reset"), {"password": PASSWORD})

    [letter] = post
    assert letter.to == ["editor@example.org"]
    assert "has taken the second factor from your account" in letter.body


def test_the_old_address_hears_that_it_was_changed(root, editor, post, django_capture_on_commit_callbacks):
    User.objects.filter(pk=editor.pk).update(email="old@example.org")
    editor.refresh_from_db()

    with django_capture_on_commit_callbacks(execute=True):
        sent(root, editor, email="new@example.org")

    assert [letter.to for letter in post] == [["old@example.org"]]


def test_a_name_that_somebody_else_took_meanwhile_is_said(lead, monkeypatch):
    make = people.make

    def quicker(**said):
        builders.person(said["username"])
        return make(**said)

    monkeypatch.setattr(people, "make", quicker)
    data = {"full_name": "Amina", "username": "amina", "email": "amina@example.org"}

    page = signed_in(lead).post(f"{LIST}add/", data)

    assert "already exists" in words(page)


def test_closing_and_opening_an_account(lead, editor, security_lines, django_capture_on_commit_callbacks):
    client = signed_in(editor)
    with django_capture_on_commit_callbacks(execute=True):
        assert signed_in(lead).post(page_of(editor, "close"), {"password": PASSWORD}).status_code == 302
        assert not is_signed_in(client)
        assert signed_in(lead).post(page_of(editor, "open"), {"password": PASSWORD}).status_code == 302

    assert is_signed_in(sign_in()[0])
    assert [line["action"] for line in security_lines(object=f"user {editor.pk}")] == [
        "disable account",
        "enable account",
    ]


def test_what_is_done_to_an_account_asks_for_the_password(lead, editor):
    page = signed_in(lead).post(page_of(editor, "close"), {"password": ""})

    assert "Enter your password." in words(page)
    editor.refresh_from_db()
    assert editor.is_active


def test_an_account_that_is_not_there_is_not_found(lead):
    client = signed_in(lead)

    for address in (
        f"{LIST}999/change/",
        f"{LIST}nope/change/",
        f"{LIST}999/act/close/",
        f"{LIST}{lead.pk}/act/x/",
    ):
        assert client.get(address).status_code in (302, 404)


def test_nobody_deletes_an_account_or_sets_anothers_password(root, editor):
    client = signed_in(root)

    assert client.post(f"{LIST}{editor.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(f"{LIST}{editor.pk}/password/", {"password1": "x" * 20, "password2": "x" * 20})

    assert User.objects.get(pk=editor.pk).check_password(PASSWORD)


def test_lists_and_pages_ask_few_queries_however_many_accounts(lead):
    client = signed_in(lead)
    person = with_factor(builders.person("first", REVIEWER))
    addresses = (LIST, f"{LIST}add/", page_of(person), page_of(person, "reset"), "/admin/account/")
    few = [queries(client, address) for address in addresses]
    for number in range(20):
        builders.person(f"person {number}", REVIEWER, EDITOR)

    many = [queries(client, address) for address in addresses]

    assert many == few
    assert max(many) <= MOST


def queries(client, address):
    """Return how many queries a page asks."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_the_list_says_how_accounts_stand(lead, editor):
    with_factor(builders.person("first", REVIEWER))
    User.objects.filter(pk=editor.pk).update(is_active=False)
    people.invite(
        people.make(by=lead, username="new", full_name="New", email="n@example.org", groups=[]), by=lead
    )

    page = words(signed_in(lead).get(LIST))

    for said in ("closed", "invited", "open", REVIEWER):
        assert said in page


def test_ones_own_address_is_changed_with_the_password(editor, security_lines):
    client = signed_in(editor)

    refused = client.post("/admin/account/address/", {"full_name": "Amina", "email": "a@example.org"})
    assert "Enter your password." in words(refused)
    client.post(
        "/admin/account/address/", {"full_name": "Amina", "email": "a@example.org", "password": PASSWORD}
    )

    editor.refresh_from_db()
    assert (editor.full_name, editor.email) == ("Amina", "a@example.org")


@pytest.mark.parametrize(
    ("address", "field"),
    [
        (f"{LIST}add/", "groups"),
        ("/admin/auth/group/add/", "permissions"),
        ("/admin/auth/group/{role}/change/", "permissions"),
        (f"{LIST}{{person}}/change/", "groups"),
    ],
)
def test_a_number_that_no_row_has_is_no_choice(root, address, field):
    numbers = {"role": Group.objects.get(name=EDITOR).pk, "person": builders.person("editor", EDITOR).pk}

    page = signed_in(root).post(address.format(**numbers), {"name": "A role", field: ["9" * 30]})

    assert page.status_code in (200, 422)
    assert "Select a valid choice" in words(page)
