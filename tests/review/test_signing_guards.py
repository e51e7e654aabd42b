"""No path to the database makes a text read as reviewed that was not, on both engines.

Each attack on a guard is run twice: refused with the guards in place, done
when they are lifted.
"""

import json
import threading
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core import checks
from django.core.management import call_command
from django.db import connection, models, transaction
from django.utils import timezone

from monographs import review
from monographs.document import build, canonical_text
from monographs.importers.documents import Steps, run
from monographs.models import (
    Contributor,
    Credential,
    Drug,
    DrugClass,
    LiveDrug,
    Note,
    Questioned,
    Review,
    Revision,
    RevisionSource,
    SafetyNotice,
    Source,
)
from monographs.models.fields import DatabaseNow
from monographs.review import NoCredential, NotRead, OutOfOrder, State, clinical_now, facts_of, guards, verify
from monographs.review.mark import months_after
from monographs.vocabulary import SAFETY_SECTIONS, ChangeKind, Part
from tests import builders
from tests.review.test_guards import assert_only_the_guard_refuses, refused
from tests.review.test_races import at_once

pytestmark = pytest.mark.django_db

FORGED = {
    Review: ("comment", "forged"),
    Questioned: ("reason", "forged"),
    Credential: ("number", "forged"),
    SafetyNotice: ("text", "forged"),
    Note: ("text", "forged"),
}
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)


@pytest.fixture
def rows():
    """One row of each model that a signature rests on."""
    approval = builders.approved()
    lead = builders.person("lead", builders.LEAD)
    somebody = builders.credentialed("somebody")
    review.question_reviews_of(person=somebody, by=lead, reason="Not registered.")
    return {
        Review: approval,
        Questioned: Questioned.objects.get(),
        Credential: approval.credential,
        SafetyNotice: builders.noticed(approval.revision.drug),
        Note: Note.objects.create(revision=approval.revision, text="Say why.", by=lead),
    }


@pytest.fixture
def text():
    """A text that readers see and nobody has signed."""
    return builders.released().monograph


def forged(rows, model):
    """Return the row of a model with one column changed."""
    name, value = FORGED[model]
    row = model.objects.get(pk=rows[model].pk)
    setattr(row, name, value)
    return row


def executed(sql, values=()):
    """Run one statement past everything but the database."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def put_back(row, word="REPLACE"):
    """Write a row over itself, as each engine's upsert does."""
    fields = row._meta.concrete_fields
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    columns = ", ".join(field.column for field in fields)
    places = ", ".join(["%s"] * len(fields))
    table = row._meta.db_table
    if connection.vendor == "sqlite":
        executed(f"INSERT OR {word} INTO {table} ({columns}) VALUES ({places})", values)
    else:
        clash = ", ".join(f"{field.column} = EXCLUDED.{field.column}" for field in fields)
        executed(
            f"INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE VALUES ({places}) "
            f"ON CONFLICT (id) DO UPDATE SET {clash}",
            values,
        )


def sign(revision, by, **changes):
    """Write a review past the actions, complete but for what is changed."""
    row = {
        "revision": revision,
        "digest": revision.digest,
        "reviewer": by,
        "credential": by.credentials.first() or Credential.objects.first(),
        "verdict": "approve",
        "interests": "none",
        "attestation": "I have read the text.",
        "printed_role": "pharmacist",
        "printed_body": "General Pharmaceutical Council",
        "due_on": builders.days(300)[0],
    }
    return Review.objects.create(**{**row, **changes})


def another(credential, *, verified=True, **columns):
    """Return a second credential like one, but for what is changed."""
    same = ("person", "role", "body", "number", "starts_at", "ends_at", "recorded_by")
    row = Credential.objects.create(**{**{name: getattr(credential, name) for name in same}, **columns})
    if verified:
        review.verify_credential(credential=row, by=builders.person("registrar", builders.LEAD))
    return row


def said(live, at=None):
    """Return the mark of a drug's page."""
    return review.mark(facts_of([live])[live.pk], at or clinical_now())


