"""Every kind of page as a reader meets it: layout, contrast, keyboard, no script."""

import pytest

from tests.pages import KINDS, OWN_PARTS, STARTER

pytestmark = pytest.mark.browser

STARTERS = sorted(path.stem for path in STARTER.glob("*.yaml") if path.stem != "classes")
FULL_PAGE = "/drugs/pomalidomide/"
FIRST_SCREEN = """() => {
  const at = (selector, edge) => {
    const element = document.querySelector(selector);
    return element ? Math.round(element.getBoundingClientRect()[edge] + scrollY) : 0;
  };
  return {bar: at('.top', 'bottom'), name: at('h1', 'top'), flags: at('.flags', 'bottom')};
}"""
SIDEWAYS = """() => {
  const width = document.documentElement.clientWidth;
  const wide = [...document.querySelectorAll('body *')].filter(element => {
    if (element.closest('.vh,.skip,thead,.bar p')) return false;
    const box = element.getBoundingClientRect();
    return box.width && box.right > width + 1;
  }).map(element => `${element.tagName}.${element.className}`);
  if (document.documentElement.scrollWidth > width) wide.push('page');
  return wide.slice(0, 4);
}"""
SMALL_TARGETS = """() => [...document.querySelectorAll('a,button,input,select,summary')].filter(element => {
  if (element.closest('.skip,.vh')) return false;
  const box = (element.closest('.rows li') || element).getBoundingClientRect();
  if (!box.width) return false;
  const words = element.parentElement.textContent.trim().length;
  const isInline = getComputedStyle(element).display === 'inline' && words > element.textContent.trim().length;
  const need = element.closest('.bar,.rows,.find,.letters') ? 44 : 24;
  return !isInline && (box.height < need - .1 || box.width < need - .1);
}).map(element => element.outerHTML.slice(0, 80))"""
FOCUSED = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const box = element.getClientRects()[0];
  const style = getComputedStyle(element);
  const x = Math.min(Math.max(box.left + Math.min(box.width, 20) / 2, 0), innerWidth - 1);
  const y = Math.min(Math.max(box.top + Math.min(box.height, 20) / 2, 0), innerHeight - 1);
  const there = document.elementFromPoint(x, y);
  return {
    what: `${element.tagName} ${element.getAttribute('href') || element.name || ''} ${element.textContent.trim()}`,
    nth: [...document.querySelectorAll('*')].indexOf(element),
    isSeen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
    hasOutline: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0,
    isOnTop: !there || there === element || element.contains(there) || there.contains(element),
  };
}"""
REACHABLE = """[...document.querySelectorAll('a,button,input,select,summary')]
  .filter(element => element.checkVisibility({visibilityProperty: true})).length"""
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}'
    + 'p{margin-bottom:2em!important}');
  document.adoptedStyleSheets = [sheet];
}"""
BIG = "document.documentElement.style.fontSize = '200%'"
WIDE_FONT = "document.documentElement.style.setProperty('--font', 'DejaVu Sans')"
VIOLATIONS = """window.violations = [];
document.addEventListener('securitypolicyviolation', event => violations.push(event.violatedDirective));"""


def test_without_motion_the_slim_bar_stands_still_and_leaves_the_first_screen_as_it_is(reader):
    with reader(FULL_PAGE, reduced_motion="reduce") as page:
        assert page.evaluate("document.getAnimations().length") == 0
        assert page.locator(".bar").is_visible()
        at = page.evaluate(FIRST_SCREEN)
        # The bar stands above the name here, and its warning is never cut short: a second line more.
        assert at["name"] <= 130 + 18, at
        assert at["flags"] <= 480, at


@pytest.mark.parametrize("slug", STARTERS)
def test_name_and_flags_stand_on_the_first_screen_of_a_phone(reader, slug):
    with reader(f"/drugs/{slug}/") as page:
        for style in ("", WIDE_FONT):
            page.evaluate(style)
            at = page.evaluate(FIRST_SCREEN)
            assert at["bar"] <= 56, at
            assert at["name"] <= 130, at
            assert at["flags"] <= 480, at


def test_the_slim_bar_never_cuts_a_warning_short(reader):
    with reader("/drugs/methotrexate/", reduced_motion="reduce") as page:
        warning = page.locator(".bar span")
        assert "never daily" in warning.text_content()
        assert warning.evaluate(
            "one => one.scrollWidth <= one.clientWidth && one.scrollHeight <= one.clientHeight"
        )


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_scrolls_sideways(reader, kind):
    with reader(KINDS[kind], width=320) as page:
        assert page.evaluate(SIDEWAYS) == []
        page.evaluate(SPACED)
        assert page.evaluate(SIDEWAYS) == []


@pytest.mark.parametrize("kind", OWN_PARTS)
def test_text_twice_as_large_still_fits(reader, kind):
    with reader(KINDS[kind]) as page:
        page.evaluate(BIG)
        for width in (320, 375, 640, 1280):
            page.set_viewport_size({"width": width, "height": 667})
            assert page.evaluate(SIDEWAYS) == [], width


@pytest.mark.parametrize("kind", OWN_PARTS)
def test_targets_are_large_enough(reader, kind):
    with reader(KINDS[kind]) as page:
        for width in (375, 1280):
            page.set_viewport_size({"width": width, "height": 667})
            assert page.evaluate(SMALL_TARGETS) == [], width


