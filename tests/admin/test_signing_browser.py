"""The page of signing in Chromium: by keyboard, on a phone, for axe and for the policy."""

import pytest
from django.conf import settings

from monographs import review
from monographs.models import Drug, Source
from monographs.review import clinical_now
from monographs.vocabulary import ChangeKind, Part, SectionKind
from tests import builders
from tests.admin.forms import signed_in
from tests.admin.test_in_browser import WIDER, faults
from tests.browser.conftest import chromium, db, opener, site

__all__ = ["db", "site"]
pytestmark = pytest.mark.browser
PASSWORD = "a password of tests"


def state_of(person, site):
    """Return the state of a window in which a person is signed in."""
    cookie = signed_in(person).cookies[settings.SESSION_COOKIE_NAME].value
    return {"cookies": [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": site}]}


@pytest.fixture(scope="module")
def signing(site):
    """A function that opens the page of a text of pomalidomide's, as a reviewer or a lead.

    The first text is approved, the second is to be signed; a notice is open and a comment waits.
    """
    lead = builders.credentialed("lead", builders.LEAD)
    reviewer = builders.credentialed("pharmacist")
    reviewer.set_password(PASSWORD)
    reviewer.save()
    drug = Drug.objects.get(slug="pomalidomide")
    first = drug.live.monograph
    # Who imported the text cannot approve it.
    review.approve(
        revision=first,
        by=reviewer,
        digest=first.digest,
        interests="none",
        read=[kind for kind in SectionKind if kind.value in first.sections],
        acknowledged=review.unwritten_of(first),
    )
    editor = builders.person("editor", builders.EDITOR)
    with review.edit_rows(
        drug=drug, by=editor, seen=drug.lock_version, what="edited Monitoring", touched=[Source]
    ):
        review.write_sections(drug, {SectionKind.MONITORING: "- Do not wait 10 days. [smpc 4.4]"})
    second = review.submit(
        drug=drug, part=Part.MONOGRAPH, by=editor, change_kind=ChangeKind.CLINICAL, note="Monitoring."
    )
    review.post_notice(
        on=drug,
        text="Check the blood count first.",
        source=Source.objects.first(),
        check_on=clinical_now().date(),
        by=lead,
    )
    note = review.add_notes(revision=second, by=editor, comment="Is this clear?")[0]
    addresses = {
        "sign": f"/admin/monographs/revision/{second.pk}/sign/",
        "approved": f"/admin/monographs/revision/{first.pk}/sign/",
        "answer": f"/admin/monographs/revision/{second.pk}/notes/{note.pk}/",
    }
    states = {person: state_of(person, site) for person in (reviewer, lead, editor)}
    people = {person.username: person for person in states}
    with chromium() as browser:
        opened = opener(browser, site)
        yield lambda name, who="pharmacist", **window: opened(
            addresses[name], storage_state=states[people[who]], **window
        )


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("sign", "pharmacist"),
        ("sign", "editor"),
        ("approved", "pharmacist"),
        ("approved", "lead"),
        ("answer", "editor"),
    ],
)
@pytest.mark.parametrize("width", [375, 1280])
def test_it_fits_a_phone_and_axe_finds_nothing(signing, name, who, width):
    with signing(name, who, width=width) as page:
        assert not page.evaluate(WIDER)
        assert faults(page) == []
        assert page.said == []


def test_a_text_is_refused_kept_and_signed_by_keyboard_without_javascript(signing):
    with signing("sign", java_script_enabled=False) as page:
        assert page.locator("#size").inner_text().startswith("1 section changed")
        page.focus("[name=read_monitoring]")
        page.keyboard.press("Space")
        page.focus("[name=note_monitoring]")
        page.keyboard.type("Say which days.")
        page.focus("[name=interests]")
        page.keyboard.type("none")
        # In a field of one line Enter keeps; it never signs.
        page.keyboard.press("Enter")
        page.locator(".messagelist", has_text="Kept for later: 1 of 1 sections read").wait_for()
        assert page.locator("[name=read_monitoring]").is_checked()

        page.focus("[name=verdict][value=approve]")
        page.keyboard.press("Space")
        page.focus("[name=password]")
        page.keyboard.type(PASSWORD)
        page.focus("button[value=sign]")
        page.keyboard.press("Enter")
        page.locator("#refused", has_text="Answer this notice.").wait_for()
        assert page.locator("[name=password]").input_value() == ""
        assert page.locator("[name=note_monitoring]").input_value() == "Say which days."

        page.locator("#refused a").first.focus()
        page.keyboard.press("Enter")
        for field in page.locator("[name^=notice_]").all():
            field.focus()
            page.keyboard.type("In Monitoring.")
        for box in page.locator("[name^=without_]").all():
            box.focus()
            page.keyboard.press("Space")
        page.focus("[name=password]")
        page.keyboard.type(PASSWORD)
        page.focus("button[value=sign]")
        page.keyboard.press("Enter")
        page.locator(".messagelist .success", has_text="Approved, by you").wait_for()
        assert page.said == []


def test_a_refusal_has_no_fault_for_axe(signing):
    with signing("approved", "pharmacist") as page:
        page.click("button[value=sign]")
        page.locator("#refused").wait_for()
        assert faults(page) == []
        assert not page.evaluate(WIDER)
