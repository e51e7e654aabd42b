"""Wrong passwords are counted before they are checked, for one account from one address."""

import ipaddress
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from clincalc.accounts import second_factor, throttle
from clincalc.accounts.models import Tries
from tests import builders
from tests.accounts.people import CODE, LOGIN, code_of, is_signed_in, sign_in, with_factor, wrong_code
from tests.builders import EDITOR, REVIEWER
from tests.pages import words
from tests.review.test_races import at_once

THERE, ELSEWHERE = "192.0.2.1", "198.51.100.7"


@pytest.fixture
def hashes(monkeypatch):
    """Count how often a password is hashed."""
    counted = []
    encode = Argon2PasswordHasher.encode
    verify = Argon2PasswordHasher.verify

    def encoded(self, *args):
        counted.append("encode")
        return encode(self, *args)

    def verified(self, *args):
        counted.append("verify")
        return verify(self, *args)

    monkeypatch.setattr(Argon2PasswordHasher, "encode", encoded)
    monkeypatch.setattr(Argon2PasswordHasher, "verify", verified)
    return counted


@pytest.fixture
def quick(monkeypatch):
    """Let no password be right, at once: what is tested is how many are tried."""
    tried = []
    monkeypatch.setattr(
        "clincalc.accounts.forms.AdminAuthenticationForm.clean",
        lambda form: tried.append(1) or (_ for _ in ()).throw(form.get_invalid_login_error()),
    )
    return tried


def wrong(times, username="editor", address=THERE):
    """Send so many wrong passwords; return the last answer."""
    for _ in range(times):
        answer = sign_in(username, "not the password", address=address)[1]
    return answer


@pytest.mark.django_db
def test_ten_wrong_passwords_are_tried_and_the_eleventh_is_refused_in_plain_words(editor, quick):
    assert wrong(10).status_code == 200

    answer = wrong(1)

    assert answer.status_code == 429
    assert len(quick) == 10
    assert (
        "Too many tries for this account or from your network just now. Nothing was checked. Try again at"
        in words(answer)
    )


@pytest.mark.django_db
def test_the_right_password_is_not_looked_at_either_while_refused(editor):
    wrong(10)

    client, answer = sign_in()

    assert answer.status_code == 429
    assert not is_signed_in(client)


@pytest.mark.django_db
def test_the_account_is_open_from_every_other_address(editor):
    wrong(10)

    assert is_signed_in(sign_in(address=ELSEWHERE)[0])


@pytest.mark.django_db
def test_another_account_signs_in_from_the_same_address_meanwhile(editor, lead):
    wrong(12)

    assert is_signed_in(sign_in("lead")[0])


@pytest.mark.django_db
def test_right_passwords_are_not_counted(editor):
    for _ in range(12):
        assert sign_in()[1].status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("spelling", ["EDITOR", "ｅditor"])
def test_another_spelling_of_a_name_is_the_same_account(editor, quick, spelling):
    wrong(10)

    assert wrong(1, spelling).status_code == 429


@pytest.mark.django_db
def test_after_five_minutes_there_are_tries_again(editor, monkeypatch, quick):
    wrong(10)
    now = throttle.timezone.now()

    monkeypatch.setattr(throttle.timezone, "now", lambda: now + throttle.WITHIN + timedelta(seconds=1))

    assert wrong(10).status_code == 200
    assert wrong(1).status_code == 429


@pytest.mark.django_db
def test_an_address_has_a_high_limit_over_all_accounts(settings, quick):
    settings.SIGN_IN_LIMIT = 12
    for number in range(12):
        assert wrong(1, f"nobody{number}").status_code == 200

    assert wrong(1, "nobody12").status_code == 429
    assert wrong(1, "nobody12", ELSEWHERE).status_code == 200


@pytest.mark.django_db
def test_a_trusted_network_has_no_such_limit_but_its_accounts_have_theirs(settings, quick):
    settings.SIGN_IN_LIMIT, settings.TRUSTED_NETWORKS = 12, [ipaddress.ip_network("192.0.2.0/24")]
    for number in range(15):
        assert wrong(1, f"nobody{number}").status_code == 200

    assert wrong(11).status_code == 429


@pytest.mark.django_db
def test_who_is_no_trusted_proxy_cannot_pretend_to_be_many(editor, quick):
    for number in range(10):
        Client().post(
            LOGIN,
            {"username": "editor", "password": "x"},
            REMOTE_ADDR=THERE,
            headers={"x-forwarded-for": f"203.0.113.{number}"},
        )

    assert wrong(1).status_code == 429


@pytest.mark.django_db
def test_behind_a_trusted_proxy_clients_are_told_apart(editor, settings, quick):
    settings.TRUSTED_PROXIES = [ipaddress.ip_network("10.0.0.1")]
    client = Client(headers={"x-forwarded-for": "203.0.113.1"})
    for _ in range(11):
        answer = sign_in("editor", "x", client=client, address="10.0.0.1")[1]
    assert answer.status_code == 429

    other = Client(headers={"x-forwarded-for": "203.0.113.2"})
    assert sign_in("editor", "x", client=other, address="10.0.0.1")[1].status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["unknown", "known", "closed", "invited"])
