"""Signing: approve, renew, ask for changes, revoke. Each is one row that says exactly which text was judged."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Subquery
from django.utils import timezone

from monographs.document import parsed
from monographs.document.text import references
from monographs.lint import lint_text
from monographs.models import (
    Assignment,
    Contributor,
    Credential,
    Drug,
    Edit,
    Review,
    ReviewDraft,
    Revision,
    RevisionSource,
    SafetyNotice,
)
from monographs.review.actions import locked, roll_back, withdraw
from monographs.review.clock import clinical_now
from monographs.review.credentials import credential_of, held_credential_of, why_no_credential
from monographs.review.facts import notices_to_answer, signed_of
from monographs.review.history import History, history_of
from monographs.review.letters import tell_of_verdict
from monographs.review.live import hold_generation, latest_release, raise_generation
from monographs.review.mark import Signed, effective, months_after
from monographs.review.notices import refuse_notice_text
from monographs.review.people import require
from monographs.review.refusals import (
    BadDay,
    ContentErrors,
    NeedsReason,
    NoCredential,
    NotPossible,
    NotRead,
    OutOfOrder,
    SelfReview,
    TextChanged,
)
from monographs.review.steps import step
from monographs.vocabulary import SAFETY_SECTIONS, ChangeKind, FlagKind, Part, SectionKind, Verdict

MOST_MONTHS = 36
USUAL_MONTHS = 24
# Dosing and high-risk medicines are looked at again sooner.
SOON_MONTHS = 12
SPREAD_DAYS = 90
LONGEST_INTERESTS = 280
# How soon a notice that a revoke put up by itself is looked at again.
REVOKED_CHECK = timedelta(days=30)
EDITED = "edited "
ORDER = (ChangeKind.EDITORIAL, ChangeKind.CLINICAL, ChangeKind.SAFETY)


@dataclass(frozen=True)
class Standing:
    """Whether a person may sign, and why not. `reasons` are sentences; without any the person may approve."""

    credential: Credential | None
    reasons: tuple[str, ...] = ()

    @property
    def may_approve(self) -> bool:
        """Whether the person may approve."""
        return self.credential is not None and not self.reasons


@dataclass(frozen=True)
class Task:
    """What a reviewer of a revision has before them.

    `basis` is the last revision that was approved before it, if any; `changed`
    the sections to read; `kind` the gravest kind of change since the basis;
    `notices` the open ones, each to be answered; `unwritten` the safety
    sections to be acknowledged; `kept_due` the day that an editorial change
    keeps; `due_on` what policy proposes; `cited` the sources by their keys.
    """

    revision: Revision
    basis: Revision | None
    kind: ChangeKind
    changed: tuple[SectionKind, ...]
    unchanged: tuple[SectionKind, ...]
    unwritten: tuple[SectionKind, ...]
    notices: tuple[SafetyNotice, ...]
    due_on: date
    kept_due: date | None = None
    cited: tuple[RevisionSource, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the cited sources."""
        return tuple(row.key for row in self.cited)


def standing(revision: Revision, person: Any, *, at: datetime, history: History | None = None) -> Standing:
    """Return whether a person may approve a revision at a moment, and every reason why not.

    Five queries; two less where the history is at hand.
    """
    part = Part(revision.part)
    credential = credential_of(person, part, at)
    reasons = [] if credential else [why_no_credential(person, part, at)]
    if not person.has_perm("monographs.sign_review"):
        reasons.append("Your account is in no group that signs.")
    if sentence := _own_work(revision, person, at, history or history_of(revision.pk)):
        reasons.append(sentence)
    return Standing(credential, tuple(reasons))


