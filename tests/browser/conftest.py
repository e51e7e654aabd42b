"""A running site with every kind of page, and a Chromium that reads it.

The database is filled once for a module, before Playwright starts its event
loop, and emptied after it has ended: Django refuses queries beside a loop.
"""

from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from playwright.sync_api import sync_playwright
from pytest_django.live_server_helper import LiveServer

from monographs.models import DemoDatabase
from monographs.review import guards
from tests import pages
from tools.chromium import find_chromium

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The server finds the files where they are, so without hashes in their names.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
HELP = "Medicines Information: ask your pharmacy for its number."


@pytest.fixture(scope="module")
def db(django_db_setup, django_db_blocker):
    """The test database for a whole module; emptied at its end.

    It bears the name of pytest-django's own fixture, whose transaction the
    server could not see, so that the test database is set up for these tests too.
    """
    with django_db_blocker.unblock():
        yield
        guards.lift(connection)
        call_command("flush", interactive=False, verbosity=0)


@contextmanager
def running():
    """Run a site with every kind of page; yield its address."""
    with override_settings(STORAGES=STORAGES, LOCAL_HELP=HELP):
        pages.every_kind()
        server = LiveServer("localhost")
        yield server.url
        server.stop()


@pytest.fixture(scope="module")
def site(db):
    """The address of a site that is no demonstration."""
    with running() as address:
        yield address


@pytest.fixture(scope="module")
def demo(db):
    """The address of a demonstration."""
    DemoDatabase.objects.create(pk=1)
    with running() as address:
        yield address


@contextmanager
def chromium():
    """Run a Chromium."""
    path = find_chromium()
    if path is None:
        pytest.fail("There is no Chromium: install one or set CHROMIUM to its path.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def reader(site):
    """A function that opens an address of the site in a window of its own."""
    with chromium() as browser:
        yield opener(browser, site)


@pytest.fixture(scope="module")
def demo_reader(demo):
    """A function that opens an address of the demonstration in a window of its own."""
    with chromium() as browser:
        yield opener(browser, demo)


def opener(browser, base):
    """Return `opened(address, width, height, **context)`, a context manager that yields the page."""

    @contextmanager
    def opened(address, width=375, height=667, **context):
        """Open an address; what the console and the security policy say is kept in `page.said`."""
        window = browser.new_context(viewport={"width": width, "height": height}, **context)
        page = window.new_page()
        page.said = []
        page.on(
            "console", lambda message: page.said.append(message.text) if message.type == "error" else None
        )
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(base + address)
        yield page
        window.close()

    return opened
