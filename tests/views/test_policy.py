"""The policy pages: what they say is what the site does."""

import re

import pytest
from django.http import HttpResponse
from django.template.loader import render_to_string

from monographs.models import DemoDatabase
from monographs.presenters.notices import TOLD_AFTER
from monographs.presenters.policy import EXAMPLES
from monographs.review import State
from monographs.review.signing import MOST_MONTHS
from tests.builders import approved, released
from tests.pages import live_of, words

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
    assert any(example.mark.correction_since for example in EXAMPLES)
    assert any(example.mark.is_demo for example in EXAMPLES)


def test_each_example_is_drawn_in_both_forms_by_the_template_of_the_marks(client):
    page = words(client.get("/editorial-policy/"))

    for example in EXAMPLES:
        known = {"mark": example.mark, "name": "Example medicine", "check": example.check}
        long, short = (
            words(HttpResponse(render_to_string("components/mark.html", {**known, "form": form})))
            for form in ("long", "short")
        )
        assert f"{example.title} {long} In lists: {short} {example.meaning}" in page


def test_the_examples_have_the_look_of_their_marks(client):
    body = client.get("/editorial-policy/").content.decode()

    for look in ("good", "check", "none"):
        assert f'class="status status--{look}"' in body
        assert f'class="state state--{look}"' in body
    assert 'class="state state--gone"' in body


def test_the_editorial_policy_says_what_pages_say(client):
    live, approval = released(), approved("Felodipine")
    page = words(client.get("/editorial-policy/"))
    status = "Monograph status: not yet clinician-reviewed. Written by editors from the sources below."

    assert status in words(client.get(live.get_absolute_url()))
    assert status in page
    day = f"{approval.signed_at.day} {approval.signed_at:%B %Y}"
    reviewed = words(client.get(live_of(approval).get_absolute_url()))
    assert f"Monograph status: clinician-reviewed ({day}) by a pharmacist. Next review due" in reviewed
    assert "Monograph status: clinician-reviewed (4 July 2026) by a pharmacist. Next review due" in page


def test_the_editorial_policy_says_of_no_page_that_it_is_reviewed(client):
    page = words(client.get("/editorial-policy/"))

    assert "Each page says whether a clinician has signed exactly the text that you read" in page
    assert "These examples are about no medicine." in page


def test_the_editorial_policy_says_who_signs_and_what_a_mark_does_not_say(client):
    page = words(client.get("/editorial-policy/"))

    assert "Nobody approves a text to which they contributed since it was last approved." in page
    assert f"at most {MOST_MONTHS} months ahead" in page
    assert f"For {TOLD_AFTER.days} days after that" in page
    assert "What a mark does not say It does not say that the text is complete" in page


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