def task_of(revision: Revision, *, at: datetime, history: History | None = None) -> Task:
    """Return what is to be read, answered and acknowledged before a revision is approved."""
    history = history or history_of(revision.pk)
    basis = history.basis(revision, at)
    old = basis.sections if basis else {}
    written = [kind for kind in SectionKind if kind.value in revision.sections]
    cited, moved = _cited(revision, basis)
    texts = parsed(revision.document).sections if moved else {}
    changed = tuple(
        kind
        for kind in written
        if not _is_same(revision.sections, old, kind)
        or moved & {ref.key for ref in references(texts.get(kind, ""))}
    )
    kind = _gravest(revision, history, at)
    approval = history.approval(basis, at) if basis else None
    return Task(
        revision,
        basis,
        kind,
        changed,
        unchanged=tuple(one for one in written if one not in changed),
        unwritten=unwritten_of(revision),
        notices=tuple(notices_to_answer(revision)),
        due_on=usual_due(revision, timezone.localdate(at)),
        kept_due=_kept_due(approval, kind),
        cited=cited,
    )


def _cited(revision: Revision, basis: Revision | None) -> tuple[tuple[RevisionSource, ...], set[str]]:
    """Return what a text cites, and the keys that stood for another source in the text before. One query."""
    rows = RevisionSource.objects.filter(
        revision__in=[row.pk for row in (revision, basis) if row is not None]
    )
    rows = rows.select_related("source__superseded_by").order_by("key")
    own = tuple(row for row in rows if row.revision_id == revision.pk)
    before = {row.key: row.source_id for row in rows if row.revision_id != revision.pk}
    return own, {row.key for row in own if before.get(row.key, row.source_id) != row.source_id}


def unwritten_of(revision: Revision) -> tuple[SectionKind, ...]:
    """Return the safety sections that a revision lacks."""
    return tuple(kind for kind in SAFETY_SECTIONS if kind.value not in revision.sections)


def usual_due(revision: Revision, today: date) -> date:
    """Return the day that policy proposes: 12 or 24 months ahead, spread by up to 90 days for each drug."""
    is_soon = revision.part == Part.DOSING or f'"{FlagKind.HIGH_RISK.value}":' in revision.document
    number = int(hashlib.sha256(f"{revision.drug_id}/{revision.part}".encode()).hexdigest(), 16)
    months = SOON_MONTHS if is_soon else USUAL_MONTHS
    return months_after(today, months) - timedelta(days=number % (SPREAD_DAYS + 1))


def gravest(kinds: Iterable[str], *, is_first: bool) -> ChangeKind:
    """Return the gravest of some kinds of change; where no text was approved before, it is no mere wording."""
    found = {ChangeKind(kind) for kind in kinds}
    return max(found | {ChangeKind.CLINICAL} if is_first else found, key=ORDER.index)


def attestation(revision: Revision, interests: str, *, is_renewal: bool = False) -> str:
    """Return what a signer declares."""
    what = "text" if is_renewal else "changed sections"
    return (
        f"I have read the {what} of {revision.drug} ({Part(revision.part).label.lower()}, revision "
        f"{revision.number}) against the sources shown. I am competent to review this medicine. "
        f"I wrote none of this text. My interests: {interests.strip()}"
    )


@step
def approve(
    *,
    revision: Revision,
    by: Any,
    digest: str,
    interests: str,
    due_on: date | None = None,
    comment: str = "",
    read: Collection[SectionKind] = (),
    acknowledged: Collection[SectionKind] = (),
    answers: Mapping[int, str] | None = None,
) -> Review:
    """Sign that exactly this text is right.

    `digest` is of the text that was shown; `read` the sections that were read
    against their sources, `acknowledged` the safety sections that are not
    written, `answers` what is said of each open notice (by id). Without a day
    `due_on` is policy's. Returns the Review. Raises PermissionDenied,
    TextChanged, NoCredential, SelfReview, NotRead (with what is missing),
    OutOfOrder (a newer text waits, or it is approved already), BadDay.
    """
    drug, revision, credential, at = _begun(revision, by, digest)
    if effective(signed_of([revision.pk])[revision.pk], at):
        raise OutOfOrder(f"{revision} is approved already; renew it instead.")
    _refuse_older(drug, revision)
    _refuse_own(revision, by, at)
    task = task_of(revision, at=at)
    said = _answers(task, acknowledged, answers or {})
    if missing := [kind.label for kind in task.changed if kind not in read]:
        raise NotRead(f"Not yet read against their sources: {', '.join(missing)}.")
    return _signed(
        drug,
        revision,
        by,
        credential,
        Verdict.APPROVE,
        comment=comment,
        interests=_declared(interests),
        attestation=attestation(revision, interests),
        answers=said,
        due_on=_due(task, due_on, at),
    )