def shown(revision):
    """Let readers see a revision; return its drug's row."""
    lead = builders.person("lead", builders.LEAD)
    review.release(revision=revision, by=lead, reason="Better.", acknowledged=SAFETY_SECTIONS)
    return LiveDrug.objects.get(drug=revision.drug)


# What was signed, questioned, verified, put up or noted stands.


@pytest.mark.parametrize("model", FORGED)
def test_a_save_is_refused(rows, model):
    assert_only_the_guard_refuses(forged(rows, model).save)


@pytest.mark.parametrize("model", FORGED)
def test_an_update_is_refused(rows, model):
    name, value = FORGED[model]
    assert_only_the_guard_refuses(lambda: model.objects.filter(pk=rows[model].pk).update(**{name: value}))


@pytest.mark.parametrize("model", FORGED)
def test_a_bulk_update_is_refused(rows, model):
    row = forged(rows, model)
    assert_only_the_guard_refuses(lambda: model.objects.bulk_update([row], [FORGED[model][0]]))


@pytest.mark.parametrize("model", FORGED)
def test_a_bulk_create_over_a_row_is_refused(rows, model):
    over = {"update_conflicts": True, "update_fields": [FORGED[model][0]], "unique_fields": ["pk"]}
    assert_only_the_guard_refuses(lambda: model.objects.bulk_create([forged(rows, model)], **over))


@pytest.mark.parametrize("model", FORGED)
def test_raw_sql_is_refused(rows, model):
    name, value = FORGED[model]
    sql = f"UPDATE {model._meta.db_table} SET {name} = %s WHERE id = %s"
    assert_only_the_guard_refuses(lambda: executed(sql, [value, rows[model].pk]))


@pytest.mark.parametrize("model", FORGED)
def test_a_raw_delete_is_refused(rows, model):
    sql = f"DELETE FROM {model._meta.db_table} WHERE id = %s"
    assert_only_the_guard_refuses(lambda: executed(sql, [rows[model].pk]))


@pytest.mark.parametrize("model", FORGED)
def test_an_upsert_is_refused(rows, model):
    assert_only_the_guard_refuses(lambda: put_back(forged(rows, model)))


@pytest.mark.parametrize("model", FORGED)
def test_an_insert_or_ignore_changes_nothing(rows, model):
    assert refused(lambda: put_back(forged(rows, model), "IGNORE"))


@pytest.mark.parametrize("model", FORGED)
def test_loaddata_is_refused(rows, model, tmp_path):
    fixture = tmp_path / "rows.json"
    call_command("dumpdata", model._meta.label, output=str(fixture), verbosity=0)
    data = json.loads(fixture.read_text())
    for row in data:
        row["fields"][FORGED[model][0]] = "forged"
    fixture.write_text(json.dumps(data))
    assert_only_the_guard_refuses(lambda: call_command("loaddata", str(fixture), verbosity=0))


@pytest.mark.parametrize("model", [Credential, Source])
def test_no_row_takes_the_place_of_another(rows, model):
    row = rows.get(model) or model.objects.first()
    if model is Credential:
        spare = another(row, verified=False)
    else:
        spare = Source.objects.get()
        spare.pk, spare.identifier = None, "emc/2"
        spare.save(force_insert=True)
    # PostgreSQL refuses the key that is taken; SQLite would take the other row away.
    word, place = ("OR REPLACE ", row.pk) if connection.vendor == "sqlite" else ("", spare.pk + 1)
    sql = f"UPDATE {word}{model._meta.db_table} SET id = %s WHERE id = %s"
    assert_only_the_guard_refuses(lambda: executed(sql, [place, spare.pk]))


@pytest.mark.parametrize(
    "columns",
    [
        {"ended_at": timezone.now() - DAY, "ended_because": "x"},
        {"posted_at": timezone.now() - DAY},
        {"check_on": timezone.now().date() + timedelta(days=95)},
        {"drug": None, "drug_class": 1},
    ],
)
def test_a_notice_is_not_ended_in_the_past_nor_moved_nor_left_alone(rows, columns):
    if columns.get("ended_at"):
        columns = {**columns, "ended_by": builders.person("lead")}
    if columns.get("drug_class"):
        columns = {**columns, "drug_class": DrugClass.objects.get()}
    assert_only_the_guard_refuses(
        lambda: SafetyNotice.objects.filter(pk=rows[SafetyNotice].pk).update(**columns)
    )


