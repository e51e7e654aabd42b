"""Signing in in Chromium: by keyboard, on a phone, without JavaScript; axe on every page of accounts."""

import time

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings

from clincalc.accounts import links, second_factor
from clincalc.accounts.models import User
from tests import builders
from tests.accounts.people import with_factor
from tests.admin.forms import signed_in
from tests.admin.test_in_browser import WIDER
from tests.browser.conftest import chromium, db, opener, site
from tests.browser.test_axe import WCAG
from tests.builders import LEAD, PASSWORD, REVIEWER

__all__ = ["db", "site"]
pytestmark = pytest.mark.browser

OPEN = {
    "sign in": "/admin/login/",
    "forgotten": "/admin/forgotten/",
    "set a password": "{link}",
    "a link that has ended": "/admin/password/ended/",
}
OWN = {
    "account": "/admin/account/",
    "address": "/admin/account/address/",
    "password": "/admin/password_change/",
    "second factor": "/admin/account/second-factor/",
    "accounts": "/admin/accounts/user/",
    "invite": "/admin/accounts/user/add/",
    "person": "/admin/accounts/user/{pharmacist}/change/",
    "reset": "/admin/accounts/user/{pharmacist}/act/reset/",
    "who can sign": "/admin/monographs/credential/signers/",
}


@pytest.fixture(scope="module")
def data(site):
    """The parts of addresses, and the cookie of a lead who has begun to set up a second factor."""
    lead = builders.person("lead", LEAD)
    with_factor(builders.credentialed("pharmacist", REVIEWER))
    builders.person("reviewer", REVIEWER)
    second_factor.begin(lead)
    cookie = signed_in(lead).cookies[settings.SESSION_COOKIE_NAME].value
    return {
        "link": links.make(builders.person("editor", builders.EDITOR)),
        "pharmacist": User.objects.get(username="pharmacist").pk,
        "state": {"cookies": [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": site}]},
    }


@pytest.fixture(scope="module")
def window(site, data):
    """A function that opens an address as nobody, or as the lead."""
    with chromium() as browser:
        opened = opener(browser, site)

        def at(address, *, as_lead=False, **more):
            state = {"storage_state": data["state"]} if as_lead else {}
            return opened(address.format(**data), **state, **more)

        yield at


def faults(page):
    """Return what axe finds in a page's content."""
    found = Axe().run(page, context={"include": [["#content"]]}, options=WCAG).response
    assert found["passes"], "axe looked at nothing"
    return [(fault["id"], fault["nodes"][0]["target"]) for fault in found["violations"]]


def typed(page, *keys):
    """Type words, and press the keys that have names."""
    for key in keys:
        if key in ("Tab", "Enter", "Space", "Shift+Tab"):
            page.keyboard.press(key)
        else:
            page.keyboard.type(key)


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("kind", OPEN)
def test_a_page_before_signing_in_fits_and_axe_finds_nothing(window, kind, width):
    with window(OPEN[kind], width=width) as page:
        assert not page.evaluate(WIDER)
        assert faults(page) == []
        expected = ["410"] if kind == "a link that has ended" else []
        assert [said for said in page.said if not any(one in said for one in expected)] == []


@pytest.mark.parametrize("kind", OWN)
def test_a_page_of_accounts_fits_a_phone_and_axe_finds_nothing(window, kind):
    with window(OWN[kind], as_lead=True) as page:
        assert not page.evaluate(WIDER)
        if kind != "accounts":
            assert faults(page) == []
        assert page.said == []


def test_what_is_wrong_has_the_focus_and_leads_to_its_field(window):
    with window("/admin/login/", java_script_enabled=False) as page:
        assert page.locator("[name=username]").get_attribute("autocomplete") == "username"
        assert page.locator("[name=password]").get_attribute("autocomplete") == "current-password"
        page.focus("[name=username]")
        typed(page, "reviewer", "Tab", "wrong", "Enter")
        page.get_by_text("do not go together").wait_for()
        page.locator("#refused:focus").wait_for()
        page.fill("[name=username]", "")
        page.press("[name=username]", "Enter")
        page.locator("#refused a").first.press("Enter")
        page.locator("[name=username]:focus").wait_for()


def test_a_second_factor_is_set_up_and_asked_for_by_keyboard_on_a_phone_without_javascript(window):
    with window("/admin/login/?next=/admin/account/", java_script_enabled=False) as page:
        page.focus("[name=username]")
        typed(page, "reviewer", "Tab", PASSWORD, "Enter")
        page.get_by_role("link", name="Set up a second factor").press("Enter")
        page.get_by_role("button", name="Begin").press("Enter")
        page.wait_for_load_state("load")
        assert page.locator("img.qr").evaluate("picture => picture.naturalWidth") > 100
        totp = pyotp.TOTP(page.locator(".secret").inner_text().replace(" ", ""))
        page.locator("[name=code]").focus()
        typed(page, totp.now(), "Enter")
        page.get_by_text("They are not shown again.").wait_for()
        recovery = page.locator(".recovery code").first.inner_text()
        page.get_by_role("button", name="Log out").press("Enter")

        for code in (totp.at(int(time.time()) + second_factor.STEP), recovery):
            page.goto(f"{page.url.split('/admin/')[0]}/admin/login/?next=/admin/account/")
            page.focus("[name=username]")
            typed(page, "reviewer", "Tab", PASSWORD, "Enter")
            page.get_by_label("Code").wait_for()
            assert page.locator("[name=code]").get_attribute("autocomplete") == "one-time-code"
            assert not page.evaluate(WIDER)
            page.focus("[name=code]")
            typed(page, code, "Enter")
            page.get_by_text("Recovery codes left").wait_for()
            page.get_by_role("button", name="Log out").press("Enter")
        assert page.said == []


def test_signing_in_begins_at_the_first_field(window):
    with window("/admin/login/", java_script_enabled=False) as page:
        page.locator("[name=username]:focus").wait_for()


def test_the_page_of_the_code_has_no_fault(window, data):
    with window("/admin/login/") as page:
        page.focus("[name=username]")
        typed(page, "pharmacist", "Tab", PASSWORD, "Enter")
        page.get_by_label("Code").wait_for()
        assert faults(page) == []
        page.focus("[name=code]")
        typed(page, "1", "Enter")
        page.locator("#refused:focus").wait_for()
        assert faults(page) == []
        assert page.said == []


def test_an_invitation_is_sent_and_accepted_by_keyboard(window):
    with window("/admin/accounts/user/add/", as_lead=True) as page:
        page.focus("[name=full_name]")
        typed(page, "Dr Amina Khan", "Tab", "amina", "Tab", "amina@example.org", "Enter")
        link = page.locator("code").inner_text()
        assert not page.evaluate(WIDER)
    with window(link[link.index("/admin/") :], java_script_enabled=False) as page:
        page.focus("[name=new_password1]")
        typed(page, "otter plays the cello", "Tab", "otter plays the cello", "Enter")
        page.get_by_text("Your password is set. Sign in with it.").wait_for()
        page.focus("[name=username]")
        typed(page, "amina", "Tab", "otter plays the cello", "Enter")
        page.get_by_text("Site administration").first.wait_for()
        assert page.said == []
