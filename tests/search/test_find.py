"""The right medicine at once; the wrong one never silently."""

import pytest
from django.db import OperationalError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monographs import review
from monographs.models import Drug, DrugClass, NameConflict, Source
from monographs.review import clinical_now
from monographs.search import bounded, find, suggest
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
    review.make_findable([drug.pk])
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
    review.make_findable([live.pk])
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


def test_a_prefix_finds_drugs_with_a_page_first_then_by_length_each_once():
    builders.released(names=names({"name": "Amlor", "kind": "brand", "market": "FR"}))
    builders.released("Amiloride")
    known("amlexanox")
    assert rows("aml") == ["Amlodipine", "Amlexanox"]
    assert [name.name for name in found("aml").rows[0].matched] == ["Amlodipine", "Amlor"]
    assert rows("am") == ["Amiloride", "Amlodipine", "Amlexanox"]


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


def test_a_strength_and_a_form_are_set_aside_and_nothing_is_opened():
    builders.released(names=names(BRAND))
    told = found("istin 5 mg tabs")
    assert told.redirect is None
    assert told.set_aside == ("5 mg", "tabs")
    assert [row.name for row in told.rows] == ["Amlodipine"]


def test_a_number_that_belongs_to_another_name_does_not_open_the_shorter_one():
    builders.released("Brand x")
    known("Brand X 30", kind="brand")
    told = found("brand x 30 mg inj")
    assert told.redirect is None
    assert told.set_aside == ("30 mg", "inj")
    assert [row.name for row in told.rows] == ["Brand x", "Brand X 30"]


def test_a_guess_stands_below_what_begins_like_the_query():
    known("amlodip xtra")
    builders.released()
    told = found("amlodip")
    assert [row.name for row in told.rows] == ["Amlodipine", "Amlodip Xtra"]
    told = found("amlodip x")
    assert [row.name for row in told.rows] == ["Amlodip Xtra"]


def test_a_misspelling_is_guessed_and_never_opened():
    builders.released()
    told = found("amlodapine")
    assert (told.redirect, told.rows) == (None, ())
    assert [row.name for row in told.guesses] == ["Amlodipine"]


def test_an_abbreviation_with_one_owner_opens_nothing_even_as_its_own_name():
    builders.released(
        "Methotrexate", names=[{"name": "Methotrexate", "kind": "inn"}, {"name": "MTX", "kind": "inn"}]
    )
    told = found("MTX")
    assert told.redirect is None
    assert told.is_abbreviation
    assert [row.name for row in told.rows] == ["Methotrexate"]


def test_a_code_finds_its_medicine_opens_nothing_and_says_what_it_is(client):
    live = builders.released()
    live.drug.identifiers.create(system="rxnorm", value="17767")
    told = found("17767")
    assert told.redirect is None
    assert [(row.name, row.is_exact) for row in told.rows] == [("Amlodipine", True)]
    assert "17767 (RxNorm code)" in client.get("/search/", {"q": "17767"}).content.decode()


def test_no_more_than_twenty_rows_are_listed():
    for letter in "abcdefghijklmnopqrstuvwxyz":
        known(f"zinc{letter}")
    assert len(rows("zinc")) == 20


def test_a_string_of_more_than_a_hundred_letters_opens_nothing():
    name = "a" * 101
    builders.released(name, names=[{"name": name, "kind": "inn"}])
    assert opened(name) is None


def test_a_guess_takes_a_fixed_number_of_queries(django_assert_max_num_queries):
    for letter in "abcdefgh":
        known(f"amlodi{letter}ine xa")
    with django_assert_max_num_queries(26):
        assert found("amlodixine xb").guesses


def test_postgresql_ends_a_search_that_takes_too_long(monkeypatch):
    if connection.vendor != "postgresql":
        return
    monkeypatch.setattr(bounded, "MILLISECONDS", 20)
    with (
        pytest.raises(OperationalError),
        transaction.atomic(),
        bounded.bounded(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT pg_sleep(5)")


def test_a_query_takes_a_fixed_number_of_queries(django_assert_max_num_queries):
    for letter in "abcdefgh":
        builders.released(f"Amlo{letter}")
    with django_assert_max_num_queries(20):
        assert len(rows("amlo")) == 8


def test_a_redirect_takes_few_queries(django_assert_max_num_queries):
    builders.released()
    with django_assert_max_num_queries(7):
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


def test_a_guess_shows_the_medicine_that_it_is_easily_taken_for():
    builders.released("Carboplatin")
    builders.released("Cisplatin")

    results = find("carboplatim", at=clinical_now())

    assert [row.name for row in results.guesses] == ["Carboplatin", "Cisplatin"]
    assert [one.name for one in results.guesses[0].look_alikes] == ["Cisplatin"]


def test_a_beginning_that_is_typed_right_offers_no_look_alike_as_a_guess():
    builders.released("Lenalidomide")
    builders.released("Pomalidomide")

    results = find("lenali", at=clinical_now())

    assert [row.name for row in results.rows] == ["Lenalidomide"]
    assert results.guesses == ()
    assert [one.name for one in results.rows[0].look_alikes] == ["Pomalidomide"]
