"""The gravest kind of change since the last approval."""

import pytest

from monographs.review import clinical_now, task_of
from monographs.vocabulary import ChangeKind
from tests import builders

pytestmark = pytest.mark.django_db


def test_a_safety_change_before_the_first_approval_is_not_forgotten_for_a_later_wording():
    builders.submitted(kind=ChangeKind.SAFETY)
    revision = builders.submitted(kind=ChangeKind.EDITORIAL, lead="Another lead.")

    assert task_of(revision, at=clinical_now()).kind is ChangeKind.SAFETY


def test_a_first_text_is_no_mere_wording():
    revision = builders.submitted(kind=ChangeKind.EDITORIAL)

    assert task_of(revision, at=clinical_now()).kind is ChangeKind.CLINICAL
