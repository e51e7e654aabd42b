"""Each step of signing: success, wrong person, wrong state."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from monographs import review
from monographs.models import (
    Assignment,
    Credential,
    Drug,
    Generation,
    LiveDrug,
    Questioned,
    Review,
    ReviewDraft,
    SafetyNotice,
    Source,
)
from monographs.review import (
    BadDay,
    ContentErrors,
    NeedsReason,
    NoCredential,
    NotPossible,
    NotRead,
    OutOfOrder,
    SelfReview,
    State,
    TextChanged,
    clinical_now,
    facts_of,
)
from monographs.vocabulary import SAFETY_SECTIONS, ChangeKind, Part, SectionKind
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def signer():
    """A pharmacist who may sign monographs."""
    return builders.credentialed()


@pytest.fixture
def text():
    """A text that readers see and nobody has signed."""
    return builders.released().monograph


def told(revision):
    """Return the mark of a revision's drug."""
    live = LiveDrug.objects.get(drug=revision.drug)
    return review.mark(facts_of([live])[live.pk], clinical_now())


def renew(revision, by, **said):
    """Renew an approval, complete but for what is changed."""
    task = review.task_of(revision, at=clinical_now())
    whole = {
        "digest": revision.digest,
        "interests": "none",
        "sources": dict.fromkeys(task.keys, "It still says so."),
        "acknowledged": task.unwritten,
        "answers": {notice.pk: "Written." for notice in task.notices},
    }
    return review.renew(revision=revision, by=by, **{**whole, **said})


def back(revision, by, **said):
    """Ask for changes."""
    whole = {"digest": revision.digest, "comment": "The lead is wrong."}
    return review.request_changes(revision=revision, by=by, **{**whole, **said})


def revoke(revision, by, **said):
    """Take an approval back."""
    whole = {"digest": revision.digest, "comment": "The lead is wrong."}
    return review.revoke(revision=revision, by=by, **{**whole, **said})


# Approve


def test_approve_signs_exactly_the_text_and_says_by_whom(text, signer):
    ReviewDraft.objects.create(revision=text, person=signer)
    Assignment.objects.create(drug=text.drug, part="monograph", person=signer, touched_at=timezone.now())
    before = Generation.objects.get().number

    row = builders.approval(text, by=signer, interests=" none ", comment=" Good. ")

    assert (row.digest, row.reviewer, row.credential) == (text.digest, signer, signer.credentials.get())
    assert (row.printed_role, row.printed_name) == ("pharmacist", "")
    assert (row.interests, row.comment) == ("none", "Good.")
    assert row.attestation.endswith("I wrote none of this text. My interests: none")
    assert [kind.label for kind in SAFETY_SECTIONS] == [about for about, _ in row.answers]
    assert told(text).is_reviewed
    assert not ReviewDraft.objects.exists() | Assignment.objects.exists()
    assert Generation.objects.get().number == before + 1


@pytest.mark.parametrize("roles", [(), (builders.EDITOR,)])
def test_approve_refuses_who_may_not_sign(text, roles):
    somebody = builders.credentialed("somebody", builders.EDITOR)
    somebody.groups.clear()
    with pytest.raises(PermissionDenied):
        builders.approval(text, by=builders.person("somebody", *roles))


def test_approve_refuses_who_has_no_credential_and_says_why(text, pharmacist):
    with pytest.raises(NoCredential, match="Ask a clinical lead to record your registration"):
        builders.approval(text, by=pharmacist)


def test_approve_refuses_another_text_than_the_one_shown(text, signer):
    with pytest.raises(TextChanged):
        builders.approval(text, by=signer, digest="0" * 64)


def test_approve_refuses_an_author_and_names_what_they_did(signer):
    revision = builders.submitted(by=signer)
    with pytest.raises(SelfReview, match=r"^You worked on this text on .* \(a test\)\.$"):
        builders.approval(revision, by=signer)


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ({"read": ()}, "Indications, Monitoring"),
        ({"acknowledged": ()}, "Contra-indications"),
        ({"interests": " "}, "Declare your interests"),
        ({"interests": "x" * 281}, "at most 280"),
    ],
)
def test_approve_refuses_what_was_not_read_or_declared(text, signer, said, missing):
    with pytest.raises(NotRead, match=missing):
        builders.approval(text, by=signer, **said)
    assert not Review.objects.exists()


