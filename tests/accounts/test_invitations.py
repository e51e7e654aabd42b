"""Links with which people set their own password: invitations, and for who has forgotten it."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from clincalc.accounts import links, people
from clincalc.accounts.models import PasswordLink, User
from tests import builders
from tests.accounts.people import arrived, is_signed_in, sign_in
from tests.admin.forms import signed_in
from tests.builders import EDITOR, PASSWORD, Group
from tests.pages import words
from tests.review.test_races import at_once

ADD, FORGOTTEN = "/admin/accounts/user/add/", "/admin/forgotten/"
NEW = {"new_password1": "otter plays the cello", "new_password2": "otter plays the cello"}


def invite(by, **changes):
    """Send the form of an invitation; return the answer."""
    group = Group.objects.get(name=EDITOR)
    data = {
        "full_name": "Dr Amina Khan",
        "username": "amina",
        "email": "amina@example.org",
        "groups": [group.pk],
    }
    return signed_in(by).post(ADD, data | changes)


def link_in(text):
    """Return the path of the link in a letter or page."""
    return re.search(r"/admin/password/[\w-]+/", text)[0]


def token_of(path):
    """Return the token of a link's path."""
    return path.rstrip("/").rpartition("/")[2]


@pytest.mark.django_db
def test_an_invitation_makes_an_account_without_password_and_leads_to_one(lead, post):
    assert invite(lead).status_code == 302
    person = User.objects.get(username="amina")
    assert not person.has_usable_password()
    [letter] = post
    assert letter.to == ["amina@example.org"]
    assert "https://www.example.org/admin/password/" in letter.body.replace("http://", "https://")
    path = link_in(letter.body)

    page = Client().get(path)
    assert "Your user name: amina" in words(page)
    assert Client().post(path, NEW).url == "/admin/login/"

    client, _ = sign_in("amina", NEW["new_password1"])
    assert is_signed_in(client)
    assert [group.name for group in User.objects.get(username="amina").groups.all()] == [EDITOR]


@pytest.mark.django_db
def test_a_link_works_once_and_opening_it_does_not_use_it(lead, post):
    invite(lead)
    path = link_in(post[0].body)
    for _ in range(3):
        assert Client().get(path).status_code == 200

    assert Client().post(path, NEW).status_code == 302

    again = Client().post(path, NEW)
    assert again.status_code == 410
    assert "This link is no longer good." in words(again)


@pytest.mark.django_db
@pytest.mark.parametrize("why", ["used elsewhere", "too old", "sent again", "cancelled", "closed", "forged"])
def test_a_link_that_is_no_longer_good_sets_no_password(lead, post, why):
    invite(lead)
    path = link_in(post[0].body)
    person = User.objects.get(username="amina")
    if why == "used elsewhere":
        links.use(token_of(path), NEW["new_password1"])
    if why == "too old":
        PasswordLink.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    if why == "sent again":
        people.invite(person, by=lead)
    if why == "cancelled":
        people.cancel(person, by=lead)
    if why == "closed":
        people.set_active(person, by=lead, is_active=False)
    if why == "forged":
        path = "/admin/password/forged/"
    before = User.objects.get(username="amina").password

    for answer in (Client().get(path), Client().post(path, NEW)):
        assert answer.status_code == 410
    assert User.objects.get(username="amina").password == before


@pytest.mark.django_db
def test_an_invitation_holds_for_three_days(lead, post):
    invite(lead)

    link = PasswordLink.objects.get()

    assert link.ends_at - link.made_at == timedelta(days=3)
    assert link_in(post[0].body).split("/")[3] not in str(PasswordLink.objects.values().get())


@pytest.mark.django_db
def test_a_weak_password_is_refused_and_the_link_stays_good(lead, post):
    invite(lead)
    path = link_in(post[0].body)
    weak = {"new_password1": "clincalc-pro-2026", "new_password2": "clincalc-pro-2026"}

    page = Client().post(path, weak)

    assert "easy to guess" in words(page)
    assert Client().post(path, NEW).status_code == 302


@pytest.mark.django_db
def test_without_mail_the_link_is_shown_once_to_who_invites(lead):
    page = invite(lead)

    assert "No letter was sent. Pass this link on yourself" in words(page)
    path = link_in(page.content.decode())
    assert "no-store" in page.headers["Cache-Control"]
    assert path not in signed_in(lead).get("/admin/accounts/user/").content.decode()
    assert Client().post(path, NEW).status_code == 302