def test_a_notice_that_ended_stays_ended(rows):
    review.end_notice(notice=rows[SafetyNotice], by=builders.person("lead", builders.LEAD), reason="Written.")
    again = {"ended_at": None, "ended_by": None, "ended_because": ""}
    assert_only_the_guard_refuses(lambda: SafetyNotice.objects.update(**again))
    assert_only_the_guard_refuses(lambda: SafetyNotice.objects.update(ended_because="Another reason."))


def test_a_new_notice_is_not_back_dated(rows):
    row = {"text": "x", "source": Source.objects.first(), "check_on": builders.days(1)[0]}
    row |= {"drug": Drug.objects.get(), "posted_by": builders.person("lead")}
    assert_only_the_guard_refuses(lambda: SafetyNotice.objects.create(**row, posted_at=timezone.now() - DAY))
    assert not refused(lambda: SafetyNotice.objects.create(**row))


def test_a_note_is_answered_once(rows):
    answer = {"answered_by": builders.person("lead"), "answered_at": timezone.now()}
    Note.objects.update(answer="Done.", **answer)
    assert_only_the_guard_refuses(lambda: Note.objects.update(answer="Not done."))


def test_a_credential_is_not_verified_or_ended_at_another_time(rows):
    fresh = {field: getattr(rows[Credential], field) for field in ("role", "body", "number", "starts_at")}
    fresh |= {"ends_at": rows[Credential].ends_at, "recorded_by": builders.person("registrar")}
    other = builders.person("registrar")
    row = Credential.objects.create(person=builders.person("new"), **fresh)
    mine = Credential.objects.filter(pk=row.pk)
    past = timezone.now() - DAY
    assert_only_the_guard_refuses(lambda: mine.update(verified_at=past, verified_by=other))
    assert_only_the_guard_refuses(
        lambda: mine.update(ended_at=past, ended_by=other, ended_because="They left.")
    )
    assert_only_the_guard_refuses(
        lambda: Credential.objects.create(
            person=other, **fresh, verified_at=past, verified_by_id=row.person_id
        )
    )


def test_a_credential_that_ended_stays_ended(rows):
    lead = builders.person("lead", builders.LEAD)
    review.end_credential(credential=rows[Credential], by=lead, reason="They left.")
    mine = Credential.objects.filter(pk=rows[Credential].pk)
    assert_only_the_guard_refuses(lambda: mine.update(ended_at=None, ended_by=None, ended_because=""))


def test_nobody_verifies_their_own_credential(text):
    signer = builders.credentialed()
    copy = another(signer.credentials.get(), verified=False)
    mine = Credential.objects.filter(pk=copy.pk)
    assert refused(lambda: mine.update(verified_by=signer, verified_at=DatabaseNow()))
    assert not refused(
        lambda: mine.update(verified_by=builders.person("registrar"), verified_at=DatabaseNow())
    )


@pytest.mark.parametrize("model", [Contributor, RevisionSource])
def test_people_and_sources_of_a_signed_text_are_not_added_to(rows, model):
    row = model.objects.first()
    row.pk = None
    row.key, row.person = "other", builders.person("innocent")
    assert_only_the_guard_refuses(lambda: row.save(force_insert=True))


# Who may sign, and what.


def test_a_whole_review_is_taken(text):
    assert not refused(lambda: sign(text, builders.credentialed()))


@pytest.mark.parametrize(
    "flaw",
    [
        {"digest": "0" * 64},
        {"verdict": "maybe", "due_on": None},
        {"signed_at": timezone.now() - DAY},
        {"signed_at": timezone.now() + DAY},
        {"due_on": None},
        {"due_on": months_after(date.today(), 36) + timedelta(days=4)},  # noqa: DTZ011
        {"due_on": date.today() - timedelta(days=2)},  # noqa: DTZ011
        {"interests": " \n"},
        {"attestation": ""},
        {"verdict": "changes", "due_on": None, "comment": ""},
        {"verdict": "changes", "due_on": None, "comment": " \n\t"},
        {"verdict": "changes", "comment": "Wrong."},
        {"verdict": "revoke", "due_on": None, "comment": "Wrong."},
        {"printed_role": "professor"},
        {"printed_body": "Royal College"},
        {"printed_name": "Somebody Else"},
    ],
)
def test_a_review_with_a_flaw_is_refused(text, flaw):
    signer = builders.credentialed()
    assert_only_the_guard_refuses(lambda: sign(text, signer, **flaw))