@step
def renew(
    *,
    revision: Revision,
    by: Any,
    digest: str,
    interests: str,
    sources: Mapping[str, str],
    due_on: date | None = None,
    comment: str = "",
    acknowledged: Collection[SectionKind] = (),
    answers: Mapping[int, str] | None = None,
) -> Review:
    """Sign the same text again: it was read against every cited source, and still holds.

    `sources` says of each cited source, by its key, what was found. Returns the
    Review. Raises as `approve` does; OutOfOrder when the text was never approved.
    """
    drug, revision, credential, at = _begun(revision, by, digest)
    if not effective(signed_of([revision.pk])[revision.pk], at):
        raise OutOfOrder(f"{revision} has no approval to renew.")
    _refuse_older(drug, revision)
    _refuse_own(revision, by, at)
    task = task_of(revision, at=at)
    said = _answers(task, acknowledged, answers or {})
    if missing := [key for key in task.keys if not sources.get(key, "").strip()]:
        raise NotRead(f"Say of each source what you found: {', '.join(missing)}.")
    for key in task.keys:
        _refuse_words(sources[key])
    said += [[f"Source [{key}]", sources[key].strip()] for key in task.keys]
    return _signed(
        drug,
        revision,
        by,
        credential,
        Verdict.APPROVE,
        comment=comment,
        interests=_declared(interests),
        attestation=attestation(revision, interests, is_renewal=True),
        answers=said,
        due_on=_allowed(due_on or task.due_on, at),
    )


@step
def request_changes(*, revision: Revision, by: Any, digest: str, comment: str) -> Review:
    """Sign that this text cannot be approved as it stands, and why.

    Anyone with a credential may, of their own text too. Returns the Review.
    Raises PermissionDenied, TextChanged, NoCredential, NeedsReason, or
    OutOfOrder when the text is approved: revoke that instead.
    """
    drug, revision, credential, at = _begun(revision, by, digest)
    if effective(signed_of([revision.pk])[revision.pk], at):
        raise OutOfOrder(f"{revision} is approved; revoke the approval instead.")
    _refuse_no_comment(comment)
    return _signed(drug, revision, by, credential, Verdict.CHANGES, comment=comment)


@step
def revoke(*, revision: Revision, by: Any, digest: str, comment: str) -> Review:
    """Take an approval back. A page that readers see stays up, under a notice with the comment as its text.

    Returns the Review. Raises PermissionDenied, TextChanged, NoCredential,
    NeedsReason, OutOfOrder when there is no approval, and ContentErrors when
    the comment cannot be a notice.
    """
    drug, revision, credential, at = _begun(revision, by, digest)
    if not effective(signed_of([revision.pk])[revision.pk], at):
        raise OutOfOrder(f"{revision} has no approval to revoke.")
    _refuse_no_comment(comment)
    shown = latest_release(drug, Part(revision.part))
    is_shown = shown is not None and shown.revision_id == revision.pk
    if is_shown:
        refuse_notice_text(comment)
    review = _signed(drug, revision, by, credential, Verdict.REVOKE, comment=comment)
    if is_shown:
        SafetyNotice.objects.create(
            drug=drug,
            text=comment.strip(),
            review=review,
            check_on=timezone.localdate(at) + REVOKED_CHECK,
            posted_by=by,
        )
    return review


