"""Who is signed in shows once more that it is they: password, and code of the second factor where they have one.

Forms that ask for it are built on `Asked`. Wrong answers count as those of
signing in do. A code is good for once, so it is looked at only when all else
in the form is right.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from clincalc.accounts import second_factor, throttle
from clincalc.accounts.second_factor import WrongCode
from clincalc.security_log import REFUSED, record

ENTER_PASSWORD = "Enter your password."  # noqa: S105 - a sentence
ENTER_CODE = "Enter the code of your second factor."
NOT_YOURS = "This is not your password. Everything else is kept as you typed it."
FIELDS = ("password", "code")


class PasswordField(forms.CharField):
    """The password that somebody has."""

    def __init__(self, **more: Any) -> None:
        """Draw it as a password that a password manager may fill in."""
        widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})
        super().__init__(strip=False, widget=widget, **more)


class CodeInput(forms.TextInput):
    """A code is typed anew each time; none is sent back into a page."""

    def format_value(self, value: Any) -> str | None:
        """Return nothing."""
        return None


class CodeField(forms.CharField):
    """A code of a device, or a recovery code."""

    def __init__(self, **more: Any) -> None:
        """Let a telephone offer its digits; no spelling is mended."""
        attrs = {"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}
        super().__init__(max_length=100, widget=CodeInput(attrs=attrs), **more)


class Asked(forms.Form):
    """A form that takes effect only with the password, and the code, of the person who sends it."""

    def __init__(self, *args: Any, request: HttpRequest, **more: Any) -> None:
        """Put what is asked below the form's own fields."""
        super().__init__(*args, **more)
        self.request = request
        add_fields(self, request.user)

    def order_fields(self, field_order: Any) -> None:
        """Keep what is asked last."""
        super().order_fields([name for name in field_order or self.fields if name not in FIELDS])

    def clean(self) -> dict[str, Any]:
        """Check the answers once all else is right."""
        data = super().clean() or self.cleaned_data
        check_fields(self, self.request)
        return data


def add_fields(form: forms.Form, person: Any) -> None:
    """Ask in a form for what a person has to show."""
    form.fields["password"] = PasswordField(
        label="Your password, once more",
        required=False,
        help_text="Asked once more for this step only, and never kept.",
    )
    if person.second_factor_at is not None:
        form.fields["code"] = CodeField(
            label="Code of your second factor",
            required=False,
            help_text="Six digits from your device, newer than the last that you used, or a recovery code.",
        )


def check_fields(form: forms.Form, request: HttpRequest) -> None:
    """Say beside the two fields what is wrong with them; check them once all else in the form is right."""
    data = form.cleaned_data
    if not data.get("password"):
        form.add_error("password", ENTER_PASSWORD)
    if "code" in form.fields and not data.get("code"):
        form.add_error("code", ENTER_CODE)
    if form.errors:
        return
    try:
        show(request.user, request, password=data["password"], code=data.get("code", ""))
    except throttle.TooMany as refusal:
        form.add_error(None, refusal.error)
    except WrongPassword as refusal:
        form.add_error("password", str(refusal))
    except WrongCode as refusal:
        form.add_error("code", str(refusal))


class WrongPassword(Exception):
    """It is not the person's password; `str()` gives the sentence."""


def show(person: Any, request: HttpRequest, *, password: str, code: str) -> None:
    """Check both answers of a person. Raises TooMany, WrongPassword or WrongCode."""
    try:
        with counted(request, *throttle.answers(request, person.username)):
            if not person.check_password(password):
                raise WrongPassword(NOT_YOURS)
            if person.second_factor_at is not None:
                show_code(person, request, code)
    except (WrongPassword, WrongCode) as refusal:
        why = "wrong code" if isinstance(refusal, WrongCode) else "wrong password"
        record("ask again", by=person, of=person, outcome=REFUSED, request=request, why=why)
        raise


def show_code(person: Any, request: HttpRequest, code: str) -> None:
    """Check a code of a person. Raises TooMany or WrongCode.

    Recovery codes are too long to be guessed, so they are open to a person
    whose device's codes somebody else has used up.
    """
    limits = [throttle.codes(person)] if second_factor.is_of_device(code) else []
    with counted(request, *limits):
        second_factor.check(person, code, at=timezone.now())


@contextlib.contextmanager
def counted(request: HttpRequest, *limits: throttle.Limit) -> Iterator[None]:
    """Count a try, and take it back unless what is tried raises something. Raises TooMany."""
    taken = throttle.take(request, *limits)
    yield
    throttle.give_back(taken)


def with_status(response: HttpResponse, form: Any) -> HttpResponse:
    """Return the page of a form with 429 when it was refused for too many tries."""
    errors = form.errors.get_json_data() if form is not None and form.is_bound else {}
    if any(error["code"] == throttle.TOO_MANY for said in errors.values() for error in said):
        response.status_code = 429
    return response