def test_a_day_of_the_signer_that_is_ahead_of_utc_is_allowed(text):
    signer = builders.credentialed()
    last = months_after(datetime.now(UTC).date() + DAY, 36)
    assert not refused(lambda: sign(text, signer, due_on=last))


def test_what_is_approved_is_revoked_and_not_sent_back(rows):
    other = builders.credentialed("other")
    back = {"verdict": "changes", "due_on": None, "comment": "Wrong.", "answers": []}
    assert_only_the_guard_refuses(lambda: sign(rows[Review].revision, other, **back))
    assert not refused(lambda: sign(rows[Review].revision, other, **{**back, "verdict": "revoke"}))


@pytest.mark.parametrize(
    "columns",
    [
        {"ends_at": timezone.now() - DAY},
        {"starts_at": timezone.now() + DAY},
        {"may_sign_monographs": False, "may_sign_dosing": True},
    ],
)
def test_a_credential_that_is_not_valid_now_signs_nothing(text, columns):
    signer = builders.credentialed()
    old = another(signer.credentials.get(), **columns)
    assert_only_the_guard_refuses(lambda: sign(text, signer, credential=old))


def test_a_credential_that_nobody_verified_signs_nothing(text):
    signer = builders.credentialed()
    old = another(signer.credentials.get(), verified=False)
    assert_only_the_guard_refuses(lambda: sign(text, signer, credential=old))


def test_a_credential_that_was_ended_signs_nothing(text):
    signer = builders.credentialed()
    lead = builders.person("lead", builders.LEAD)
    review.end_credential(credential=signer.credentials.get(), by=lead, reason="They left.")
    assert_only_the_guard_refuses(lambda: sign(text, signer))


def test_a_superuser_without_a_credential_signs_nothing(text):
    builders.credentialed()
    root = get_user_model().objects.create_superuser("root", password=None)
    assert_only_the_guard_refuses(lambda: sign(text, root))
    with pytest.raises(NoCredential):
        builders.approval(text, by=root)


def test_an_account_that_is_not_active_signs_nothing(text):
    signer = builders.credentialed()
    get_user_model().objects.filter(pk=signer.pk).update(is_active=False)
    assert_only_the_guard_refuses(lambda: sign(text, signer))


def test_a_contributor_does_not_approve(text):
    editor = builders.credentialed("editor", builders.EDITOR, builders.REVIEWER)
    assert_only_the_guard_refuses(lambda: sign(text, editor))
    assert not refused(lambda: sign(text, editor, verdict="changes", due_on=None, comment="Wrong."))


def test_a_co_author_of_an_earlier_rejected_revision_does_not_approve():
    author = builders.credentialed("author", builders.REVIEWER)
    first = builders.submitted(by=author)
    review.request_changes(
        revision=first, by=builders.credentialed(), digest=first.digest, comment="The lead is wrong."
    )
    second = builders.submitted(lead="A better lead.")
    assert author.pk not in second.contributors.values_list("person", flat=True)
    assert_only_the_guard_refuses(lambda: sign(second, author))


def test_an_author_of_a_text_whose_approval_was_questioned_since_does_not_approve():
    author, signer = builders.credentialed("author"), builders.credentialed()
    first = builders.submitted(by=author)
    builders.approval(first, by=signer)
    second = builders.submitted(lead="A better lead.")
    assert not refused(lambda: sign(second, author))
    lead = builders.person("lead", builders.LEAD)
    review.question_reviews_of(person=signer, by=lead, reason="Not registered.")
    assert_only_the_guard_refuses(lambda: sign(second, author))


