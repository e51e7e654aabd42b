"""What people type or forge by mistake: a sentence beside the field, and nothing is lost or half-written."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clincalc.accounts import kept
from clincalc.accounts.models import KeptForm
from monographs import review
from monographs.models import CrossLink, Drug
from monographs.review import clinical_now
from tests import builders, pages
from tests.admin.forms import change_of, errors, opened, signed_in
from tests.admin.test_many_rows import links_to, new_rows
from tests.review.test_links import answered

pytestmark = pytest.mark.django_db
HUGE = "99999999999999999999999"


def refused(client, drug, data):
    """Return the errors of a form that was refused, all of its text still in it."""
    before = list(drug.links.values())
    response = client.post(change_of(drug), opened(client, drug) | data | {"lead": "A lead to keep."})
    assert response.status_code == 200
    assert "A lead to keep." in response.content.decode()
    assert list(drug.links.values()) == before
    return " ".join(errors(response))


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"url": "https://guide.example/1", "relation": "guideline"}, "Say what the address is called."),
        ({"url": "http://guide.example/1", "title": "A guide", "relation": "guideline"}, "https"),
        ({"to_drug": "itself", "relation": "see-also"}, "A drug is not linked to itself."),
        ({"to_drug": "other", "relation": "alternative"}, "An alternative needs a reason"),
    ],
)
def test_a_link_that_cannot_be_is_refused_at_its_row(editor, row, sentence):
    drug, other = builders.written(), builders.released("Felodipine").drug
    targets = {"itself": drug.pk, "other": other.pk}
    row = {**row, "to_drug": targets.get(row.get("to_drug"), "")}

    said = refused(signed_in(editor), drug, new_rows("links", 0, [{**row, "position": 0}]))

    assert sentence in said


def test_a_huge_number_as_a_target_is_refused(editor):
    drug = builders.written()
    rows = new_rows("links", 0, [{**links_to([drug])[0], "to_drug": HUGE}])
    forged = {"other_classes": [HUGE], "primary_class": HUGE, "reference_smpc": HUGE}

    assert "Select a valid choice" in refused(signed_in(editor), drug, rows | forged)


@pytest.mark.parametrize("step", ["merge/?into={}", "split/?into={}&into=1", "release/?revision={}"])
def test_a_huge_number_in_the_address_of_a_step_asks_again(lead, step):
    drug = builders.released().drug

    page = signed_in(lead).get(f"/admin/monographs/drug/{drug.pk}/{step.format(HUGE)}")

    assert page.status_code == 200


@pytest.mark.parametrize("address", ["?links={}", "?links=1,{}&into=1", "?links=1&into={}"])
def test_a_huge_number_in_the_address_of_a_replacement_asks_again(editor, address):
    page = signed_in(editor).get(f"/admin/monographs/crosslink/replace/{address.format(HUGE)}")

    assert page.status_code == 200


@pytest.mark.parametrize(
    "address", ["drug/{}/change/", "drug/{}/links/", "drug/{}/merge/", "crosslink/{}/accept/"]
)
def test_a_huge_number_names_nothing(lead, address):
    page = signed_in(lead).get(f"/admin/monographs/{address.format(HUGE)}", follow=True)

    assert page.status_code in (200, 404)


@pytest.mark.parametrize(("field", "prefix"), [("accessed_on", "citations-0-"), ("dosing_since", "")])
def test_a_day_that_has_not_come_is_refused(editor, field, prefix):
    drug = builders.written()
    tomorrow = timezone.localdate(clinical_now()) + timedelta(days=1)

    said = refused(signed_in(editor), drug, {f"{prefix}{field}": f"{tomorrow:%d/%m/%Y}"})

    assert "has not come yet" in said


def test_a_waiver_of_a_rule_that_is_none_is_refused(editor):
    rows = new_rows("waivers", 0, [{"section": "monitoring", "rule": "L99", "reason": "Why not."}])

    assert "There is no content rule L99." in refused(signed_in(editor), builders.written(), rows)


def test_the_class_line_is_no_other_class_too(editor):
    drug = builders.written()

    said = refused(signed_in(editor), drug, {"other_classes": [drug.primary_class_id]})

    assert "stands in the class line already" in said


def test_the_name_of_another_drug_is_refused_in_the_form_too(editor):
    builders.written("Felodipine")

    said = refused(signed_in(editor), builders.written(), {"name": "Felodipine"})

    assert "This may be" in said
    assert "Felodipine" in said


def test_a_reason_that_readers_see_keeps_the_content_rules(lead):
    live = builders.released()
    client = signed_in(lead)

    data = {"reason": "Give <b>5 mg</b> instead.", "password": builders.PASSWORD}
    page = client.post(f"/admin/monographs/drug/{live.pk}/withdraw/", data)

    assert "amount of medicine" in pages.words(page)
    assert Drug.objects.get(pk=live.pk).live.monograph_id is not None


def test_a_split_into_itself_says_why_not(lead):
    drug, other = builders.released().drug, builders.released("Felodipine").drug

    page = signed_in(lead).get(f"/admin/monographs/drug/{drug.pk}/split/?into={drug.pk}&into={other.pk}")

    assert "cannot take its own place" in pages.words(page)


def test_the_way_back_is_offered_only_where_there_is_none(editor):
    live, target = builders.released(), builders.released("Felodipine")
    link = answered(live, editor, to_drug=target.drug)
    address = answered(live, editor, url="https://guide.example/", title="A guide")
    client = signed_in(editor)
    step = f"/admin/monographs/crosslink/{link.pk}/"
    assert "Add the way back" in client.get(f"{step}change/").content.decode()

    review.add_reverse(link=link, by=editor, reason="Of the same class.")

    assert "Add the way back" not in client.get(f"{step}change/").content.decode()
    assert "leads to Amlodipine by this relation already" in pages.words(client.get(f"{step}reverse/"))
    page = client.get(f"/admin/monographs/crosslink/{address.pk}/reverse/")
    assert "Only a link to a drug has a way back." in pages.words(page)


def test_an_alternative_has_a_reason_in_both_directions(editor):
    link = answered(builders.released(), editor, "alternative", to_drug=builders.released("Felodipine").drug)

    with pytest.raises(review.NeedsReason):
        review.add_reverse(link=link, by=editor, reason=" ")
    CrossLink.objects.update(reason="")
    with pytest.raises(review.NeedsReason):
        review.accept(
            link=link,
            by=builders.person("second", builders.EDITOR),
            seen=review.said(CrossLink.objects.get()),
        )


def test_a_source_without_https_says_so_in_words(editor):
    data = {
        "kind": "other",
        "identifier": "X",
        "title": "X",
        "jurisdiction": "GB",
        "url": "http://guide.example/",
    }

    page = signed_in(editor).post("/admin/monographs/source/add/", data)

    assert "Use an address that begins with https://." in pages.words(page)


def test_a_new_drug_offers_no_page_that_is_not_there(editor):
    written, live = builders.written(), builders.released("Felodipine")
    client = signed_in(editor)

    assert "View on site" not in client.get(change_of(written)).content.decode()
    assert "View on site" in client.get(change_of(live.drug)).content.decode()


@pytest.mark.parametrize("said", ["9" * 30, "100000", "100000.0", "1_00_000"])
def test_a_form_that_says_it_has_rows_that_it_does_not_send_is_refused(editor, said):
    drug = builders.written()
    client = signed_in(editor)
    data = opened(client, drug) | {"lead": "Another lead.", "links-TOTAL_FORMS": said}

    page = client.post(change_of(drug), data)

    assert page.status_code == 413
    assert "says that it has more rows than it sends. Nothing was changed." in pages.words(page)
    assert Drug.objects.get(pk=drug.pk).lead == drug.lead


def test_such_a_form_is_not_kept_for_who_is_signed_out(editor):
    drug = builders.written()
    client = signed_in(editor)
    data = opened(client, drug) | {
        "links-TOTAL_FORMS": "100000",
        kept.DRAWN_FOR: kept.mark_of(editor),
    }
    client.logout()

    assert client.post(change_of(drug), data).status_code == 413
    assert not KeptForm.objects.exists()


def test_a_class_that_exists_is_not_made_again(editor):
    pages.drug_class("anticoagulants", "Anticoagulant")

    page = signed_in(editor).post(
        "/admin/monographs/drugclass/add/", {"name": " ANTICOAGULANT", "slug": "anticoagulants-2"}
    )

    assert "There is a class called ANTICOAGULANT already." in pages.words(page)