@pytest.mark.parametrize("kind", OWN_PARTS)
def test_the_keyboard_reaches_everything_visibly_and_leaves_again(reader, kind):
    with reader(KINDS[kind]) as page:
        reachable = page.evaluate(REACHABLE)
        stops = []
        page.keyboard.press("Tab")
        first = page.evaluate("document.activeElement.className")
        while (focused := page.evaluate(FOCUSED)) and focused["nth"] not in stops:
            stops.append(focused["nth"])
            assert focused["isSeen"], focused
            assert focused["hasOutline"], focused
            assert focused["isOnTop"], focused
            page.keyboard.press("Tab")
        assert page.evaluate(FOCUSED) is None or page.evaluate(FOCUSED)["nth"] == stops[0]
        assert first == "skip"
        assert len(stops) >= reachable


def test_backwards_no_focus_hides_beneath_the_slim_bar(reader):
    with reader(FULL_PAGE) as page:
        page.keyboard.press("End")
        page.wait_for_timeout(200)
        page.evaluate("document.querySelector('.foot p a').focus()")
        for _ in range(80):
            page.keyboard.press("Shift+Tab")
            focused = page.evaluate(FOCUSED)
            assert focused["isOnTop"], focused


def test_the_skip_link_leads_to_the_content(reader):
    with reader(FULL_PAGE) as page:
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_the_slim_bar_comes_after_300_pixels_with_name_flag_and_large_targets(reader):
    with reader(FULL_PAGE) as page:
        bar = page.locator(".bar")
        assert not bar.is_visible()
        page.mouse.wheel(0, 900)
        page.wait_for_timeout(200)
        assert bar.is_visible()
        assert bar.inner_text().split("\n")[:2] == [
            "Pomalidomide",
            "Causes birth defects: Pregnancy Prevention Programme.",
        ]
        assert page.evaluate(SMALL_TARGETS) == []


def test_the_contents_open_and_a_section_is_not_hidden_by_the_bar(reader):
    with reader(FULL_PAGE) as page:
        contents = page.locator(".contents__all")
        assert not contents.is_visible()
        page.mouse.wheel(0, 900)
        page.wait_for_timeout(200)
        page.click(".bar a[href='#contents']")
        assert contents.is_visible()
        page.click(".contents__all a[href='#monitoring']")
        page.wait_for_timeout(200)
        assert not contents.is_visible()
        heading = page.locator("#monitoring").bounding_box()
        bar = page.locator(".bar").bounding_box()
        assert heading["y"] >= bar["y"] + bar["height"]


def test_the_link_to_search_puts_the_reader_into_the_box(reader):
    with reader(FULL_PAGE) as page:
        page.mouse.wheel(0, 900)
        page.wait_for_timeout(200)
        page.click(".bar a[href='#q']")
        page.wait_for_timeout(100)
        page.keyboard.type("imnovid")
        page.keyboard.press("Enter")
        page.wait_for_url("**/drugs/pomalidomide/?from=imnovid")


@pytest.mark.parametrize("kind", OWN_PARTS)
def test_without_script_the_page_is_the_same(reader, kind):
    with reader(KINDS[kind], width=1280) as page:
        text = page.inner_text("main").split()
    with reader(KINDS[kind], width=1280, java_script_enabled=False) as page:
        assert page.inner_text("main").split() == text


def test_the_security_policy_is_never_violated(reader):
    with reader("/") as page:
        page.context.add_init_script(VIOLATIONS)
        origin = page.url.rstrip("/")
        for address in KINDS.values():
            response = page.goto(origin + address)
            policy = response.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert page.evaluate("violations") == []
        # Chromium reports the pages that are meant to be 404 and 410 themselves.
        assert [
            text for text in page.said if "status of 404" not in text and "status of 410" not in text
        ] == []


def test_on_a_wide_window_review_and_dosing_stand_on_the_first_screen(reader):
    with reader(FULL_PAGE, width=1280, height=800) as page:
        assert page.locator("#review").bounding_box()["y"] < 800
        dosing = page.locator("#dosing").bounding_box()
        assert dosing["y"] + dosing["height"] < 800
        assert page.locator(".contents__all").is_visible()
        assert page.locator(".bar a[href='#contents']").is_hidden()


def places(page):
    """Return the left edge and the top of each medicine that is compared."""
    boxes = [page.locator(".compare article").nth(number).bounding_box() for number in range(3)]
    return [round(box["x"]) for box in boxes], [round(box["y"]) for box in boxes]


def test_compared_medicines_stand_side_by_side_and_on_a_phone_one_below_the_other(reader):
    with reader(KINDS["comparison"], width=1280) as page:
        lefts, tops = places(page)
        assert len(set(lefts)) == 3
        assert len(set(tops)) == 1
        sections = [page.locator(".compare .prose").nth(number).bounding_box()["y"] for number in range(3)]
        assert len(set(sections)) == 1
        page.set_viewport_size({"width": 375, "height": 667})
        lefts, tops = places(page)
        assert len(set(lefts)) == 1
        assert len(set(tops)) == 3


def test_a_comparison_is_chosen_and_corrected_without_script(reader):
    with reader(KINDS["compare form"], java_script_enabled=False) as page:
        page.get_by_role("button", name="Compare").click()
        assert page.get_by_role("alert").is_visible()
        page.get_by_role("link", name="Choose a section.").click()
        page.get_by_label("Section").select_option("Monitoring")
        page.get_by_label("Pomalidomide").check()
        page.get_by_label("Lenalidomide").check()
        page.get_by_role("button", name="Compare").click()
        assert page.locator("h1").inner_text() == "Monitoring: lenalidomide and pomalidomide"