def test_an_approval_that_was_renewed_and_questioned_is_none_for_the_guards_either(text):
    signer = builders.credentialed()
    builders.approval(text, by=builders.credentialed("other"))
    renewed(text, signer)
    lead = builders.person("lead", builders.LEAD)
    review.question_reviews_of(person=signer, by=lead, reason="Not registered.")
    again = {"verdict": "revoke", "due_on": None, "comment": "Wrong."}
    assert said(text.drug.live).state is State.CANCELLED
    assert_only_the_guard_refuses(lambda: sign(text, builders.credentialed("third"), **again))


def test_who_submitted_does_not_approve_even_without_a_row_of_contributors(text):
    author = builders.credentialed("author")
    row = {field.attname: getattr(text, field.attname) for field in Revision._meta.concrete_fields}
    row |= {"id": None, "number": 2, "submitted_by_id": author.pk}
    del row["submitted_at"]
    forged = Revision.objects.create(**row)
    assert_only_the_guard_refuses(lambda: sign(forged, author))


@pytest.mark.parametrize("on", ["drug", "class", "class above"])
def test_an_open_notice_is_answered_before_approval(text, on):
    signer = builders.credentialed()
    drug_class = text.drug.live.drug_class
    if on == "class above":
        drug_class.parent = DrugClass.objects.create(slug="vasodilators", name="Vasodilator")
        drug_class.save()
    target = {"drug": text.drug, "class": drug_class, "class above": drug_class.parent}[on]
    notice = builders.noticed(target)
    assert_only_the_guard_refuses(lambda: sign(text, signer))
    with pytest.raises(NotRead, match="grapefruit"):
        builders.approval(text, by=signer, answers={})
    assert not refused(lambda: sign(text, signer, answers=[[f"Safety notice {notice.pk}: …", "Written."]]))
    assert builders.approval(text, by=signer).answers[-1] == [
        f"Safety notice {notice.pk}: {notice.text}",
        "The text says so.",
    ]


def test_a_notice_on_a_class_is_answered_before_readers_see_the_drug_in_it():
    revision = builders.submitted()
    builders.noticed(DrugClass.objects.get())
    with pytest.raises(NotRead, match="grapefruit"):
        builders.approval(revision, by=builders.credentialed(), answers={})


# What happens afterwards.


def renewed(revision, by):
    """Return the renewal of an approved text."""
    task = review.task_of(revision, at=clinical_now())
    return review.renew(
        revision=revision,
        by=by,
        digest=revision.digest,
        interests="none",
        sources=dict.fromkeys(task.keys, "It still says so."),
        acknowledged=task.unwritten,
        answers={notice.pk: "In the text." for notice in task.notices},
    )


def test_a_reviewers_account_cannot_be_deleted():
    signer = builders.approved().reviewer

    def raw():
        executed("DELETE FROM accounts_user_groups WHERE user_id = %s", [signer.pk])
        executed("DELETE FROM accounts_user WHERE id = %s", [signer.pk])
        connection.check_constraints()

    assert refused(signer.delete)
    assert refused(get_user_model().objects.filter(pk=signer.pk).delete)
    assert refused(raw)


def test_what_was_printed_of_the_signer_stands_when_they_are_renamed_or_leave(text):
    signer = builders.credentialed()
    get_user_model().objects.filter(pk=signer.pk).update(full_name="Amina Khan")
    first = signer.credentials.get()
    named = another(first, shows_name=True, ends_at=first.ends_at + DAY)
    approval = builders.approval(text, by=get_user_model().objects.get(pk=signer.pk))

    get_user_model().objects.filter(pk=signer.pk).update(full_name="Other", username="x", is_active=False)
    review.end_credential(credential=named, by=builders.person("lead", builders.LEAD), reason="They retired.")

    mark = said(text.drug.live)
    assert (mark.state, mark.approval.name, mark.approval.role) == (
        State.REVIEWED,
        "Amina Khan",
        "pharmacist",
    )
    assert approval.reviewer_id == signer.pk
    assert list(verify.broken()) == []


def test_a_class_that_is_renamed_changes_no_review():
    live = builders.approved().revision.drug.live
    DrugClass.objects.update(name="Another name")
    assert said(live).is_reviewed


