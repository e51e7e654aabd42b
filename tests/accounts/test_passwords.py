"""Which passwords are refused, and how they are kept."""

from contextlib import suppress

import pytest
from django.conf import settings as site_settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher, identify_hasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from clincalc.accounts.models import User
from clincalc.accounts.passwords import GuessableValidator, guessable
from tests import builders
from tests.accounts.people import is_signed_in, sign_in
from tests.builders import PASSWORD

GOOD = [
    "otter plays the cello",
    "4839 2847 1938 4857 26",
    "ÆßöØ ñandú καλημέρα",
    "!§$%&/()=?+*#'-_.:,;",
    "thimble-clincalc-orchard-banjo",
    "xK9vQ2mW7pL4tZ8",
]
BAD = [
    ("otter plays", "15 characters"),
    ("o" * 129, "at most 128"),
    ("clincalc-pro-2026!", "easy to guess"),
    ("Pomalidomide-4mg-2026", "easy to guess"),
    ("ClinicalPharmacist1", "easy to guess"),
    ("passwordpasswordpassword", "easy to guess"),
    ("qwertyuiopasdfghjkl", "easy to guess"),
    ("123456789012345", "easy to guess"),
    ("aaaaaaaaaaaaaaaaaa", "easy to guess"),
    ("abcabcabcabcabcabc", "easy to guess"),
    ("NovemberLondon2026", "easy to guess"),
    ("Dr Amina Khan 26", "similar"),
]


@pytest.mark.parametrize("password", GOOD)
def test_a_long_password_of_any_kind_of_character_is_taken(password):
    validate_password(password, User(username="amina", full_name="Dr Amina Khan", email="a@example.org"))


@pytest.mark.parametrize(("password", "why"), BAD)
def test_a_short_or_guessable_password_is_refused_with_the_reason(password, why):
    with pytest.raises(ValidationError) as refusal:
        validate_password(password, User(username="amina.khan", full_name="Dr Amina Khan"))

    assert why in " ".join(refusal.value.messages)


@pytest.mark.parametrize("length", [15, 128])
def test_the_shortest_and_the_longest_are_taken(length):
    made = "".join(chr(0x4E00 + 7 * place) for place in range(length))

    validate_password(made)


def test_the_name_of_the_site_is_refused(settings):
    settings.SITE_NAME = "Trust Drugbook"
    guessable.cache_clear()
    with pytest.raises(ValidationError):
        GuessableValidator().validate("DrugbookTrust2026")
    settings.SITE_NAME = site_settings.SITE_NAME
    guessable.cache_clear()


@given(st.text(max_size=200))
def test_no_text_breaks_the_check(text):
    with suppress(ValidationError):
        GuessableValidator().validate(text)


def test_argon2_comes_first():
    assert identify_hasher(builders.hashed()).algorithm == "argon2"
    assert site_settings.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")


@pytest.mark.django_db
def test_an_old_hash_still_signs_in_and_is_made_anew(editor):
    editor.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt", iterations=1000)
    editor.save()

    client, _ = sign_in()

    assert is_signed_in(client)
    assert User.objects.get().password.startswith("argon2")
