"""The search box while typing: keyboard, touch, roles, order of answers, and without script."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_axe import faults
from tests.browser.test_reading import BIG, SIDEWAYS

pytestmark = pytest.mark.browser

ABOUT = "immunomodulator (thalidomide analogue) · Not reviewed"
PLACES = ("/", "/drugs/pomalidomide/")
ROW = "[role=option]"
CHOSEN = "[role=option][aria-selected=true]"
# Clicks the first row at the very moment at which the rows change.
HASTY = """new MutationObserver(() => document.querySelector('[role=option]')?.click())
  .observe(document.querySelector('[role=listbox]'), {childList: true})"""


def typed(page, text):
    """Type into the search box and wait for what it suggests."""
    page.locator("#q").press_sequentially(text)
    page.wait_for_selector(ROW)


def rows(page):
    """Return the suggestions, each as its lines."""
    return [row.split("\n") for row in page.locator(ROW).all_inner_texts()]


@pytest.mark.parametrize("place", PLACES)
def test_the_box_is_a_combobox_with_a_list_that_is_announced(reader, place):
    with reader(place) as page:
        box = page.get_by_role("combobox", name="Search by generic or brand name")
        assert box.get_attribute("aria-expanded") == "false"
        assert box.get_attribute("aria-autocomplete") == "list"
        assert page.get_by_role("listbox").count() == 0

        typed(page, "lenalid")

        assert box.get_attribute("aria-expanded") == "true"
        assert box.get_attribute("aria-controls") == page.get_by_role("listbox").get_attribute("id")
        assert page.get_by_role("status").inner_text() == "1 suggestion"
        assert rows(page) == [["Lenalidomide", ABOUT]]
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map(element => element.id)")
        assert len(ids) == len(set(ids))
        assert page.said == []


def test_a_row_says_by_which_name_it_was_found(reader):
    with reader("/") as page:
        typed(page, "imnov")
        assert rows(page) == [["Pomalidomide Imnovid (brand)", ABOUT]]

        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")

        page.wait_for_url("**/drugs/pomalidomide/?from=imnovid")


def test_nothing_is_chosen_by_itself_and_enter_submits_what_was_typed(reader):
    with reader("/") as page:
        typed(page, "lenalid")
        assert page.locator(CHOSEN).count() == 0
        assert page.locator("#q").input_value() == "lenalid"

        page.keyboard.press("Enter")

        page.wait_for_url("**/search/?q=lenalid")


def test_arrows_walk_through_the_rows_and_back_into_the_box(reader):
    with reader("/") as page:
        typed(page, "me")
        count = page.locator(ROW).count()
        assert count > 2
        chosen = []
        for key in ["ArrowDown", *["ArrowUp"] * 2, *["ArrowDown"] * 2]:
            page.keyboard.press(key)
            chosen.append(page.locator("#q").get_attribute("aria-activedescendant"))
        assert chosen == ["q-list0", "", f"q-list{count - 1}", "", "q-list0"]
        assert page.locator(CHOSEN).get_attribute("id") == "q-list0"
        assert page.evaluate("document.activeElement.id") == "q"


@pytest.mark.parametrize("key", ["Home", "End", "ArrowLeft", "x"])
def test_who_goes_on_in_the_text_has_chosen_nothing(reader, key):
    with reader("/") as page:
        typed(page, "lenalid")
        page.keyboard.press("ArrowDown")
        assert page.locator(CHOSEN).count() == 1

        page.keyboard.press(key)

        assert page.locator(CHOSEN).count() == 0
        if key == "Home":
            assert page.evaluate("document.activeElement.selectionStart") == 0
        page.keyboard.press("Enter")
        page.wait_for_url("**/search/?q=lenalid*")


def test_escape_closes_the_list_and_keeps_the_text_and_an_arrow_opens_it_again(reader):
    with reader("/") as page:
        typed(page, "lenalid")
        page.keyboard.press("Escape")
        assert not page.locator("[role=listbox]").is_visible()
        assert page.locator("#q").input_value() == "lenalid"
        assert page.locator("#q").get_attribute("aria-expanded") == "false"

        page.keyboard.press("ArrowDown")

        page.wait_for_selector(ROW)
        page.keyboard.press("Tab")
        assert not page.locator("[role=listbox]").is_visible()


def test_a_known_name_without_a_page_is_looked_up_and_no_link(reader):
    with reader("/") as page:
        typed(page, "isradip")
        assert rows(page) == [["Isradipine", "no page yet"]]

        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")

        page.wait_for_url("**/search/?q=Isradipine")
        assert "Isradipine: we know this name but have no page on it yet." in page.inner_text("main")


def test_nothing_to_suggest_is_announced_and_shows_no_list(reader):
    with reader("/") as page:
        page.locator("#q").press_sequentially("xyzzyx")
        expect(page.get_by_role("status")).to_have_text("No suggestions")
        assert not page.locator("[role=listbox]").is_visible()


def test_a_slow_answer_never_replaces_a_newer_one(reader):
    with reader("/") as page:
        held = []
        page.route(re.compile(r"q=me$"), lambda route: held.append(route))
        page.locator("#q").press_sequentially("me")
        page.wait_for_timeout(300)
        assert len(held) == 1
        typed(page, "tro")
        newer = rows(page)

        held[0].continue_()
        page.wait_for_timeout(400)

        assert rows(page) == newer
        assert [row[0].split()[0] for row in newer] == ["Metronidazole"]


@pytest.mark.parametrize("status", [429, 503])
def test_a_fault_closes_the_list_and_never_says_that_there_is_nothing(reader, status):
    with reader("/") as page:
        typed(page, "me")
        page.route("**/suggest/**", lambda route: route.fulfill(status=status, json={"error": "Not now."}))
        page.locator("#q").press_sequentially("t")
        page.wait_for_selector(ROW, state="hidden")
        assert page.get_by_role("status").inner_text() == ""


def test_rows_that_stay_the_same_are_left_where_they_are(reader):
    with reader("/") as page:
        typed(page, "lenal")
        page.evaluate("document.querySelector('[role=option]').dataset.kept = 'yes'")
        with page.expect_response("**/suggest/**"):
            page.locator("#q").press_sequentially("id")
        page.wait_for_timeout(100)
        assert page.locator(ROW).get_attribute("data-kept") == "yes"


def test_a_tap_that_was_meant_for_another_row_opens_nothing(reader):
    with reader("/") as page:
        page.evaluate(HASTY)
        typed(page, "lenalid")
        page.wait_for_timeout(300)
        assert page.url.endswith("/")
        assert page.locator(ROW).is_visible()


def test_a_tap_opens_the_page(reader):
    with reader("/", has_touch=True) as page:
        typed(page, "lenalid")
        page.wait_for_timeout(350)
        page.locator(ROW).tap()
        page.wait_for_url("**/drugs/lenalidomide/")


@pytest.mark.parametrize("place", PLACES)
def test_rows_are_large_and_the_page_does_not_move(reader, place):
    with reader(place) as page:
        before = page.locator("main").bounding_box()
        typed(page, "me")
        assert page.locator("main").bounding_box() == before
        for width in (375, 1280):
            page.set_viewport_size({"width": width, "height": 667})
            boxes = [row.bounding_box() for row in page.locator(ROW).all()]
            assert all(box["height"] >= 44 and box["width"] >= 300 for box in boxes), boxes


@pytest.mark.parametrize("place", PLACES)
def test_the_list_fits_a_small_window_with_text_twice_as_large(reader, place):
    with reader(place, width=320) as page:
        typed(page, "me")
        assert page.evaluate(SIDEWAYS) == []
        page.evaluate(BIG)
        assert page.evaluate(SIDEWAYS) == []


@pytest.mark.parametrize(
    "looks", [{}, {"color_scheme": "dark"}, {"forced_colors": "active"}], ids=["light", "dark", "forced"]
)
@pytest.mark.parametrize("place", PLACES)
def test_axe_finds_nothing_in_the_open_list(reader, place, looks):
    with reader(place, **looks) as page:
        typed(page, "me")
        page.keyboard.press("ArrowDown")
        outline = page.locator(CHOSEN).evaluate("row => parseFloat(getComputedStyle(row).outlineWidth)")
        assert outline >= 2
        assert faults(page) == []


def test_without_script_the_form_searches(reader):
    with reader("/", java_script_enabled=False) as page:
        page.get_by_role("searchbox", name="Search by generic or brand name").fill("lenalid")
        page.get_by_role("button", name="Search").click()
        assert page.url.endswith("/search/?q=lenalid")
        assert "Found for “lenalid”" in page.inner_text("main")