def test_a_source_that_is_revised_qualifies_the_review(editor):
    live = builders.approved().revision.drug.live
    source = Source.objects.get()
    review.supersede(source=source, newer=None, by=editor)
    assert said(live).state is State.SOURCE_CHANGED
    assert_only_the_guard_refuses(lambda: Source.objects.update(superseded_at=None))


def test_a_bundle_that_claims_reviews_is_not_reviewed(tmp_path, lead):
    claim = [{"verdict": "approve", "reviewer": "A. Pharmacist", "signed_at": "2026-07-04"}]
    rows = [
        {"schema": 1, "class": "calcium-channel-blockers", "name": "Calcium-channel blocker"},
        {"schema": 1, "slug": "amlodipine", "monograph": builders.raw(), "reviews": claim},
    ]
    file = tmp_path / "drugs.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows))
    counts = run(file, Steps(lead, submit=True, release=True, acknowledged=list(SAFETY_SECTIONS), note="x"))
    assert counts.refused == []
    assert (said(LiveDrug.objects.get()).state, Review.objects.count()) == (State.NOT_REVIEWED, 0)


def test_an_approved_text_that_comes_back_as_a_new_revision_is_not_reviewed_until_it_is_signed():
    first = builders.approved().revision
    shown(builders.submitted(lead="Another lead."))
    again = builders.submitted()
    live = shown(again)
    assert again.digest == first.digest
    assert said(live).state is State.NOT_REVIEWED
    builders.approval(again, by=builders.credentialed())
    assert said(live).is_reviewed


def test_a_roll_back_shows_the_revisions_own_review_and_due_day(lead):
    first = builders.approved()
    second = builders.submitted(lead="Another lead.")
    later = builders.approval(second, by=builders.credentialed("other"), due_on=builders.days(40)[0])
    live = shown(second)
    assert said(live).approval.due_on == later.due_on != first.due_on

    review.roll_back(revision=first.revision, by=lead, reason="Wrong.", acknowledged=SAFETY_SECTIONS)

    told = said(live)
    assert told.is_reviewed
    assert (told.approval.at, told.approval.due_on) == (first.signed_at, first.due_on)


# Midnight where the site is.


def next_day(month, day):
    """Return the next such day that is at least a month ahead."""
    today = date.today()  # noqa: DTZ011
    days = [date(today.year + ahead, month, day) for ahead in range(3)]
    return next(one for one in days if one > today + timedelta(days=31))


@pytest.mark.parametrize(("month", "day", "hour"), [(7, 1, 23), (1, 10, 0)])
def test_a_review_is_overdue_from_the_end_of_its_day_in_london(text, month, day, hour):
    due_on = next_day(month, day)
    builders.approval(text, by=builders.credentialed(), due_on=due_on)
    end = datetime(due_on.year, due_on.month, due_on.day, 23, tzinfo=UTC) + timedelta(hours=0 if hour else 1)
    live = text.drug.live

    assert said(live, end - TICK).state is State.REVIEWED
    assert said(live, end).state is State.OVERDUE
    year_later = months_after(due_on, 12)
    lapsed = end.replace(year=end.year + 1) if (year_later - due_on).days >= 365 else end
    assert said(live, lapsed - TICK).state is State.OVERDUE
    assert said(live, lapsed).state is State.LAPSED


@pytest.mark.parametrize(("month", "day", "hour"), [(7, 1, 23), (1, 10, 0)])
def test_a_credential_ends_at_its_midnight_in_london(month, day, hour):
    signer = builders.credentialed()
    last = next_day(month, day)
    first = signer.credentials.get()
    starts_at, ends_at = review.span(builders.days(0)[0], last)
    row = another(first, starts_at=starts_at, ends_at=ends_at)
    lead = builders.person("lead", builders.LEAD)
    review.end_credential(credential=first, by=lead, reason="Replaced.")
    midnight = datetime(last.year, last.month, last.day, 23, tzinfo=UTC) + timedelta(hours=0 if hour else 1)

    assert review.credential_of(signer, Part.MONOGRAPH, midnight - TICK) == row
    assert review.credential_of(signer, Part.MONOGRAPH, midnight) is None


