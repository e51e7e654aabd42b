"""Sending letters, to a mail server that can refuse, stall and drop."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connections, transaction
from django.utils import timezone

from monographs import review
from monographs.models import Generation, Letter
from tests import builders, smtp
from tests.review.test_letters import reached, signer
from tests.review.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
SENDERS = 4


@pytest.fixture
def server(settings):
    """A mail server that this installation sends to."""
    with smtp.serving() as running:
        settings.MAILERS = running.mailers
        settings.DEFAULT_FROM_EMAIL = "ClinCalc Pro <reviews@example.org>"
        yield running


def kept(number=1, **columns):
    """Return letters to one lead that wait to be sent."""
    person = reached("ann", builders.LEAD)
    return [
        Letter.objects.create(
            **{"to": person, "about": f"thing {n}", "subject": f"Thing {n}", "text": "Text.", **columns}
        )
        for n in range(number)
    ]


def fresh(letter):
    """Return the letter as it stands."""
    return Letter.objects.get(pk=letter.pk)


def asked_for_changes():
    """Take a step that writes two letters: to the editor and to the signer."""
    reached("editor", builders.EDITOR)
    revision = builders.submitted(by=builders.person("editor", builders.EDITOR))
    return review.request_changes(
        revision=revision, by=signer(), digest=revision.digest, comment="Say which ankles."
    )


# After the step


def test_letters_leave_when_the_step_is_done(server):
    asked_for_changes()

    assert sorted(server.addresses) == ["editor@hospital.example", "pharmacist@hospital.example"]
    assert server.connections == 1
    for letter in Letter.objects.all():
        assert (letter.tries, letter.failed_because, letter.taken_at) == (1, "", None)
        assert letter.sent_at >= letter.written_at


def test_a_letter_is_plain_text_with_its_sender_and_its_own_id(server, settings):
    settings.ALLOWED_HOSTS, settings.DEMO = ["www.example.org"], False
    asked_for_changes()

    letter = Letter.objects.get(to__username="editor")
    (message,) = [one for address, one in server.received if address.startswith("editor")]
    assert message["From"] == "ClinCalc Pro <reviews@example.org>"
    assert message["To"] == "editor@hospital.example"
    assert message["Subject"] == letter.subject
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].startswith(f"<letter-{letter.pk}-")
    assert message["Message-ID"].endswith("@example.org>")
    assert message.get_content_type() == "text/plain"
    assert message.get_content().strip() == letter.text
    assert "https://www.example.org/admin/monographs/revision/" in message.get_content()


def test_nothing_is_sent_while_the_step_may_still_be_undone(server):
    with transaction.atomic():
        asked_for_changes()
        assert server.received == []
        transaction.set_rollback(True)

    assert server.received == []
    assert not Letter.objects.exists()


@pytest.mark.parametrize(
    ("behaviour", "why"),
    [
        ({"stalls_at": "connect"}, "did not answer in time"),
        ({"stalls_at": "EHLO"}, "did not answer in time"),
        ({"stalls_at": "."}, "did not answer in time"),
        ({"drops_at": "connect"}, "broke the connection off"),
        ({"drops_at": "RCPT"}, "broke the connection off"),
        ({"drops_at": "."}, "broke the connection off"),
        ({"answers": {"connect": "554 No service"}}, "refused the letter: 554 No service"),
        ({"answers": {"MAIL": "451 Try later"}}, "refused the letter: 451 Try later"),
        ({"answers": {"RCPT": "550 \x1b[31mNo"}}, "refused the address: 550  [31mNo"),
        ({"answers": {"DATA": "nonsense"}}, "refused the letter: -1"),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else "",
)
def test_a_server_that_fails_does_not_fail_the_step(server, behaviour, why):
    vars(server).update(behaviour)

    verdict = asked_for_changes()

    assert verdict.pk
    first, second = Letter.objects.order_by("-tries", "pk")
    assert " ".join(why.split()) in first.failed_because
    assert (first.tries, first.sent_at, first.taken_at) == (1, None, None)
    # The person is kept waiting once, not once for each letter.
    assert (second.tries, second.failed_because) == (0, "")


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("ann@hospital.example\nBcc: all@hospital.example", "no e-mail address"),
        ("ann@hospital.example, all@hospital.example", "no e-mail address"),
        ("<ann@hospital.example> ORCPT=x", "no e-mail address"),
    ],
)
def test_an_address_that_is_more_than_one_reaches_nobody(server, address, why):
    (letter,) = kept()
    type(letter.to).objects.update(email=address)

    review.send_waiting()

    assert why in fresh(letter).failed_because
    assert server.connections == 0


def test_a_subject_with_a_second_header_reaches_nobody(server):
    good, bad = kept(2)
    Letter.objects.filter(pk=bad.pk).update(subject="Thing\nBcc: all@hospital.example")

    sent = review.send_waiting()

    assert sent.number == 1
    assert "could not be made (ValueError)" in fresh(bad).failed_because
    assert server.addresses == ["ann@hospital.example"]
    assert fresh(good).sent_at


def test_a_dot_on_a_line_of_its_own_is_part_of_the_text(server):
    kept(text="Before.\n.\nAfter: 5 µg → äöü")

    review.send_waiting()

    assert server.received[0][1].get_content().strip() == "Before.\n.\nAfter: 5 µg → äöü"


# Again at the digest


def test_what_failed_is_tried_again_at_the_next_digest(server):
    server.drops_at = "connect"
    asked_for_changes()
    server.drops_at = ""

    call_command("send_review_digest")

    assert sorted(server.addresses) == ["editor@hospital.example", "pharmacist@hospital.example"]
    assert set(Letter.objects.values_list("failed_because", flat=True)) == {""}


def test_a_letter_is_tried_ten_times_and_no_more(server):
    server.refuses = {"ann@hospital.example"}
    (letter,) = kept()

    for _ in range(review.MOST_TRIES + 2):
        review.send_waiting()

    assert fresh(letter).tries == review.MOST_TRIES
    assert server.connections == review.MOST_TRIES


def test_one_refused_letter_does_not_hold_up_the_others(server):
    server.refuses = {"bob@hospital.example"}
    bad = Letter.objects.create(to=reached("bob"), about="x", subject="X", text="Text.")
    good = kept(2)

    sent = review.send_waiting()

    assert (sent.number, [letter for letter, _ in sent.failed]) == (2, [bad])
    assert fresh(bad).failed_because == "The mail server refused the address: 550 5.1.1 No such person here"
    assert all(fresh(letter).sent_at for letter in good)


def test_a_server_that_cannot_be_reached_is_asked_once_and_noted_on_every_letter(server):
    server.stalls_at = "connect"
    letters = kept(5)

    sent = review.send_waiting()

    assert server.connections == 1
    assert len(sent.failed) == 5
    assert {fresh(letter).tries for letter in letters} == {1}


def test_urgent_letters_leave_first_and_a_letter_that_failed_lets_others_pass(server):
    failed, _, urgent = kept(3)
    Letter.objects.filter(pk=failed.pk).update(tries=3)
    Letter.objects.filter(pk=urgent.pk).update(is_urgent=True)

    review.send_waiting()

    assert [message["Subject"] for _, message in server.received] == ["Thing 2", "Thing 1", "Thing 0"]


@pytest.mark.parametrize("columns", [{"is_active": False}, {"email": ""}])
def test_who_left_meanwhile_gets_none(server, columns):
    (letter,) = kept()
    type(letter.to).objects.update(**columns)

    review.send_waiting()

    assert server.received == []
    assert fresh(letter).tries == 0


def test_without_a_mail_server_letters_are_kept(settings):
    settings.MAILERS = {}
    asked_for_changes()

    call_command("send_review_digest")

    assert set(Letter.objects.values_list("tries", "sent_at", "failed_because")) == {(0, None, "")}


def test_letters_can_be_written_into_a_folder(settings, tmp_path):
    backend = "django.core.mail.backends.filebased.EmailBackend"
    settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": {"file_path": str(tmp_path / "mail")}}}
    settings.DEFAULT_FROM_EMAIL = "reviews@example.org"
    kept(2)

    assert review.send_waiting().number == 2

    (file,) = (tmp_path / "mail").iterdir()
    assert file.read_text(encoding="utf-8").count("To: ann@hospital.example") == 2


def test_a_folder_that_cannot_be_made_is_noted(settings, tmp_path):
    (tmp_path / "file").touch()
    backend = "django.core.mail.backends.filebased.EmailBackend"
    settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": {"file_path": str(tmp_path / "file")}}}
    (letter,) = kept()

    review.send_waiting()

    assert "cannot be written where EMAIL_URL says" in fresh(letter).failed_because


def test_the_command_says_what_could_not_be_sent_and_fails(server, capsys):
    server.refuses = {"ann@hospital.example"}
    kept()

    with pytest.raises(CommandError, match=r"^\d letters? could not be sent\.$"):
        call_command("send_review_digest")

    assert "ann: Thing 0: The mail server refused the address" in capsys.readouterr().err


# Several senders


def test_no_letter_is_sent_twice_by_senders_at_once(server):
    letters = kept(12)

    raised = at_once(*[review.send_waiting] * SENDERS)

    assert raised == [None] * SENDERS
    subjects = [message["Subject"] for _, message in server.received]
    assert sorted(subjects) == sorted(letter.subject for letter in letters)
    assert set(Letter.objects.values_list("tries", flat=True)) == {1}


def test_digests_at_once_write_and_send_one_for_each_person(server):
    reached("ann", builders.LEAD)
    reached("bob", builders.REVIEWER)
    builders.submitted()

    raised = at_once(*[lambda: call_command("send_review_digest")] * SENDERS)

    assert raised == [None] * SENDERS
    assert sorted(server.addresses) == ["ann@hospital.example", "bob@hospital.example"]


def test_while_a_server_stalls_others_write_and_the_letter_is_not_taken_twice(server, settings):
    server.stalls_at = "."
    patient = server.mailers
    patient["default"]["OPTIONS"]["timeout"] = 15
    settings.MAILERS = patient
    (letter,) = kept()

    def send():
        review.send_waiting()
        connections.close_all()

    sender = threading.Thread(target=send)
    sender.start()
    try:
        assert server.stalled.wait(10)
        with transaction.atomic():
            Generation.objects.filter(pk=1).update(number=7)
            # This very row is not locked either.
            Letter.objects.filter(pk=letter.pk).update(subject="Still there")
        assert sender.is_alive(), "the server was stalling all the time"
        assert review.send_waiting().number == 0
    finally:
        server.let_go.set()
        sender.join()

    assert len(server.received) == 1
    assert fresh(letter).sent_at


def test_nothing_is_sent_inside_a_transaction(server):
    kept()

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        review.send_waiting()

    assert server.received == []


def test_a_sender_that_died_is_waited_for_an_hour(server):
    begun = timezone.now()
    dying, dead = kept(2, tries=1)
    Letter.objects.filter(pk=dying.pk).update(taken_at=begun - timedelta(minutes=59))
    Letter.objects.filter(pk=dead.pk).update(taken_at=begun - timedelta(minutes=61))

    review.send_waiting()

    assert (fresh(dying).sent_at, fresh(dead).tries) == (None, 2)
    assert fresh(dead).sent_at


def test_each_try_has_the_same_message_id(server):
    (letter,) = kept()
    review.send_waiting()
    Letter.objects.update(sent_at=None)
    review.send_waiting()

    first, second = (message["Message-ID"] for _, message in server.received)
    assert first == second
    assert str(letter.pk) in first


# By hand


def test_a_lead_has_failed_letters_tried_again(server):
    server.refuses = {"ann@hospital.example"}
    failed, sent, other = kept(3)
    Letter.objects.filter(pk=sent.pk).update(sent_at=timezone.now(), failed_because="")
    Letter.objects.filter(pk=failed.pk).update(tries=10, failed_because="Refused.")
    server.refuses = set()

    count = review.try_again(Letter.objects.all(), by=builders.person("ann", builders.LEAD))

    assert count == 1
    assert fresh(failed).sent_at
    assert fresh(failed).tries == 1
    assert [message["Subject"] for _, message in server.received].count("Thing 1") == 0
    assert fresh(other).pk


def test_two_leads_who_try_again_at_once_send_one_letter(server):
    (letter,) = kept(tries=10, failed_because="Refused.")
    ann = builders.person("ann", builders.LEAD)

    raised = at_once(*[lambda: review.try_again(Letter.objects.all(), by=ann)] * SENDERS)

    assert raised == [None] * SENDERS
    assert len(server.received) == 1
    assert fresh(letter).sent_at


def test_nobody_but_a_lead_has_letters_tried_again(server):
    kept(tries=10, failed_because="Refused.")
    for role in (builders.EDITOR, builders.REVIEWER):
        with pytest.raises(PermissionDenied):
            review.try_again(Letter.objects.all(), by=builders.person("someone", role))

    assert server.received == []
