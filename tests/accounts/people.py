"""People at the door, as tests send them there."""

import threading

import pyotp
from django.test import Client
from django.utils import timezone

from clincalc.accounts import second_factor
from clincalc.accounts.models import SecondFactor
from tests.builders import PASSWORD

LOGIN, CODE = "/admin/login/", "/admin/code/"


def sign_in(
    username="editor", password=PASSWORD, *, client=None, address="192.0.2.1", next_page="/admin/account/"
):
    """Send the form of signing in from an address; return (browser, answer)."""
    client = client or Client()
    data = {"username": username, "password": password, "next": next_page}
    return client, client.post(LOGIN, data, REMOTE_ADDR=address)


def with_factor(person):
    """Return a person who has set up a second factor, none of whose codes is spent."""
    second_factor.begin(person)
    second_factor.confirm(person, code_of(person), at=timezone.now())
    SecondFactor.objects.filter(person=person).update(last_step=0)
    return person


def code_of(person, ahead=0):
    """Return the code that the person's device shows now, or so many steps ahead."""
    factor = SecondFactor.objects.get(person=person)
    step = int(timezone.now().timestamp()) // second_factor.STEP + ahead
    return pyotp.TOTP(second_factor.secret_of(factor)).generate_otp(step)


def wrong_code(person):
    """Return six digits that the device shows neither now nor one step before or after."""
    near = {code_of(person, ahead) for ahead in (-2, -1, 0, 1, 2)}
    return next(code for code in map("{:06}".format, range(10)) if code not in near)


def arrived():
    """Wait for letters that are sent beside a request."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join(10)


def is_signed_in(client):
    """Tell whether the browser has a session that the admin knows."""
    return client.get("/admin/account/").status_code == 200
