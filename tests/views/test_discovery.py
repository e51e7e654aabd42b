"""Sitemap, robots, icon and the description of the search."""

from xml.etree import ElementTree

import pytest

from monographs import sitemaps
from tests.builders import released
from tests.pages import known, withdrawn

pytestmark = pytest.mark.django_db
SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


def addresses(client, path):
    """Return the addresses that a sitemap names."""
    return [element.text for element in ElementTree.fromstring(client.get(path).content).iter(SPACE)]


def test_the_sitemap_names_readable_drugs_classes_and_lists(client):
    released()
    withdrawn("Nifedipine")
    known("Isradipine")

    parts = addresses(client, "/sitemap.xml")

    assert [part.removeprefix("http://testserver") for part in parts] == [
        "/sitemap-pages.xml",
        "/sitemap-drugs.xml",
        "/sitemap-classes.xml",
    ]
    named = [
        address.removeprefix("http://testserver") for part in parts for address in addresses(client, part)
    ]
    assert named == [
        *("/", "/drugs/", "/classes/", "/about/", "/editorial-policy/", "/accessibility/", "/privacy/"),
        *("/drugs/amlodipine/", "/classes/calcium-channel-blockers/"),
    ]


def test_a_long_sitemap_is_split(client, monkeypatch):
    monkeypatch.setattr(sitemaps.DrugSitemap, "limit", 1)
    released()
    released("Felodipine")

    assert "http://testserver/sitemap-drugs.xml?p=2" in addresses(client, "/sitemap.xml")
    assert addresses(client, "/sitemap-drugs.xml?p=2") == ["http://testserver/drugs/felodipine/"]


def test_a_sitemap_holds_at_most_ten_thousand_addresses():
    assert sitemaps.DrugSitemap.limit == sitemaps.ClassSitemap.limit == 10_000


@pytest.mark.parametrize("path", ["/sitemap-x.xml", "/sitemap-drugs.xml?p=9", "/sitemap-drugs.xml?p=x"])
def test_a_sitemap_that_is_not_there_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_robots_stay_out_of_search_and_find_the_sitemap(client):
    response = client.get("/robots.txt")

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode().splitlines() == [
        "User-agent: *",
        "Disallow: /search/",
        "Disallow: /admin/",
        "Sitemap: http://testserver/sitemap.xml",
    ]


def test_browsers_learn_how_to_search(client):
    response = client.get("/opensearch.xml")

    root = ElementTree.fromstring(response.content)
    template = root.find("{http://a9.com/-/spec/opensearch/1.1/}Url").get("template")
    assert template == "http://testserver/search/?q={searchTerms}"


def test_the_old_address_of_the_icon_leads_to_the_icon(client):
    response = client.get("/favicon.ico")

    assert response.status_code == 302
    assert response["Location"].startswith("/static/favicon.")
