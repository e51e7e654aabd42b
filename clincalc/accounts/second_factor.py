"""Codes of a device (TOTP, RFC 6238) and recovery codes: each is good for once, also for two requests at once.

A code is spent by one conditional UPDATE, so of two requests with the same
code one finds it spent.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from datetime import datetime
from typing import Any

import pyotp
from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from clincalc.accounts.models import RecoveryCode, SecondFactor, User
from clincalc.security_log import record

STEP = 30
# A device's clock may be one step behind or ahead.
NEAR = (0, -1, 1)
CODES = 10
CODE = re.compile(r"[0-9]{6}")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
# 125 bits: enough for a plain digest to keep them.
GROUPS, OF = 5, 5
LIKELY = str.maketrans("018", "OIB")
# Whose account changes what readers see, or who may: in production they have a second factor.
GRAVE = (
    *("monographs.sign_review", "monographs.release_revision", "monographs.withdraw_drug"),
    *("monographs.verify_credential", "accounts.manage_accounts"),
)


class WrongCode(Exception):
    """The code is not right; `str()` gives the sentence."""


def is_required(person: Any) -> bool:
    """Return whether a person must have a second factor."""
    return settings.SECOND_FACTOR_REQUIRED and any(person.has_perm(name) for name in GRAVE)


def is_missing(person: Any) -> bool:
    """Return whether a person must set up a second factor before anything else."""
    return person.second_factor_at is None and is_required(person)


def begin(person: User) -> None:
    """Make the secret of a device that is to be set up; one that was begun before is forgotten."""
    if person.second_factor_at is None:
        SecondFactor.objects.update_or_create(
            person=person, defaults={"nonce": secrets.token_urlsafe(32), "last_step": 0}
        )


def forget_begun(person: User) -> None:
    """Forget a secret that was shown and not yet confirmed: at the next sign-in somebody else may have seen it."""
    if person.second_factor_at is None:
        SecondFactor.objects.filter(person=person).delete()


def begun(person: User) -> SecondFactor | None:
    """Return the device that is being set up, if there is one."""
    return SecondFactor.objects.filter(person=person).first() if person.second_factor_at is None else None


def secret_of(factor: SecondFactor) -> str:
    """Return what the device must know, in letters and digits."""
    made = salted_hmac("clincalc.accounts.second_factor", factor.nonce, algorithm="sha256").digest()
    return base64.b32encode(made[:20]).decode()


def link_of(factor: SecondFactor) -> str:
    """Return the otpauth: link that says the same to a device."""
    return pyotp.TOTP(secret_of(factor)).provisioning_uri(
        name=factor.person.username, issuer_name=settings.SITE_NAME
    )


@transaction.atomic
def confirm(person: User, code: str, *, at: datetime) -> list[str]:
    """Ask for a second factor from now on, once a first code has shown that the device knows the secret.

    Returns new recovery codes, which are never shown again. Raises WrongCode.
    """
    factor = begun(person)
    if factor is None:
        raise WrongCode("Nothing is being set up. Begin again.")
    _spend(factor, normal(code), at)
    person.second_factor_at = at
    person.save(update_fields=["second_factor_at"])
    record("set second factor", by=person, of=person)
    return renew_recovery_codes(person)


def check(person: User, code: str, *, at: datetime) -> None:
    """Spend a code of the device, or a recovery code. Raises WrongCode."""
    said = normal(code)
    if CODE.fullmatch(said):
        factor = SecondFactor.objects.filter(person=person).first()
        if factor is None:
            raise WrongCode("This code is not right.")
        _spend(factor, said, at)
        return
    unused = RecoveryCode.objects.filter(person=person, digest=_digest(person, said), used_at=None)
    if not unused.update(used_at=at):
        raise WrongCode("This code is not right. A recovery code works once only.")
    left = RecoveryCode.objects.filter(person=person, used_at=None).count()
    record("use recovery code", by=person, of=person, left=left)


@transaction.atomic
def renew_recovery_codes(person: User) -> list[str]:
    """Make new recovery codes in place of all others. Returns them; they are never shown again."""
    made = [
        "-".join("".join(secrets.choice(LETTERS) for _ in range(OF)) for _ in range(GROUPS))
        for _ in range(CODES)
    ]
    RecoveryCode.objects.filter(person=person).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(person=person, digest=_digest(person, normal(code))) for code in made
    )
    record("make recovery codes", by=person, of=person)
    return made


@transaction.atomic
def remove(person: User, *, by: Any) -> None:
    """Ask for no second factor any more; every session of the person ends but one that is told of it."""
    SecondFactor.objects.filter(person=person).delete()
    RecoveryCode.objects.filter(person=person).delete()
    person.second_factor_at = None
    person.save(update_fields=["second_factor_at"])
    record("remove second factor", by=by, of=person)


def normal(code: str) -> str:
    """Return a code without spaces and hyphens, in capitals, with letters for the digits that look like them."""
    plain = re.sub(r"[\s-]", "", code).upper()
    return plain if CODE.fullmatch(plain) else plain.translate(LIKELY)


def is_of_device(code: str) -> bool:
    """Return whether a code looks like one of a device."""
    return bool(CODE.fullmatch(normal(code)))


def _spend(factor: SecondFactor, code: str, at: datetime) -> None:
    """Spend the code of a step near a moment. Raises WrongCode for one that is wrong or spent."""
    totp = pyotp.TOTP(secret_of(factor))
    present = int(at.timestamp()) // STEP
    for step in (present + near for near in NEAR):
        if constant_time_compare(totp.generate_otp(step), code):
            unspent = SecondFactor.objects.filter(pk=factor.pk, nonce=factor.nonce, last_step__lt=step)
            if unspent.update(last_step=step):
                return
            raise WrongCode(f"This code was used already. Wait for the next one, at most {STEP} seconds.")
    raise WrongCode("This code is not right. Check that the clock of your device is.")


def _digest(person: User, code: str) -> str:
    """Return what is kept of a recovery code."""
    return hashlib.sha256(f"{person.pk} {code}".encode("utf-8", "surrogatepass")).hexdigest()
