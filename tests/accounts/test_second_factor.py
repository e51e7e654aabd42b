"""The second factor: set up, asked for, spent, lost, and required of whoever changes what readers see."""

from functools import partial

import pytest
from django.conf import settings as site_settings
from django.core.management import call_command
from django.utils import timezone

from clincalc.accounts import people, second_factor
from clincalc.accounts.models import RecoveryCode, SecondFactor, User
from clincalc.accounts.second_factor import WrongCode
from tests import builders
from tests.accounts.people import CODE, code_of, is_signed_in, sign_in, with_factor, wrong_code
from tests.admin.forms import signed_in
from tests.builders import EDITOR, LEAD, PASSWORD, REVIEWER
from tests.pages import words
from tests.review.test_races import at_once

SET_UP, QR = "/admin/account/second-factor/", "/admin/account/second-factor/qr.svg"


def begun(person):
    """Return a browser in which a person has begun to set up a second factor."""
    client = signed_in(person)
    assert client.post(f"{SET_UP}begin/").url == SET_UP
    return client


@pytest.mark.django_db
def test_it_is_set_up_with_a_first_code_and_recovery_codes_are_shown_once(editor, security_lines):
    client = begun(editor)

    page = client.post(SET_UP, {"code": code_of(editor)})

    codes = page.context["codes"]
    assert len(set(codes)) == second_factor.CODES
    assert all(code in words(page) for code in codes)
    assert "no-store" in page.headers["Cache-Control"]
    assert User.objects.get().second_factor_at
    assert is_signed_in(client)
    assert not any(code in words(client.get("/admin/account/")) for code in codes)
    assert not any(code in str(list(RecoveryCode.objects.values())) for code in codes)


@pytest.mark.django_db
def test_a_wrong_first_code_sets_nothing_up(editor):
    client = begun(editor)

    page = client.post(SET_UP, {"code": wrong_code(editor)})

    assert "This code is not right." in words(page)
    assert User.objects.get().second_factor_at is None


@pytest.mark.django_db
def test_opening_the_page_makes_no_secret(editor):
    signed_in(editor).get(SET_UP)

    assert not SecondFactor.objects.exists()


@pytest.mark.django_db
def test_the_page_shows_the_secret_as_text_as_a_link_and_as_a_picture_of_its_own_address(editor):
    client = begun(editor)
    secret = second_factor.secret_of(SecondFactor.objects.get())

    page, picture = client.get(SET_UP), client.get(QR)

    assert secret in words(page).replace(" ", "")
    assert f"otpauth://totp/ClinCalc%20Pro:editor?secret={secret}" in page.content.decode()
    assert f'src="{QR}"' in page.content.decode()
    assert picture.headers["Content-Type"].startswith("image/svg+xml")
    assert "no-store" in picture.headers["Cache-Control"]
    assert picture.content.startswith(b"<svg")
    assert b"style" not in picture.content


@pytest.mark.django_db
def test_the_secret_stands_nowhere_in_the_database(editor):
    client = begun(editor)
    secret = second_factor.secret_of(SecondFactor.objects.get())

    assert secret not in str(list(SecondFactor.objects.values()))
    client.post(SET_UP, {"code": code_of(editor)})
    assert client.get(QR).status_code == 404, "once it is set up nobody sees it again"


@pytest.mark.django_db
def test_a_secret_that_was_shown_before_an_earlier_sign_in_is_not_used(editor):
    begun(editor)

    sign_in()

    assert not SecondFactor.objects.exists()


@pytest.mark.django_db
def test_password_alone_signs_nobody_in_who_has_one(editor):
    with_factor(editor)

    client, answer = sign_in()

    assert answer.url == CODE
    assert not is_signed_in(client)


@pytest.mark.django_db
def test_password_and_code_sign_in_under_a_new_session_and_lead_on(editor):
    with_factor(editor)
    client, _ = sign_in(next_page="/admin/account/address/")
    half = client.cookies[site_settings.SESSION_COOKIE_NAME].value

    answer = client.post(CODE, {"code": code_of(editor)})

    assert answer.url == "/admin/account/address/"
    assert is_signed_in(client)
    assert client.cookies[site_settings.SESSION_COOKIE_NAME].value != half


