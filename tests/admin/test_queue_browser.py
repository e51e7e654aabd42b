"""The queue in Chromium: axe, a phone, the keyboard, no script, the policy."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings

from monographs.models import SafetyNotice
from monographs.review import clinical_now
from tests import builders
from tests.admin.forms import signed_in
from tests.admin.test_in_browser import WIDER
from tests.browser.conftest import STORAGES, LiveServer, chromium, db, opener, override_settings
from tests.browser.test_axe import WCAG
from tests.builders import LEAD, REVIEWER, credentialed, person
from tests.review.test_queue import everything

__all__ = ["db"]
pytestmark = pytest.mark.browser
QUEUE = "/admin/monographs/assignment/"


@pytest.fixture(scope="module")
def reviewer(db):
    """A function that opens a page of the admin as a reviewer who can sign."""
    with override_settings(STORAGES=STORAGES):
        everything()
        yesterday = clinical_now().date() - timedelta(days=1)
        SafetyNotice.objects.update(check_on=yesterday)
        for number in range(60):
            builders.submitted(f"Testol {number:02}")
        cookies = {
            name: signed_in(who).cookies[settings.SESSION_COOKIE_NAME].value
            for name, who in (("signer", credentialed("lead", LEAD)), ("other", person("other", REVIEWER)))
        }
        server = LiveServer("localhost")
        with chromium() as browser:
            opened = opener(browser, server.url)

            def open_as(address, who="signer", **window):
                cookie = {"name": settings.SESSION_COOKIE_NAME, "value": cookies[who], "url": server.url}
                return opened(address, storage_state={"cookies": [cookie]}, **window)

            yield open_as
        server.stop()


def faults(page, *ours):
    """Return what axe finds in what is ours."""
    found = Axe().run(page, context={"include": [[part] for part in ours]}, options=WCAG).response
    assert found["passes"], "axe looked at nothing"
    return [(fault["id"], fault["nodes"][0]["target"]) for fault in found["violations"]]


@pytest.mark.parametrize("window", [{}, {"width": 1280, "color_scheme": "dark"}, {"forced_colors": "active"}])
@pytest.mark.parametrize("query", ["", "?state=x&page=2", "?q=xyzzy"])
@pytest.mark.parametrize("who", ["signer", "other"])
def test_the_queue_fits_a_phone_and_axe_finds_nothing(reviewer, who, query, window):
    with reviewer(f"{QUEUE}{query}", who, **window) as page:
        assert not page.evaluate(WIDER)
        assert faults(page, "#content") == []
        assert page.said == []


def test_what_waits_on_the_first_page_fits_a_phone_and_axe_finds_nothing(reviewer):
    with reviewer("/admin/") as page:
        assert not page.evaluate(WIDER)
        assert faults(page, ".waits") == []
        page.get_by_role("link", name="Notices whose check has passed: 1").click()
        page.get_by_text("Calcium-channel blocker, safety notice").wait_for()
        assert page.said == []


def test_a_row_is_found_taken_and_given_back_by_keyboard_without_scripts(reviewer):
    with reviewer(QUEUE, java_script_enabled=False) as page:
        page.focus("[name=q]")
        page.keyboard.type("testol 07")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Take Testol 07, monograph").focus()
        page.keyboard.press("Enter")
        page.get_by_text("It is yours for seven days.").wait_for()
        page.get_by_role("button", name="Give back Testol 07, monograph").focus()
        page.keyboard.press("Enter")
        page.get_by_text("Given back.").wait_for()
        assert page.input_value("[name=q]") == "testol 07"
        assert page.said == []


def test_every_target_is_large_enough_to_hit(reviewer):
    with reviewer(QUEUE) as page:
        heights = page.eval_on_selector_all(
            ".queue :is(button, input[type=submit], a.button)",
            "all => all.map(one => one.getBoundingClientRect().height)",
        )
        assert min(heights) >= 24
