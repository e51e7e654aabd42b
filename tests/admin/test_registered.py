"""What the admin lists, what it never writes, and how many queries it asks."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from monographs import models
from monographs.models import CrossLink, Drug, DrugClass, Letter, MissedWord
from monographs.vocabulary import SectionKind
from tests import builders, pages
from tests.admin.forms import change_of, opened, signed_in

pytestmark = pytest.mark.django_db
MOST = 15
NOUNS = [
    *("drug", "drugclass", "source", "nameconflict"),
    *("edit", "revision", "release", "livedrug", "oldslug", "safetynotice", "questioned"),
]
SAFE_IN_BULK = {
    CrossLink: {"mark_checked", "replace_target", "export_csv"},
    Letter: {"try_again"},
    MissedWord: {"dismiss"},
}
RECORD = [
    *(models.Edit, models.Revision, models.Release, models.LiveDrug, models.OldSlug),
    *(models.SafetyNotice, models.Questioned, Letter, MissedWord),
]


def queries(client, address):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        response = client.get(address)
    assert response.status_code == 200
    return len(asked)


def full(name, links):
    """Return a drug with everything that a form can hold."""
    drug = builders.written(name, sections=pages.all_sections(), sources=pages.two_sources())
    source = drug.reference_smpc
    for number in range(links):
        other = builders.written(f"{name} {number}")
        CrossLink.objects.create(
            from_drug=drug, to_drug=other, relation="see-also", curator=builders.person("c"), position=number
        )
    for number in range(links):
        drug.names.create(name=f"Brand {number}", kind="brand", source=source)
    return drug


@pytest.mark.parametrize("noun", NOUNS)
def test_a_list_asks_few_queries_however_many_rows(editor, noun):
    client = signed_in(editor)
    address = f"/admin/monographs/{noun}/"
    builders.released()
    few = queries(client, address)
    for number in range(5):
        builders.released(f"Felodipine {number}")

    many = queries(client, address)

    assert many == few <= MOST


def test_the_form_asks_few_queries_however_many_rows(editor):
    client = signed_in(editor)
    small, large = full("Amlodipine", 1), full("Felodipine", 30)
    queries(client, change_of(small))

    few, many = queries(client, change_of(small)), queries(client, change_of(large))

    assert many == few <= MOST


def test_a_save_that_changes_one_text_asks_the_same_however_many_rows(editor):
    client = signed_in(editor)
    counts = []
    for drug in (full("Amlodipine", 1), full("Felodipine", 30)):
        data = opened(client, drug) | {"section_monitoring": "Pulse. [smpc 4.4]"}
        with CaptureQueriesContext(connection) as asked:
            assert client.post(change_of(drug), data).status_code == 302
        counts.append(sum(1 for query in asked if "SAVEPOINT" not in query["sql"]))

    # One more than a page: three kinds of rows are read, then the text, the edit and the log are written.
    assert counts[0] == counts[1] <= MOST + 1


@pytest.mark.parametrize("model", RECORD, ids=lambda model: model.__name__)
def test_the_record_can_be_read_and_nothing_else(model):
    request = RequestFactory().get("/")
    request.user = builders.person("root")
    request.user.is_superuser = True
    page = admin.site.get_model_admin(model)

    assert page.has_view_permission(request)
    assert not page.has_add_permission(request)
    assert not page.has_change_permission(request)
    assert not page.has_delete_permission(request)


@pytest.mark.parametrize("model", [models.Drug, models.DrugClass, models.Source, models.Credential])
def test_no_one_deletes(model):
    request = RequestFactory().get("/")
    request.user = builders.person("root")
    request.user.is_superuser = True

    assert not admin.site.get_model_admin(model).has_delete_permission(request)


def test_only_what_is_safe_is_done_in_bulk_and_nothing_is_changed_in_a_list():
    request = RequestFactory().get("/")
    request.user = builders.person("root")
    request.user.is_superuser = True
    for model, page in admin.site._registry.items():
        if model._meta.app_label == "monographs":
            assert not page.list_editable
            assert set(page.get_actions(request)) == SAFE_IN_BULK.get(model, set())


def test_search_finds_a_drug_by_any_name(editor):
    builders.written("Felodipine")
    drug = builders.written()
    drug.names.create(name="Istin", kind="brand")

    page = signed_in(editor).get("/admin/monographs/drug/?q=ISTI")

    assert [row.name for row in page.context["cl"].result_list] == ["Amlodipine"]


def test_the_list_says_what_readers_see(editor):
    builders.released("Amlodipine")
    pages.withdrawn("Nifedipine")
    builders.submitted("Felodipine")
    builders.written("Isradipine")
    builders.released("Lacidipine")
    builders.submitted("Lacidipine", lead="Another lead.")

    page = signed_in(editor).get("/admin/monographs/drug/")

    states = {row.name: page.context["cl"].model_admin.state(row) for row in page.context["cl"].result_list}
    assert states == {
        "Amlodipine": "public",
        "Felodipine": "waiting for release",
        "Isradipine": "not public",
        "Lacidipine": "public, a newer text waits",
        "Nifedipine": "withdrawn",
    }


def test_the_list_can_be_filtered_by_class(editor):
    drug = builders.written()
    other = DrugClass.objects.create(name="Statin", slug="statins")
    Drug.objects.create(name="Atorvastatin", slug="atorvastatin", primary_class=other)

    page = signed_in(editor).get(f"/admin/monographs/drug/?class={drug.primary_class_id}")

    assert [row.name for row in page.context["cl"].result_list] == ["Amlodipine"]


def test_a_class_cannot_be_put_below_itself(editor):
    top = DrugClass.objects.create(name="Antibacterial", slug="antibacterials")
    below = DrugClass.objects.create(name="Penicillin", slug="penicillins", parent=top)

    response = signed_in(editor).post(
        f"/admin/monographs/drugclass/{top.pk}/change/", {"name": "Antibacterial", "parent": below.pk}
    )

    assert response.status_code == 200
    assert "parent" in response.context["adminform"].form.errors


def test_a_cited_source_stands_as_it_was_cited(editor):
    source = builders.submitted().drug.reference_smpc

    page = signed_in(editor).get(f"/admin/monographs/source/{source.pk}/change/")

    assert set(page.context["adminform"].form.fields) == {"superseded_by", "last_checked_on"}


def test_every_section_has_its_field_in_the_page_order(editor):
    page = signed_in(editor).get(change_of(builders.written()))

    fields = [name for name in page.context["adminform"].form.fields if name.startswith("section_")]
    assert fields == [f"section_{kind.value}" for kind in SectionKind]
