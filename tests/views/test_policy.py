"""The policy pages: what they say is what the site does."""

import re

import pytest

from monographs.models import DemoDatabase
from monographs.presenters.policy import EXAMPLES
from monographs.review import State
from tests.builders import released
from tests.pages import words

pytestmark = pytest.mark.django_db
POLICIES = ["/about/", "/editorial-policy/", "/accessibility/", "/privacy/"]


def menu(response):
    """Return the addresses of the footer's menu."""
    nav = response.content.decode().split('<nav id="menu"')[1].split("</nav>")[0]
    return re.findall(r'href="([^"]+)"', nav)


def test_every_page_leads_to_the_policies_and_none_to_a_page_that_is_not_there(client):
    addresses = menu(client.get("/"))

    assert set(POLICIES) <= set(addresses)
    assert "/corrections/" not in addresses
    assert {client.get(address).status_code for address in addresses} == {200}


@pytest.mark.parametrize("address", POLICIES)
def test_a_policy_ends_with_whom_to_ask_locally(client, settings, address):
    settings.LOCAL_HELP = "Ask pharmacy on 1234."

    assert "Ask pharmacy on 1234." in words(client.get(address))


def test_every_state_of_the_mark_stands_in_the_editorial_policy():
    assert {example.mark.state for example in EXAMPLES} == set(State)
    assert any(example.mark.is_demo for example in EXAMPLES)


def test_the_editorial_policy_draws_the_marks_as_pages_do(client):
    live = released()
    sentence = "Monograph status: not yet clinician-reviewed. Written by editors from the sources below."
    assert sentence in words(client.get(live.get_absolute_url()))

    page = words(client.get("/editorial-policy/"))

    assert f"Not yet reviewed {sentence} In lists: Not reviewed" in page
    assert (
        f"Demonstration {sentence} · demonstration, not a real review In lists: Not reviewed (demo)" in page
    )
    assert "Example medicine: page withdrawn on 3 November 2026." in page
    assert "In lists: Withdrawn" in page


def test_no_page_is_said_to_be_reviewed_while_no_mark_can_say_so(client):
    assert "No page here has been reviewed by a clinician yet" in words(client.get("/editorial-policy/"))
    assert not [state for state in State if state.name.startswith("REVIEWED")]


def test_dosing_is_said_not_to_be_published_while_no_page_has_it(client):
    released()

    page = words(client.get("/editorial-policy/"))

    assert "No doses are published here, and none will appear before a clinician has signed it." in page
    assert "No dose is published here yet" in words(client.get("/drugs/amlodipine/"))


def test_accessibility_claims_no_standard(client):
    page = words(client.get("/accessibility/"))

    assert "We do not claim that they meet a standard." in page
    assert "conform" not in page
    assert "compliant" not in page


def test_what_privacy_says_of_the_log_is_all_that_a_line_has(client, caplog):
    caplog.set_level("INFO", "clincalc.requests")
    client.get("/search/?q=imnovid")

    fields = caplog.records[-1].fields

    assert set(fields) == {"id", "method", "address", "status", "ms"}
    assert fields["address"] == "/search/"
    assert "imnovid" not in str(fields)


def test_a_demonstration_has_its_banner_on_each_policy(client):
    DemoDatabase.objects.create(pk=1)

    for address in POLICIES:
        assert "Demonstration site." in words(client.get(address)), address
