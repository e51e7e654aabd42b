"""Rename, merge, split and flags of components: what they move, and what they refuse."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from monographs import review
from monographs.document import build
from monographs.models import (
    Citation,
    CrossLink,
    Drug,
    DrugComponent,
    DrugFlag,
    DrugName,
    Edit,
    Identifier,
    LiveDrug,
    OldSlug,
    Release,
    Source,
    Successor,
)
from monographs.review import verify
from monographs.vocabulary import ChangeKind, FlagKind, Part
from tests import builders, pages
from tests.review.test_races import at_once

pytestmark = pytest.mark.django_db
WHY = "They are one medicine."


def merged(drug, into, lead):
    """Merge, after checking that nothing was wrong before; return the Successor."""
    assert list(verify.broken()) == []
    return review.merge(drug=drug, into=into, by=lead, reason=WHY)


def rename(drug, lead, name="Amlodipinum", slug="amlodipinum", reason="The name was changed."):
    """Give a drug another name."""
    return review.rename(drug=drug, name=name, slug=slug, by=lead, reason=reason)


def names_of(drug):
    """Return the names of a drug with their kinds."""
    return sorted(drug.names.values_list("name", "kind"))


# Rename


@pytest.mark.parametrize("name", ["Felodipine", "felodipine hydrochloride"])
def test_no_drug_takes_the_name_of_another(lead, name):
    drug, other = builders.released().drug, builders.released("Felodipine").drug

    with pytest.raises(review.NotPossible, match=f"This may be {other}, which exists"):
        rename(drug, lead, name=name)

    assert Drug.objects.get(pk=drug.pk).slug == "amlodipine"


def test_a_renamed_drug_has_its_new_address_and_keeps_its_old_name(lead):
    drug = builders.released().drug

    former = rename(drug, lead)

    drug = Drug.objects.get(pk=drug.pk)
    assert (drug.name, drug.slug, drug.live.slug) == ("Amlodipinum", "amlodipinum", "amlodipinum")
    assert (former.slug, former.name, former.by) == ("amlodipine", "Amlodipine", lead)
    assert names_of(drug) == [("Amlodipine", "inn"), ("Amlodipinum", "inn")]
    assert list(verify.broken()) == []


def test_the_new_name_is_one_of_the_document(lead):
    drug = builders.released().drug
    rename(drug, lead)

    assert build(Drug.objects.get(pk=drug.pk)).name == "Amlodipinum"


def test_a_drug_may_go_back_to_its_own_old_address_and_away_again(lead):
    drug = builders.released().drug
    rename(drug, lead)
    rename(drug, lead, name="Amlodipine", slug="amlodipine")
    rename(drug, lead)

    assert Drug.objects.get(pk=drug.pk).slug == "amlodipinum"
    assert set(OldSlug.objects.values_list("slug", flat=True)) == {"amlodipine", "amlodipinum"}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"slug": "amlodipine"}, "has this address already"),
        ({"slug": "Not an address"}, "is no address"),
        ({"slug": "x" * 101}, "more than 100 characters"),
        ({"slug": "felodipine"}, "is, or was, another drug's"),
        ({"slug": "felodipin"}, "is, or was, another drug's"),
        ({"name": " "}, "Give the new name"),
        ({"name": "x" * 201}, "Give the new name"),
        ({"reason": " "}, "Say why"),
    ],
)
def test_a_name_or_address_that_cannot_be_is_refused_and_changes_nothing(lead, change, sentence):
    drug, other = builders.released().drug, builders.released("Felodipin").drug
    rename(other, lead, name="Felodipine", slug="felodipine")

    with pytest.raises(review.Refusal, match=sentence):
        rename(drug, lead, **change)

    assert Drug.objects.get(pk=drug.pk).slug == "amlodipine"
    assert OldSlug.objects.filter(drug=drug).count() == 0


# Merge


def test_names_codes_and_links_go_over(lead):
    one, two, third = (builders.released(name).drug for name in ("Amlodipin", "Amlodipine", "Felodipine"))
    one.names.create(name="Istin", kind="brand", market="GB", source=Source.objects.first())
    one.identifiers.create(system="unii", value="1J444QC288")
    pages.link(one.live, to_drug=third)
    incoming = pages.link(third.live, "alternative", to_drug=one, accepted_by=lead)

    merged(one, two, lead)

    assert names_of(two) == [("Amlodipin", "synonym"), ("Amlodipine", "inn"), ("Istin", "brand")]
    assert names_of(one) == []
    assert Identifier.objects.get().drug == two
    assert two.links.get().to_drug == third
    incoming.refresh_from_db()
    assert (incoming.to_drug, incoming.accepted_by, incoming.checked_on) == (two, None, None)
    assert list(verify.broken()) == []


def test_what_the_target_has_already_is_dropped(lead):
    one, two, third = (builders.released(name).drug for name in ("Amlodipin", "Amlodipine", "Felodipine"))
    for drug in (one, two):
        drug.names.create(name="Istin", kind="brand", market="GB")
        drug.identifiers.create(system="atc", value="C08CA01")
        pages.link(drug.live, to_drug=third)
        pages.link(third.live, to_drug=drug)
    pages.link(one.live, to_drug=two)
    pages.link(two.live, to_drug=one)

    merged(one, two, lead)

    assert two.names.filter(name="Istin").count() == 1
    assert Identifier.objects.count() == 1
    assert {(link.from_drug, link.to_drug) for link in CrossLink.objects.all()} == {
        (two, third),
        (third, two),
    }


def test_a_combination_contains_the_target_from_now_on(lead):
    one, two = builders.released("Amlodipin").drug, builders.released().drug
    both, has_two = builders.written("Combined"), builders.written("Combined twice")
    for combination in (both, has_two):
        DrugComponent.objects.create(combination=combination, component=one)
    DrugComponent.objects.create(combination=has_two, component=two)
    review.make_findable([both.pk, has_two.pk])
    version = Drug.objects.get(pk=both.pk).lock_version

    merged(one, two, lead)

    assert both.components.get().component == two
    assert has_two.components.get().component == two
    assert Drug.objects.get(pk=both.pk).lock_version == version + 1
    assert Edit.objects.filter(drug=both, by=lead).exists()


def test_the_plan_is_what_is_done(lead):
    one, two = builders.released("Amlodipin").drug, builders.released().drug
    one.names.create(name="Istin", kind="brand")
    plan = review.merge_plan(one, two)
    assert plan.sentences() == [
        "The name Amlodipin (synonym or former name) goes over.",
        "The name Istin (brand) goes over.",
    ]

    one.names.create(name="Amlostin", kind="brand")
    with pytest.raises(review.TextChanged):
        review.merge(drug=one, into=two, by=lead, reason=WHY, seen=plan.digest)

    assert one.names.count() == 3
    seen = review.merge_plan(one, two).digest
    review.merge(drug=one, into=two, by=lead, reason=WHY, seen=seen)
    assert not one.names.exists()


def test_the_sources_of_names_come_with_them(lead):
    other = {**builders.SMPC, "identifier": "emc/2"}
    one = builders.released("Amlodipin", sources={"smpc": other}).drug
    two = builders.released().drug

    merged(one, two, lead)

    assert set(Citation.objects.filter(drug=two).values_list("key", "source__identifier")) == {
        ("smpc", "emc/1"),
        ("smpc-2", "emc/2"),
    }
    assert {name.name: name.source for name in build(two).names} == {
        "Amlodipin": "smpc-2",
        "Amlodipine": "smpc",
    }


def test_the_page_ends_and_the_record_stays(lead):
    one, two = builders.released("Amlodipin").drug, builders.released().drug

    successor = merged(one, two, lead)

    assert (successor.drug, successor.successor, successor.reason) == (one, two, WHY)
    assert not LiveDrug.objects.filter(drug=one).exists()
    assert Release.objects.filter(drug=one).order_by("-pk").first().revision is None
    assert one.revisions.count() == 1


def test_who_worked_on_the_one_has_worked_on_the_other(lead, pharmacist):
    one = builders.released("Amlodipin", by=pharmacist).drug
    two = builders.released().drug

    merged(one, two, lead)
    revision = review.submit(
        drug=two, part=Part.MONOGRAPH, by=lead, change_kind=ChangeKind.EDITORIAL, note="Names."
    )

    assert revision.contributors.filter(person=pharmacist).exists()


def test_a_page_that_readers_see_never_ends_in_one_that_they_do_not(lead):
    one, hidden, gone = builders.released("Amlodipin").drug, builders.written(), pages.withdrawn("Nifedipine")

    for target in (hidden, gone.drug):
        with pytest.raises(review.NotPossible, match="cannot be read yet"):
            review.merge(drug=one, into=target, by=lead, reason=WHY)

    assert LiveDrug.objects.filter(drug=one).exists()
    assert not Successor.objects.exists()


def test_a_known_name_may_end_in_a_drug_without_a_page(lead):
    one, two = pages.known("Amlodipin"), builders.written()

    merged(one, two, lead)

    assert not Release.objects.filter(drug=one).exists()
    assert names_of(two) == [("Amlodipin", "inn"), ("Amlodipine", "inn")] or names_of(two) == [
        ("Amlodipin", "synonym"),
        ("Amlodipine", "inn"),
    ]


def test_a_withdrawn_page_may_end(lead):
    one, two = pages.withdrawn("Amlodipin").drug, builders.released().drug

    merged(one, two, lead)

    assert Release.objects.filter(drug=one, revision=None).count() == 1
    assert list(verify.broken()) == []


def test_nothing_is_merged_into_itself_or_into_what_has_ended(lead):
    one, two, three = (builders.released(name).drug for name in ("Amlodipin", "Amlodipine", "Felodipine"))
    merged(one, two, lead)

    with pytest.raises(review.NotPossible, match="its own place"):
        review.merge(drug=two, into=two, by=lead, reason=WHY)
    with pytest.raises(review.Ended):
        review.merge(drug=three, into=one, by=lead, reason=WHY)
    with pytest.raises(review.Ended):
        review.merge(drug=one, into=three, by=lead, reason=WHY)


def test_the_text_of_an_ended_drug_is_closed(lead):
    one, two = builders.released("Amlodipin").drug, builders.released().drug
    revision = one.live.monograph
    merged(one, two, lead)
    step = {"by": lead, "reason": WHY}

    for attempt in (
        lambda: review.edit(drug=one, document=builders.document("Amlodipin"), by=lead, what="a test"),
        lambda: review.release(revision=revision, **step),
        lambda: review.roll_back(revision=revision, **step),
        lambda: review.withdraw(drug=one, **step),
        lambda: rename(one, lead),
        lambda: review.take_flags(drug=one, kinds=[], by=lead),
    ):
        with pytest.raises(review.Ended, match="Another drug took the place of Amlodipin"):
            attempt()


def test_the_slug_of_an_ended_drug_is_never_used_again(lead):
    one, two = builders.released("Amlodipin").drug, builders.released().drug
    merged(one, two, lead)

    with pytest.raises(review.AddressTaken):
        rename(two, lead, slug="amlodipin")
    with pytest.raises(IntegrityError), transaction.atomic():
        Drug.objects.create(name="Another", slug="amlodipin")
    with pytest.raises(IntegrityError), transaction.atomic():
        Drug.objects.filter(pk=two.pk).update(slug="amlodipin")


def test_a_live_row_of_an_ended_drug_is_found(lead):
    one, two = builders.released("Amlodipin").drug, builders.released().drug
    row = LiveDrug.objects.filter(drug=one).values().get()
    merged(one, two, lead)
    from django.db import connection

    from monographs.review import guards

    guards.lift(connection)
    LiveDrug.objects.create(**row)
    guards.install(connection)

    assert "Amlodipin: another drug took its place, and it has a live row." in list(verify.broken())


# Split


def split(drug, into, lead, names=None, codes=None):
    """Split a drug."""
    return review.split(
        drug=drug, into=into, names=names or {}, codes=codes or {}, by=lead, reason="They are two medicines."
    )


def test_a_name_goes_to_each_unless_it_is_given_to_one(lead):
    old, one, two = (
        builders.released(name).drug for name in ("Insulin", "Insulin glargine", "Insulin lispro")
    )
    brand = old.names.create(name="Lantus", kind="brand", market="GB")
    code = old.identifiers.create(system="unii", value="2ZM8CX04RZ")

    split(old, [one, two], lead, names={brand.pk: one.pk}, codes={code.pk: one.pk})

    assert names_of(one) == [("Insulin", "synonym"), ("Insulin glargine", "inn"), ("Lantus", "brand")]
    assert names_of(two) == [("Insulin", "synonym"), ("Insulin lispro", "inn")]
    assert not DrugName.objects.filter(drug=old).exists()
    assert Identifier.objects.get().drug == one
    assert [row.successor for row in old.successors.all()] == [one, two]
    assert list(verify.broken()) == []


def test_a_split_needs_two_that_readers_can_see(lead):
    old, one, hidden = builders.released("Insulin").drug, builders.released().drug, builders.written("Hidden")

    with pytest.raises(review.NotPossible, match="at least two"):
        split(old, [one, one], lead)
    with pytest.raises(review.NotPossible, match="Hidden cannot be read yet"):
        split(old, [one, hidden], lead)
    with pytest.raises(review.NotPossible, match="its own place"):
        split(old, [one, old], lead)
    assert LiveDrug.objects.filter(drug=old).exists()


# Flags of components


def combination():
    """Return a combination of two written drugs, of which the first has a flag."""
    flags = {
        "contains-penicillin": {
            "line": "Ask for allergy.", "source": "smpc", "locator": "4.3", "checked_on": "2026-11-01",
        },
        "high-risk": {"source": "smpc", "checked_on": "2026-11-01"},
    }  # fmt: skip
    one, two = builders.written("Piperacillin", flags=flags), builders.written("Tazobactam")
    both = builders.written("Piperacillin with tazobactam")
    for position, component in enumerate((one, two)):
        DrugComponent.objects.create(combination=both, component=component, position=position)
    return both


def test_components_propose_the_flags_that_the_combination_lacks(editor):
    both = combination()
    source = DrugFlag.objects.first().source
    DrugFlag.objects.create(drug=both, kind="high-risk", source=source, checked_on="2026-11-02")

    assert [flag.kind for flag in review.proposed_flags(both)] == ["contains-penicillin"]


def test_taken_flags_keep_line_source_and_date_and_count_as_an_edit(editor):
    both = combination()
    version = Drug.objects.get(pk=both.pk).lock_version

    review.take_flags(drug=both, kinds=[FlagKind.CONTAINS_PENICILLIN], by=editor)

    flag = both.flags.get()
    assert (flag.line, flag.locator, str(flag.checked_on)) == ("Ask for allergy.", "4.3", "2026-11-01")
    assert Drug.objects.get(pk=both.pk).lock_version == version + 1
    assert Edit.objects.filter(drug=both, what="took flags of its components").exists()
    with pytest.raises(review.NotPossible, match="No component"):
        review.take_flags(drug=both, kinds=[FlagKind.CYTOTOXIC], by=editor)


# Who may


@pytest.mark.parametrize("role", [builders.EDITOR, builders.REVIEWER])
def test_only_a_lead_renames_merges_and_splits(role):
    person = builders.person("someone", role)
    one, two, three = (builders.released(name).drug for name in ("Amlodipin", "Amlodipine", "Felodipine"))

    for attempt in (
        lambda: rename(one, person),
        lambda: review.merge(drug=one, into=two, by=person, reason=WHY),
        lambda: split(one, [two, three], person),
    ):
        with pytest.raises(PermissionDenied):
            attempt()


@pytest.mark.django_db(transaction=True)
def test_a_merge_and_a_save_at_once_lose_nothing(lead):
    builders.person("editor", builders.EDITOR)
    for turn in range(5):
        one, two = builders.released(f"Testol {turn}").drug, builders.released(f"Probol {turn}").drug

        def save(drug=one):
            text = builders.document(drug.name, lead="Another lead.")
            review.edit(
                drug=drug, document=text, by=builders.person("editor", builders.EDITOR), what="a race"
            )

        def merge(drug=one, into=two):
            review.merge(drug=drug, into=into, by=lead, reason=WHY)

        saved, done = at_once(save, merge)

        assert done is None, done
        assert saved is None or isinstance(saved, review.Ended), saved
        assert two.names.filter(norm=f"testol {turn}").exists()
    assert list(verify.broken()) == []


@pytest.mark.django_db(transaction=True)
def test_two_drugs_merged_into_each_other_at_once_leave_one(lead):
    for turn in range(5):
        one, two = builders.released(f"Testol {turn}").drug, builders.released(f"Probol {turn}").drug

        raised = at_once(
            lambda a=one, b=two: review.merge(drug=a, into=b, by=lead, reason=WHY),
            lambda a=two, b=one: review.merge(drug=a, into=b, by=lead, reason=WHY),
        )

        assert sum(1 for error in raised if error is None) == 1, raised
        assert LiveDrug.objects.filter(drug__in=[one, two]).count() == 1
