"""axe-core (WCAG 2.2 AA) on every kind of page: light, dark, forced colours."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.pages import KINDS, OWN_PARTS

pytestmark = pytest.mark.browser

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
EDGES = """[...document.querySelectorAll('.flags li,.flag,.notice,.dosing,.status')]
  .map(element => parseFloat(getComputedStyle(element).borderLeftWidth))"""


def faults(page):
    """Return what axe finds on a page."""
    found = Axe().run(page, options=WCAG).response["violations"]
    return [
        (fault["id"], fault["nodes"][0]["target"], fault["nodes"][0]["failureSummary"]) for fault in found
    ]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "drug after a brand"])
def test_axe_finds_nothing_on_a_phone(reader, kind):
    with reader(KINDS[kind]) as page:
        assert faults(page) == []


@pytest.mark.parametrize("kind", OWN_PARTS)
def test_axe_finds_nothing_in_the_dark_on_a_wide_window(reader, kind):
    with reader(KINDS[kind], width=1280, color_scheme="dark") as page:
        assert faults(page) == []


@pytest.mark.parametrize("kind", OWN_PARTS)
def test_axe_finds_nothing_in_forced_colours_and_no_edge_is_lost(reader, kind):
    with reader(KINDS[kind], forced_colors="active") as page:
        assert all(page.evaluate(EDGES))
        assert faults(page) == []


def test_axe_finds_nothing_in_the_slim_bar_and_the_open_contents(reader):
    with reader("/drugs/pomalidomide/#contents") as page:
        page.mouse.wheel(0, 900)
        page.wait_for_timeout(200)
        assert faults(page) == []