@pytest.mark.parametrize("ahead", [-1, 3 * 366])
def test_approve_refuses_a_day_that_policy_does_not_allow(text, signer, ahead):
    with pytest.raises(BadDay):
        builders.approval(text, by=signer, due_on=builders.days(ahead)[0])


def test_approve_refuses_what_is_approved(text, signer):
    builders.approval(text, by=signer)
    with pytest.raises(OutOfOrder, match="renew it instead"):
        builders.approval(text, by=builders.credentialed("other"))


def test_approve_refuses_a_text_that_a_newer_one_replaces(signer):
    first = builders.submitted()
    builders.submitted(lead="A newer lead.")
    with pytest.raises(OutOfOrder, match="A newer text"):
        builders.approval(first, by=signer)


def test_an_editorial_change_keeps_the_day_of_the_next_review(signer, editor):
    first = builders.approved(by=signer)
    drug = builders.written(lead="Another lead.")
    second = review.submit(
        drug=drug, part=Part.MONOGRAPH, by=editor, change_kind=ChangeKind.EDITORIAL, note="Wording."
    )
    with pytest.raises(BadDay, match="keeps the day"):
        builders.approval(second, by=signer, due_on=first.due_on + timedelta(days=1))
    assert builders.approval(second, by=signer).due_on == first.due_on


def test_only_what_changed_since_the_approval_is_read_again(signer):
    builders.approved(by=signer)
    second = builders.submitted(sections={**builders.raw()["sections"], "monitoring": "Pulse. [smpc 4.4]"})
    task = review.task_of(second, at=clinical_now())
    assert (task.changed, task.unchanged) == ((SectionKind.MONITORING,), (SectionKind.INDICATIONS,))
    assert builders.approval(second, by=signer)


# Renew


def test_renew_signs_the_same_text_again_and_answers_each_source(signer):
    first = builders.approved(by=signer)
    again = renew(first.revision, builders.credentialed("other"), due_on=builders.days(500)[0])
    assert (again.digest, again.due_on) == (first.digest, builders.days(500)[0])
    assert again.answers[-1] == ["Source [smpc]", "It still says so."]
    assert told(first.revision).approval.at == again.signed_at


def test_renew_refuses_what_was_never_approved_or_is_so_no_more(text, signer):
    with pytest.raises(OutOfOrder):
        renew(text, signer)
    builders.approval(text, by=signer)
    revoke(text, signer)
    with pytest.raises(OutOfOrder):
        renew(text, signer)


def test_renew_refuses_a_source_without_an_answer_and_wrong_people(signer, pharmacist):
    revision = builders.approved(by=builders.credentialed("other")).revision
    with pytest.raises(NotRead, match="smpc"):
        renew(revision, signer, sources={"smpc": " "})
    with pytest.raises(PermissionDenied):
        renew(revision, builders.person("nobody"))
    author = builders.credentialed("editor")
    with pytest.raises(SelfReview):
        renew(revision, author)


# Ask for changes


def test_changes_are_asked_for_by_anybody_with_a_credential_even_the_author(signer):
    revision = builders.submitted(by=signer)
    row = back(revision, signer)
    assert (row.verdict, row.comment, row.due_on) == ("changes", "The lead is wrong.", None)


def test_changes_are_refused_without_comment_right_or_credential(text, signer, editor):
    with pytest.raises(NeedsReason):
        back(text, signer, comment=" ")
    with pytest.raises(PermissionDenied):
        back(text, editor)
    with pytest.raises(NoCredential):
        back(text, builders.person("newcomer", builders.REVIEWER))
    with pytest.raises(TextChanged):
        back(text, signer, digest="")


