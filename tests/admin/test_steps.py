"""The panel, the preview, and the page of each step."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from monographs import review
from monographs.models import LiveDrug, Revision
from monographs.vocabulary import SAFETY_SECTIONS
from tests import builders, pages
from tests.admin.forms import change_of, onlooker, signed_in

pytestmark = pytest.mark.django_db
MOST = 15
REASON = {"reason": "The text is better.", "password": builders.PASSWORD}
ALL_NAMED = {f"without_{kind.value}": "on" for kind in SAFETY_SECTIONS}
NOTE = {"change_kind": "editorial", "note": "Clearer words."}


def seen_on(page):
    """Return what the page's form says of the text that it shows."""
    return {"seen": page.context["step"].form["seen"].value()}


def page_of(drug, step):
    """Return the address of a step's page."""
    return f"/admin/monographs/drug/{drug.pk}/{step}/"


def test_the_panel_counts_sections_statements_without_source_and_errors(editor):
    drug = builders.written(
        sections={"indications": "High blood pressure.", "monitoring": "Give 5 mg daily. [smpc 4.2]"}
    )

    page = signed_in(editor).get(change_of(drug))

    summary = page.context["panel"].summary
    assert summary == "2 of 16 sections · 1 statement without a source · 1 error in Monitoring"
    assert summary in page.content.decode()


def test_each_hit_stands_beside_its_section(editor):
    drug = builders.written(sections={"monitoring": "Give 5 mg daily. [smpc 4.2]"})

    page = signed_in(editor).get(change_of(drug))

    form = page.context["adminform"].form
    assert "<b>Error</b>, line 1" in form["section_monitoring"].help_text
    assert "Error" not in form["section_indications"].help_text


def test_the_preview_shows_the_working_text_and_says_that_it_is_a_preview(editor):
    drug = builders.written()

    page = signed_in(editor).get(page_of(drug, "preview"))

    body = page.content.decode()
    assert "Ankle swelling." in body
    assert "Preview." in pages.words(page)
    assert '<meta name="robots" content="noindex">' in body
    assert 'rel="canonical"' not in body


def test_the_preview_of_a_public_drug_shows_the_text_that_is_not_public_yet(editor):
    drug = builders.released().drug
    builders.written(lead="A lead to come.")

    assert "A lead to come." in signed_in(editor).get(page_of(drug, "preview")).content.decode()
    assert "A lead to come." not in signed_in(editor).get(drug.get_absolute_url()).content.decode()


def test_a_text_that_cannot_be_drawn_says_why(editor):
    drug = pages.known("Isradipine")

    assert "no class is chosen yet" in signed_in(editor).get(page_of(drug, "preview")).content.decode()
    assert "no class is chosen yet" in signed_in(editor).get(page_of(drug, "submit")).content.decode()


def test_a_preview_is_for_those_who_may_see_drugs(client):
    drug = builders.written()

    assert client.get(page_of(drug, "preview")).status_code == 302
    assert signed_in(builders.person("stranger")).get(page_of(drug, "preview")).status_code == 403


def test_submit_shows_what_changed_and_freezes_it(editor):
    revision = builders.submitted()
    builders.written(lead="Another lead.")
    client = signed_in(editor)

    page = client.get(page_of(revision.drug, "submit"))
    sent = client.post(page_of(revision.drug, "submit"), seen_on(page) | NOTE)

    assert [change.label for change in page.context["step"].changes] == ["Lead"]
    assert sent.status_code == 302
    assert Revision.objects.get(number=2).note == "Clearer words."


def test_submit_is_disabled_when_nothing_changed_and_says_so(editor):
    revision = builders.submitted()

    page = signed_in(editor).get(page_of(revision.drug, "submit"))

    assert page.context["step"].why_not == ["Nothing was changed since revision 1."]
    assert 'disabled aria-describedby="why-not"' in page.content.decode()


def test_submit_is_disabled_by_an_error_and_a_forged_post_is_refused(editor):
    drug = builders.written(sections={"monitoring": "Give 5 mg daily. [smpc 4.2]"})
    client = signed_in(editor)

    page = client.get(page_of(drug, "submit"))
    sent = client.post(page_of(drug, "submit"), seen_on(page) | NOTE)

    assert any("monitoring" in reason for reason in page.context["step"].why_not)
    assert "This cannot be done now" in sent.content.decode()
    assert not Revision.objects.exists()


def test_submit_needs_a_note(editor):
    drug = builders.written()

    client = signed_in(editor)

    page = client.post(
        page_of(drug, "submit"), seen_on(client.get(page_of(drug, "submit"))) | NOTE | {"note": "  "}
    )

    assert page.context["step"].form.errors == {"note": ["This field is required."]}
    assert not Revision.objects.exists()


def test_a_text_that_changed_after_the_page_was_opened_is_not_submitted_unseen(editor):
    drug = builders.written()
    client = signed_in(editor)
    seen = seen_on(client.get(page_of(drug, "submit")))
    builders.written(lead="A lead that nobody saw.", by=builders.person("another", builders.EDITOR))

    refused = client.post(page_of(drug, "submit"), seen | NOTE)

    assert "Somebody changed Amlodipine since you opened this page" in pages.words(refused)
    assert "A lead that nobody saw." in pages.words(refused)
    assert not Revision.objects.exists()
    assert client.post(page_of(drug, "submit"), seen_on(refused) | NOTE).status_code == 302
    assert "A lead that nobody saw." in Revision.objects.get().document