# Guards that are gone, and steps at the same moment.


@pytest.mark.django_db(transaction=True)
def test_guards_that_a_table_rebuild_dropped_are_told(client):
    builders.approved()
    longer = models.TextField(null=True)
    longer.set_attributes_from_name("comment")
    longer.model = Review
    guards.lift(connection)  # as pre_migrate does; then the migrate dies
    with connection.schema_editor() as editor:
        editor.alter_field(Review, Review._meta.get_field("comment"), longer)
        editor.alter_field(Review, longer, Review._meta.get_field("comment"))

    told = checks.run_checks(tags=[checks.Tags.database], databases=["default"])
    answer = client.get("/readyz")

    missing = f"The guard guard_{Review._meta.db_table}_digest is missing."
    assert missing in {message.msg for message in told}
    assert (answer.status_code, answer.content) == (503, b"not ready: guards\n")
    call_command("migrate", verbosity=0)
    assert client.get("/readyz").status_code == 200
    assert refused(lambda: Review.objects.update(comment="forged"))


@pytest.mark.django_db(transaction=True)
def test_of_two_reviewers_at_once_one_approves():
    revision = builders.released().monograph
    signers = [builders.credentialed(name) for name in ("one", "two")]

    raised = at_once(*(lambda by=by: builders.approval(revision, by=by) for by in signers))

    assert sorted(str(type(error)) for error in raised) == sorted(map(str, [type(None), OutOfOrder]))
    assert Review.objects.count() == 1
    assert list(verify.broken()) == []


@pytest.mark.django_db(transaction=True)
def test_an_approval_and_a_new_text_at_once_leave_an_approval_of_what_was_read():
    revision = builders.submitted()
    signer, editor = builders.credentialed(), builders.person("editor", builders.EDITOR)
    drug = builders.written(lead="A newer lead.")

    def submit():
        review.submit(
            drug=drug, part=Part.MONOGRAPH, by=editor, change_kind=ChangeKind.CLINICAL, note="Newer."
        )

    raised = at_once(lambda: builders.approval(revision, by=signer), submit)

    assert raised[1] is None
    assert raised[0] is None or isinstance(raised[0], OutOfOrder)
    assert not Review.objects.exclude(digest=revision.digest).exists()
    assert canonical_text(build(drug)) != revision.document
    assert list(verify.broken()) == []


def overtaken(first, second):
    """Run a step, and another that begins before the first one's transaction ends; return what it raised."""
    begun = threading.Event()

    def slow():
        with transaction.atomic():
            first()
            begun.set()
            time.sleep(0.5)

    def after():
        begun.wait()
        second()

    return at_once(slow, after)[1]


@pytest.mark.django_db(transaction=True)
def test_no_approval_overtakes_the_end_of_a_credential():
    revision = builders.released().monograph
    signer, lead = builders.credentialed(), builders.person("lead", builders.LEAD)

    error = overtaken(
        lambda: review.question_reviews_of(person=signer, by=lead, reason="Not registered."),
        lambda: builders.approval(revision, by=signer),
    )

    assert isinstance(error, NoCredential)
    assert not Review.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_no_approval_overtakes_a_notice_on_the_class():
    revision = builders.released().monograph
    signer = builders.credentialed()
    answers = {}

    error = overtaken(
        lambda: builders.noticed(revision.drug.primary_class),
        lambda: builders.approval(revision, by=signer, answers=answers),
    )

    assert isinstance(error, NotRead)


@pytest.mark.django_db(transaction=True)
def test_no_approval_overtakes_a_newer_source():
    revision = builders.released().monograph
    signer, editor = builders.credentialed(), builders.person("editor", builders.EDITOR)

    error = overtaken(
        lambda: review.supersede(source=Source.objects.get(), newer=None, by=editor),
        lambda: builders.approval(revision, by=signer),
    )

    assert error is None
    approval, source = Review.objects.get(), Source.objects.get()
    assert approval.signed_at - source.superseded_at > timedelta(milliseconds=400)
