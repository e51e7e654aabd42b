"""Each step of the record leaves one line in the security log, and each refusal too."""

import ast
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError

from monographs import review
from monographs.models import Drug, Review, Source
from monographs.review import refusals, steps
from monographs.vocabulary import SAFETY_SECTIONS, ChangeKind, Part
from tests import builders
from tests.review.test_credentials import recorded

pytestmark = pytest.mark.django_db
ROOM = Path(steps.__file__).parent

# Functions that ask for a permission and are no step: what they write is in `Edit`, is a person's own paper, or is
# a word that somebody searched for, which the log must never hold.
NOT_STEPS = {
    *("edit", "edit_rows", "new_rows", "take_flags", "mark_checked", "take", "give_back"),
    *("add_notes", "answer_note", "keep_draft", "try_again", "answer_for"),
    *("require", "_begun", "dismiss_missed"),
}


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """Run what waits for the commit when the block ends."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def revoked(revision):
    """Return the verdict that takes an approval back."""
    return review.revoke(
        revision=revision,
        by=builders.credentialed(),
        digest=revision.digest,
        comment="The interval is wrong.",
    )


def test_the_life_of_a_text_is_a_line_a_step(security_lines, committed, lead):
    with committed():
        approval = builders.approved()
        revision = approval.revision
        revoked(revision)
        review.withdraw(drug=revision.drug, by=lead, reason="The source is wrong.")
        review.roll_back(revision=revision, by=lead, reason="It was right.", acknowledged=SAFETY_SECTIONS)

    lines = security_lines(outcome="done")
    drug = f"drug {revision.drug_id}"
    text = f"revision {revision.pk}"
    assert [(line["action"], line["actor"], line["object"]) for line in lines] == [
        ("submit", "editor", drug),
        ("release", "lead", text),
        ("verify credential", "registrar", f"credential {approval.credential_id}"),
        ("approve", "pharmacist", text),
        ("revoke", "pharmacist", text),
        ("withdraw", "lead", drug),
        ("roll back", "lead", text),
    ]
    assert lines[0]["made"] == text
    assert lines[3]["made"] == f"review {approval.pk}"


def test_other_verdicts_notices_and_credentials_are_lines_too(security_lines, committed, lead, pharmacist):
    with committed():
        credential = recorded(pharmacist, by=lead)
        review.verify_credential(credential=credential, by=lead)
        revision = builders.submitted()
        review.request_changes(
            revision=revision, by=pharmacist, digest=revision.digest, comment="The interval is wrong."
        )
        notice = builders.noticed(revision.drug)
        review.end_notice(notice=notice, by=lead, reason="Now in the text.")
        review.end_credential(credential=credential, by=lead, reason="Registration lapsed.")

    assert [(line["action"], line["object"]) for line in security_lines()] == [
        ("record credential", f"credential {credential.pk}"),
        ("verify credential", f"credential {credential.pk}"),
        ("submit", f"drug {revision.drug_id}"),
        ("request changes", f"revision {revision.pk}"),
        ("post notice", f"drug {revision.drug_id}"),
        ("end notice", f"safetynotice {notice.pk}"),
        ("end credential", f"credential {credential.pk}"),
    ]


def test_a_step_without_permission_is_written_with_its_person(security_lines, editor):
    revision = builders.submitted()

    with pytest.raises(PermissionDenied):
        review.release(revision=revision, by=editor, reason="Because.")

    [line] = security_lines(outcome="refused")
    assert (line["action"], line["actor"], line["object"], line["why"]) == (
        "release",
        "editor",
        f"revision {revision.pk}",
        "PermissionDenied",
    )


def test_a_refusal_is_named_and_its_words_are_not_written(security_lines, lead):
    revision = builders.submitted()

    with pytest.raises(refusals.ContentErrors, match="5 mg"):
        review.release(revision=revision, by=lead, reason="Give 5 mg daily.", acknowledged=SAFETY_SECTIONS)

    assert [line["why"] for line in security_lines(action="release")] == ["ContentErrors"]
    assert "5 mg" not in security_lines.text


def test_what_the_database_refuses_is_written(security_lines, lead):
    @steps.step
    def forge(*, source, by):
        Review.objects.filter(pk=builders.approved().pk).update(comment="Forged.")

    with pytest.raises(IntegrityError):
        forge(source=Source(), by=lead)

    [line] = security_lines(action="forge")
    assert (line["outcome"], line["why"], line["object"]) == ("refused", "IntegrityError", "source new")


def test_a_step_in_a_transaction_that_fails_is_not_written_as_done(security_lines, committed, lead):
    revision = builders.released().monograph
    holder = builders.credentialed()
    builders.approval(revision, by=holder)

    with committed(), pytest.raises(PermissionDenied):
        review.revoke_and_withdraw(
            revision=revision, by=holder, digest=revision.digest, comment="The interval is wrong."
        )

    assert [(line["action"], line["outcome"]) for line in security_lines()] == [("withdraw", "refused")]


def test_a_step_stays_one_transaction(lead, editor):
    drug = builders.written()

    with pytest.raises(review.NeedsReason):
        review.submit(drug=drug, part=Part.MONOGRAPH, by=editor, change_kind=ChangeKind.CLINICAL, note=" ")

    assert not Drug.objects.get(pk=drug.pk).revisions.exists()


def asking():
    """Yield (name, decorators) of each function in the room that asks for a permission."""
    for path in sorted(ROOM.glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and "require(" in ast.unparse(node):
                yield node.name, [ast.unparse(decorator) for decorator in node.decorator_list]


def test_no_step_is_forgotten():
    unwritten = {name for name, decorators in asking() if "step" not in decorators}

    assert unwritten == NOT_STEPS
