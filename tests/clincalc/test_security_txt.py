"""`/.well-known/security.txt`: whom to tell of a weakness, and until when that holds."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from clincalc import env
from clincalc.security_txt import expires

ADDRESS = "/.well-known/security.txt"


@pytest.mark.django_db
def test_nobody_is_named_where_no_contact_is_set(client, settings):
    settings.SECURITY_CONTACT = ""

    assert client.get(ADDRESS).status_code == 404


def test_it_names_whom_to_tell_and_until_when(client, settings):
    settings.SECURITY_CONTACT = "mailto:security@example.org"

    response = client.get(ADDRESS)

    contact, until, language = response.content.decode().splitlines()
    assert contact == "Contact: mailto:security@example.org"
    assert language == "Preferred-Languages: en"
    moment = datetime.strptime(until, "Expires: %Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert timezone.now() < moment < timezone.now() + timedelta(days=365)
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert not response.cookies


@given(st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_it_never_lies_in_the_past_nor_a_year_ahead(at):
    assert timedelta(days=182) < expires(at) - at < timedelta(days=215)
    assert expires(at).day == 1


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("security@example.org", "mailto:security@example.org"),
        ("mailto:security@example.org", "mailto:security@example.org"),
        ("https://www.example.org/security?a=b", "https://www.example.org/security?a=b"),
        ("", ""),
    ],
)
def test_a_contact_is_a_mail_or_a_web_address(monkeypatch, written, read):
    monkeypatch.setenv("SECURITY_CONTACT", written)

    assert env.contact("SECURITY_CONTACT") == read


@pytest.mark.parametrize(
    "written", ["security", "http://example.org/", "https://", "https://example.org/\nContact: x", "tel:+44"]
)
def test_what_is_no_contact_is_refused(monkeypatch, written):
    monkeypatch.setenv("SECURITY_CONTACT", written)

    with pytest.raises(env.Refused, match="SECURITY_CONTACT must be an address"):
        env.contact("SECURITY_CONTACT")
