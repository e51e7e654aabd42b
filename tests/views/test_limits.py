"""Limits that every public page keeps: queries, sizes, methods, cookies, hostile input."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings

from monographs.models import Release
from monographs.vocabulary import FlagKind
from tests.builders import approved, raw, released
from tests.pages import (
    KINDS,
    all_sections,
    every_kind,
    known,
    link,
    live_of,
    notice,
    reviewed,
    starter,
    two_sources,
    withdrawn,
    words,
)

pytestmark = pytest.mark.django_db
KB = 1024
HOSTILE = [
    "\x00",
    "a\x00b",
    "%00",
    "a" * 10_000,
    "é" * 4_000,
    "😀💊",
    "\u202egnip",
    "\u0301" * 200,
    "\ud800",
    "' OR '1'='1",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "%s%s%n",
    "../../etc/passwd",
    "\\",
    "_",
    "%",
    "ＡＭＬＯ",
    "ı",
    "-",
    "-" * 300,
]


def crowded():
    """Return a drug with every section, flag, many links and notices, in a class of many drugs; all reviewed."""
    flags = {kind.value: {"source": "smpc", "checked_on": "2026-11-01"} for kind in FlagKind}
    names = [*raw()["names"], *({"name": f"Brand {n}", "kind": "brand", "market": "GB"} for n in range(12))]
    live = live_of(approved(sections=all_sections(), sources=two_sources(), flags=flags, names=names))
    for letter in "BCDEFGHIJKLM":
        other = live_of(approved(f"{letter}lodipine"))
        notice(on=live.drug, text=f"Check before {letter}.")
        notice(on=other.drug)
        link(live, to_drug=other.drug)
        link(live, url=f"https://guideline.example/{letter}", title=letter)
        live.drug.identifiers.create(system="atc", value=letter)
    notice(on=live.drug_class)
    return live


def test_the_drug_page_takes_at_most_12_queries(client, django_assert_max_num_queries):
    live = live_of(approved())
    notice(on=live.drug)

    with django_assert_max_num_queries(12):
        client.get(live.get_absolute_url())


def test_the_queries_of_the_drug_page_do_not_grow(client, django_assert_max_num_queries):
    live = crowded()

    with django_assert_max_num_queries(12):
        client.get(f"{live.get_absolute_url()}?from=brand-1")


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/", 5),
        ("/drugs/", 12),
        ("/drugs/?letter=b", 12),
        ("/classes/", 2),
        ("/classes/calcium-channel-blockers/", 10),
        ("/search/?q=brand", 22),
        ("/search/?q=calcium-channel+blockers", 22),
        ("/classes/calcium-channel-blockers/compare/", 3),
        (
            "/classes/calcium-channel-blockers/compare/?section=monitoring&drug=amlodipine&drug=blodipine",
            9,
        ),
        ("/about/", 1),
        ("/editorial-policy/", 1),
        ("/accessibility/", 1),
        ("/privacy/", 1),
        ("/sitemap-drugs.xml", 2),
    ],
)
def test_lists_take_a_fixed_number_of_queries(client, django_assert_max_num_queries, address, most):
    crowded()

    with django_assert_max_num_queries(most):
        assert client.get(address).status_code == 200


def test_a_withdrawn_and_a_known_name_take_few_queries(client, django_assert_max_num_queries):
    known("Isradipine")

    with django_assert_max_num_queries(5):
        client.get("/drugs/isradipine/")


def test_pages_are_small(client):
    crowded()
    sizes = {
        live.get_absolute_url(): len(client.get(live.get_absolute_url()).content)
        for live in [*starter(), released(slug="amlodipine")]
    }

    assert {address: size for address, size in sizes.items() if size > 60 * KB} == {}


def test_lists_and_comparisons_are_small(client):
    full = {"sections": all_sections(), "sources": two_sources()}
    live = released(**full)
    for number in range(99):
        named = {"names": [*raw(f"Dipine {number}")["names"], {"name": f"Brand {number}", "kind": "brand"}]}
        if number < 5:
            released(f"Dipine {number}", **named, **full)
        else:
            released(f"Dipine {number}", **named)
    six = "".join(f"&drug=dipine-{number}" for number in range(5))
    compare = f"{live.drug_class.get_absolute_url()}compare/"

    sizes = {
        address: len(client.get(address).content)
        for address in (
            "/drugs/",
            "/drugs/?letter=d&page=2",
            live.drug_class.get_absolute_url(),
            compare,
            f"{compare}?section=pregnancy&drug=amlodipine{six}",
        )
    }

    assert {address: size for address, size in sizes.items() if size > 60 * KB} == {}


def test_stylesheets_are_small_and_there_is_hardly_any_script():
    static = Path(settings.BASE_DIR) / "static"

    assert sum(path.stat().st_size for path in static.rglob("*.css")) <= 20 * KB
    assert sum(path.stat().st_size for path in static.rglob("*.js")) <= 5 * KB
    assert (static / "suggest.js").stat().st_size <= 3 * KB


def test_pages_set_no_cookie_and_are_alike_for_everybody(client):
    every_kind()

    for kind, address in KINDS.items():
        response = client.get(address)
        assert not response.cookies, kind
        assert "Cookie" not in response.get("Vary", ""), kind


def test_nothing_inline_and_nothing_from_outside(client):
    every_kind()

    for kind, address in KINDS.items():
        body = client.get(address).content.decode()
        scripts = re.findall(r"<script\b.*?</script>", body, re.DOTALL)
        assert all(re.fullmatch(r'<script src="/static/[\w.-]+" defer></script>', one) for one in scripts), (
            kind
        )
        for forbidden in ("<style", " style=", " onclick=", 'src="http', "data:", "javascript:"):
            assert forbidden not in body, (kind, forbidden)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "/",
            "/drugs/",
            "/drugs/amlodipine/",
            "/classes/",
            "/search/?q=amlo",
            "/sitemap.xml",
            "/robots.txt",
        ),
        "/classes/calcium-channel-blockers/compare/",
        *("/about/", "/editorial-policy/", "/accessibility/", "/privacy/"),
    ],
)
def test_only_reading_is_answered(client, address):
    released()

    assert client.head(address).status_code == 200
    assert client.head(address).content == b""
    assert client.options(address).status_code in (200, 204)
    for method in ("post", "put", "patch", "delete", "trace"):
        assert getattr(client, method)(address).status_code == 405, method


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_addresses_and_queries_are_answered_calmly(client, text):
    released()
    typed = quote(text, errors="surrogatepass")

    for address in (
        f"/drugs/{typed}/",
        f"/classes/{typed}/",
        f"/search/?q={typed}",
        f"/drugs/?letter={typed}&page={typed}",
        f"/classes/calcium-channel-blockers/?page={typed}",
        f"/classes/{typed}/compare/",
        f"/classes/calcium-channel-blockers/compare/?section={typed}&drug=amlodipine&drug={typed}",
        f"/drugs/amlodipine/?from={typed}",
        f"/sitemap-{typed}.xml",
    ):
        assert client.get(address).status_code < 500, address


def test_a_repeated_or_missing_parameter_is_answered(client):
    for query in ("", "?q", "?q=a&q=b", "?q[]=a"):
        assert client.get(f"/search/{query}").status_code == 200


def test_reading_writes_nothing(client):
    every_kind()
    before = Release.objects.count()

    for address in KINDS.values():
        client.get(address)

    assert Release.objects.count() == before


@pytest.mark.parametrize(
    "word", ["digest", "hash", "live", "release", "part", "canonical", "locator", "disposition"]
)
def test_words_of_the_workshop_stand_on_no_page(client, word):
    released()
    withdrawn("Nifedipine")
    known("Isradipine")
    reviewed()

    for kind, address in KINDS.items():
        page = words(client.get(address)).replace("Related links are not part of the clinical review.", "")
        assert not re.search(rf"\b{word}\b", page, re.IGNORECASE), kind