def test_a_wrong_password_costs_one_hash_and_says_the_same_whoever_it_is_for(hashes, kind):
    person = builders.person("somebody", EDITOR)
    if kind == "closed":
        person.is_active = False
    if kind == "invited":
        person.set_unusable_password()
    person.save()
    hashes.clear()

    answer = wrong(1, "nobody" if kind == "unknown" else "somebody")

    assert len(hashes) == 1
    assert "This user name and this password do not go together." in words(answer)
    assert answer.status_code == 200


@pytest.mark.django_db
def test_the_right_password_of_a_closed_account_says_no_more(editor):
    editor.is_active = False
    editor.save()

    answer = sign_in()[1]

    assert "This user name and this password do not go together." in words(answer)


@pytest.mark.django_db
def test_a_refusal_is_written_down_without_the_name_that_was_typed(security_lines, quick):
    wrong(11, "my password by mistake")

    [line] = security_lines(action="try")
    assert line["outcome"] == "refused"
    assert "by mistake" not in security_lines.text
    assert "by mistake" not in str(list(Tries.objects.values()))


@pytest.mark.django_db
def test_codes_of_one_account_have_a_limit_from_everywhere_and_recovery_codes_have_not(pharmacist):
    kept = second_factor.renew_recovery_codes(with_factor(pharmacist))
    for number in range(throttle.MOST_CODES):
        address = f"203.0.113.{number}"
        client, _ = sign_in("pharmacist", address=address)
        assert client.post(CODE, {"code": wrong_code(pharmacist)}, REMOTE_ADDR=address).status_code == 200

    client, _ = sign_in("pharmacist", address=ELSEWHERE)
    assert client.post(CODE, {"code": code_of(pharmacist)}, REMOTE_ADDR=ELSEWHERE).status_code == 429
    assert client.post(CODE, {"code": kept[0]}, REMOTE_ADDR=ELSEWHERE).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_of_twenty_wrong_passwords_at_once_ten_at_most_are_tried(quick):
    builders.person("editor", EDITOR)
    statuses = []

    raised = at_once(*[lambda: statuses.append(wrong(1).status_code)] * 20)

    assert raised == [None] * 20
    assert len(quick) == 10
    assert sorted(statuses) == [200] * 10 + [429] * 10


@pytest.mark.django_db(transaction=True)
def test_one_account_signs_in_while_another_is_under_attack_from_the_same_address():
    builders.person("attacked", REVIEWER)
    builders.person("editor", EDITOR)
    signed_in = []

    raised = at_once(
        *[lambda: wrong(2, "attacked")] * 6,
        *[lambda: signed_in.append(sign_in("editor")[1].status_code)] * 3,
    )

    assert raised == [None] * 9
    assert signed_in == [302] * 3


@pytest.mark.django_db(transaction=True)
def test_the_count_is_committed_before_anything_is_checked(monkeypatch):
    seen = []

    def look(form):
        seen.append(Tries.objects.using("default").count())
        at_once(lambda: seen.append(Tries.objects.count()))
        raise form.get_invalid_login_error()

    monkeypatch.setattr("clincalc.accounts.forms.AdminAuthenticationForm.clean", look)

    wrong(1)

    assert seen == [2, 2]


@pytest.mark.django_db
def test_rows_that_say_nothing_any_more_are_swept_away(quick):
    wrong(1, "nobody", THERE)
    Tries.objects.update(ends_at=datetime(2026, 1, 1, tzinfo=UTC))

    wrong(1, "another", ELSEWHERE)

    assert Tries.objects.count() == 2


class Window(RuleBasedStateMachine):
    """No stretch of five minutes holds more than ten tries that stand, and no try is refused without cause."""

    @initialize()
    def begin(self):
        self.now = datetime(2026, 11, 26, tzinfo=UTC)
        self.stand, self.taken = [], []
        Tries.objects.all().delete()

    def limit(self):
        return throttle.Limit(("machine",), 10, throttle.WITHIN)

    @rule(seconds=st.integers(0, 200))
    def wait(self, seconds):
        self.now += timedelta(seconds=seconds)

    @rule(times=st.integers(1, 12))
    def try_it(self, times):
        for _ in range(times):
            self.now += timedelta(microseconds=1)
            recent = [at for at in self.stand if at > self.now - throttle.WITHIN]
            with mock.patch.object(throttle.timezone, "now", return_value=self.now):
                if len(recent) < 10:
                    self.taken.append((throttle.take(None, self.limit()), self.now))
                    self.stand.append(self.now)
                    continue
                with pytest.raises(throttle.TooMany) as refusal:
                    throttle.take(None, self.limit())
            assert refusal.value.until == sorted(recent)[-10] + throttle.WITHIN

    @rule()
    def was_right(self):
        if self.taken:
            taken, at = self.taken.pop()
            throttle.give_back(taken)
            self.stand.remove(at)

    @invariant()
    def never_more_than_ten(self):
        for begin in getattr(self, "stand", []):
            assert sum(begin <= at < begin + throttle.WITHIN for at in self.stand) <= 10


class TestWindow(HypothesisCase, Window.TestCase):
    """The same on both engines."""

    settings = hypothesis_settings(max_examples=30, stateful_step_count=20, deadline=None)
