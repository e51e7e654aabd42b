"""The right medicine at once; the wrong one never silently."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monographs import review
from monographs.models import Drug, DrugClass, NameConflict, Source
from monographs.review import clinical_now
from monographs.search import find, suggest
from tests import builders

pytestmark = pytest.mark.django_db

BRAND = {"name": "Istin", "kind": "brand", "market": "GB", "source": "smpc"}


def names(*more):
    """Return the names of amlodipine and some more."""
    return [*builders.raw()["names"], *more]


def known(name, kind="inn", **columns):
    """Return a drug of which only a name is known."""
    drug, _ = Drug.objects.get_or_create(name=name.title(), slug=name.lower().replace(" ", "-"))
    drug.names.create(name=name, kind=kind, in_document=False, **columns)
    return drug


def found(q):
    """Return what a typed string finds, now."""
    return find(q, at=clinical_now())


def opened(q):
    """Return the slug of the page that a typed string opens at once, if any."""
    live = found(q).redirect
    return live.slug if live else None


def rows(q):
    """Return the names of the rows that a typed string finds."""
    return [row.name for row in found(q).rows]


@pytest.mark.parametrize("q", ["amlodipine", "AMLODIPINE", " Amlodipine ", "amlódipine", "Istin", "istin®"])
def test_its_own_name_and_a_current_home_brand_open_the_page(q):
    builders.released(names=names(BRAND))
    assert opened(q) == "amlodipine"


@pytest.mark.parametrize(
    "name",
    [
        {"name": "Norvasc", "kind": "brand", "market": "US"},
        {"name": "Istin", "kind": "brand", "market": "GB", "is_current": False},
        {"name": "Norvasc", "kind": "brand"},
        {"name": "Amlodipinum", "kind": "synonym"},
        {"name": "AML", "kind": "abbreviation"},
    ],
)
def test_no_other_name_opens_a_page_by_itself(name):
    builders.released(names=names(name))
    assert opened(name["name"]) is None
    assert rows(name["name"]) == ["Amlodipine"]


@pytest.mark.parametrize("kind", ["inn", "ban", "usan", "generic"])
def test_each_kind_of_own_name_opens_the_page(kind):
    builders.released(names=names({"name": "Amlo", "kind": kind}))
    assert opened("amlo") == "amlodipine"


@pytest.mark.parametrize(
    "q", ["amlodipin", "amlodipine tablets", "amlodipine 5 mg", "amlodipine?x", "istin la"]
)
def test_a_part_or_more_than_a_name_opens_nothing(q):
    builders.released(names=names(BRAND))
    assert opened(q) is None


def test_the_same_name_of_a_drug_that_is_only_known_opens_nothing():
    builders.released(names=names(BRAND))
    known("istin", kind="brand")
    assert opened("istin") is None
    assert rows("istin") == ["Amlodipine", "Istin"]


def test_the_same_name_of_a_drug_that_is_not_released_opens_nothing():
    builders.released(names=names(BRAND))
    builders.written(
        "Nifedipine", names=[{"name": "Nifedipine", "kind": "inn"}, {"name": "ISTIN", "kind": "synonym"}]
    )
    assert opened("istin") is None


def test_a_name_that_means_another_medicine_elsewhere_opens_nothing():
    builders.released(names=names(BRAND))
    NameConflict.objects.create(name="ISTIN", market="RS", substance="digoxin", source=Source.objects.get())
    told = found("Istin")
    assert told.redirect is None
    assert [(row.market, row.substance) for row in told.conflicts] == [("RS", "digoxin")]


def test_a_catalogues_brand_without_a_market_opens_nothing():
    live = builders.released()
    live.drug.names.create(name="ISTIN", kind="brand", in_document=False)
    assert opened("istin") is None
    assert rows("istin") == ["Amlodipine"]


def test_a_withdrawn_medicine_is_found_and_its_page_says_so(lead):
    live = builders.released()
    review.withdraw(drug=live.drug, by=lead, reason="Wrong.")
    assert opened("amlodipine") == "amlodipine"
    (row,) = found("amlodip").rows
    assert row.mark.is_withdrawn


def test_a_known_name_without_a_page_has_a_row_without_an_address():
    known("nivolumab")
    (row,) = found("nivolumab").rows
    assert (row.name, row.slug, row.mark, row.is_exact) == ("Nivolumab", "", None, True)


def test_a_class_comes_before_names_that_begin_like_it():
    DrugClass.objects.create(slug="penicillins", name="Penicillin")
    builders.released(
        "Amoxicillin",
        **{"class": {"slug": "penicillins", "name": "Penicillin"}},
        names=[{"name": "Amoxicillin", "kind": "inn"}],
    )
    builders.released("Penicillamine")
    for q in ("penicillin", "Penicillins"):
        told = found(q)
        assert (told.redirect, told.members_of.slug) == (None, "penicillins")
        assert [row.name for row in told.rows][:1] == ["Amoxicillin"]
    assert rows("penicillin") == ["Amoxicillin"]


def test_a_prefix_finds_every_name_in_order_and_one_row_for_each_drug():
    builders.released(names=names({"name": "Amlor", "kind": "brand", "market": "FR"}))
    builders.released("Amiloride")
    known("amlexanox")
    assert rows("aml") == ["Amlexanox", "Amlodipine"]
    assert [name.name for name in found("aml").rows[1].matched] == ["Amlodipine", "Amlor"]
    assert rows("am") == ["Amiloride", "Amlexanox", "Amlodipine"]


def test_as_one_types_the_same_rows_come_in_the_same_order():
    for letter in "abcdefghij":
        known(f"zinc{letter}")
    assert [row.name for row in suggest("zinc", at=clinical_now())] == rows("zinc")[:8]


def test_a_redirect_is_a_row_as_one_types():
    builders.released()
    assert [row.slug for row in suggest("amlodipine", at=clinical_now())] == ["amlodipine"]


def test_an_exact_name_comes_before_longer_ones():
    known("zinc acetate")
    known("zinc", kind="synonym")
    assert rows("zinc")[:2] == ["Zinc", "Zinc Acetate"]


def test_a_query_takes_a_fixed_number_of_queries(django_assert_max_num_queries):
    for letter in "abcdefgh":
        builders.released(f"Amlo{letter}")
    with django_assert_max_num_queries(10):
        assert len(rows("amlo")) == 8


def test_a_redirect_takes_few_queries(django_assert_max_num_queries):
    builders.released()
    with django_assert_max_num_queries(4):
        assert opened("amlodipine") == "amlodipine"


@pytest.mark.parametrize(
    "q", ["", " ", "\x00", "®", "'; DROP TABLE", "%", "_", "\\", "🦠", "a" * 10_000, "\ud800", "٣"]
)
def test_odd_queries_find_nothing_and_break_nothing(q):
    builders.released()
    assert rows(q) == []


@given(st.text(max_size=30))
@settings(suppress_health_check=list(HealthCheck))
def test_whatever_is_typed_opens_nothing_but_its_own_name(db, q):
    if not Drug.objects.exists():
        builders.released()
    told = found(q)
    assert told.redirect is None or q.casefold().strip() == "amlodipine"


@pytest.mark.parametrize("q", ["xyz\x00zy", "xyz\x1bzy", "xyz\u202ezy"])
def test_what_cannot_be_seen_is_not_shown_again(client, q):
    page = client.get("/search/", {"q": q}).content.decode()

    assert "xyzzy" in page
    assert q not in page
