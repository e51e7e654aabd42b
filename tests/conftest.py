"""What every test may use."""

import io
import json
import logging

import pytest
from django.core.management import call_command
from django.db import connection
from hypothesis import HealthCheck, settings

from clincalc.logs import JsonFormatter
from monographs.review import guards
from tests import builders

# A busy machine is no failure, so nothing here is timed; examples are dear on two engines.
settings.register_profile(
    "suite", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("suite")


@pytest.fixture(autouse=True)
def lift_guards(request):
    """Lift the guards before a transactional test's flush; flush's post_migrate restores them."""
    marker = request.node.get_closest_marker("django_db")
    by_marker = marker is not None and marker.kwargs.get("transaction", False)
    if by_marker or {"transactional_db", "live_server"} & set(request.fixturenames):
        request.getfixturevalue("transactional_db")
        yield
        guards.lift(connection)
    else:
        yield


class SecurityLines:
    """What was written to the security log so far."""

    def __init__(self, stream):
        self.stream = stream

    @property
    def text(self):
        return self.stream.getvalue()

    def __call__(self, **wanted):
        """Return the lines that have these values."""
        lines = [json.loads(line) for line in self.text.splitlines()]
        return [line for line in lines if wanted.items() <= line.items()]


@pytest.fixture
def security_lines():
    """The lines of the security log, as production writes them.

    What is "done" is written after its transaction: run it within
    `django_capture_on_commit_callbacks(execute=True)`.
    """
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logger = logging.getLogger("clincalc.security")
    logger.addHandler(handler)
    yield SecurityLines(stream)
    logger.removeHandler(handler)


@pytest.fixture
def site_role(transactional_db, tmp_path):
    """A role with the rights of the site, in this database of the tests."""
    name = f"site_{connection.settings_dict['NAME']}"
    password = tmp_path / "password"
    password.write_text("a password of a role\n", encoding="utf-8")
    call_command("grant_site_role", name, password_file=password, stdout=io.StringIO())
    yield name
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT {name} TO CURRENT_USER")
        cursor.execute(f"DROP OWNED BY {name}")
        cursor.execute(f"DROP ROLE {name}")


@pytest.fixture
def as_site(site_role):
    """Connect as that role until the test ends."""
    owner = connection.settings_dict["USER"]
    connection.close()
    connection.settings_dict["USER"] = site_role
    yield site_role
    connection.close()
    connection.settings_dict["USER"] = owner


@pytest.fixture
def editor(db):
    """A person in the group of editors."""
    return builders.person("editor", builders.EDITOR)


@pytest.fixture
def pharmacist(db):
    """A person in the group of pharmacist reviewers."""
    return builders.person("pharmacist", builders.REVIEWER)


@pytest.fixture
def lead(db):
    """A person in the group of clinical leads."""
    return builders.person("lead", builders.LEAD)
