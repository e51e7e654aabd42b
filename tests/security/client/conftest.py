"""What the tests that need no browser share."""

import pytest
from django.db import transaction
from django.test import override_settings

from tests.security import world


@pytest.fixture(scope="package")
def site(django_db_setup, django_db_blocker, tmp_path_factory):
    """A demonstration for all modules of this folder, rolled back at its end."""
    contact = override_settings(SECURITY_CONTACT="mailto:security@hospital.example")
    with django_db_blocker.unblock(), transaction.atomic(), contact:
        world.make(tmp_path_factory.mktemp("demo"))
        yield
        transaction.set_rollback(True)
