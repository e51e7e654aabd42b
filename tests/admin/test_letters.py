"""Letters in the admin: what left, why the rest did not, and trying again."""

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from monographs.models import Letter
from tests import builders, pages, smtp
from tests.admin.forms import onlooker, signed_in
from tests.admin.test_registered import MOST, queries
from tests.review.test_letters import reached

pytestmark = pytest.mark.django_db
LIST = "/admin/monographs/letter/"


def letter(to, number=0, **columns):
    """Return a letter that waits."""
    return Letter.objects.create(
        to=to, about=f"thing {number}", subject=f"Thing {number}", text="What it says.", **columns
    )


def why(client, address=LIST):
    """Return what the list says of each letter that it shows."""
    found = client.get(address).context["cl"]
    return {row.subject: found.model_admin.why(row) for row in found.result_list}


def acted(client, letters, **more):
    """Have letters tried again; return the page that follows."""
    data = {"action": "try_again", "_selected_action": [row.pk for row in letters], **more}
    return client.post(LIST, data, follow=True)


@pytest.fixture
def ann(db):
    """A lead with an e-mail address."""
    return reached("ann", builders.LEAD)


def test_the_list_says_of_each_letter_why_it_did_not_leave(ann):
    letter(ann, 1, sent_at=timezone.now(), tries=1)
    letter(ann, 2)
    letter(ann, 3, tries=2, failed_because="The mail server did not answer in time.")
    letter(ann, 4, tries=10, failed_because="Refused.")
    letter(reached("gone", is_active=False), 5)
    letter(builders.person("silent"), 6)
    client = signed_in(ann)

    assert why(client) == {
        "Thing 1": "",
        "Thing 2": "Waits for the next digest.",
        "Thing 3": "The mail server did not answer in time.",
        "Thing 4": "Given up after 10 tries. Refused.",
        "Thing 5": "The account is not active.",
        "Thing 6": "The account has no e-mail address.",
    }
    assert list(why(client, f"{LIST}?state=failed")) == ["Thing 4", "Thing 3"]
    assert list(why(client, f"{LIST}?state=unsent")) == ["Thing 6", "Thing 5", "Thing 2"]
    assert list(why(client, f"{LIST}?state=sent")) == ["Thing 1"]


def test_a_letter_shows_what_became_of_it_and_not_what_it_says(ann):
    row = letter(ann, failed_because="Refused.", tries=1)

    page = signed_in(ann).get(f"{LIST}{row.pk}/change/")

    assert "Refused." in pages.words(page)
    assert "What it says." not in pages.words(page)


@pytest.mark.parametrize("role", [builders.EDITOR, builders.REVIEWER])
def test_others_than_leads_see_no_letters(ann, role):
    row = letter(ann)
    client = signed_in(builders.person("someone", role))

    assert client.get(LIST).status_code == 403
    assert client.get(f"{LIST}{row.pk}/change/").status_code == 403
    assert acted(client, [row]).status_code == 403


def test_who_may_only_look_cannot_have_them_tried_again(ann):
    row = letter(ann, failed_because="Refused.", tries=10)

    acted(signed_in(onlooker()), [row])

    assert Letter.objects.get().tries == 10


def test_a_letter_is_never_written_changed_or_deleted_by_hand(ann):
    row = letter(ann)
    client = signed_in(ann)

    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{row.pk}/change/", {"subject": "Another"}).status_code == 403
    assert client.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Letter.objects.get().subject == "Thing 0"


@pytest.mark.django_db(transaction=True)
def test_failed_letters_are_tried_again_in_bulk_and_sent_ones_stay(settings):
    ann = reached("ann", builders.LEAD)
    failed = [letter(ann, number, failed_because="Refused.", tries=10) for number in range(3)]
    sent = letter(ann, 9, sent_at=timezone.now(), tries=1)
    with smtp.serving() as server:
        settings.MAILERS, settings.DEFAULT_FROM_EMAIL = server.mailers, "reviews@example.org"
        page = acted(signed_in(ann), [*failed, sent])

    assert "Tried again: 3, of which 3 are sent." in pages.words(page)
    assert len(server.received) == 3
    assert not Letter.objects.filter(sent_at=None).exists()


def test_without_a_mail_server_trying_again_says_that_they_wait(
    ann, settings, django_capture_on_commit_callbacks
):
    settings.MAILERS = {}
    row = letter(ann, failed_because="Refused.", tries=10)

    with django_capture_on_commit_callbacks(execute=True):
        page = acted(signed_in(ann), [row])

    assert "Tried again: 1, of which 0 are sent. The others wait for the next digest." in pages.words(page)
    assert (Letter.objects.get().tries, Letter.objects.get().failed_because) == (0, "")


def test_the_list_asks_few_queries_however_many_letters(ann):
    client = signed_in(ann)
    letter(ann)
    few = queries(client, LIST)
    for number in range(1, 30):
        letter(reached(f"person{number}", builders.REVIEWER), number, failed_because="Refused.")
        builders.person(f"silent{number}", builders.EDITOR)

    assert queries(client, LIST) == few <= MOST


# The line that says how it stands


def test_the_line_says_that_nothing_is_sent_without_a_mail_server(ann, settings):
    settings.MAILERS = {}
    letter(ann)

    assert "No letters are sent: this installation has no mail server (EMAIL_URL)." in pages.words(
        signed_in(ann).get(LIST)
    )


def test_the_line_counts_what_failed_and_names_who_gets_none(ann, settings):
    settings.MAILERS = {"default": {}}
    letter(ann, failed_because="Refused.", tries=1)
    builders.person("silent", builders.REVIEWER)
    builders.person("nobody")
    reached("gone", builders.REVIEWER, email="", is_active=False)

    said = pages.words(signed_in(ann).get(LIST))

    assert "Letters that could not be sent: 1" in said
    assert "No e-mail address, so no letters: silent. Accounts that are not active get none either." in said
    assert "No letters are sent" not in said


def test_the_line_warns_when_no_lead_can_be_reached(lead):
    assert "No clinical lead has an e-mail address" in pages.words(signed_in(lead).get(LIST))


def test_the_line_is_silent_when_all_is_well_and_for_those_who_look_after_no_letters(ann, settings):
    template = "admin/monographs/mail_line.html"
    settings.MAILERS = {"default": {}}
    may, may_not = ({"perms": {"monographs": {"view_letter": may}}} for may in (True, False))

    assert "<p>" not in render_to_string(template, may)
    settings.MAILERS = {}
    assert "<p>" in render_to_string(template, may)
    assert "<p>" not in render_to_string(template, may_not)