def test_changes_are_refused_of_what_is_approved(signer):
    with pytest.raises(OutOfOrder, match="revoke the approval instead"):
        back(builders.approved(by=signer).revision, signer)


# Revoke


def test_revoke_cancels_and_puts_up_its_notice(signer):
    revision = builders.approved(by=signer).revision
    row = revoke(revision, builders.credentialed("other"))
    notice = SafetyNotice.objects.get()
    assert (notice.drug, notice.text, notice.review) == (revision.drug, "The lead is wrong.", row)
    mark = told(revision)
    assert (mark.state, mark.reason, len(mark.notices)) == (State.CANCELLED, "The lead is wrong.", 1)


def test_revoke_of_a_text_that_readers_do_not_see_puts_up_nothing(signer):
    builders.released()
    second = builders.submitted(lead="Another lead.")
    builders.approval(second, by=signer)
    revoke(second, signer)
    assert not SafetyNotice.objects.exists()


def test_revoke_refuses_no_approval_no_comment_no_right_and_a_text_that_is_no_notice(text, signer, editor):
    with pytest.raises(OutOfOrder):
        revoke(text, signer)
    builders.approval(text, by=signer)
    with pytest.raises(NeedsReason):
        revoke(text, signer, comment="\n")
    with pytest.raises(PermissionDenied):
        revoke(text, editor)
    with pytest.raises(ContentErrors, match="280"):
        revoke(text, signer, comment="x" * 281)
    assert told(text).is_reviewed


def test_a_revoked_text_is_approved_again_when_its_notice_is_answered(signer):
    revision = builders.approved(by=signer).revision
    revoke(revision, signer)
    builders.approval(revision, by=signer)
    mark = told(revision)
    assert (mark.state, len(mark.notices)) == (State.REVIEWED, 1)


# Questioning a person


def test_questioning_cancels_every_approval_and_ends_the_credential(signer, lead):
    one, two = builders.approved(by=signer), builders.approved("Nifedipine", by=signer)
    review.question_reviews_of(person=signer, by=lead, reason=" Not registered. ")
    for row in (one, two):
        mark = told(row.revision)
        assert (mark.state, mark.reason) == (State.CANCELLED, "Not registered.")
    with pytest.raises(NoCredential, match="Not registered"):
        builders.approval(one.revision, by=signer)
    assert builders.approval(two.revision, by=builders.credentialed("other"))
    assert told(two.revision).is_reviewed


def test_questioning_is_refused_to_reviewers_oneself_and_without_a_reason(signer, lead):
    with pytest.raises(PermissionDenied):
        review.question_reviews_of(person=lead, by=signer, reason="x")
    with pytest.raises(NotPossible):
        review.question_reviews_of(person=lead, by=lead, reason="x")
    with pytest.raises(NeedsReason):
        review.question_reviews_of(person=signer, by=lead, reason=" ")
    assert not Questioned.objects.exists()


# Notices


@pytest.mark.parametrize("on", ["drug", "class"])
def test_a_notice_qualifies_the_review_until_it_ends(signer, lead, on):
    revision = builders.approved(by=signer).revision
    notice = builders.noticed(revision.drug if on == "drug" else revision.drug.primary_class)
    assert told(revision).state is State.NOTICE
    review.end_notice(notice=notice, by=lead, reason="Now in Monitoring.")
    assert told(revision).is_reviewed


def test_a_notice_is_refused_to_reviewers_with_a_bad_day_or_text(text, signer, lead):
    whole = {"on": text.drug, "text": "x", "source": Source.objects.get(), "check_on": builders.days(1)[0]}
    with pytest.raises(PermissionDenied):
        review.post_notice(**whole, by=signer)
    for ahead in (-1, 91):
        with pytest.raises(BadDay):
            review.post_notice(**{**whole, "check_on": builders.days(ahead)[0]}, by=lead)
    for wrong in (" ", "x" * 281, "Take 5.0 mg."):
        with pytest.raises(ContentErrors):
            review.post_notice(**{**whole, "text": wrong}, by=lead)
    assert not SafetyNotice.objects.exists()


