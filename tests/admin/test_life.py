"""The pages of rename, merge, split and flags of components, and the form of a drug that has ended."""

from io import StringIO

import pytest
from django.core.management import call_command

from monographs import review
from monographs.importers.documents import Steps, run
from monographs.models import Drug, DrugComponent, LiveDrug, Successor
from tests import builders
from tests.admin.forms import change_of, posted, signed_in
from tests.pages import words

pytestmark = pytest.mark.django_db
WHY = {"reason": "They are one medicine."}


def page_of(drug, step):
    """Return the address of a step's page."""
    return f"/admin/monographs/drug/{drug.pk}/{step}/"


def drugs(*names):
    """Return released drugs."""
    return [builders.released(name).drug for name in names]


def test_rename_says_what_changes_and_proposes_the_address(lead):
    (drug,) = drugs("Amlodipine")
    client = signed_in(lead)

    page = client.get(page_of(drug, "rename"))
    done = client.post(page_of(drug, "rename"), WHY | {"name": "Amlodipinum"})

    assert "never given to another drug" in words(page)
    assert done.status_code == 302
    assert Drug.objects.get(pk=drug.pk).slug == "amlodipinum"


def test_a_taken_address_is_a_form_error(lead):
    drug, _ = drugs("Amlodipine", "Felodipine")

    page = signed_in(lead).post(page_of(drug, "rename"), WHY | {"name": "X", "slug": "felodipine"})

    assert "is, or was, another drug" in words(page)
    assert Drug.objects.get(pk=drug.pk).slug == "amlodipine"


def test_merge_asks_which_shows_what_happens_and_does_it(lead):
    one, two = drugs("Amlodipin", "Amlodipine")
    client = signed_in(lead)
    address = f"{page_of(one, 'merge')}?into={two.pk}"

    choice = client.get(page_of(one, "merge"))
    preview = client.get(address)
    seen = {"seen": preview.context["step"].form["seen"].value()}
    done = client.post(address, WHY | seen, follow=True)

    assert 'name="into"' in choice.content.decode()
    assert 'method="get"' in choice.content.decode()
    assert "The name Amlodipin (synonym or former name) goes over." in words(preview)
    assert "needs a new signature" in words(done)
    assert Successor.objects.get().successor == two


def test_a_merge_whose_preview_is_old_does_nothing_and_shows_the_new_one(lead):
    one, two = drugs("Amlodipin", "Amlodipine")
    client = signed_in(lead)
    address = f"{page_of(one, 'merge')}?into={two.pk}"
    seen = {"seen": client.get(address).context["step"].form["seen"].value()}
    one.names.create(name="Istin", kind="brand")

    refused = client.post(address, WHY | seen)

    assert not Successor.objects.exists()
    assert "was changed since you opened this page" in words(refused)
    assert "The name Istin (brand) goes over." in words(refused)
    again = {"seen": refused.context["step"].form["seen"].value()}
    assert client.post(address, WHY | again).status_code == 302


@pytest.mark.parametrize("into", ["", "x", "999999"])
def test_a_target_that_is_not_there_is_a_form_error(lead, into):
    (drug,) = drugs("Amlodipine")

    page = signed_in(lead).get(f"{page_of(drug, 'merge')}?into={into}")

    assert page.status_code == 200
    assert page.context["step"].form.errors["into"]


def test_a_merge_into_itself_says_why_not(lead):
    (drug,) = drugs("Amlodipine")

    page = signed_in(lead).get(f"{page_of(drug, 'merge')}?into={drug.pk}")

    assert "cannot take its own place" in words(page)
    assert "disabled" in page.content.decode()


def test_split_asks_of_each_name_where_it_goes(lead):
    old, one, two = drugs("Insulin", "Insulin glargine", "Insulin lispro")
    brand = old.names.create(name="Lantus", kind="brand", market="GB")
    client = signed_in(lead)
    address = f"{page_of(old, 'split')}?into={one.pk}&into={two.pk}"

    page = client.get(address)
    done = client.post(address, WHY | {f"name_{brand.pk}": one.pk})

    assert "Lantus (Brand)" in words(page)
    assert done.status_code == 302
    assert not two.names.filter(name="Lantus").exists()
    assert {row.successor for row in Successor.objects.all()} == {one, two}


