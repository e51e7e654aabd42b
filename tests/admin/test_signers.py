"""Leads see who can sign: since when, and when they last did."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from monographs.review import clinical_now
from tests import builders
from tests.accounts.people import sign_in, with_factor
from tests.admin.forms import signed_in
from tests.builders import EDITOR, REVIEWER
from tests.pages import words

pytestmark = pytest.mark.django_db
PAGE = "/admin/monographs/credential/signers/"


def shown(lead):
    """Return what the page says of each person, by user name."""
    return {one.person.username: one for one in signed_in(lead).get(PAGE).context["signers"]}


def test_the_page_says_who_can_sign_and_why_others_cannot(lead, editor):
    builders.approved(by=builders.credentialed("signer"))
    builders.person("unregistered", REVIEWER)
    gone = builders.credentialed("gone")
    gone.is_active = False
    gone.save()
    builders.credentialed("moved").groups.clear()

    said = {name: one.why_not for name, one in shown(lead).items()}

    assert said == {
        "gone": "the account is closed",
        "lead": "no credential that is valid now",
        "moved": "in no group that signs",
        "registrar": "no credential that is valid now",
        "signer": "",
        "unregistered": "no credential that is valid now",
    }


def test_the_page_names_second_factor_last_signature_and_last_sign_in(lead):
    signer = builders.credentialed("signer")
    builders.approved(by=signer)
    sign_in("signer")
    with_factor(signer)

    page = words(signed_in(lead).get(PAGE))

    # Since when they can sign, second factor, signature, sign-in; and the sign-in of the lead who looks.
    today = f"{timezone.localdate(clinical_now()):%-d %B %Y}"
    assert page.count(today) == 5
    assert f"monographs; since {today}; valid until" in page


def test_a_superuser_with_a_credential_is_listed_and_one_without_is_not(lead):
    for username in ("root", "signing.root"):
        builders.person(username)
    builders.credentialed("signing.root").groups.clear()
    type(lead).objects.filter(username__contains="root").update(is_superuser=True)

    found = shown(lead)

    assert "root" not in found
    assert found["signing.root"].why_not == ""


@pytest.mark.parametrize("role", [EDITOR, REVIEWER])
def test_others_do_not_see_it(role):
    client = signed_in(builders.person("somebody", role))

    assert client.get(PAGE).status_code == 403
    if role == REVIEWER:
        assert PAGE not in client.get("/admin/monographs/credential/").content.decode()


def test_leads_find_it_from_the_credentials(lead):
    assert PAGE in signed_in(lead).get("/admin/monographs/credential/").content.decode()


def test_it_asks_the_same_few_queries_however_many_people(lead):
    client = signed_in(lead)
    builders.credentialed("first")
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            client.get(PAGE)
        counts.append(len(asked))
        for number in range(15):
            builders.credentialed(f"signer {number}")

    assert counts[0] == counts[1] <= 15
