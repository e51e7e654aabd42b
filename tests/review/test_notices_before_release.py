"""Whoever signs a first text answers the notices that its readers will see."""

from datetime import timedelta

import pytest

from monographs import review
from monographs.models import DrugClass, Source
from monographs.review import clinical_now
from tests import builders

pytestmark = pytest.mark.django_db


def posted(on, lead):
    """Put a notice up on a class."""
    return review.post_notice(
        on=on,
        text="Check the pulse first.",
        source=Source.objects.first(),
        check_on=clinical_now().date() + timedelta(days=30),
        by=lead,
    )


def test_notices_on_its_classes_and_those_above_are_open_for_a_drug_that_nobody_saw(lead):
    other = {"slug": "heart-failure", "name": "Heart failure medicine"}
    revision = builders.submitted(other_classes=[other])
    group = revision.drug.primary_class
    group.parent = DrugClass.objects.create(name="Cardiac medicine", slug="cardiac")
    group.save()
    classes = [group, group.parent, DrugClass.objects.get(slug="heart-failure")]
    rows = {posted(one, lead) for one in classes}
    posted(DrugClass.objects.create(name="Statin", slug="statins"), lead)

    assert set(review.task_of(revision, at=clinical_now()).notices) == rows


def test_of_a_public_drug_the_released_classes_count(lead):
    drug = builders.released().drug
    changed = DrugClass.objects.create(name="Statin", slug="statins")
    drug.primary_class = changed
    drug.save()
    posted(changed, lead)

    assert review.notices_of([drug.pk])[drug.pk] == []
