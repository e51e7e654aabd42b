"""Everything that a page leads to, followed by every role: where it leads, what it changes, with which headers."""

import re

import pytest

from monographs.models import Drug, OldSlug
from tests.clincalc.test_headers import CSP, EVERYWHERE
from tests.security import world
from tests.security.addresses import crawl, path_of, route_of
from tests.security.matrix import declared, row_for
from tests.security.rows import MAY_CHANGE, changed, fingerprints

pytestmark = pytest.mark.django_db
TABLE = declared()
SEARCHES = ("metformin", "met", "penicillins", "xyzzy", "Dilacor", "pomolidamide")
COMPARED = "/classes/ace-inhibitors/compare/?section=monitoring&drug=lisinopril&drug=ramipril"
ROOTS = ("/", "/drugs/", "/drugs/metformin/", "/search/?q=met", "/admin/")
# How far each goes: readers everywhere, the superuser through the whole admin, others once to each kind of page.
AT_WORK = {"below": "/admin/", "most": 1, "queried": 0}
HOW = {"anonymous": {}, "superuser": {"below": "/admin/"}}


@pytest.fixture(scope="module")
def crawled(site):
    """What each role finds, and which tables differ afterwards, as {role: (visits, tables)}."""
    found = {}
    for role in world.ROLES:
        client = world.signed_in(role)
        before = fingerprints()
        more = public() if role == "anonymous" else ()
        visits = list(crawl(client, *ROOTS, *more, **HOW.get(role, AT_WORK)))
        found[role] = visits, changed(before, but=MAY_CHANGE)
    return found


def public():
    """Return the address of every page that readers can come to, and some that there are not."""
    slugs = [*Drug.objects.values_list("slug", flat=True), *OldSlug.objects.values_list("slug", flat=True)]
    yield from (f"/drugs/{slug}/" for slug in (*slugs, "no-such-medicine"))
    yield from (f"/search/?q={query}" for query in SEARCHES)
    yield from ("/search/suggest/?q=met", "/search/?q=grapefruit&in=text", "/.well-known/security.txt")
    yield from (
        COMPARED,
        "/robots.txt",
        "/favicon.ico",
        "/healthz",
        "/readyz",
        "/no-such-page",
        "/static/no-such-file.css",
    )


@pytest.fixture(scope="module")
def visits(crawled):
    """Every visit of every role, as (role, visit) …."""
    return [(role, visit) for role, (visits, _) in crawled.items() for visit in visits]


def timeless(visit):
    """Return a page without the minute at which it was drawn."""
    return re.sub(r"\d\d:\d\d", "", visit.text)


def test_every_address_that_a_page_leads_to_is_declared(visits):
    found = {(route_of(path_of(visit.address)), visit.led_by) for _, visit in visits if visit.led_by}

    assert [(route, page) for route, page in found if row_for(route, TABLE) is None] == []


def test_no_page_fails_or_leads_where_there_is_nothing_or_where_one_may_not_go(visits):
    wrong = [
        (role, visit.address, visit.led_by, visit.status)
        for role, visit in visits
        if visit.status >= (400 if visit.led_by else 500)
    ]

    assert wrong == []


def test_the_crawl_comes_to_answers_of_every_kind(visits):
    assert {visit.status for _, visit in visits} >= {200, 301, 302, 404, 410}
    kinds = {visit.headers.get("Content-Type", "").partition(";")[0] for _, visit in visits}
    assert kinds >= {"text/html", "text/css", "text/plain", "application/json", "application/xml"}
    assert {"superuser", "lead"} <= {role for role, visit in visits if "/sign/" in visit.address}


@pytest.mark.parametrize("role", world.ROLES)
def test_following_every_link_changes_no_row(crawled, role):
    assert crawled[role][1] == []


def test_every_answer_has_the_security_headers(visits):
    lacking = [
        (visit.address, name)
        for _, visit in visits
        for name, value in EVERYWHERE.items()
        if visit.headers.get(name) != value
    ]

    assert lacking == []
    assert "unsafe" not in CSP
    assert all("camera=()" in visit.headers["Permissions-Policy"] for _, visit in visits)
    assert all(re.fullmatch(r"[0-9a-f]{32}", visit.headers["X-Request-ID"]) for _, visit in visits)


def test_every_text_says_how_its_letters_are_written(visits):
    texts = [visit for _, visit in visits if visit.headers.get("Content-Type", "").startswith("text/")]

    assert [visit.address for visit in texts if "charset" not in visit.headers["Content-Type"]] == []


def test_a_public_answer_sets_no_cookie_and_does_not_vary_by_one(visits):
    public = [visit for role, visit in visits if not visit.address.startswith("/admin/")]

    assert len(public) > 100
    assert [visit.address for visit in public if visit.has_cookie] == []
    assert [visit.address for visit in public if "cookie" in visit.headers.get("Vary", "").lower()] == []


def test_who_is_not_signed_in_gets_a_cookie_at_the_login_only(crawled):
    given = {path_of(visit.address) for visit in crawled["anonymous"][0] if visit.has_cookie}

    assert given <= {"/admin/login/"}


def test_a_page_is_the_same_whoever_is_signed_in(crawled):
    anonymous = {visit.address: visit for visit in crawled["anonymous"][0]}
    shared = [
        visit for visit in crawled["lead"][0] if visit.address in anonymous and "/admin/" not in visit.address
    ]

    assert len(shared) == 4
    differ = [visit.address for visit in shared if timeless(visit) != timeless(anonymous[visit.address])]
    assert differ == []


def test_what_the_admin_answers_is_stored_nowhere(visits):
    kept = [
        visit.address
        for _, visit in visits
        if visit.address.startswith("/admin/") and "no-store" not in visit.headers["Cache-Control"]
    ]

    assert kept == []


def test_a_page_of_readers_is_asked_for_again_each_time(crawled):
    kept = [
        visit.address
        for visit in crawled["anonymous"][0]
        if not visit.address.startswith(("/admin/", "/static/"))
        and not {"no-cache", "no-store"} & {*visit.headers["Cache-Control"].split(", ")}
    ]

    assert kept == []


def test_no_answer_says_what_serves_it_or_where_it_failed(visits):
    assert not [visit.address for _, visit in visits if {"Server", "X-Powered-By"} & {*visit.headers}]
    assert not [
        visit.address for _, visit in visits if b"Traceback" in visit.body or b"DJANGO_SETTINGS" in visit.body
    ]