def test_a_notice_is_kept_for_at_most_90_days_while_it_is_up(text, signer, lead):
    notice = builders.noticed(text.drug)
    review.keep_notice(notice=notice, check_on=builders.days(90)[0], by=lead)
    assert SafetyNotice.objects.get().check_on == builders.days(90)[0]
    with pytest.raises(BadDay):
        review.keep_notice(notice=notice, check_on=builders.days(91)[0], by=lead)
    with pytest.raises(PermissionDenied):
        review.keep_notice(notice=notice, check_on=builders.days(1)[0], by=signer)
    review.end_notice(notice=notice, by=lead, reason="Written.")
    with pytest.raises(NotPossible):
        review.keep_notice(notice=notice, check_on=builders.days(1)[0], by=lead)


def test_a_notice_is_ended_once_by_a_lead_for_a_reason(text, signer, lead):
    notice = builders.noticed(text.drug)
    with pytest.raises(PermissionDenied):
        review.end_notice(notice=notice, by=signer, reason="x")
    with pytest.raises(NeedsReason):
        review.end_notice(notice=notice, by=lead, reason=" ")
    review.end_notice(notice=notice, by=lead, reason="Written.")
    with pytest.raises(NotPossible):
        review.end_notice(notice=notice, by=lead, reason="Again.")


# Credentials


def test_a_credential_is_verified_once_by_another_person_who_may(signer, lead):
    old = signer.credentials.get()
    same = ("role", "body", "number", "starts_at", "ends_at")
    columns = {name: getattr(old, name) for name in same}
    row = Credential.objects.create(person=lead, recorded_by=lead, **columns)
    with pytest.raises(PermissionDenied):
        review.verify_credential(credential=row, by=signer)
    with pytest.raises(NotPossible, match="somebody else"):
        review.verify_credential(credential=row, by=lead)
    assert review.credential_of(lead, Part.MONOGRAPH, clinical_now()) is None
    other = builders.person("registrar", builders.LEAD)
    review.verify_credential(credential=row, by=other)
    assert review.credential_of(lead, Part.MONOGRAPH, clinical_now()) == row
    assert review.credential_of(lead, Part.DOSING, clinical_now()) is None
    with pytest.raises(NotPossible, match="already"):
        review.verify_credential(credential=row, by=other)


def test_a_credential_is_ended_once_and_what_was_signed_stands(signer, lead):
    revision = builders.approved(by=signer).revision
    row = signer.credentials.get()
    with pytest.raises(PermissionDenied):
        review.end_credential(credential=row, by=signer, reason="x")
    with pytest.raises(NeedsReason):
        review.end_credential(credential=row, by=lead, reason="")
    review.end_credential(credential=row, by=lead, reason="They retired.")
    with pytest.raises(NotPossible):
        review.end_credential(credential=row, by=lead, reason="Again.")
    assert told(revision).is_reviewed
    with pytest.raises(NoCredential, match="They retired"):
        revoke(revision, signer)


# Sources


def test_a_source_is_superseded_once_and_a_renewal_takes_the_newer_into_account(signer, editor):
    revision = builders.approved(by=signer).revision
    source = Source.objects.get()
    with pytest.raises(PermissionDenied):
        review.supersede(source=source, newer=None, by=builders.person("nobody"))
    with pytest.raises(NotPossible, match="itself"):
        review.supersede(source=source, newer=source, by=editor)
    review.supersede(source=source, newer=None, by=editor)
    with pytest.raises(NotPossible, match="already"):
        review.supersede(source=source, newer=None, by=editor)
    assert told(revision).state is State.SOURCE_CHANGED
    renew(revision, signer)
    assert told(revision).is_reviewed


def test_standing_says_every_reason_at_once(editor):
    builders.submitted(by=editor)
    standing = review.standing(Drug.objects.get().revisions.get(), editor, at=clinical_now())
    assert not standing.may_approve
    assert len(standing.reasons) == 3
