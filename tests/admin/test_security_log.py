"""Signing in, refusals, accounts and roles in the security log; and what no line of it may hold."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from tests import builders
from tests.admin.forms import signed_in
from tests.admin.test_signing import APPROVAL, filled
from tests.admin.test_steps import ALL_NAMED, REASON, page_of

pytestmark = pytest.mark.django_db
LOGIN = "/admin/login/"
PASSWORD = "correct-horse-battery-staple"
WRONG = "Tr0ub4dor-and-three"
TYPED = "a-password-typed-as-a-name"
SEARCHED = "gabapentinoids"


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """Hash passwords at once: what is tested is what is written."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _committed(django_capture_on_commit_callbacks, monkeypatch):
    """Commit after each request, as an installation does."""
    asked = Client.request

    def request(self, **fields):
        with django_capture_on_commit_callbacks(execute=True):
            return asked(self, **fields)

    monkeypatch.setattr(Client, "request", request)


@pytest.fixture
def admin(db):
    """A superuser."""
    person = builders.person("admin")
    person.is_superuser = True
    person.save()
    return person


def sign_in(client, name, password):
    """Send the form of signing in."""
    return client.post(LOGIN, {"username": name, "password": password, "next": "/admin/"})


def test_signing_in_and_out_and_a_wrong_password_are_lines(client, security_lines, editor):
    editor.set_password(PASSWORD)
    editor.save()

    sign_in(client, "editor", WRONG)
    sign_in(client, "editor", PASSWORD)
    client.post("/admin/logout/")

    told = [(line["action"], line["actor"], line["object"], line["outcome"]) for line in security_lines()]
    assert told == [
        ("login", "nobody", "editor", "refused"),
        ("login", "editor", "", "done"),
        ("logout", "editor", "", "done"),
    ]
    assert {line["client"] for line in security_lines()} == {"127.0.0.1"}
    assert all(line["id"] for line in security_lines())


def test_a_page_that_is_refused_is_a_line_with_its_person(security_lines):
    signed_in(builders.person("stranger")).get("/admin/monographs/drug/?q=private")

    [line] = security_lines(action="open page")
    assert (line["actor"], line["object"], line["outcome"]) == (
        "stranger",
        "/admin/monographs/drug/",
        "refused",
    )


def test_a_foreign_form_is_a_line_that_blames_nobody(security_lines, editor):
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)

    client.post("/admin/logout/", headers={"origin": "https://evil.example/?q=private"})

    [line] = security_lines(action="send form")
    assert (line["actor"], line["object"], line["why"]) == (
        "nobody",
        "/admin/logout/",
        "Origin checking failed",
    )


def test_a_changed_role_is_a_line(security_lines, admin):
    role = Group.objects.get(name=builders.EDITOR)
    granted = Permission.objects.get(codename="release_revision")

    signed_in(admin).post(
        f"/admin/auth/group/{role.pk}/change/", {"name": role.name, "permissions": [granted.pk]}
    )

    [line] = security_lines(action="change role")
    assert (line["name"], line["changed"]) == (builders.EDITOR, "Permissions")


def test_no_line_holds_a_password_a_token_a_session_or_a_word_that_was_searched(client, security_lines, lead):
    """Sign in, search, sign, release and sign out; then read every line that was written."""
    for person in (builders.credentialed(), lead):
        person.set_password(PASSWORD)
        person.save()
    revision = builders.submitted()
    address = f"/admin/monographs/revision/{revision.pk}/sign/"
    release = page_of(revision.drug, "release")
    secrets = {PASSWORD, WRONG, TYPED, SEARCHED}

    sign_in(client, TYPED, WRONG)
    for name in ("pharmacist", "lead"):
        sign_in(client, name, WRONG)
        sign_in(client, name, PASSWORD)
        client.get(f"/search/?q={SEARCHED}")
        page = client.get(address)
        client.post(address, filled(page, do="sign", **{**APPROVAL, "password": WRONG}))
        client.post(address, filled(client.get(address), do="sign", **{**APPROVAL, "password": PASSWORD}))
        if name == "lead":
            client.post(release, {"revision": revision.pk} | REASON | ALL_NAMED | {"password": PASSWORD})
        secrets |= {cookie.value for cookie in client.cookies.values()} | {str(page.context["csrf_token"])}
        client.post("/admin/logout/")

    told = {(line["action"], line["outcome"]) for line in security_lines()}
    assert {
        ("login", "refused"),
        *((step, "done") for step in ("login", "approve", "release", "logout")),
    } <= told
    assert len(secrets) > 6
    for secret in secrets:
        assert secret not in security_lines.text