def test_a_split_into_one_says_why_not(lead):
    old, one = drugs("Insulin", "Insulin glargine")
    address = f"{page_of(old, 'split')}?into={one.pk}"
    client = signed_in(lead)

    assert "Choose at least two drugs." in words(client.get(address))
    assert "at least two drugs" in words(client.post(address, WHY))
    assert LiveDrug.objects.filter(drug=old).exists()


@pytest.mark.parametrize("step", ["rename", "merge", "split"])
@pytest.mark.parametrize("role", [builders.EDITOR, builders.REVIEWER])
def test_the_steps_of_a_lead_are_for_leads(step, role):
    (drug,) = drugs("Amlodipine")

    assert signed_in(builders.person("someone", role)).get(page_of(drug, step)).status_code == 403


def ended(lead):
    """Return a drug that was merged into another, and that other."""
    one, two = drugs("Amlodipin", "Amlodipine")
    review.merge(drug=one, into=two, by=lead, reason="They are one medicine.")
    return one, two


def test_the_form_of_an_ended_drug_says_what_became_of_it_and_cannot_be_saved(lead):
    one, two = ended(lead)
    client = signed_in(lead)

    page = client.get(change_of(one))

    assert "Amlodipin is now part of Amlodipine" in words(page)
    assert 'name="_save"' not in page.content.decode()
    assert page_of(one, "release") not in page.content.decode()
    data = posted(client.get(change_of(two)))
    assert client.post(change_of(one), data).status_code == 403


@pytest.mark.parametrize("step", ["submit", "rename", "withdraw", "merge", "flags"])
def test_a_step_of_an_ended_drug_says_why_not(lead, step):
    one, _ = ended(lead)

    assert "Another drug took the place of Amlodipin" in words(signed_in(lead).get(page_of(one, step)))


def test_the_list_says_what_became_of_a_drug_in_as_many_queries_as_ever(lead, django_assert_max_num_queries):
    ended(lead)
    old, *into = drugs("Insulin", "Insulin glargine", "Insulin lispro")
    review.split(drug=old, into=into, names={}, codes={}, by=lead, reason="They are two.")
    client = signed_in(lead)

    with django_assert_max_num_queries(15):
        said = words(client.get("/admin/monographs/drug/"))

    assert "now part of Amlodipine" in said
    assert "split into Insulin glargine, Insulin lispro" in said


def test_an_ended_drug_is_offered_nowhere(lead):
    ended(lead)
    query = {"app_label": "monographs", "model_name": "crosslink", "field_name": "to_drug", "term": "aml"}

    found = signed_in(lead).get("/admin/autocomplete/", query).json()["results"]

    assert [row["text"] for row in found] == ["Amlodipine"]


def test_flags_of_components_are_offered_with_what_they_rest_on(editor):
    flags = {"high-risk": {"source": "smpc", "locator": "4.4", "checked_on": "2026-11-01"}}
    component, drug = builders.written("Methotrexate", flags=flags), builders.written("Combined")
    DrugComponent.objects.create(combination=drug, component=component)
    client = signed_in(editor)

    page = client.get(page_of(drug, "flags"))
    done = client.post(page_of(drug, "flags"), {"kinds": ["high-risk"]})

    assert "High-risk medicine (Methotrexate;" in words(page)
    assert "4.4; checked 1 November 2026" in words(page)
    assert done.status_code == 302
    assert drug.flags.get().kind == "high-risk"
    assert "no flag that is not here" in words(client.get(page_of(drug, "flags")))


def test_an_import_of_an_ended_drug_is_refused_with_the_sentence(lead, tmp_path):
    builders.released()
    call_command("export_monographs", tmp_path / "all.jsonl", stdout=StringIO())
    other = builders.released("Felodipine").drug
    review.merge(drug=Drug.objects.get(slug="amlodipine"), into=other, by=lead, reason="They are one.")

    counts = run(tmp_path / "all.jsonl", Steps(by=lead))

    assert any("Another drug took the place of Amlodipine" in line for line in counts.refused)
    assert LiveDrug.objects.count() == 1
