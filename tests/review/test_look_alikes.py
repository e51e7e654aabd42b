"""Medicines that are easily taken for one another: found at release, judged by editors."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from monographs import review
from monographs.models import Drug, DrugComponent, LookAlike, SearchName
from monographs.review import Partner
from monographs.vocabulary import LookAlikeState, NameKind
from tests import builders

pytestmark = pytest.mark.django_db

# The United States FDA's list of established names with tall man letters, first part (public domain).
TALL_MAN = [
    ("Acetazolamide", "Acetohexamide"),
    ("Bupropion", "Buspirone"),
    ("Carboplatin", "Cisplatin"),
    ("Chlorpromazine", "Chlorpropamide"),
    ("Clomiphene", "Clomipramine"),
    ("Cycloserine", "Cyclosporine"),
    ("Daunorubicin", "Doxorubicin"),
    ("Dimenhydrinate", "Diphenhydramine"),
    ("Dobutamine", "Dopamine"),
    ("Glipizide", "Glyburide"),
]


def partners(live):
    """Return the names that must not be taken for a drug."""
    return [row.name for row in review.look_alikes_of({live.pk}).get(live.pk, [])]


@pytest.mark.parametrize(("one", "other"), TALL_MAN)
def test_every_tall_man_pair_is_found_at_release(one, other):
    first, second = builders.released(one), builders.released(other)

    assert partners(first) == [other]
    assert partners(second) == [one]


def test_names_that_are_not_alike_are_not_paired():
    live = builders.released("Amlodipine")
    builders.released("Warfarin")

    assert partners(live) == []
    assert not LookAlike.objects.exists()


def test_a_brand_is_told_with_the_drug_that_it_is_of():
    names = [{"name": "Omeprazole", "kind": "inn"}, {"name": "Losec", "kind": "brand", "market": "GB"}]
    live = builders.released("Omeprazole", names=names)
    names = [{"name": "Furosemide", "kind": "inn"}, {"name": "Losix", "kind": "brand", "market": "GB"}]
    other = builders.released("Furosemide", names=names)

    assert review.look_alikes_of([live.pk])[live.pk] == [
        Partner(other.pk, "Losec", "Losix", "Furosemide", "furosemide", "Calcium-channel blocker")
    ]


def test_brands_of_other_countries_and_brands_a_little_alike_are_left_out():
    for drug, brand, market in (
        ("Omeprazole", "Losec", "GB"),
        ("Furosemide", "Losix", "FR"),
        ("Insulin", "Lasec", "GB"),
    ):
        names = [{"name": drug, "kind": "inn"}, {"name": brand, "kind": "brand", "market": market}]
        builders.released(drug, names=names)

    assert [str(pair) for pair in LookAlike.objects.all()] == ["Losec and Lasec"]


def test_what_a_combination_contains_is_no_look_alike_of_it():
    part = builders.released("Tazobactam")
    names = [
        {"name": "Piperacillin with tazobactam", "kind": "generic"},
        {"name": "Tazobac", "kind": "brand"},
    ]
    live = builders.released("Piperacillin with tazobactam", names=names)
    assert LookAlike.objects.exists()
    DrugComponent.objects.create(combination=live.drug, component=part.drug)

    review.find_look_alikes({live.pk})

    assert not LookAlike.objects.exists()


def test_a_known_name_without_a_page_is_a_partner_without_an_address():
    known = builders.written("Penicillamine")
    live = builders.released("Penicillin")

    assert review.look_alikes_of([live.pk])[live.pk] == [
        Partner(known.pk, "Penicillin", "Penicillamine", "Penicillamine", "", "")
    ]
    assert known.pk not in review.look_alikes_of([])


def test_two_names_without_a_page_are_no_pair():
    builders.written("Penicillamine")
    builders.submitted("Penicillin")

    review.find_look_alikes(set(Drug.objects.values_list("pk", flat=True)))

    assert not LookAlike.objects.exists()


def test_a_salt_is_not_the_look_alike_of_its_base():
    live = builders.released("Morphine")
    builders.released("Morphine sulfate")

    assert partners(live) == []


def test_a_dismissed_pair_is_not_shown_and_stays_dismissed(editor):
    live = builders.released("Carboplatin")
    builders.released("Cisplatin")
    pair = LookAlike.objects.get()

    decide(pair, LookAlikeState.DISMISSED, editor)
    review.find_look_alikes({live.pk})

    assert partners(live) == []


def test_a_decided_pair_with_other_names_waits_again(editor):
    live = builders.released("Carboplatin")
    other = builders.released("Cisplatin")
    decide(LookAlike.objects.get(), LookAlikeState.DISMISSED, editor)
    other.drug.names.create(name="Carboplatina", kind=NameKind.BAN, in_document=False)
    review.make_findable([other.pk])

    review.find_look_alikes({live.pk})

    pair = LookAlike.objects.get()
    assert (pair.state, str(pair), pair.decided_by) == ("found", "Carboplatin and Carboplatina", None)


def test_an_undecided_pair_goes_when_its_names_do():
    live = builders.released("Carboplatin")
    other = builders.released("Cisplatin")
    SearchName.objects.filter(drug=other.drug).update(norm="docetaxel", name="Docetaxel")

    review.find_look_alikes({live.pk})

    assert not LookAlike.objects.exists()


def test_a_confirmed_pair_stands_before_a_more_alike_one(editor):
    live = builders.released("Lenalidomide")
    builders.released("Pomalidomide")
    builders.released("Lenolidomide")
    decide(LookAlike.objects.get(second_name="Pomalidomide"), LookAlikeState.CONFIRMED, editor)

    assert partners(live) == ["Pomalidomide", "Lenolidomide"]


def test_of_a_large_family_only_the_most_alike_are_asked_about_and_stay(monkeypatch):
    monkeypatch.setattr("monographs.review.look_alikes.MOST_FOUND", 1)
    lives = [builders.released(name) for name in ("Carboplatin", "Carboplatine", "Carbaplatin")]
    found = set(LookAlike.objects.values_list("pk", flat=True))

    review.find_look_alikes({live.pk for live in lives})

    assert {str(pair) for pair in LookAlike.objects.all()} == {
        "Carboplatin and Carboplatine",
        "Carboplatin and Carbaplatin",
    }
    assert set(LookAlike.objects.values_list("pk", flat=True)) == found


def test_a_decision_needs_a_reason_the_right_person_and_the_pair_as_it_is(editor):
    builders.released("Carboplatin")
    builders.released("Cisplatin")
    pair = LookAlike.objects.get()

    with pytest.raises(review.NeedsReason):
        decide(pair, LookAlikeState.CONFIRMED, editor, reason=" ")
    with pytest.raises(PermissionDenied):
        decide(pair, LookAlikeState.CONFIRMED, builders.person("reader"))
    with pytest.raises(review.TextChanged):
        decide(pair, LookAlikeState.CONFIRMED, editor, seen="Carboplatin and Oxaliplatin")
    pair.refresh_from_db()
    assert pair.state == LookAlikeState.FOUND


@pytest.mark.parametrize(
    "columns",
    [{"state": "confirmed"}, {"state": "dismissed", "reason": "No."}, {"second": None}],
)
def test_the_database_refuses_a_decision_that_nobody_made_and_a_pair_of_one(columns):
    live = builders.released("Carboplatin")
    builders.released("Cisplatin")
    if "second" in columns:
        columns = {"second": live.drug}

    with pytest.raises(IntegrityError), transaction.atomic():
        LookAlike.objects.update(**columns)


def test_the_queries_do_not_grow_with_drugs(django_assert_num_queries):
    lives = [builders.released(name) for name in ("Carboplatin", "Cisplatin", "Carboplatine")]
    ids = {live.pk for live in lives}

    with django_assert_num_queries(1):
        assert len(review.look_alikes_of(ids)) == 3


def decide(pair, state, by, *, reason="Known from incident reports.", seen=""):
    """Take the step of an editor."""
    review.decide_look_alike(pair=pair, state=state, reason=reason, seen=seen or str(pair), by=by)
