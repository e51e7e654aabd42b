"""Credentials and notices in Chromium: axe on what is ours, the policy, a phone, the keyboard."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings

from monographs.models import Credential, Drug
from tests import builders
from tests.admin.forms import signed_in
from tests.admin.test_in_browser import WIDER
from tests.browser.conftest import chromium, db, opener, site
from tests.browser.test_axe import WCAG
from tests.review.test_credentials import recorded, today
from tests.review.test_forecast import noticed

__all__ = ["db", "site"]
pytestmark = pytest.mark.browser

PAGES = {
    "credentials": "credential/",
    "new credential": "credential/add/",
    "credential": "credential/{waiting}/change/",
    "verified credential": "credential/{verified}/change/",
    "verify": "credential/{waiting}/verify/",
    "end a credential": "credential/{verified}/end/",
    "cancel reviews": "credential/{verified}/question/",
    "questioned": "questioned/",
    "notices": "safetynotice/",
    "notice": "safetynotice/{notice}/change/",
    "keep": "safetynotice/{notice}/keep/",
    "end a notice": "safetynotice/{notice}/end/",
    "notice on a drug": "drug/{drug}/notice/",
    "notice on a class": "drugclass/{drug_class}/notice/",
    "class": "drugclass/{drug_class}/change/",
}


@pytest.fixture(scope="module")
def data(site):
    """The ids of the rows that the pages are about."""
    lead = builders.person("lead", builders.LEAD)
    signer = builders.credentialed("signer")
    drug = Drug.objects.get(slug="pomalidomide")
    return {
        "waiting": recorded(builders.person("pharmacist", builders.REVIEWER), by=lead).pk,
        "verified": Credential.objects.get(person=signer).pk,
        "notice": noticed(drug, lead).pk,
        "drug": drug.pk,
        "drug_class": drug.primary_class_id,
    }


@pytest.fixture(scope="module")
def at_work(site, data):
    """A function that opens one of the pages, as a lead or as a reviewer."""
    people = {
        "lead": builders.person("lead", builders.LEAD),
        "pharmacist": builders.person("pharmacist", builders.REVIEWER),
    }
    name = settings.SESSION_COOKIE_NAME
    cookies = {who: signed_in(person).cookies[name].value for who, person in people.items()}
    with chromium() as browser:
        opened = opener(browser, site)

        def at(kind, who="lead", **window):
            state = {"cookies": [{"name": name, "value": cookies[who], "url": site}]}
            address = f"/admin/monographs/{PAGES[kind].format(**data)}"
            return opened(address, storage_state=state, **window)

        yield at


def faults(page):
    """Return what axe finds in the whole of a page's content; only the insides of the autocomplete are Django's."""
    found = Axe().run(
        page, context={"include": [["#content"]], "exclude": [[".select2-selection"]]}, options=WCAG
    )
    assert found.response["passes"], "axe looked at nothing"
    return [(fault["id"], fault["nodes"][0]["target"]) for fault in found.response["violations"]]


@pytest.mark.parametrize("kind", PAGES)
def test_a_page_fits_a_phone_and_axe_finds_nothing_in_what_is_ours(at_work, kind):
    with at_work(kind) as page:
        assert not page.evaluate(WIDER)
        assert faults(page) == []
        assert page.said == []


@pytest.mark.parametrize("kind", ["credentials", "credential"])
def test_a_reviewers_own_pages_fit_a_phone(at_work, kind):
    with at_work(kind, "pharmacist") as page:
        assert not page.evaluate(WIDER)
        assert page.locator("#content").get_by_text("pharmacist").first.is_visible()
        assert page.said == []


def test_a_notice_is_put_up_by_keyboard(at_work):
    with at_work("notice on a class", width=1280, height=900) as page:
        page.focus("[name=text]")
        page.keyboard.type("Read the new advice on blood clots first.")
        page.locator(".select2-selection").focus()
        page.keyboard.press("Enter")
        page.locator(".select2-search__field").fill("Imnovid")
        page.locator(".select2-results__option--highlighted").wait_for()
        page.keyboard.press("Enter")
        page.focus(".step [type=submit]")
        page.keyboard.press("Enter")
        page.get_by_text("Readers see the notice now.").wait_for()
        assert page.said == []


def test_a_notice_is_put_up_and_a_credential_recorded_without_javascript(at_work, data):
    with at_work("notice on a drug", java_script_enabled=False) as page:
        assert page.locator("[name=source]").input_value() == ""
        page.fill("[name=text]", "Read the new advice on infections first.")
        page.locator("[name=source]").select_option(label="Amlodipine tablets, SmPC (12 May 2026)")
        page.press("[name=check_on]", "Enter")
        page.get_by_text("Readers see the notice now.").wait_for()
    with at_work("new credential", java_script_enabled=False) as page:
        page.locator("[name=person]").select_option(label="signer")
        page.fill("[name=role]", "hospital pharmacist")
        page.fill("[name=body]", "General Pharmaceutical Council")
        page.fill("[name=number]", "1234567")
        page.fill("[name=first]", "2026-01-01")
        page.fill("[name=last]", f"{today() + timedelta(days=300)}")
        page.press("[name=last]", "Enter")
        page.get_by_text("was added successfully").wait_for()
