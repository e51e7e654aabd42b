"""Related links: chosen by editors, then the same class."""

import pytest

from monographs import review
from monographs.related import counted_classes, drugs_under, related_for
from monographs.review import clinical_now
from monographs.vocabulary import SAFETY_SECTIONS
from tests.builders import LEAD, person, released
from tests.pages import drug_class, in_class, known, link, withdrawn

pytestmark = pytest.mark.django_db


def related(live):
    """Return the related links of a drug now."""
    return related_for(live, at=clinical_now())


def names(links):
    """Return the names of links in order."""
    return [each.name for each in links]


@pytest.fixture
def tree():
    """Antibacterials, penicillins below them, broad penicillins below these."""
    top = drug_class("antibacterials")
    middle = drug_class("penicillins", parent=top)
    drug_class("broad-penicillins", parent=middle)


def test_chosen_links_stand_in_the_editors_order_with_their_reason_and_mark():
    live, atenolol, bisoprolol = released(), released("Atenolol"), released("Bisoprolol")
    link(live, to_drug=bisoprolol.drug, position=1)
    link(live, to_drug=atenolol.drug, position=2)
    link(live, to_class=drug_class("diuretics"), position=3)
    link(live, url="https://guideline.example/", title="A guideline", position=4)

    chosen = related(live).chosen

    assert names(chosen) == ["Bisoprolol", "Atenolol", "Diuretics", "A guideline"]
    assert [each.mark.short if each.mark else None for each in chosen] == ["Not reviewed"] * 2 + [None] * 2
    assert chosen[0].note == "A reason."
    assert chosen[3].is_outside


def test_a_link_to_a_drug_without_a_page_is_left_out():
    live = released()
    link(live, to_drug=known("Isradipine"))

    assert related(live).chosen == []


def test_a_link_to_a_withdrawn_page_is_left_out_until_there_is_a_page_again():
    live = released()
    gone = withdrawn("Nifedipine")
    link(live, to_drug=gone.drug)
    assert related(live).chosen == []

    last = gone.drug.revisions.latest("number")
    review.roll_back(revision=last, by=person("lead", LEAD), reason="Right.", acknowledged=SAFETY_SECTIONS)

    assert names(related(live).chosen) == ["Nifedipine"]


def test_of_forty_links_eight_can_be_read_at_once_and_the_three_withdrawn_not_at_all(tree):
    live = in_class("Amoxicillin", "penicillins")
    for number in range(37):
        link(live, url=f"https://guideline.example/{number}", title=f"Guideline {number}", position=number)
    for name in ("Mezlocillin", "Azlocillin", "Carbenicillin"):
        link(live, to_drug=withdrawn(name).drug)

    found = related(live)

    assert (len(found.chosen), len(found.more)) == (8, 29)
    assert not {"Mezlocillin", "Azlocillin", "Carbenicillin"} & {*names(found.chosen), *names(found.more)}


def test_an_alternative_needs_a_second_person():
    live, other = released(), released("Felodipine")
    alternative = link(live, to_drug=other.drug, relation="alternative")
    assert related(live).chosen == []

    alternative.accepted_by = person("second")
    alternative.save()

    assert names(related(live).chosen) == ["Felodipine"]
    assert related(live).chosen[0].note == "Alternative: A reason."


def test_the_ninth_chosen_link_stands_behind_more():
    live = released()
    for number in range(10):
        link(live, url=f"https://guideline.example/{number}", title=f"Guideline {number}", position=number)

    assert len(related(live).chosen) == 8
    assert names(related(live).more) == ["Guideline 8", "Guideline 9"]


def test_the_same_class_follows_without_itself_the_chosen_and_the_withdrawn(tree):
    live = in_class("Amoxicillin", "broad-penicillins")
    chosen = in_class("Ampicillin", "broad-penicillins")
    in_class("Pivmecillinam", "broad-penicillins")
    gone = in_class("Mezlocillin", "broad-penicillins")
    review.withdraw(drug=gone.drug, by=person("lead", LEAD), reason="Wrong.")
    link(live, to_drug=chosen.drug)

    found = related(live)

    assert names(found.same_class) == ["Pivmecillinam"]
    assert (found.group.slug, found.total) == ("broad-penicillins", 4)


def test_the_narrowest_class_with_two_drugs_is_taken(tree):
    live = in_class("Amoxicillin", "broad-penicillins")
    in_class("Flucloxacillin", "penicillins")

    assert related(live).group.slug == "penicillins"
    assert names(related(live).same_class) == ["Flucloxacillin"]


def test_a_top_level_class_is_never_borrowed(tree):
    live = in_class("Flucloxacillin", "penicillins")
    in_class("Doxycycline", "antibacterials")

    assert related(live).group is None
    assert related(live).same_class == []


def test_a_top_level_class_serves_when_it_is_the_drugs_own(tree):
    live = in_class("Doxycycline", "antibacterials")
    in_class("Flucloxacillin", "penicillins")

    assert names(related(live).same_class) == ["Flucloxacillin"]


def test_only_one_level_up_is_looked_at(tree):
    drug_class("one-penicillin", parent=drug_class("broad-penicillins"))
    live = in_class("Amoxicillin", "one-penicillin")
    in_class("Flucloxacillin", "penicillins")

    assert related(live).group is None


def test_the_narrower_of_two_own_classes_is_taken(tree):
    narrow = drug_class("narrow")
    other = {"other_classes": [{"slug": narrow.slug, "name": narrow.name}]}
    own = {"class": {"slug": "penicillins", "name": "Penicillins"}}
    live = released("Temocillin", **own, **other)
    released("Cloxacillin", **own)
    in_class("Flucloxacillin", "penicillins")
    in_class("Pivmecillinam", "narrow")

    assert related(live).group.slug == "narrow"


def test_six_are_listed_and_the_class_page_has_the_rest(tree):
    for letter in "ABCDEFGHIJ":
        in_class(f"{letter}cillin", "penicillins")
    live = in_class("Zcillin", "penicillins")

    found = related(live)

    assert names(found.same_class) == [f"{letter}cillin" for letter in "ABCDEF"]
    assert found.total == 11


def test_the_number_of_queries_does_not_grow(tree, django_assert_num_queries):
    live = in_class("Amoxicillin", "penicillins")
    for letter in "ABCDEFGHIJ":
        other = in_class(f"{letter}cillin", "penicillins")
        link(live, to_drug=other.drug)

    with django_assert_num_queries(7):
        related(live)


def test_a_class_has_the_drugs_of_the_classes_below_it_once(tree):
    broad = {"slug": "broad-penicillins", "name": "Broad penicillins"}
    own = {"class": {"slug": "penicillins", "name": "Penicillins"}}
    released("Amoxicillin", **own, other_classes=[broad])
    in_class("Ampicillin", "broad-penicillins")

    assert [live.name for live in drugs_under(drug_class("antibacterials")).in_order()] == [
        "Amoxicillin",
        "Ampicillin",
    ]
    assert {each.slug: each.members for each in counted_classes()} == {
        "antibacterials": 2,
        "penicillins": 2,
        "broad-penicillins": 2,
    }
