"""A running demonstration in which every text is hostile, and a Chromium in which somebody is signed in."""

from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import STORAGES, chromium, db
from tests.security import world
from tests.security.addresses import crawl
from tests.security.client.test_reading import COMPARED, SEARCHES
from tests.security.hostile import make_hostile

__all__ = ["db"]


@dataclass
class Site:
    """Where the site is, what it is made of, and how one opens it."""

    url: str
    addresses: dict[str, list[str]]
    cookies: dict[str, list[dict[str, str]]]
    browser: Any = None

    @contextmanager
    def opened(self, role, **context):
        """Open a window in which a role is signed in; what the console says and what ran is in `said`."""
        window = self.browser.new_context(
            viewport={"width": 1280, "height": 900}, storage_state={"cookies": self.cookies[role]}, **context
        )
        said = []
        window.expose_function("xss", lambda: said.append("a hostile script ran"))
        window.on("weberror", lambda error: said.append(str(error.error)))
        window.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page = window.new_page()
        page.said = said
        yield page
        window.close()


@pytest.fixture(scope="module")
def site(db, tmp_path_factory):
    """The running site."""
    with override_settings(STORAGES=STORAGES):
        world.make(tmp_path_factory.mktemp("demo"))
        make_hostile()
        server = LiveServer("localhost")
        site = Site(server.url, {"anonymous": public(), "superuser": at_work()}, {"anonymous": []})
        for role in ("lead", "superuser"):
            name = settings.SESSION_COOKIE_NAME
            value = world.signed_in(role).cookies[name].value
            site.cookies[role] = [{"name": name, "value": value, "url": server.url}]
        with chromium() as browser:
            site.browser = browser
            yield site
        server.stop()


def public():
    """Return an address of each kind of page of readers, and of each state of a drug."""
    states = (
        "metformin",
        "salbutamol",
        "metronidazole",
        "nicardipine",
        "lacidipine",
        "nimodipine",
        "isradipine",
    )
    roots = [
        "/",
        *(f"/drugs/{slug}/" for slug in states),
        *(f"/search/?q={query}" for query in SEARCHES),
        COMPARED,
    ]
    return pages_of(crawl(world.signed_in("anonymous"), *roots, most=1))


def at_work():
    """Return an address of each kind of page of the admin."""
    return pages_of(crawl(world.signed_in("superuser"), "/admin/", below="/admin/", most=1, queried=0))


def pages_of(visits):
    """Return the addresses of those answers that are pages."""
    return [visit.address for visit in visits if visit.is_html and visit.status == 200]
