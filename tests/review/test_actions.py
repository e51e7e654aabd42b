"""Each step: success, wrong person, wrong state."""

import pytest
from django.core.exceptions import PermissionDenied

from monographs import review
from monographs.document import build, canonical_text, parsed
from monographs.models import Generation, LiveDrug, Release, Revision
from monographs.review import (
    AlreadyLive,
    BelowTheFloor,
    ContentErrors,
    NeedsReason,
    NotAcknowledged,
    NothingChanged,
    NotLive,
)
from monographs.vocabulary import SAFETY_SECTIONS, ChangeKind, Part, SectionKind
from tests import builders

pytestmark = pytest.mark.django_db

CLINICAL = {"part": Part.MONOGRAPH, "change_kind": ChangeKind.CLINICAL, "note": "Why."}
NOBODY = "nobody"


def generation():
    """Return the number that every change for readers raises."""
    return Generation.objects.get().number


def test_submit_freezes_exactly_the_working_text(editor):
    drug = builders.written(by=editor)

    revision = review.submit(drug=drug, by=editor, **CLINICAL)

    assert (revision.number, revision.document) == (1, canonical_text(build(drug)))
    assert [row.key for row in revision.cited.all()] == ["smpc"]
    assert set(revision.sections) == {"lead", "indications", "monitoring"}


def test_submit_names_everybody_who_touched_the_text_since_the_last_revision(editor, pharmacist, lead):
    builders.submitted(by=editor)
    builders.written(by=pharmacist, lead="Another lead.")
    drug = builders.written(by=lead, lead="A third lead.")

    revision = review.submit(drug=drug, by=editor, **CLINICAL)

    assert {row.person for row in revision.contributors.all()} == {editor, pharmacist, lead}


def test_submit_refuses_who_may_not(editor):
    drug = builders.written(by=editor)
    with pytest.raises(PermissionDenied):
        review.submit(drug=drug, by=builders.person(NOBODY), **CLINICAL)
    assert not Revision.objects.exists()


def test_submit_refuses_an_inactive_editor(editor):
    drug = builders.written(by=editor)
    editor.is_active = False
    editor.save()
    with pytest.raises(PermissionDenied):
        review.submit(drug=drug, by=editor, **CLINICAL)


def test_submit_refuses_a_text_that_did_not_change(editor):
    revision = builders.submitted(by=editor)
    with pytest.raises(NothingChanged, match="revision 1"):
        review.submit(drug=revision.drug, by=editor, **CLINICAL)


def test_submit_refuses_without_a_note(editor):
    with pytest.raises(NeedsReason):
        review.submit(drug=builders.written(), by=editor, **CLINICAL | {"note": " "})


def test_submit_refuses_an_amount_of_medicine_and_says_where(editor):
    drug = builders.written(sections={"monitoring": "Fine.\n\nGive 5 mg once."})
    with pytest.raises(ContentErrors) as refused:
        review.submit(drug=drug, by=editor, **CLINICAL)
    assert "sections.monitoring" in str(refused.value)
    assert "L30" in str(refused.value)


def test_a_waiver_lets_one_rule_through_in_one_section_and_is_frozen(editor):
    waiver = {"section": "monitoring", "rule": "L30", "reason": "A name, not a dose."}
    both = {"monitoring": "Give 5 mg once.", "cautions": "Give 5 mg once."}
    drug = builders.written(sections=both, waivers=[waiver])
    with pytest.raises(ContentErrors) as refused:
        review.submit(drug=drug, by=editor, **CLINICAL)
    assert "sections.cautions" in str(refused.value)
    assert "sections.monitoring" not in str(refused.value)

    drug = builders.written(sections={"monitoring": "Give 5 mg once."}, waivers=[waiver])
    revision = review.submit(drug=drug, by=editor, **CLINICAL)

    assert parsed(revision.document).waivers[0].reason == "A name, not a dose."


def test_release_shows_the_revision_and_raises_the_generation(lead):
    revision = builders.submitted()
    before = generation()

    review.release(revision=revision, by=lead, reason="First.", acknowledged=SAFETY_SECTIONS)

    live = LiveDrug.objects.get()
    assert (live.monograph, live.name, live.letter) == (revision, "Amlodipine", "A")
    assert [row.slug for row in live.classes.all()] == ["calcium-channel-blockers"]
    assert generation() == before + 1


def test_release_refuses_editors_and_reviewers(editor, pharmacist):
    revision = builders.submitted()
    for person in (editor, pharmacist):
        with pytest.raises(PermissionDenied):
            review.release(revision=revision, by=person, reason="First.", acknowledged=SAFETY_SECTIONS)
    assert not Release.objects.exists()