@transaction.atomic
def revoke_and_withdraw(*, revision: Revision, by: Any, digest: str, comment: str) -> Review:
    """Take an approval back and the page down, for the same reason. Raises as `revoke` and `withdraw` do."""
    review = revoke(revision=revision, by=by, digest=digest, comment=comment)
    withdraw(drug=revision.drug, by=by, reason=comment)
    return review


@transaction.atomic
def revoke_and_roll_back(
    *,
    revision: Revision,
    by: Any,
    digest: str,
    comment: str,
    to: Revision,
    acknowledged: Collection[SectionKind] = (),
) -> Review:
    """Take an approval back and show an earlier text of the same part again, for the same reason.

    The notice stays up until somebody ends it: readers may have acted on the
    text that went. Raises as `revoke` and `roll_back` do, and NotPossible for a
    text of another drug or part.
    """
    if (to.drug_id, to.part) != (revision.drug_id, revision.part):
        raise NotPossible("That is a text of another drug.")
    review = revoke(revision=revision, by=by, digest=digest, comment=comment)
    roll_back(revision=to, by=by, reason=comment, acknowledged=acknowledged)
    return review


def _begun(revision: Revision, by: Any, digest: str) -> tuple[Drug, Revision, Credential, datetime]:
    """Return the locked drug, the revision as it stands, the signer's credential and this moment."""
    require(by, "sign_review")
    drug = locked(Drug(pk=revision.drug_id))
    hold_generation()
    revision = Revision.objects.select_related("drug").get(pk=revision.pk)
    if digest != revision.digest:
        raise TextChanged("This is not the text that you were shown: open the page again and read it.")
    at = clinical_now()
    credential = held_credential_of(by, Part(revision.part), at)
    if credential is None:
        raise NoCredential(why_no_credential(by, Part(revision.part), at))
    return drug, revision, credential, at


def _signed(
    drug: Drug, revision: Revision, by: Any, credential: Credential, verdict: Verdict, **said: Any
) -> Review:
    """Write a verdict and what follows from it."""
    review = Review.objects.create(
        revision=revision,
        digest=revision.digest,
        reviewer=by,
        credential=credential,
        verdict=verdict.value,
        printed_name=by.full_name if credential.shows_name else "",
        printed_role=credential.role,
        printed_body=credential.body,
        **{**said, "comment": said.get("comment", "").strip()},
    )
    ReviewDraft.objects.filter(revision__drug=drug, revision__part=revision.part, person=by).delete()
    Assignment.objects.filter(drug=drug, part=revision.part).delete()
    raise_generation()
    tell_of_verdict(review)
    return review


def _refuse_older(drug: Drug, revision: Revision) -> None:
    """Raise OutOfOrder for a text that readers do not see and that a newer one replaces."""
    newest = (
        drug.revisions.filter(part=revision.part).order_by("-number").values_list("pk", flat=True).first()
    )
    shown = latest_release(drug, Part(revision.part))
    if revision.pk != newest and (shown is None or shown.revision_id != revision.pk):
        raise OutOfOrder(f"A newer text of {drug} was submitted: read that one.")


def _refuse_own(revision: Revision, by: Any, at: datetime) -> None:
    """Raise SelfReview when a person contributed since the last approval."""
    if sentence := _own_work(revision, by, at, history_of(revision.pk)):
        raise SelfReview(sentence)


def _own_work(revision: Revision, person: Any, at: datetime, history: History) -> str:
    """Return the sentence that says what a person contributed since the last approval, or ""."""
    basis = history.basis(revision, at)
    edits = Edit.objects.filter(
        drug=revision.drug_id, part=revision.part, by=person.pk, at__lte=revision.submitted_at
    )
    if basis is not None:
        edits = edits.filter(at__gte=basis.submitted_at)
    last = edits.order_by("-at")
    rows = Contributor.objects.filter(person=person.pk, revision__in=history.since_basis(revision, at))
    first = (
        rows.order_by("revision__number")
        .values_list(
            "revision__number",
            "revision__submitted_at",
            Subquery(last.values("what")[:1]),
            Subquery(last.values("at")[:1]),
        )
        .first()
    )
    if first is None:
        return ""
    number, submitted_at, what, edited_at = first
    if edited_at is None:
        return f"You contributed to revision {number} on {timezone.localdate(submitted_at):%-d %B %Y}."
    day = f"{timezone.localdate(edited_at):%-d %B %Y}"
    return (
        f"You {what} on {day}." if what.startswith(EDITED) else f"You worked on this text on {day} ({what})."
    )


