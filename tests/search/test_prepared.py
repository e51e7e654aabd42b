"""Queries that are compiled once answer as if they were written anew."""

import pytest
from django.db.models import Exists, Q
from hypothesis import given
from hypothesis import strategies as st

from monographs.models import LiveDrug, Release, SearchName
from monographs.prepared import LONGEST_KEPT, prepared
from tests import builders

pytestmark = pytest.mark.django_db
NAMES = ("Amlodipine", "Felodipine", "Isradipine", "Lacidipine")


def asked(norms, weight, least):
    """Return a query that has texts, a number, a list, and something of its own."""
    found = SearchName.objects.filter(
        Q(norm__in=norms) | Q(norm__gt=least), weight__lte=weight, is_current=True
    )
    return found.order_by("norm").values_list("norm", "weight")[:3]


@pytest.fixture
def names():
    """Four medicines that can be found."""
    for name in NAMES:
        builders.released(name)


def test_the_same_compiled_query_answers_other_values(names):
    rows = prepared(asked)

    for values in ((["amlodipine"], 2, "k"), (["isradipine"], 2, "z"), (["felodipine"], 2, "'; --")):
        assert rows(*values) == list(asked(*values))


def test_it_is_compiled_once_for_each_shape(names):
    made = []
    rows = prepared(lambda norms: made.append(norms) or asked(norms, 2, "z"))

    for norms in (["a"], ["amlodipine"], ["a", "b", "c"], ["c", "d", "isradipine", "e"]):
        rows(norms)

    assert len(made) == 2


@given(st.lists(st.sampled_from([name.lower() for name in NAMES] + ["x", "%"]), min_size=1, max_size=9))
def test_a_list_of_any_length_answers_as_the_orm_does(wanted):
    if not SearchName.objects.exists():
        builders.released(NAMES[0])

    assert prepared(asked)(wanted, 2, "m") == list(asked(wanted, 2, "m"))


def test_columns_are_read_as_the_orm_reads_them(names):
    def released(drugs):
        """Return a moment, texts that are kept as JSON, a truth, and what a query works out by itself."""
        found = Release.objects.filter(drug__in=drugs).annotate(is_any=Exists(LiveDrug.objects.all()))
        return found.order_by("pk").values_list(
            "released_at", "revision__sections", "drug__live__is_specialist", "is_any", "drug__live__brands"
        )

    drugs = list(LiveDrug.objects.values_list("pk", flat=True))

    assert prepared(released)(drugs) == list(released(drugs))
    assert isinstance(prepared(released)(drugs)[0][1], dict)


def test_a_very_long_list_is_asked_without_being_kept(names):
    made = []
    rows = prepared(lambda norms: made.append(norms) or asked(norms, 2, "z"))
    many = [f"x{number}" for number in range(LONGEST_KEPT)] + ["amlodipine"]

    assert rows(many) == rows(many) == list(asked(many, 2, "z"))
    assert made == [many, many]
