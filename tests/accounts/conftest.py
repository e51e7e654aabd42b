"""What tests of accounts may use besides."""

import pytest
from django.core import mail

from tests.accounts.people import arrived

MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}


@pytest.fixture
def post(settings):
    """Letters that leave, in a list."""
    settings.MAILERS, settings.DEFAULT_FROM_EMAIL = MAILERS, "site@example.org"
    settings.ALLOWED_HOSTS = ["www.example.org", "testserver"]
    mail.outbox = []
    yield mail.outbox
    arrived()