def _answers(
    task: Task, acknowledged: Collection[SectionKind], answers: Mapping[int, str]
) -> list[list[str]]:
    """Return what is said of each notice and unwritten section. Raises NotRead for what is missing."""
    if missing := [kind.label for kind in task.unwritten if kind not in acknowledged]:
        raise NotRead(f"Not yet written, and to be acknowledged by name: {', '.join(missing)}.")
    if missing := [row.text for row in task.notices if not answers.get(row.pk, "").strip()]:
        raise NotRead(f"Answer each open safety notice: {' / '.join(missing)}")
    for answer in answers.values():
        _refuse_words(answer)
    return [
        *([kind.label, "not yet written, acknowledged"] for kind in task.unwritten),
        *([f"Safety notice {row.pk}: {row.text}", answers[row.pk].strip()] for row in task.notices),
    ]


def _declared(interests: str) -> str:
    """Return the interests. Raises NotRead when none are declared."""
    if not interests.strip():
        raise NotRead("Declare your interests; write “none” when there are none.")
    if len(interests.strip()) > LONGEST_INTERESTS:
        raise NotRead(f"Declare your interests in at most {LONGEST_INTERESTS} characters.")
    _refuse_words(interests)
    return interests.strip()


def _refuse_words(text: str) -> None:
    """Raise ContentErrors for words that readers could not be shown, such as an amount of medicine."""
    if places := [
        f"{hit.excerpt!r} ({hit.advice})" for hit in lint_text(text, where="answer") if hit.is_error
    ]:
        raise ContentErrors(places)


def _due(task: Task, due_on: date | None, at: datetime) -> date:
    """Return the day of the next review. Raises BadDay."""
    if task.kept_due is not None:
        if task.kept_due < timezone.localdate(at):
            raise OutOfOrder(
                f"The review was due on {task.kept_due:%-d %B %Y}, and a change of wording keeps that day: "
                "renew the review of the text before first."
            )
        if due_on not in (None, task.kept_due):
            raise BadDay(f"An editorial change keeps the day of the next review, {task.kept_due:%-d %B %Y}.")
        return task.kept_due
    return _allowed(due_on or task.due_on, at)


def _allowed(due_on: date, at: datetime) -> date:
    """Return a day that policy allows. Raises BadDay."""
    today = timezone.localdate(at)
    last = months_after(today, MOST_MONTHS)
    if not today <= due_on <= last:
        raise BadDay(f"Choose a day from {today:%-d %B %Y} to {last:%-d %B %Y} for the next review.")
    return due_on


def _kept_due(approval: Signed | None, kind: ChangeKind) -> date | None:
    """Return the day that an editorial change keeps, or None."""
    return approval.due_on if approval is not None and kind is ChangeKind.EDITORIAL else None


def _gravest(revision: Revision, history: History, at: datetime) -> ChangeKind:
    """Return the gravest kind of change since the last approved text."""
    kinds = [row.change_kind for row in history.since_basis(revision, at)]
    return gravest(kinds, is_first=history.basis(revision, at) is None)


def _is_same(new: Mapping[str, Any], old: Mapping[str, Any], kind: SectionKind) -> bool:
    """Tell whether a section has the same text in two revisions."""
    return kind.value in old and old[kind.value]["digest"] == new[kind.value]["digest"]


def _refuse_no_comment(comment: str) -> None:
    """Raise NeedsReason for a verdict without a comment."""
    if not comment.strip():
        raise NeedsReason("Say what is wrong; the authors read it.")
