"""Saving a drug's working rows in the admin."""

import pytest
from django.core.exceptions import PermissionDenied

from monographs import review
from monographs.models import CrossLink, Drug, Edit, MonographSection
from tests import builders
from tests.admin.forms import change_of, errors, onlooker, opened, signed_in

pytestmark = pytest.mark.django_db


def test_a_save_writes_the_text_tidied_raises_the_version_and_records_the_person(editor):
    drug = builders.written()
    client = signed_in(editor)
    data = opened(client, drug) | {"section_monitoring": "-   Blood   pressure. [smpc 4.4]\n\n\n"}
    before = Edit.objects.count()

    response = client.post(change_of(drug), data)

    assert response.status_code == 302
    assert drug.sections.get(kind="monitoring").text == "- Blood pressure. [smpc 4.4]"
    assert Drug.objects.get(pk=drug.pk).lock_version == drug.lock_version + 1
    assert Edit.objects.count() == before + 1
    assert Edit.objects.order_by("-pk").first().by == editor


def test_an_unknown_reference_key_is_an_error_at_its_section(editor):
    drug = builders.written()
    client = signed_in(editor)
    data = opened(client, drug) | {"section_cautions": "Low pressure. [nosuch 4.4]"}

    response = client.post(change_of(drug), data)

    assert response.status_code == 200
    assert response.context["adminform"].form.errors == {
        "section_cautions": ["The key [nosuch] names no citation of this drug; add it under Citations."]
    }
    assert not drug.sections.filter(kind="cautions").exists()


def test_a_key_that_comes_in_the_same_save_is_known(editor):
    drug = builders.written()
    client = signed_in(editor)
    data = opened(client, drug) | {"citations-0-key": "pil", "section_cautions": "Low pressure. [pil 2]"}
    data |= {
        "section_indications": "High blood pressure. [pil 1]",
        "section_monitoring": "Blood pressure. [pil 4]",
    }

    assert client.post(change_of(drug), data).status_code == 302
    assert drug.citations.get().key == "pil"


def test_an_emptied_section_is_no_section(editor):
    drug = builders.written()
    client = signed_in(editor)

    client.post(change_of(drug), opened(client, drug) | {"section_monitoring": " "})

    assert [row.kind for row in drug.sections.all()] == ["indications"]


def test_new_links_are_answered_for_by_who_made_them(editor):
    drug, other = builders.written(), builders.written("Felodipine")
    client = signed_in(editor)
    data = opened(client, drug) | {
        "links-TOTAL_FORMS": "1",
        "links-0-to_drug": other.pk,
        "links-0-relation": "see-also",
        "links-0-position": "1",
        "links-0-reason": "A reason.",
    }

    assert client.post(change_of(drug), data).status_code == 302
    assert CrossLink.objects.get().curator == editor


def test_a_link_needs_exactly_one_target(editor):
    drug = builders.written()
    client = signed_in(editor)
    data = opened(client, drug) | {
        "links-TOTAL_FORMS": "1",
        "links-0-relation": "see-also",
        "links-0-position": "1",
    }

    response = client.post(change_of(drug), data)

    assert any("exactly one" in error for error in errors(response))


def test_who_may_only_view_sees_the_text_and_cannot_save():
    drug = builders.written()
    client = signed_in(onlooker())
    data = opened(signed_in(builders.person("editor", builders.EDITOR)), drug)

    page = client.get(change_of(drug))

    assert "Ankle swelling." in page.content.decode()
    assert 'name="_save"' not in page.content.decode()
    assert client.post(change_of(drug), data).status_code == 403
    assert MonographSection.objects.count() == 2


def test_a_save_by_nobody_in_a_group_is_refused():
    drug = builders.written()

    with (
        pytest.raises(PermissionDenied),
        review.edit_rows(
            drug=drug, by=builders.person("stranger"), seen=drug.lock_version, what="a test", touched={Drug}
        ),
    ):
        pytest.fail("The rows were opened.")


