"""The list of letters in Chromium: a phone, axe on what is ours, the policy."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings

from monographs.models import Letter
from tests import builders
from tests.admin.forms import signed_in
from tests.browser.conftest import chromium, db, opener, site
from tests.browser.test_axe import WCAG

__all__ = ["db", "site"]
pytestmark = pytest.mark.browser
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def letters(site):
    """A function that opens the list of letters, as a lead: one failed, and somebody has no address."""
    lead = builders.person("lead", builders.LEAD)
    Letter.objects.create(
        to=lead, about="x", subject="Safety change waits", text="Text.", tries=1, failed_because="Refused."
    )
    cookie = signed_in(lead).cookies[settings.SESSION_COOKIE_NAME].value
    state = {"cookies": [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": site}]}
    with chromium() as browser:
        opened = opener(browser, site)
        yield lambda **window: opened("/admin/monographs/letter/", storage_state=state, **window)


@pytest.mark.parametrize("width", [375, 1280])
def test_the_list_fits_and_axe_finds_nothing_in_what_is_ours(letters, width):
    with letters(width=width) as page:
        assert page.locator(".why p").count() == 4, page.locator(".why").inner_text()
        assert not page.evaluate(WIDER)
        found = Axe().run(page, context={"include": [[".why"]]}, options=WCAG).response
        assert found["passes"], "axe looked at nothing"
        assert found["violations"] == []
        assert page.said == []
