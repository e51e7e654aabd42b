"""build(load(d)) equals d, and loading touches nothing else."""

import contextlib

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from monographs import review
from monographs.document import Problem, build, canonical_text, load, normalised
from monographs.models import Drug, DrugClass, Source
from monographs.review import verify
from monographs.vocabulary import SAFETY_SECTIONS, ChangeKind
from tests import builders
from tests.document.strategies import raw_documents

pytestmark = pytest.mark.django_db
with_database = settings(suppress_health_check=list(HealthCheck))


def loaded(document, drug, by):
    """Load a document and return the drug as it stands afterwards."""
    for ref in (document.drug_class, *document.other_classes):
        DrugClass.objects.update_or_create(slug=ref.slug, defaults={"name": ref.name})
    load(document, drug, by=by)
    return Drug.objects.get(pk=drug.pk)


@given(raw_documents())
@with_database
def test_what_is_loaded_is_what_is_built(editor, raw):
    with transaction.atomic():
        document = normalised(raw)
        drug = loaded(document, Drug.objects.create(name="x", slug="x-1"), editor)
        assert build(drug) == document
        transaction.set_rollback(True)


@given(raw_documents(), raw_documents())
@with_database
def test_a_document_replaces_the_one_before(editor, one, other):
    with transaction.atomic():
        drug = Drug.objects.create(name="x", slug="x-1")
        drug = loaded(normalised(one), drug, editor)
        for place, source in enumerate(other["sources"].values()):
            source["identifier"] = f"other-{place}"
        for component in other["components"]:
            component["slug"] += "-other"
        second = normalised(other)
        drug = loaded(second, drug, editor)
        assert build(drug) == second
        transaction.set_rollback(True)


@given(raw_documents())
@with_database
def test_what_is_frozen_at_once_is_what_the_rows_would_give(editor, raw):
    with transaction.atomic():
        document = normalised(raw)
        for ref in (document.drug_class, *document.other_classes):
            DrugClass.objects.update_or_create(slug=ref.slug, defaults={"name": ref.name})
        drug = Drug.objects.create(name="x", slug="x-1")
        with contextlib.suppress(review.ContentErrors):
            revision = review.edit_and_submit(
                drug=drug, document=document, by=editor, what="x", change_kind=ChangeKind.CLINICAL, note="x"
            )
            assert revision.document == canonical_text(build(Drug.objects.get(pk=drug.pk)))
            assert {row.key for row in revision.cited.all()} == set(document.sources)
        transaction.set_rollback(True)


@given(raw_documents())
@with_database
def test_what_is_brought_in_is_what_the_rows_would_give(lead, raw):
    with transaction.atomic():
        document = normalised(raw)
        for ref in (document.drug_class, *document.other_classes):
            DrugClass.objects.update_or_create(slug=ref.slug, defaults={"name": ref.name})
        with contextlib.suppress(review.Refusal):
            revision = review.bring_in(
                drug=Drug(name="x", slug="x-1"),
                document=document,
                by=lead,
                what="x",
                change_kind=ChangeKind.CLINICAL,
                note="x",
                acknowledged=SAFETY_SECTIONS,
            )
            assert revision.document == canonical_text(build(Drug.objects.get(slug="x-1")))
            assert list(verify.broken()) == []
        transaction.set_rollback(True)


def test_names_from_a_catalogue_stay_and_are_not_part_of_the_text(editor):
    drug = builders.written()
    drug.names.create(name="Norvask", kind="brand", in_document=False)

    drug = builders.written(lead="Another lead.")

    assert drug.names.filter(name="Norvask", in_document=False).exists()
    assert "Norvask" not in {name.name for name in build(drug).names}


def test_a_catalogues_name_that_a_monograph_takes_up_becomes_part_of_it(editor):
    drug = builders.written()
    drug.names.create(name="NORVASC", kind="brand", market="GB", in_document=False)
    names = [*builders.raw()["names"], {"name": "Norvasc", "kind": "brand", "market": "GB"}]

    drug = builders.written(names=names)

    row = drug.names.get(norm="norvasc")
    assert (row.name, row.in_document) == ("Norvasc", True)


def test_a_component_that_is_new_becomes_a_known_name(editor):
    drug = builders.written(components=[{"slug": "valsartan", "name": "Valsartan"}])

    known = Drug.objects.get(slug="valsartan")
    assert [row.component for row in drug.components.all()] == [known]
    assert known.primary_class is None
    assert [name.name for name in known.names.all()] == ["Valsartan"]


def test_a_source_that_stands_here_otherwise_is_refused_with_its_place(editor):
    builders.written()
    changed = {"smpc": {**builders.SMPC, "title": "Another title"}}
    with pytest.raises(Problem) as refused, transaction.atomic():
        builders.written("Nifedipine", sources=changed)
    assert refused.value.place == "sources.smpc.title"


def test_two_drugs_may_have_read_one_source_on_different_days(editor):
    builders.written()
    later = {"smpc": {**builders.SMPC, "accessed_on": "2026-11-20"}}
    builders.written("Nifedipine", sources=later)
    assert Source.objects.count() == 1


def test_a_drug_without_a_class_cannot_be_built(editor):
    with pytest.raises(Problem, match="class"):
        build(Drug.objects.create(name="Amlodipine", slug="amlodipine"))
