"""Curated links: who answers for them, what is wrong with them, and the steps that mend them."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from monographs import review
from monographs.models import CheckedAddress, CrossLink, Drug, DrugClass, Generation
from monographs.review import Trouble, clinical_now
from monographs.vocabulary import SAFETY_SECTIONS, ChangeKind, Part
from tests import builders, pages

pytestmark = pytest.mark.django_db
WHY = "They are one medicine."


@pytest.fixture
def second(db):
    """Another editor."""
    return builders.person("second", builders.EDITOR)


def today():
    """Return the day on which links are checked now."""
    return timezone.localdate(clinical_now())


def answered(live, by, relation="see-also", **columns):
    """Return a link for which a person answers, as it stands in the database."""
    link = CrossLink(from_drug=live.drug, relation=relation, reason="A reason.", **columns)
    review.answer_for([link], by=by)
    link.save()
    return CrossLink.objects.get(pk=link.pk)


def troubles(link, on=None):
    """Return what is wrong with a link on a day."""
    rows = review.with_troubles(CrossLink.objects.filter(pk=link.pk), on=on or today())
    return review.troubles_of(rows.get())


def generation():
    """Return the number that every step raises which readers see."""
    return Generation.objects.get().number


# Who answers


def test_who_writes_a_link_answers_for_it_and_has_looked_at_its_target(editor):
    target = builders.released("Felodipine")

    link = answered(builders.released(), editor, to_drug=target.drug)

    assert (link.curator, link.checked_by, link.checked_on) == (editor, editor, today())
    assert (link.name_seen, link.profile_seen) == ("Felodipine", target.profile)
    assert troubles(link) == []


def test_answering_anew_takes_back_what_a_second_person_agreed_to(editor, second):
    link = answered(builders.released(), editor, "alternative", to_drug=builders.released("Felodipine").drug)
    review.accept(link=link, by=second, seen=review.said(link))
    link = CrossLink.objects.get(pk=link.pk)

    review.answer_for([link], by=editor)

    assert link.accepted_by is None


def test_nobody_without_permission_answers_for_a_link():
    with pytest.raises(PermissionDenied):
        review.answer_for([CrossLink()], by=builders.person("onlooker"))


# A second person


def test_a_second_person_lets_readers_see_an_alternative(editor, second):
    live = builders.released()
    link = answered(live, editor, "alternative", to_drug=builders.released("Felodipine").drug)
    before = generation()

    review.accept(link=link, by=second, seen=review.said(link))

    assert CrossLink.objects.get(pk=link.pk).accepted_by == second
    assert generation() == before + 1


def test_nobody_agrees_to_their_own_alternative(editor):
    link = answered(builders.released(), editor, "alternative", to_drug=builders.released("Felodipine").drug)

    with pytest.raises(review.NotPossible, match="second person"):
        review.accept(link=link, by=editor, seen=review.said(link))
    assert CrossLink.objects.get(pk=link.pk).accepted_by is None


def test_a_second_person_agrees_only_to_what_they_read(editor, second):
    link = answered(builders.released(), editor, "alternative", to_drug=builders.released("Felodipine").drug)
    seen = review.said(link)
    CrossLink.objects.filter(pk=link.pk).update(reason="Another reason.")

    with pytest.raises(review.TextChanged):
        review.accept(link=link, by=second, seen=seen)
    assert CrossLink.objects.get(pk=link.pk).accepted_by is None


def test_only_an_alternative_waits_for_a_second_person(editor, second):
    link = answered(builders.released(), editor, to_drug=builders.released("Felodipine").drug)

    with pytest.raises(review.NotPossible, match="Only an alternative"):
        review.accept(link=link, by=second, seen=review.said(link))


def test_nobody_without_permission_agrees(editor):
    link = answered(builders.released(), editor, "alternative", to_drug=builders.released("Felodipine").drug)

    with pytest.raises(PermissionDenied):
        review.accept(link=link, by=builders.person("onlooker"), seen=review.said(link))


# What is wrong


def test_a_withdrawn_target_is_told(editor, lead):
    target = builders.released("Felodipine")
    link = answered(builders.released(), editor, to_drug=target.drug)

    review.withdraw(drug=target.drug, by=lead, reason="Wrong.")

    assert troubles(link) == [Trouble.WITHDRAWN]


def test_a_merged_target_of_a_link_that_stays_is_told(editor, lead):
    live, target, heir = builders.released(), builders.released("Felodipine"), builders.released("Nifedipine")
    link = answered(live, editor, to_drug=target.drug)
    heirs = [heir.drug, builders.released("Isradipine").drug]

    review.split(drug=target.drug, into=heirs, names={}, codes={}, by=lead, reason=WHY)

    assert troubles(link) == [Trouble.ENDED]


def test_a_target_without_a_page_is_told(editor):
    link = answered(builders.released(), editor, to_drug=builders.written("Felodipine"))

    assert troubles(link) == [Trouble.NOT_LIVE]


def test_a_target_with_another_name_or_address_is_told(editor, lead):
    target = builders.released("Felodipine")
    link = answered(builders.released(), editor, to_drug=target.drug)
    CrossLink.objects.filter(pk=link.pk).update(checked_on=today() - timedelta(days=2))
    assert troubles(link) == []

    review.rename(drug=target.drug, name="Felodipinum", slug="felodipinum", by=lead, reason="New name.")

    assert troubles(link) == [Trouble.RENAMED]


def test_a_class_with_another_name_is_told(editor):
    target = pages.drug_class("diuretics")
    link = answered(builders.released(), editor, to_class=target)

    DrugClass.objects.filter(pk=target.pk).update(name="Water tablets")

    assert troubles(link) == [Trouble.RENAMED]


def test_a_target_with_another_class_or_flag_is_told(editor, lead):
    target = builders.released("Felodipine")
    link = answered(builders.released(), editor, to_drug=target.drug)
    flags = {"high-risk": {"line": "A line.", "source": "smpc", "checked_on": "2026-11-01"}}
    revision = builders.submitted("Felodipine", flags=flags)

    review.release(revision=revision, by=lead, reason="A flag.", acknowledged=SAFETY_SECTIONS)

    assert troubles(link) == [Trouble.CHANGED]


@pytest.mark.parametrize(("days", "expected"), [(730, []), (731, [Trouble.OLD])])
def test_a_link_is_to_be_looked_at_every_24_months(editor, days, expected):
    link = answered(builders.released(), editor, to_drug=builders.released("Felodipine").drug)

    assert troubles(link, on=link.checked_on + timedelta(days=days)) == expected


def test_a_link_that_nobody_looked_at_is_told(editor):
    link = answered(builders.released(), editor, to_drug=builders.released("Felodipine").drug)
    CrossLink.objects.update(checked_on=None)

    assert troubles(link) == [Trouble.OLD]


def test_an_alternative_waits_and_is_one_way_until_the_other_leads_back(editor, second):
    live, target = builders.released(), builders.released("Felodipine")
    link = answered(live, editor, "alternative", to_drug=target.drug)
    assert troubles(link) == [Trouble.UNACCEPTED, Trouble.ONE_WAY]

    review.accept(link=link, by=second, seen=review.said(link))
    answered(target, editor, "alternative", to_drug=live.drug)

    assert troubles(link) == []


@pytest.mark.parametrize("kind", ["drug", "class", "address"])
def test_the_same_target_by_another_relation_is_told(editor, kind):
    live = builders.released()
    target = {
        "drug": {"to_drug": builders.released("Felodipine").drug},
        "class": {"to_class": pages.drug_class("diuretics")},
        "address": {"url": "https://guide.example/", "title": "A guide"},
    }[kind]
    links = [answered(live, editor, relation, **target) for relation in ("see-also", "monitoring")]

    assert [troubles(link) for link in links] == [[Trouble.TWICE]] * 2


def test_two_addresses_are_not_one_target(editor):
    live = builders.released()
    links = [answered(live, editor, url=f"https://guide.example/{n}", title="A guide") for n in range(2)]

    assert [troubles(link) for link in links] == [[], []]


@pytest.mark.parametrize(("problem", "expected"), [("", []), ("404 Not Found", [Trouble.DEAD])])
def test_an_address_that_did_not_answer_is_told(editor, problem, expected):
    link = answered(builders.released(), editor, url="https://guide.example/", title="A guide")
    CheckedAddress.objects.create(url=link.url, problem=problem, checked_at=clinical_now())

    assert troubles(link) == expected


def test_links_are_found_by_what_is_wrong_with_them(editor, lead):
    live, gone = builders.released(), builders.released("Felodipine")
    wrong = answered(live, editor, to_drug=gone.drug)
    answered(live, editor, to_drug=builders.released("Nifedipine").drug)
    review.withdraw(drug=gone.drug, by=lead, reason="Wrong.")

    rows = review.with_troubles(CrossLink.objects.all(), on=today())

    assert list(review.having(rows)) == [wrong]
    assert list(review.having(rows, Trouble.WITHDRAWN)) == [wrong]
    assert list(review.having(rows, Trouble.DEAD)) == []


# "I checked these"


def test_checking_a_link_ends_what_the_target_changed(editor, second, lead):
    target = builders.released("Felodipine")
    link = answered(builders.released(), editor, to_drug=target.drug)
    CrossLink.objects.update(checked_on=date(2020, 1, 1))
    review.rename(drug=target.drug, name="Felodipinum", slug="felodipinum", by=lead, reason="New name.")
    assert troubles(link) == [Trouble.RENAMED, Trouble.OLD]

    assert review.mark_checked(CrossLink.objects.all(), by=second) == 1

    link = CrossLink.objects.get(pk=link.pk)
    assert (link.checked_by, link.checked_on, link.curator) == (second, today(), editor)
    assert troubles(link) == []


def test_a_link_to_a_drug_that_has_ended_is_not_checked_but_mended(editor, lead):
    live, target = builders.released(), builders.released("Felodipine")
    good = answered(live, editor, to_drug=builders.released("Nifedipine").drug)
    link = answered(live, editor, to_drug=target.drug)
    CrossLink.objects.update(checked_on=date(2026, 1, 1))
    heirs = [builders.released(name).drug for name in ("Isradipine", "Lacidipine")]
    review.split(drug=target.drug, into=heirs, names={}, codes={}, by=lead, reason=WHY)

    with pytest.raises(review.NotPossible, match="Amlodipine: Felodipine"):
        review.mark_checked(CrossLink.objects.all(), by=editor)

    days = CrossLink.objects.filter(pk__in=[good.pk, link.pk]).values_list("checked_on", flat=True)
    assert set(days) == {date(2026, 1, 1)}


def test_checking_forty_links_asks_no_more_than_checking_one(editor, django_assert_max_num_queries):
    live = builders.released()
    for n in range(40):
        answered(live, editor, to_drug=builders.written(f"Testol {n}"))

    with django_assert_max_num_queries(8):
        assert review.mark_checked(CrossLink.objects.all(), by=editor) == 40


# The way back


def test_the_way_back_has_the_same_relation_and_a_reason_of_its_own(editor, second):
    live, target = builders.released(), builders.released("Felodipine")
    answered(target, editor, url="https://guide.example/", title="A guide", position=3)
    link = answered(live, editor, "used-with", to_drug=target.drug)
    version = Drug.objects.get(pk=target.pk).lock_version

    back = review.add_reverse(link=link, by=second, reason=" Another reason. ")

    assert (back.from_drug, back.to_drug, back.relation) == (target.drug, live.drug, "used-with")
    assert (back.reason, back.curator, back.position) == ("Another reason.", second, 4)
    assert Drug.objects.get(pk=target.pk).lock_version == version + 1
    assert back.checked_on == today()


def test_the_way_back_of_an_alternative_waits_for_a_second_person_too(editor):
    link = answered(builders.released(), editor, "alternative", to_drug=builders.released("Felodipine").drug)

    assert review.add_reverse(link=link, by=editor, reason="Of the same class.").accepted_by is None


def test_there_is_one_way_back_and_only_from_a_drug(editor):
    live, target = builders.released(), builders.released("Felodipine")
    link = answered(live, editor, to_drug=target.drug)
    review.add_reverse(link=link, by=editor, reason="")

    with pytest.raises(review.NotPossible, match="already"):
        review.add_reverse(link=link, by=editor, reason="")
    address = answered(live, editor, url="https://guide.example/", title="A guide")
    with pytest.raises(review.NotPossible, match="Only a link to a drug"):
        review.add_reverse(link=address, by=editor, reason="")
    assert target.drug.links.count() == 1


def test_there_is_no_way_back_from_a_drug_that_has_ended(editor, lead):
    live, target = builders.released(), builders.released("Felodipine")
    link = answered(live, editor, to_drug=target.drug)
    heirs = [builders.released(name).drug for name in ("Isradipine", "Lacidipine")]
    review.split(drug=target.drug, into=heirs, names={}, codes={}, by=lead, reason=WHY)

    with pytest.raises(review.NotPossible, match="took the place"):
        review.add_reverse(link=link, by=editor, reason="")


# Another target


def test_a_replaced_target_is_answered_for_and_agreed_to_anew(editor, second):
    live, old, new = builders.released(), builders.released("Felodipine"), builders.released("Nifedipine")
    link = answered(live, editor, "alternative", to_drug=old.drug)
    review.accept(link=link, by=second, seen=review.said(link))
    version = Drug.objects.get(pk=live.pk).lock_version
    rows = CrossLink.objects.filter(to_drug=old.drug)

    plan = review.replacement(rows, new.drug)
    review.replace_target(rows, target=new.drug, by=second, seen=plan.seen)

    link = CrossLink.objects.get(pk=link.pk)
    assert (link.to_drug, link.curator, link.accepted_by) == (new.drug, second, None)
    assert (link.name_seen, link.reason) == ("Nifedipine", "A reason.")
    assert Drug.objects.get(pk=live.pk).lock_version == version + 1


def test_the_preview_says_which_links_stay_and_why(editor):
    live, old, new = builders.released(), builders.released("Felodipine"), builders.released("Nifedipine")
    twin = answered(live, editor, to_drug=old.drug)
    answered(live, editor, to_drug=new.drug)
    itself = answered(new, editor, to_drug=old.drug)
    moved = answered(builders.released("Isradipine"), editor, to_drug=old.drug)

    plan = review.replacement(CrossLink.objects.filter(to_drug=old.drug), new.drug)

    assert plan.changed == [moved]
    assert dict(plan.refused) == {
        twin: "Amlodipine leads there by this relation already",
        itself: "it would lead to itself",
    }


def test_two_links_of_one_drug_do_not_become_twins(editor):
    live, new = builders.released(), builders.released("Nifedipine")
    links = [
        answered(live, editor, to_drug=builders.released(name).drug) for name in ("Felodipine", "Isradipine")
    ]

    plan = review.replacement(CrossLink.objects.all(), new.drug)

    assert plan.changed == links[:1]
    assert [link for link, _ in plan.refused] == links[1:]


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        (lambda lead: builders.written("Nifedipine"), "has no public page"),
        (lambda lead: pages.withdrawn("Nifedipine").drug, "has no public page"),
    ],
)
def test_no_link_is_given_a_target_that_readers_cannot_see(editor, lead, target, sentence):
    answered(builders.released(), editor, to_drug=builders.released("Felodipine").drug)

    plan = review.replacement(CrossLink.objects.all(), target(lead))

    assert plan.changed == []
    assert sentence in plan.refused[0][1]


def test_a_replacement_that_is_not_as_shown_is_refused_whole(editor):
    live, old, new = builders.released(), builders.released("Felodipine"), builders.released("Nifedipine")
    answered(live, editor, to_drug=old.drug)
    rows = CrossLink.objects.filter(to_drug=old.drug)
    seen = review.replacement(rows, new.drug).seen
    answered(builders.released("Isradipine"), editor, to_drug=old.drug)

    with pytest.raises(review.TextChanged):
        review.replace_target(rows, target=new.drug, by=editor, seen=seen)
    assert rows.count() == 2


def test_nobody_without_permission_mends_links(editor):
    link = answered(builders.released(), editor, to_drug=builders.released("Felodipine").drug)
    onlooker = builders.person("onlooker")

    for step in (
        lambda: review.mark_checked(CrossLink.objects.all(), by=onlooker),
        lambda: review.add_reverse(link=link, by=onlooker, reason=""),
        lambda: review.replace_target(CrossLink.objects.all(), target=link.to_drug, by=onlooker, seen=""),
    ):
        with pytest.raises(PermissionDenied):
            step()


def test_links_are_no_part_of_the_reviewed_text(editor):
    live, target = builders.released(), builders.released("Felodipine")
    link = answered(live, editor, to_drug=target.drug)
    review.add_reverse(link=link, by=editor, reason="")
    edits = live.drug.edits.filter(by=editor).count()

    review.mark_checked(CrossLink.objects.all(), by=editor)

    assert live.drug.edits.filter(by=editor).count() == edits
    with pytest.raises(review.NothingChanged):
        review.submit(
            drug=live.drug, part=Part.MONOGRAPH, by=editor, change_kind=ChangeKind.EDITORIAL, note="Links."
        )