@pytest.mark.django_db
def test_a_code_with_a_space_is_the_same_code(editor):
    with_factor(editor)
    code = code_of(editor)
    client, _ = sign_in()

    assert client.post(CODE, {"code": f"{code[:3]} {code[3:]}"}).status_code == 302


@pytest.mark.django_db
def test_a_code_that_was_used_is_refused_though_it_is_still_shown(editor):
    with_factor(editor)
    code = code_of(editor)
    sign_in()[0].post(CODE, {"code": code})

    client, _ = sign_in()
    page = client.post(CODE, {"code": code})

    assert "This code was used already." in words(page)
    assert not is_signed_in(client)


@pytest.mark.django_db
@pytest.mark.parametrize(("ahead", "is_right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_behind_or_ahead(editor, monkeypatch, ahead, is_right):
    with_factor(editor)
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    code = code_of(editor, ahead)

    if is_right:
        second_factor.check(editor, code, at=now)
    else:
        with pytest.raises(WrongCode):
            second_factor.check(editor, code, at=now)


@pytest.mark.django_db
def test_an_older_code_is_refused_after_a_newer_one(editor, monkeypatch):
    with_factor(editor)
    now = timezone.now()
    second_factor.check(editor, code_of(editor), at=now)

    with pytest.raises(WrongCode):
        second_factor.check(editor, code_of(editor, -1), at=now)


@pytest.mark.django_db
def test_a_recovery_code_signs_in_once(editor, security_lines):
    code = second_factor.renew_recovery_codes(with_factor(editor))[0]

    assert sign_in()[0].post(CODE, {"code": code.lower().replace("-", " ")}).status_code == 302
    page = sign_in()[0].post(CODE, {"code": code})

    assert "A recovery code works once only." in words(page)
    assert RecoveryCode.objects.filter(used_at=None).count() == second_factor.CODES - 1


@pytest.mark.django_db
def test_nobody_elses_recovery_code_signs_in(editor, lead):
    code = second_factor.renew_recovery_codes(with_factor(lead))[0]
    with_factor(editor)

    with pytest.raises(WrongCode):
        second_factor.check(editor, code, at=timezone.now())


@pytest.mark.django_db
def test_new_recovery_codes_take_the_place_of_the_old(editor):
    old = second_factor.renew_recovery_codes(with_factor(editor))[0]
    client = signed_in(editor)

    page = client.post("/admin/account/recovery-codes/", {"password": PASSWORD, "code": code_of(editor, 1)})

    assert len(page.context["codes"]) == second_factor.CODES
    with pytest.raises(WrongCode):
        second_factor.check(editor, old, at=timezone.now())


@pytest.mark.django_db
def test_the_page_of_the_code_leads_back_whoever_has_shown_no_password(client):
    assert client.get(CODE).url == "/admin/login/"
    assert client.post(CODE, {"code": "123456"}).url == "/admin/login/"


@pytest.mark.django_db
@pytest.mark.parametrize("meanwhile", ["password", "closed", "too late"])
def test_a_half_sign_in_ends_when_its_account_changes_or_time_passes(editor, monkeypatch, meanwhile):
    with_factor(editor)
    client, _ = sign_in()
    if meanwhile == "password":
        editor.set_password("another long password")
    editor.is_active = meanwhile != "closed"
    editor.save()
    if meanwhile == "too late":
        later = int(timezone.now().timestamp()) + 601
        monkeypatch.setattr("clincalc.accounts.sessions._now", lambda: later)

    assert client.post(CODE, {"code": code_of(editor)}).url == "/admin/login/"
    assert not is_signed_in(client)


@pytest.mark.django_db
def test_setting_one_up_ends_the_other_sessions_of_the_person(editor):
    other, client = signed_in(editor), begun(editor)

    client.post(SET_UP, {"code": code_of(editor)})

    assert is_signed_in(client)
    assert not is_signed_in(other)


@pytest.mark.django_db
def test_it_is_removed_by_its_person_with_password_and_code(editor):
    client = signed_in(with_factor(editor))

    refused = client.post(f"{SET_UP}remove/", {"password": PASSWORD, "code": wrong_code(editor)})
    assert "This code is not right." in words(refused)
    done = client.post(f"{SET_UP}remove/", {"password": PASSWORD, "code": code_of(editor)})

    assert done.url == SET_UP
    assert is_signed_in(client)
    assert not SecondFactor.objects.exists()
    assert not RecoveryCode.objects.exists()


# Who must have one


@pytest.mark.django_db
@pytest.mark.parametrize("role", [REVIEWER, LEAD, "superuser"])
def test_in_production_who_signs_or_leads_can_do_nothing_before_it_is_set_up(settings, role):
    settings.SECOND_FACTOR_REQUIRED = True
    person = builders.person("somebody", *([] if role == "superuser" else [role]))
    person.is_superuser = role == "superuser"
    person.save()

    client, answer = sign_in("somebody", next_page="/admin/")

    assert answer.url == SET_UP
    for address in ("/admin/", "/admin/monographs/drug/", "/admin/account/", "/admin/password_change/"):
        assert client.get(address).url == SET_UP
        assert client.post(address, {"reason": "x"}).url == SET_UP
    assert client.get(SET_UP).status_code == 200
    assert "/admin/monographs/" not in client.get(SET_UP).content.decode()
    client.post(f"{SET_UP}begin/")
    client.post(SET_UP, {"code": code_of(person)})
    assert client.get("/admin/monographs/drug/").status_code == 200


@pytest.mark.django_db
def test_in_production_an_editor_is_only_offered_one(settings, editor):
    settings.SECOND_FACTOR_REQUIRED = True

    client, answer = sign_in(next_page="/admin/")

    assert answer.url == "/admin/"
    assert "Set up a second factor" in words(client.get("/admin/account/"))


@pytest.mark.django_db
def test_who_has_to_set_one_up_can_sign_out(settings, lead):
    settings.SECOND_FACTOR_REQUIRED = True
    client = signed_in(lead)

    assert client.post("/admin/logout/").status_code == 200
    assert client.get(SET_UP).status_code == 302


@pytest.mark.django_db
def test_a_demonstration_requires_none(lead):
    assert sign_in("lead")[1].url == "/admin/account/"


def test_only_production_requires_one():
    assert site_settings.SECOND_FACTOR_REQUIRED is site_settings.PRODUCTION


# At the same moment


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["device", "recovery"])
def test_of_two_requests_with_one_code_one_is_let_in(kind):
    person = with_factor(builders.person("editor", EDITOR))
    recovery = second_factor.renew_recovery_codes(person)[0]

    for _ in range(3):
        SecondFactor.objects.update(last_step=0)
        RecoveryCode.objects.update(used_at=None)
        code = code_of(person) if kind == "device" else recovery
        spend = partial(second_factor.check, person, code, at=timezone.now())
        raised = at_once(*[spend] * 4)
        assert sorted(type(one).__name__ for one in raised) == ["NoneType"] + ["WrongCode"] * 3


@pytest.mark.django_db(transaction=True)
def test_four_browsers_with_one_code_end_with_one_session():
    person = with_factor(builders.person("editor", EDITOR))
    clients = [sign_in()[0] for _ in range(4)]
    code = code_of(person)
    statuses = []

    at_once(*[lambda one=one: statuses.append(one.post(CODE, {"code": code}).status_code) for one in clients])

    assert sorted(statuses) == [200, 200, 200, 302]


# A device that is lost


@pytest.mark.django_db
def test_a_lead_takes_a_lost_one_away_and_its_person_sets_up_another(lead, pharmacist, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    with_factor(pharmacist)
    with_factor(lead)
    client = signed_in(lead)
    address = f"/admin/accounts/user/{pharmacist.pk}/act/reset/"

    assert client.post(address, {"password": PASSWORD}).status_code == 200
    assert client.post(address, {"password": PASSWORD, "code": code_of(lead)}).status_code == 302

    assert not SecondFactor.objects.filter(person=pharmacist).exists()
    assert sign_in("pharmacist")[1].url == SET_UP


@pytest.mark.django_db
def test_nobody_takes_their_own_away_that_way(lead):
    with_factor(lead)

    with pytest.raises(people.PermissionDenied):
        people.reset_second_factor(lead, by=lead)
    assert signed_in(lead).get(f"/admin/accounts/user/{lead.pk}/act/reset/").status_code == 403


@pytest.mark.django_db
def test_the_command_takes_it_from_the_last_superuser(capsys):
    person = with_factor(builders.person("root"))

    call_command("reset_second_factor", "root")

    assert "root" in capsys.readouterr().out
    person.refresh_from_db()
    assert person.second_factor_at is None
    assert is_signed_in(sign_in("root")[0])