@pytest.mark.django_db
def test_a_letter_that_does_not_leave_is_said(lead, settings):
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": 1, "timeout": 1},
        }
    }
    settings.DEFAULT_FROM_EMAIL = "site@example.org"

    page = invite(lead)

    assert "No letter was sent. Pass this link on yourself" in words(page)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"username": "lead"}, "already exists"),
        ({"email": "nowhere"}, "valid email"),
        ({"email": ""}, "required"),
        ({"full_name": ""}, "required"),
        ({"username": "a b"}, "valid username"),
    ],
)
def test_a_bad_invitation_is_refused_with_a_sentence(lead, changes, said):
    page = invite(lead, **changes)

    assert said in words(page)
    assert not User.objects.filter(full_name="Dr Amina Khan").exists()


@pytest.mark.django_db
def test_what_is_done_is_written_down_without_the_link(
    lead, post, security_lines, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        invite(lead)
        path = link_in(post[0].body)
        Client().post(path, NEW)

    actions = [line["action"] for line in security_lines()]
    assert {"make account", "send invitation", "accept invitation"} <= set(actions)
    assert token_of(path) not in security_lines.text


@pytest.mark.django_db(transaction=True)
def test_of_two_requests_with_one_link_one_sets_the_password():
    lead = builders.person("lead", builders.LEAD)
    person = builders.person("editor", EDITOR)
    for _ in range(3):
        token = token_of(links.make(person, by=lead))
        raised = at_once(*[lambda token=token: links.use(token, "otter plays the cello")] * 4)
        assert sorted(type(one).__name__ for one in raised) == ["Ended"] * 3 + ["NoneType"]


# Who has forgotten their password


@pytest.fixture
def forgetful(db):
    """An editor with an address."""
    person = builders.person("editor", EDITOR)
    person.email = "editor@example.org"
    person.save()
    return person


def forgotten(said, address="192.0.2.1"):
    """Ask for a letter; return the answer."""
    answer = Client().post(FORGOTTEN, {"said": said}, REMOTE_ADDR=address)
    arrived()
    return answer


@pytest.mark.parametrize("said", ["editor", "editor@example.org", "EDITOR@example.org"])
def test_who_has_forgotten_it_gets_a_link_that_keeps_an_hour(forgetful, post, said):
    forgotten(said)

    [letter] = post
    assert letter.to == ["editor@example.org"]
    assert PasswordLink.objects.get().ends_at <= timezone.now() + timedelta(hours=1)
    client = signed_in(forgetful)
    Client().post(link_in(letter.body), NEW)
    assert is_signed_in(sign_in(password=NEW["new_password1"])[0])
    assert not is_signed_in(client)


def test_the_answer_is_the_same_whoever_asks(forgetful, post):
    builders.person("no.address", EDITOR)
    pages = {words(forgotten(said)) for said in ("editor", "nobody", "nobody@example.org", "no.address")}

    assert len(pages) == 1
    assert len(post) == 1


def test_the_old_password_works_until_the_link_is_used(forgetful, post):
    forgotten("editor")

    assert is_signed_in(sign_in(password=PASSWORD)[0])


def test_three_letters_an_hour_are_sent_and_the_answer_stays_the_same(forgetful, post):
    pages = {words(forgotten("editor")) for _ in range(5)}

    assert len(post) == 3
    assert len(pages) == 1


def test_one_address_asks_so_often_only(forgetful, post, settings):
    settings.SIGN_IN_LIMIT = 10
    for number in range(10):
        assert forgotten(f"nobody{number}").status_code == 200

    assert forgotten("editor").status_code == 429
    assert forgotten("editor", "198.51.100.7").status_code == 200
    assert len(post) == 1


@pytest.mark.django_db
def test_without_mail_the_page_says_whom_to_ask(editor):
    page = Client().get(FORGOTTEN)

    assert "This site sends no letters. Ask a clinical lead" in words(page)
    assert Client().post(FORGOTTEN, {"said": "editor"}).status_code == 200
    assert not PasswordLink.objects.exists()


def test_a_letter_names_the_site_and_never_what_a_request_says(forgetful, post, settings):
    settings.ALLOWED_HOSTS = ["www.example.org", "*"]

    Client().post(FORGOTTEN, {"said": "editor"}, headers={"host": "evil.example"})
    arrived()

    assert "evil" not in post[0].body
    assert "www.example.org/admin/password/" in post[0].body