def test_a_second_save_over_a_changed_form_is_refused_and_shows_both_texts(editor, pharmacist):
    drug = builders.written()
    first, second = signed_in(editor), signed_in(pharmacist)
    mine, theirs = opened(first, drug), opened(second, drug)
    first.post(change_of(drug), mine | {"section_monitoring": "Pulse. [smpc 4.4]", "lead": "A first lead."})

    refused = second.post(
        change_of(drug), theirs | {"section_monitoring": "Weight. [smpc 4.4]", "section_stopping": "Slowly."}
    )

    page = refused.content.decode()
    assert refused.status_code == 200
    assert "Pulse. [smpc 4.4]" in page
    assert "Weight. [smpc 4.4]" in page
    assert "A first lead." in page
    assert "Slowly." in page
    assert drug.sections.get(kind="monitoring").text == "Pulse. [smpc 4.4]"
    assert not drug.sections.filter(kind="stopping").exists()


def test_the_refused_form_stays_refused_until_the_person_says_that_both_were_read(editor, pharmacist):
    drug = builders.written()
    first, second = signed_in(editor), signed_in(pharmacist)
    mine, theirs = opened(first, drug), opened(second, drug)
    first.post(change_of(drug), mine | {"section_monitoring": "Pulse. [smpc 4.4]"})
    theirs |= {"section_monitoring": "Weight. [smpc 4.4]"}
    refused = second.post(change_of(drug), theirs)
    now = refused.context["adminform"].form.now

    assert second.post(change_of(drug), theirs).status_code == 200
    assert second.post(change_of(drug), theirs | {"read": now}).status_code == 302
    assert drug.sections.get(kind="monitoring").text == "Weight. [smpc 4.4]"


def test_a_third_save_in_between_is_not_written_over_unread(editor, pharmacist):
    drug = builders.written()
    first, second = signed_in(editor), signed_in(pharmacist)
    theirs = opened(second, drug)
    first.post(change_of(drug), opened(first, drug) | {"lead": "A first lead."})
    now = second.post(change_of(drug), theirs).context["adminform"].form.now
    first.post(change_of(drug), opened(first, drug) | {"lead": "A second lead."})

    refused = second.post(change_of(drug), theirs | {"read": now})

    assert refused.status_code == 200
    assert "A second lead." in refused.content.decode()
    assert Drug.objects.get(pk=drug.pk).lead == "A second lead."


def test_a_row_that_was_deleted_meanwhile_is_kept_in_the_refused_form_and_can_be_saved(editor, pharmacist):
    drug = builders.written()
    drug.names.create(name="Istin", kind="brand")
    first, second = signed_in(editor), signed_in(pharmacist)
    theirs = opened(second, drug)
    place = next(n for n in range(2) if theirs[f"names-{n}-name"] == "Istin")
    mine = opened(first, drug) | {f"names-{place}-DELETE": "on"}
    assert first.post(change_of(drug), mine).status_code == 302
    assert not drug.names.filter(name="Istin").exists()

    refused = second.post(change_of(drug), theirs)
    again = theirs | {"read": refused.context["adminform"].form.now}

    assert "Istin" in refused.content.decode()
    assert second.post(change_of(drug), again).status_code == 302
    assert drug.names.filter(name="Istin").exists()


@pytest.mark.parametrize("seen", ["", "-1", "x", "999999"])
def test_a_forged_version_saves_nothing(editor, seen):
    drug = builders.written()
    client = signed_in(editor)
    data = opened(client, drug) | {"lead": "Another.", "seen": seen}

    assert client.post(change_of(drug), data).status_code == 200
    assert Drug.objects.get(pk=drug.pk).lead == drug.lead


def test_a_name_that_both_changed_stands_beside_the_persons_own(editor, pharmacist):
    drug = builders.written()
    drug.names.create(name="Istin", kind="brand")
    first, second = signed_in(editor), signed_in(pharmacist)
    mine, theirs = opened(first, drug), opened(second, drug)
    place = next(n for n in range(2) if theirs[f"names-{n}-name"] == "Istin")
    first.post(change_of(drug), mine | {f"names-{place}-name": "Istin A"})

    refused = second.post(change_of(drug), theirs | {f"names-{place}-name": "Istin B"})

    assert any("What stands now: Istin A, Brand" in error for error in errors(refused))
    assert 'value="Istin B"' in refused.content.decode()
