"""The admin in Chromium: axe on what is ours, the policy, a phone, the keyboard."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings

from monographs.models import Drug
from tests import builders
from tests.admin.forms import signed_in
from tests.browser.conftest import chromium, db, opener, site
from tests.browser.test_axe import WCAG

__all__ = ["db", "site"]
pytestmark = pytest.mark.browser

STEPS = (
    "change",
    "preview",
    "links",
    "submit",
    "release",
    "roll-back",
    "withdraw",
    "rename",
    "merge",
    "split",
    "flags",
)
# What is Django's own is left to Django, the insides of its autocomplete too.
OURS = (
    ".object-tools",
    ".state-panel",
    ".meanwhile",
    ".step",
    ".changes",
    ".related",
    ".hits",
    ".field-section_monitoring",
)
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def at_work(site):
    """A function that opens a page of pomalidomide's in the admin, as a lead."""
    drug = Drug.objects.get(slug="pomalidomide")
    drug.sections.filter(kind="monitoring").update(text="Give 5 mg daily.")
    cookie = signed_in(builders.person("lead", builders.LEAD)).cookies[settings.SESSION_COOKIE_NAME].value
    state = {"cookies": [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": site}]}
    with chromium() as browser:
        opened = opener(browser, site)
        yield lambda step, **window: opened(
            f"/admin/monographs/drug/{drug.pk}/{step}/", storage_state=state, **window
        )


def faults(page):
    """Return what axe finds in what is ours."""
    ours = [[part] for part in OURS if page.locator(part).count()]
    found = (
        Axe().run(page, context={"include": ours, "exclude": [[".select2-selection"]]}, options=WCAG).response
    )
    assert found["passes"], "axe looked at nothing"
    return [(fault["id"], fault["nodes"][0]["target"]) for fault in found["violations"]]


LINKS = ("?wrong=all", "{pk}/change/", "{pk}/reverse/", "replace/?links={pk}")


@pytest.mark.parametrize("step", [step for step in STEPS if step != "preview"])
def test_a_page_fits_a_phone_and_axe_finds_nothing_in_what_is_ours(at_work, step):
    with at_work(step) as page:
        assert not page.evaluate(WIDER)
        assert faults(page) == []
        assert page.said == []


@pytest.mark.parametrize("address", LINKS)
def test_the_pages_of_links_fit_a_phone_and_axe_finds_nothing_in_what_is_ours(at_work, address):
    with at_work("links") as page:
        link = page.locator("#from+p+table th a").first.get_attribute("href").split("/")[-3]
        page.goto(f"{page.url.split('/drug/')[0]}/crosslink/{address.format(pk=link)}")
        assert not page.evaluate(WIDER)
        if not address.startswith("?"):
            assert faults(page) == []
        assert page.said == []


def test_links_are_checked_and_given_another_target_by_keyboard(at_work):
    with at_work("links", width=1280, height=900) as page:
        page.goto(f"{page.url.split('/drug/')[0]}/crosslink/?wrong=all")
        page.focus("#action-toggle")
        page.keyboard.press("Space")
        page.select_option("[name=action]", "replace_target")
        page.focus("[name=index]")
        page.keyboard.press("Enter")
        page.locator(".select2-selection").focus()
        page.keyboard.press("Enter")
        page.locator(".select2-search__field").fill("thal")
        page.locator(".select2-results__option--highlighted", has_text="Thalidomide").wait_for()
        page.keyboard.press("Enter")
        page.focus(".step [type=submit]")
        page.keyboard.press("Enter")
        page.get_by_text("leads to Thalidomide from now on").first.wait_for()
        assert faults(page) == []
        assert page.said == []


def test_the_preview_fits_a_phone(at_work):
    with at_work("preview") as page:
        assert not page.evaluate(WIDER)
        assert page.said == []


def test_every_widget_of_the_form_opens_and_breaks_no_policy(at_work):
    with at_work("change", width=1280, height=900) as page:
        page.locator(".field-primary_class .select2-selection").click()
        page.locator(".select2-results__option", has_text="Anticoagulant").first.wait_for()
        page.keyboard.press("Escape")
        page.locator(".field-dosing_since .date-icon").click()
        page.locator(".calendarbox a").first.wait_for()
        page.keyboard.press("Escape")
        page.get_by_text("Add another Drug name").click()
        page.locator("#links-group summary").click()
        page.get_by_text("Add another Cross link").click()
        page.locator("#links-0 .field-to_drug .select2-selection").click()
        page.locator(".select2-search__field").last.fill("thalid")
        page.locator(".select2-results__option", has_text="Thalidomide").wait_for()

        assert page.said == []


def test_a_refused_save_shows_both_texts_side_by_side_and_can_be_saved_by_keyboard(at_work):
    with at_work("change", width=1280, height=900) as page:
        other = page.context.new_page()
        other.goto(page.url)
        other.fill("[name=section_monitoring]", "- Pulse before treatment. [smpc 4.4]")
        other.click("[name=_continue]")
        page.fill("[name=section_monitoring]", "- Weight before treatment. [smpc 4.4]")
        page.click("[name=_continue]")
        stands = page.locator(".field-section_monitoring .now").bounding_box()
        mine = page.locator("[name=section_monitoring]").bounding_box()

        assert stands["x"] + stands["width"] <= mine["x"]
        assert page.locator("[name=section_monitoring]").input_value().startswith("- Weight")
        assert faults(page) == []

        page.focus("[name=read]")
        page.keyboard.press("Space")
        page.focus("[name=_continue]")
        page.keyboard.press("Enter")
        page.locator(".messagelist .success").wait_for()
        assert page.locator(".meanwhile").count() == 0
        assert page.said == []
