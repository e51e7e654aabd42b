"""Signing, and every step that changes what readers see or who may sign, asks once more who is there."""

import pytest

from clincalc.accounts import kept
from clincalc.accounts.models import Tries
from monographs.models import Credential, LiveDrug, Review
from monographs.vocabulary import SAFETY_SECTIONS
from tests import builders
from tests.accounts.people import code_of, sign_in, with_factor, wrong_code
from tests.admin.forms import signed_in
from tests.builders import LEAD, PASSWORD
from tests.pages import words
from tests.review.test_credentials import recorded

pytestmark = pytest.mark.django_db
NAMED = {f"without_{kind.value}": "on" for kind in SAFETY_SECTIONS}
REASON = {"reason": "The text is better."}


@pytest.fixture
def step(lead, request):
    """Return (address, what its form says, whether it was done) of one step, for a lead."""
    kind = request.param
    if kind == "release":
        revision = builders.submitted()
        return (
            f"/admin/monographs/drug/{revision.drug_id}/release/",
            REASON | NAMED | {"revision": revision.pk},
            lambda: LiveDrug.objects.filter(monograph=revision).exists(),
        )
    if kind == "roll back":
        first = builders.released().monograph
        builders.released(lead="Another lead.")
        return (
            f"/admin/monographs/drug/{first.drug_id}/roll-back/",
            REASON | NAMED | {"revision": first.pk},
            lambda: LiveDrug.objects.get().monograph == first,
        )
    if kind == "withdraw":
        drug = builders.released().drug
        return (
            f"/admin/monographs/drug/{drug.pk}/withdraw/",
            REASON,
            lambda: LiveDrug.objects.get().monograph is None,
        )
    credential = recorded(builders.person("signer", builders.REVIEWER), by=builders.person("another", LEAD))
    address = f"/admin/monographs/credential/{credential.pk}/verify/"
    seen = signed_in(lead).get(address).context["step"].form["seen"].value()
    return address, {"seen": seen}, lambda: Credential.objects.get(pk=credential.pk).verified_at is not None


STEPS = pytest.mark.parametrize("step", ["release", "roll back", "withdraw", "verify"], indirect=True)


@STEPS
def test_a_step_is_not_taken_without_the_password(lead, step):
    address, data, is_done = step
    client = signed_in(lead)

    for password, sentence in (("", "Enter your password."), ("wrong", "This is not your password.")):
        page = client.post(address, data | {"password": password})
        assert sentence in words(page)
        assert not is_done()
    assert client.post(address, data | {"password": PASSWORD}).status_code == 302
    assert is_done()


@STEPS
def test_who_has_a_second_factor_is_asked_for_its_code_and_a_code_is_good_for_one_step(lead, step):
    address, data, is_done = step
    client = signed_in(with_factor(lead))
    data |= {"password": PASSWORD}
    code = code_of(lead)

    assert "Enter the code of your second factor." in words(client.post(address, data))
    assert "This code is not right." in words(client.post(address, data | {"code": wrong_code(lead)}))
    assert not is_done()
    assert client.post(address, data | {"code": code}).status_code == 302
    assert is_done()

    again = client.post("/admin/account/recovery-codes/", {"password": PASSWORD, "code": code})
    assert "This code was used already." in words(again)


@pytest.mark.parametrize("step", ["withdraw"], indirect=True)
def test_wrong_answers_count_as_those_of_signing_in(lead, step, security_lines):
    address, data, is_done = step
    client = signed_in(lead)

    for _ in range(10):
        assert client.post(address, data | {"password": "wrong"}).status_code == 200
    answer = client.post(address, data | {"password": PASSWORD})

    assert answer.status_code == 429
    assert "Too many tries" in words(answer)
    assert not is_done()
    assert sign_in("lead", address="127.0.0.1")[1].status_code == 429
    assert security_lines(action="ask again", outcome="refused", why="wrong password")


@pytest.mark.parametrize("step", ["release"], indirect=True)
def test_nothing_is_checked_or_counted_while_something_else_is_wrong(lead, step):
    address, data, _ = step
    client = signed_in(with_factor(lead))
    code = code_of(lead)

    client.post(address, data | {"reason": "", "password": PASSWORD, "code": code})

    assert not Tries.objects.exists()
    assert client.post(address, data | {"password": PASSWORD, "code": code}).status_code == 302


def test_a_signature_asks_for_the_code_and_keeps_what_was_typed():
    person = with_factor(builders.credentialed())
    revision = builders.submitted()
    client = signed_in(person)
    address = f"/admin/monographs/revision/{revision.pk}/sign/"
    data = {
        "do": "sign",
        "digest": revision.digest,
        "verdict": "changes",
        "comment": "The interval is wrong.",
        "password": PASSWORD,
    }

    refused = client.post(address, data)
    assert "Enter the code of your second factor." in words(refused)
    assert "The interval is wrong." in refused.content.decode()
    assert not Review.objects.exists()
    code = code_of(person)
    wrong = client.post(address, data | {"code": wrong_code(person)})
    assert wrong_code(person) not in wrong.content.decode()
    done = client.post(address, data | {"code": code, "draft": wrong.context["version"]})

    assert done.status_code == 302
    assert Review.objects.get().reviewer == person


def test_an_eleventh_wrong_password_of_a_signature_is_refused_with_429():
    person = builders.credentialed()
    revision = builders.submitted()
    client = signed_in(person)
    data = {
        "do": "sign",
        "digest": revision.digest,
        "verdict": "changes",
        "comment": "Wrong.",
        "password": "x",
    }

    statuses = [
        client.post(f"/admin/monographs/revision/{revision.pk}/sign/", data).status_code for _ in range(11)
    ]

    assert statuses == [200] * 10 + [429]
    assert not Review.objects.exists()


def test_a_code_is_never_kept_for_an_expired_login(lead, client):
    client.post(
        "/admin/monographs/drug/1/withdraw/",
        {"reason": "x", "password": PASSWORD, "code": "123456", kept.DRAWN_FOR: kept.mark_of(lead)},
    )

    [form] = kept.KeptForm.objects.all()
    assert form.data == "reason=x"
