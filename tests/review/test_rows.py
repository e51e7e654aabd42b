"""The rule that keeps two editors from each other's working text."""

import contextlib

import pytest

from monographs import review
from monographs.models import Drug, DrugClass, Edit, MonographSection
from monographs.vocabulary import SectionKind
from tests import builders
from tests.review.test_races import at_once

MONITORING = SectionKind.MONITORING
ROUNDS = 100


def save(drug, by, seen, text):
    """Write one section as a form does."""
    with review.edit_rows(drug=drug, by=by, seen=seen, what="a test", touched={MonographSection}):
        review.write_sections(drug, {MONITORING: text})


@pytest.mark.django_db
def test_a_save_from_an_older_version_is_refused_and_writes_nothing(editor):
    drug = builders.written()
    save(drug, editor, drug.lock_version, "Pulse.")
    edits = Edit.objects.count()

    with pytest.raises(review.ChangedMeanwhile) as refused:
        save(drug, editor, drug.lock_version, "Weight.")

    assert refused.value.now == drug.lock_version + 1
    assert drug.sections.get(kind="monitoring").text == "Pulse."
    assert Edit.objects.count() == edits


@pytest.mark.django_db
def test_a_save_that_fails_midway_leaves_nothing(editor):
    drug = builders.written()

    with (
        contextlib.suppress(ZeroDivisionError),
        review.edit_rows(
            drug=drug, by=editor, seen=drug.lock_version, what="a test", touched={MonographSection}
        ),
    ):
        review.write_sections(drug, {MONITORING: "Pulse."})
        raise ZeroDivisionError

    assert drug.sections.get(kind="monitoring").text != "Pulse."
    assert Drug.objects.get(pk=drug.pk).lock_version == drug.lock_version


@pytest.mark.django_db(transaction=True)
def test_of_two_saves_at_once_one_is_refused_and_none_is_lost():
    drug = builders.written()
    people = [builders.person(name, builders.EDITOR) for name in ("editor", "second")]
    start = drug.lock_version
    for turn in range(ROUNDS):
        texts = [f"Text {turn} {place}." for place in range(2)]
        works = [
            lambda p=person, t=text, s=start + turn: save(drug, p, s, t)
            for person, text in zip(people, texts, strict=True)
        ]

        raised = at_once(*works)

        assert sorted(type(error).__name__ for error in raised) == ["ChangedMeanwhile", "NoneType"]
        assert drug.sections.get(kind="monitoring").text == texts[raised.index(None)]
    assert Drug.objects.get(pk=drug.pk).lock_version == start + ROUNDS


@pytest.mark.django_db
def test_a_loop_of_classes_is_found():
    top = DrugClass.objects.create(name="Antibacterial", slug="antibacterials")
    below = DrugClass.objects.create(name="Penicillin", slug="penicillins", parent=top)

    assert review.is_loop(top, below)
    assert review.is_loop(top, top)
    assert not review.is_loop(below, top)
    assert not review.is_loop(top, None)