def test_release_wants_each_unwritten_safety_section_named(lead):
    sections = builders.raw()["sections"] | {"interactions": "None known. [smpc 4.5]"}
    revision = builders.submitted(sections=sections)
    with pytest.raises(NotAcknowledged) as refused:
        review.release(revision=revision, by=lead, reason="First.", acknowledged=[SectionKind.PREGNANCY])
    assert refused.value.kinds == (SectionKind.CONTRA_INDICATIONS, SectionKind.SIDE_EFFECTS)

    named = [SectionKind.CONTRA_INDICATIONS, SectionKind.SIDE_EFFECTS, SectionKind.PREGNANCY]
    row = review.release(revision=revision, by=lead, reason="First.", acknowledged=named)

    assert row.acknowledged == ["contra-indications", "side-effects", "pregnancy"]


@pytest.mark.parametrize(
    ("changes", "missing"),
    [({"lead": ""}, "a lead"), ({"sections": {}}, "one written section")],
)
def test_release_refuses_below_the_floor(lead, changes, missing):
    revision = builders.submitted(**changes)
    with pytest.raises(BelowTheFloor, match=missing):
        review.release(revision=revision, by=lead, reason="First.", acknowledged=SAFETY_SECTIONS)


def test_release_refuses_without_a_source(lead):
    revision = builders.submitted(
        sources={},
        reference_smpc=None,
        names=[{"name": "Amlodipine", "kind": "inn"}],
        sections={"monitoring": "Text."},
    )
    with pytest.raises(BelowTheFloor, match="a source"):
        review.release(revision=revision, by=lead, reason="First.", acknowledged=SAFETY_SECTIONS)


def test_release_refuses_what_is_live_already(lead):
    live = builders.released()
    with pytest.raises(AlreadyLive):
        review.release(revision=live.monograph, by=lead, reason="Again.", acknowledged=SAFETY_SECTIONS)


def test_the_old_revision_stays_public_while_the_next_is_prepared(lead):
    live = builders.released()
    builders.submitted(lead="Another lead.")
    builders.written(name="Amlodipine", lead="A third lead.")
    live.refresh_from_db()
    assert (live.monograph.number, live.lead) == (1, builders.raw()["lead"])


def test_roll_back_shows_an_earlier_revision_again(lead):
    first = builders.released().monograph
    second = builders.submitted(lead="Another lead.")
    review.release(revision=second, by=lead, reason="Second.", acknowledged=SAFETY_SECTIONS)

    review.roll_back(revision=first, by=lead, reason="The second was wrong.", acknowledged=SAFETY_SECTIONS)

    live = LiveDrug.objects.get()
    assert (live.monograph, live.lead) == (first, builders.raw()["lead"])
    assert Release.objects.count() == 3


def test_roll_back_refuses_a_revision_that_readers_never_saw(lead):
    builders.released()
    never = builders.submitted(lead="Another lead.")
    with pytest.raises(NotLive):
        review.roll_back(revision=never, by=lead, reason="Why.", acknowledged=SAFETY_SECTIONS)


def test_roll_back_refuses_editors(editor):
    live = builders.released()
    with pytest.raises(PermissionDenied):
        review.roll_back(revision=live.monograph, by=editor, reason="Why.")


def test_withdraw_takes_the_page_down_and_keeps_its_name(lead):
    live = builders.released()

    review.withdraw(drug=live.drug, by=lead, reason="A wrong statement.")

    live.refresh_from_db()
    assert (live.monograph, live.name) == (None, "Amlodipine")
    assert not LiveDrug.objects.readable().exists()


def test_withdraw_refuses_editors_no_reason_and_a_second_time(editor, lead):
    drug = builders.released().drug
    with pytest.raises(PermissionDenied):
        review.withdraw(drug=drug, by=editor, reason="Why.")
    with pytest.raises(NeedsReason):
        review.withdraw(drug=drug, by=lead, reason=" ")
    review.withdraw(drug=drug, by=lead, reason="Why.")
    with pytest.raises(NotLive):
        review.withdraw(drug=drug, by=lead, reason="Again.")


def test_a_withdrawn_page_comes_back_by_a_release(lead):
    live = builders.released()
    revision = live.monograph
    review.withdraw(drug=live.drug, by=lead, reason="Why.")

    review.release(revision=revision, by=lead, reason="It was right.", acknowledged=SAFETY_SECTIONS)

    assert LiveDrug.objects.readable().get().monograph == revision


def test_a_step_that_is_refused_leaves_nothing_behind(lead):
    revision = builders.submitted()
    before = generation()
    with pytest.raises(NotAcknowledged):
        review.release(revision=revision, by=lead, reason="First.")
    assert (Release.objects.count(), LiveDrug.objects.count(), generation()) == (0, 0, before)


def test_a_class_that_was_renamed_changes_no_frozen_text(lead):
    live = builders.released()
    drug_class = live.drug_class
    drug_class.name = "Another name"
    drug_class.save()
    assert parsed(live.monograph.document).drug_class.name == "Calcium-channel blocker"
