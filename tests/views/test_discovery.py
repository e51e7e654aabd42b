"""Sitemap, robots, icon and the description of the search."""

from xml.etree import ElementTree

import pytest

from monographs import sitemaps
from tests.builders import released
from tests.pages import known, withdrawn

pytestmark = pytest.mark.django_db
OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
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
    told = {element.tag.partition("}")[2]: element.text for element in root}
    urls = {url.get("rel"): url.get("template") for url in root.iter(f"{OPENSEARCH}Url")}
    assert urls == {
        "results": "http://testserver/search/?q={searchTerms}",
        "self": "http://testserver/opensearch.xml",
    }
    assert (told["ShortName"], told["Language"]) == ("ClinCalc Pro", "en-GB")
    assert told["Image"].startswith("http://testserver/static/favicon.")
    assert told["SearchForm"] == "http://testserver/"
    assert response["Content-Type"] == "application/opensearchdescription+xml"


def test_a_long_name_of_the_site_is_cut_to_what_browsers_take(client, settings):
    settings.SITE_NAME = "The Formulary & Guide of a Very Large Hospital Trust in the North"

    root = ElementTree.fromstring(client.get("/opensearch.xml").content)

    assert len(root.find(f"{OPENSEARCH}ShortName").text) <= 16
    assert len(root.find(f"{OPENSEARCH}LongName").text) <= 48


def test_the_old_address_of_the_icon_leads_to_the_icon(client):
    response = client.get("/favicon.ico")

    assert response.status_code == 302
    assert response["Location"].startswith("/static/favicon.")