def test_a_submit_that_does_not_say_what_was_seen_is_refused(editor):
    drug = builders.written()

    signed_in(editor).post(page_of(drug, "submit"), NOTE)

    assert not Revision.objects.exists()


def test_release_needs_each_unwritten_safety_section_by_name(lead):
    revision = builders.submitted()
    client = signed_in(lead)
    some = dict(list(ALL_NAMED.items())[1:])

    refused = client.post(page_of(revision.drug, "release"), REASON | some | {"revision": revision.pk})
    assert "Contra-indications" in str(refused.context["step"].form.non_field_errors())
    assert not LiveDrug.objects.exists()

    done = client.post(page_of(revision.drug, "release"), REASON | ALL_NAMED | {"revision": revision.pk})
    assert done.status_code == 302
    assert LiveDrug.objects.get().monograph == revision


def test_release_lists_what_changes_for_readers(lead):
    drug = builders.released().drug
    builders.submitted(lead="Another lead.")

    page = signed_in(lead).get(page_of(drug, "release"))

    assert [change.label for change in page.context["step"].changes] == ["Lead"]


def test_roll_back_shows_an_earlier_text_again(lead):
    drug = builders.released().drug
    first = drug.live.monograph
    builders.released(lead="Another lead.")
    client = signed_in(lead)

    choice = client.get(page_of(drug, "roll-back"))
    page = client.get(page_of(drug, "roll-back") + f"?revision={first.pk}")
    done = client.post(page_of(drug, "roll-back"), REASON | ALL_NAMED | {"revision": first.pk})

    assert [address for address, _ in choice.context["step"].links] == [f"?revision={first.pk}"]
    assert [change.label for change in page.context["step"].changes] == ["Lead"]
    assert done.status_code == 302
    assert LiveDrug.objects.get().monograph == first


def test_a_revision_of_another_drug_cannot_be_named(lead):
    drug, other = builders.released().drug, builders.submitted("Felodipine")

    signed_in(lead).post(page_of(drug, "roll-back"), REASON | ALL_NAMED | {"revision": other.pk})

    assert not LiveDrug.objects.filter(monograph=other).exists()


def test_withdraw_says_what_readers_will_see_and_takes_the_page_down(lead, client):
    drug = builders.released().drug
    leader = signed_in(lead)

    page = leader.get(page_of(drug, "withdraw"))
    done = leader.post(page_of(drug, "withdraw"), REASON | {"reason": "A wrong interaction."})

    assert drug.get_absolute_url() in page.content.decode()
    assert done.status_code == 302
    assert client.get(drug.get_absolute_url()).status_code == 410


def test_withdraw_needs_a_reason(lead):
    drug = builders.released().drug

    signed_in(lead).post(page_of(drug, "withdraw"), REASON | {"reason": " "})

    assert LiveDrug.objects.get().monograph is not None


@pytest.mark.parametrize("step", ["release", "roll-back", "withdraw"])
def test_an_editor_neither_sees_nor_takes_a_leads_step(editor, step):
    drug = builders.released().drug
    client = signed_in(editor)

    assert client.get(page_of(drug, step)).status_code == 403
    assert client.post(page_of(drug, step), REASON).status_code == 403
    assert page_of(drug, step) not in client.get(change_of(drug)).content.decode()


def test_who_may_only_view_cannot_submit():
    drug = builders.written()

    assert signed_in(onlooker()).get(page_of(drug, "submit")).status_code == 403


@pytest.mark.parametrize("step", ["submit", "release", "roll-back", "withdraw"])
def test_a_step_asks_few_queries_however_many_rows(lead, step):
    client = signed_in(lead)
    small = builders.released("Felodipine").drug
    large = builders.released(sections=pages.all_sections(), sources=pages.two_sources()).drug
    for number in range(30):
        large.names.create(name=f"Brand {number}", kind="brand")
    counts = []
    for drug in (small, large):
        client.get(page_of(drug, step))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page_of(drug, step)).status_code == 200
        counts.append(len(asked))

    assert counts[0] == counts[1] <= MOST


def test_release_says_that_readers_will_see_a_text_that_is_not_reviewed(lead):
    builders.approved()
    drug = builders.submitted(lead="Another lead.").drug

    page = signed_in(lead).get(page_of(drug, "release"))

    assert "Readers will see: Not reviewed." in page.context["step"].effects


def test_roll_back_says_the_review_and_the_due_date_of_the_text_that_comes_back(lead):
    first = builders.approved()
    builders.released(lead="Another lead.")

    page = signed_in(lead).get(page_of(first.revision.drug, "roll-back") + f"?revision={first.revision_id}")

    day, due = f"{timezone.localdate(first.signed_at):%-d %B %Y}", f"{first.due_on:%-d %B %Y}"
    assert f"Readers will see: Reviewed {day}, next review due {due}." in page.context["step"].effects


def test_a_text_whose_approval_was_revoked_is_not_shown_as_reviewed(lead):
    first = builders.approved()
    review.revoke(revision=first.revision, by=first.reviewer, digest=first.digest, comment="Wrong.")
    builders.released(lead="Another lead.")

    page = signed_in(lead).get(page_of(first.revision.drug, "roll-back") + f"?revision={first.revision_id}")

    assert "Readers will see: Not reviewed: cancelled, safety notice." in page.context["step"].effects
