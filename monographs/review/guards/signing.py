"""Guards of signing: who may sign what, and notices that nobody takes back unseen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth import get_user_model

from monographs import models as nouns
from monographs.review.guards.guard import DEEPEST_CLASS, Guard, table_of
from monographs.review.guards.rows import append_only, never_replaced, own_clock

MOST_MONTHS = 36
MOST_DAYS = 90
BLANKS = "' \n\r\t'"


def approved(revision: str) -> str:
    """Return the condition that a revision has an effective approval.

    That is when its newest verdict is an approve, and the signer's reviews
    were not questioned since.
    """
    review, questioned = table_of(nouns.Review), table_of(nouns.Questioned)
    return (
        f"EXISTS (SELECT 1 FROM {review} a WHERE a.revision_id = {revision} AND a.verdict = 'approve' "
        f"AND NOT EXISTS (SELECT 1 FROM {review} b WHERE b.revision_id = a.revision_id AND b.id > a.id) "
        f"AND NOT EXISTS (SELECT 1 FROM {questioned} q WHERE q.person_id = a.reviewer_id AND q.at >= a.signed_at))"
    )


def rules() -> Iterator[Guard]:
    """Yield the guards of signing, of every engine."""
    yield from append_only(nouns.Review)
    yield own_clock(nouns.Review, "signed_at")
    yield from _review()
    yield from _people()
    yield from append_only(nouns.Questioned)
    yield own_clock(nouns.Questioned, "at")
    yield from _credential()
    yield from _notice()
    yield from _note()


def _review() -> Iterator[Guard]:
    """A verdict is of exactly the text that was shown, by somebody who may sign it."""
    table, revision, credential = (
        table_of(noun) for noun in (nouns.Review, nouns.Revision, nouns.Credential)
    )
    contributor, user = table_of(nouns.Contributor), table_of(get_user_model())
    own = f"SELECT max(w.number) FROM {revision} w WHERE w.drug_id = mine.drug_id AND w.part = mine.part"
    yield _on_insert(
        table,
        "digest",
        "a verdict is of exactly the text that was shown",
        f"{{differs:NEW.digest|(SELECT digest FROM {revision} WHERE id = NEW.revision_id)}}",
    )
    yield _on_insert(
        table, "verdict", "this is no verdict", "NEW.verdict NOT IN ('approve', 'changes', 'revoke')"
    )
    yield _on_insert(
        table,
        "person",
        "only an active account signs",
        f"NOT EXISTS (SELECT 1 FROM {user} WHERE id = NEW.reviewer_id AND is_active)",
    )
    yield _on_insert(
        table,
        "credential",
        "the signer has no valid credential for this part",
        f"NOT EXISTS (SELECT 1 FROM {credential} c JOIN {revision} v ON v.id = NEW.revision_id "
        "WHERE c.id = NEW.credential_id AND c.person_id = NEW.reviewer_id AND c.verified_at <= {now} "
        "AND c.starts_at <= {now} AND c.ends_at > {now} AND c.ended_at IS NULL "
        "AND ((v.part = 'monograph' AND c.may_sign_monographs) OR (v.part = 'dosing' AND c.may_sign_dosing)))",
    )
    yield _on_insert(
        table,
        "printed",
        "what is printed of the signer is what the credential and the account say",
        f"NOT EXISTS (SELECT 1 FROM {credential} c JOIN {user} u ON u.id = c.person_id "
        "WHERE c.id = NEW.credential_id AND c.role = NEW.printed_role AND c.body = NEW.printed_body "
        "AND NEW.printed_name = CASE WHEN c.shows_name THEN u.full_name "
        "ELSE '' END)",
    )
    yield _on_insert(
        table,
        "self",
        "who contributed since the last approval cannot approve",
        f"NEW.verdict = 'approve' AND EXISTS (SELECT 1 FROM {revision} v JOIN {revision} mine "
        "ON mine.id = NEW.revision_id WHERE v.drug_id = mine.drug_id AND v.part = mine.part "
        f"AND (v.submitted_by_id = NEW.reviewer_id OR EXISTS (SELECT 1 FROM {contributor} k "
        "WHERE k.revision_id = v.id AND k.person_id = NEW.reviewer_id)) "
        "AND v.number <= mine.number AND (v.id = mine.id OR v.number > coalesce("
        f"({own} AND w.number < mine.number AND {approved('w.id')}), 0)))",
    )
    yield _on_insert(
        table,
        "due",
        f"an approval names a day within {MOST_MONTHS} months for the next review, and nothing else does",
        # The day is the signer's own, one before or after the one in UTC; `in_months` is a day more.
        f"(NEW.verdict = 'approve') <> (NEW.due_on IS NOT NULL) OR NEW.due_on < {{in_days:-1}} "
        f"OR NEW.due_on > {{in_months:{MOST_MONTHS}}}",
    )
    yield _on_insert(
        table,
        "comment",
        "who asks for changes or revokes says why, who approves declares interests",
        f"(NEW.verdict <> 'approve' AND trim(NEW.comment, {BLANKS}) = '') OR (NEW.verdict = 'approve' "
        f"AND (trim(NEW.interests, {BLANKS}) = '' OR trim(NEW.attestation, {BLANKS}) = ''))",
    )
    yield _on_insert(
        table,
        "order",
        "what is approved is revoked, and only that",
        f"(NEW.verdict = 'revoke' AND NOT {approved('NEW.revision_id')}) "
        f"OR (NEW.verdict = 'changes' AND {approved('NEW.revision_id')})",
    )
    yield _on_insert(
        table,
        "notices",
        "who approves answers each open safety notice",
        f"NEW.verdict = 'approve' AND EXISTS (SELECT 1 FROM {revision} v JOIN {table_of(nouns.SafetyNotice)} n "
        f"ON n.ended_at IS NULL AND (n.drug_id = v.drug_id OR {_stands_under('v.drug_id', 'n.drug_class_id')}) "
        "WHERE v.id = NEW.revision_id AND {lacks:NEW.answers|'Safety notice ' || n.id || ':'})",
    )


def _stands_under(drug: str, drug_class: str) -> str:
    """Return the condition that readers see a drug under a class."""
    table, member = table_of(nouns.DrugClass), table_of(nouns.LiveDrug.classes.through)
    steps = range(DEEPEST_CLASS - 1)
    joins = " ".join(f"LEFT JOIN {table} c{step + 1} ON c{step + 1}.id = c{step}.parent_id" for step in steps)
    above = ", ".join(f"c{step}.id" for step in range(DEEPEST_CLASS))
    return (
        f"EXISTS (SELECT 1 FROM {member} m JOIN {table} c0 ON c0.id = m.drugclass_id {joins} "
        f"WHERE m.livedrug_id = {drug} AND {drug_class} IN ({above}))"
    )


def _people() -> Iterator[Guard]:
    """Who wrote a text, and what it cites, is written down before anybody signs it."""
    review = table_of(nouns.Review)
    for model in (nouns.Contributor, nouns.RevisionSource):
        yield _on_insert(
            table_of(model),
            "late",
            "people and sources of a text are written before anybody signs it",
            f"EXISTS (SELECT 1 FROM {review} WHERE revision_id = NEW.revision_id)",
        )


def _credential() -> Iterator[Guard]:
    """A credential is verified by another person after it was recorded, then stands, and ends once."""
    model = nouns.Credential
    table = table_of(model)
    yield from never_replaced(model)
    yield own_clock(model, "recorded_at")
    yield _on_insert(
        table,
        "fresh",
        "a credential is verified after it was recorded",
        "NEW.verified_at IS NOT NULL OR NEW.ended_at IS NOT NULL",
    )
    ending = {"ended_by_id", "ended_at", "ended_because"}
    # UPDATE OR REPLACE would put one in the place of another, with no delete for a trigger to see.
    yield _on_update(table, "key", "a credential keeps its key", "NEW.id <> OLD.id")
    yield _on_update(
        table,
        "verified",
        "a verified credential stands as it was verified",
        f"OLD.verified_at IS NOT NULL AND ({_changed(model, ending)})",
    )
    yield _on_update(
        table,
        "now",
        "a credential is verified and ended now, not at another time",
        "(OLD.verified_at IS NULL AND NEW.verified_at IS NOT NULL AND NEW.verified_at <> {now}) "
        "OR (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL AND NEW.ended_at <> {now})",
    )
    yield _on_update(
        table,
        "ended",
        "a credential that has ended stays ended",
        f"OLD.ended_at IS NOT NULL AND ({_changed(model, set())})",
    )
    yield Guard(f"guard_{table}_delete", table, "delete", "credentials are ended, never deleted")


def _notice() -> Iterator[Guard]:
    """A notice stands as it was put up, is looked at again in time, and ends once."""
    model = nouns.SafetyNotice
    table = table_of(model)
    yield from never_replaced(model)
    yield own_clock(model, "posted_at")
    yield _on_insert(table, "fresh", "a notice ends after it was put up", "NEW.ended_at IS NOT NULL")
    for guard in (_on_insert, _on_update):
        yield guard(
            table,
            "check" if guard is _on_insert else "check_again",
            f"a notice is looked at again within {MOST_DAYS} days",
            # One day more: the day is the person's own, which may be another than the one in UTC.
            f"NEW.check_on > {{in_days:{MOST_DAYS + 1}}}",
        )
    may_change = {"check_on", "ended_by_id", "ended_at", "ended_because"}
    yield _on_update(table, "text", "a notice stands as it was put up", _changed(model, may_change))
    yield _on_update(
        table,
        "ended",
        "a notice ends once, now",
        f"(OLD.ended_at IS NOT NULL AND ({_changed(model, set())})) "
        "OR (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL AND NEW.ended_at <> {now})",
    )
    yield Guard(f"guard_{table}_delete", table, "delete", "notices are ended, never deleted")


def _note() -> Iterator[Guard]:
    """What a reviewer said stands; it is answered once."""
    model = nouns.Note
    table = table_of(model)
    yield from never_replaced(model)
    yield own_clock(model, "at")
    answer = {"answer", "answered_by_id", "answered_at"}
    yield _on_update(
        table,
        "text",
        "what a reviewer said stands, and is answered once",
        f"({_changed(model, answer)}) OR (OLD.answered_at IS NOT NULL AND ({_changed(model, set())}))",
    )
    yield Guard(f"guard_{table}_delete", table, "delete", "what a reviewer said is never deleted")


def _on_insert(table: str, name: str, sentence: str, condition: str) -> Guard:
    """Return a guard of new rows."""
    return Guard(f"guard_{table}_{name}", table, "insert", sentence, condition)


def _on_update(table: str, name: str, sentence: str, condition: str) -> Guard:
    """Return a guard of changed rows."""
    return Guard(f"guard_{table}_{name}", table, "update", sentence, condition)


def _changed(model: Any, besides: set[str]) -> str:
    """Return the condition that a column changes, besides those that may."""
    columns = [field.column for field in model._meta.fields if field.column not in besides]
    return " OR ".join(f"{{differs:NEW.{column}|OLD.{column}}}" for column in columns)
