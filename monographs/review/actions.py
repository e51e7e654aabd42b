"""The steps: one function each, its actor `by`, one transaction, the drug locked.

Admin, commands and, later, the API call the same function; permission is
asked here. A step that cannot be taken raises a Refusal with a sentence.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef

from monographs.document import (
    SCHEMA,
    Document,
    Problem,
    build,
    canonical_text,
    digest,
    load,
    parsed,
    unchanged_since,
)
from monographs.lint import lint_document, lint_text
from monographs.models import Contributor, Drug, Edit, Release, Revision, RevisionSource, Source, Successor
from monographs.review.letters import tell_of_safety_change
from monographs.review.live import latest_release, raise_generation, write_first_live, write_live
from monographs.review.look_alikes import find_look_alikes
from monographs.review.people import require
from monographs.review.refusals import (
    AlreadyLive,
    BelowTheFloor,
    ContentErrors,
    Ended,
    NeedsReason,
    NotAcknowledged,
    NothingChanged,
    NotLive,
    TextChanged,
)
from monographs.review.search_keys import make_findable
from monographs.review.steps import step
from monographs.vocabulary import SAFETY_SECTIONS, ChangeKind, Part, SectionKind


@transaction.atomic
def edit(*, drug: Drug, document: Document, by: Any, what: str, claim: str = "") -> Edit:
    """Make the working rows of the monograph say what a document says.

    `what` tells where the text came from; `claim` keeps what a file claimed of
    reviews elsewhere, which counts for nothing here. Raises PermissionDenied,
    or Problem with the place.
    """
    require(by, "change_drug")
    drug = locked(drug)
    load(document, drug, by=by)
    make_findable(with_components(drug))
    return record_edit(drug=drug, part=Part.MONOGRAPH, by=by, what=what, claim=claim)


@step
def edit_and_submit(
    *, drug: Drug, document: Document, by: Any, what: str, claim: str = "", change_kind: ChangeKind, note: str
) -> Revision:
    """Write a document into the working rows and freeze it at once.

    As `edit` and then `submit` do, but the text is not built again from the
    rows: what was loaded is what would be built. Returns the Revision; raises
    as both do.
    """
    require(by, "change_drug")
    require(by, "submit_revision")
    drug = locked(drug)
    cited = load(document, drug, by=by)
    make_findable(with_components(drug))
    record_edit(drug=drug, part=Part.MONOGRAPH, by=by, what=what, claim=claim)
    before = _newest(drug, Part.MONOGRAPH)
    return _freeze(drug, Part.MONOGRAPH, document, cited, by, change_kind, note, before=before)


@step
def bring_in(
    *,
    drug: Drug,
    document: Document,
    by: Any,
    what: str,
    claim: str = "",
    change_kind: ChangeKind,
    note: str,
    acknowledged: Collection[SectionKind] = (),
) -> Revision:
    """Write, freeze and show the first text of a drug that has no row yet: how imports bring it.

    `drug` carries the slug and what stands beside the text. Look-alikes are
    looked for once, when the whole file is in. Returns the Revision. Raises as
    `edit_and_submit` and `release` do.
    """
    for permission in ("change_drug", "submit_revision", "release_revision"):
        require(by, permission)
    cited = load(document, drug, by=by)
    record_edit(drug=drug, part=Part.MONOGRAPH, by=by, what=what, claim=claim)
    revision = _freeze(drug, Part.MONOGRAPH, document, cited, by, change_kind, note, before=None)
    write_first_live(_released(drug, revision, by, note, acknowledged))
    make_findable(with_components(drug))
    raise_generation()
    return revision


def with_components(drug: Drug) -> list[int]:
    """Return the ids of a drug and of what it contains: a new component is a name that can be found, too."""
    return [drug.pk, *drug.components.values_list("component", flat=True)]


def record_edit(*, drug: Drug, part: Part, by: Any, what: str, claim: str = "") -> Edit:
    """Write down who touched the working rows. The caller holds the drug's lock."""
    return Edit.objects.create(drug=drug, part=part.value, by=by, what=what[:200], claim=claim)


@step
def submit(
    *, drug: Drug, part: Part, by: Any, change_kind: ChangeKind, note: str, seen: str = ""
) -> Revision:
    """Freeze the working text of one part into its next revision.

    `seen` is the digest of the text that the person was shown; without it
    whatever stands is frozen, as a command does that has just written it.
    Returns the Revision. Raises PermissionDenied, NeedsReason without a note,
    Problem or ContentErrors (with the places), NothingChanged (the digest
    equals that of the newest revision), or TextChanged (it is not as seen).
    """
    require(by, "submit_revision")
    drug = locked(drug)
    document = _buildable(drug, part)
    if seen and seen != digest(canonical_text(document, part)):
        raise TextChanged(
            f"Somebody changed {drug} since you opened this page: read the changes below again."
        )
    cited = {row.key: row.source for row in drug.citations.select_related("source")}
    return _freeze(drug, part, document, cited, by, change_kind, note, before=_newest(drug, part))


@step
def release(
    *, revision: Revision, by: Any, reason: str, acknowledged: Collection[SectionKind] = ()
) -> Release:
    """Show a revision to readers from now on.

    `acknowledged` names the safety sections that are not yet written. Returns
    the Release. Raises PermissionDenied, BelowTheFloor, NotAcknowledged,
    NeedsReason, or AlreadyLive.
    """
    require(by, "release_revision")
    drug = locked(revision.drug)
    _refuse_live(revision)
    return _show(drug, revision, by, reason, acknowledged)


@step
def roll_back(
    *, revision: Revision, by: Any, reason: str, acknowledged: Collection[SectionKind] = ()
) -> Release:
    """Show a revision again that readers saw before.

    Returns the Release. Raises as `release` does, and NotLive when readers
    never saw that revision.
    """
    require(by, "roll_back_revision")
    drug = locked(revision.drug)
    if not revision.releases.exists():
        raise NotLive(f"Readers never saw {revision}; release it instead.")
    _refuse_live(revision)
    return _show(drug, revision, by, reason, acknowledged)


@step
def withdraw(*, drug: Drug, by: Any, reason: str) -> Release:
    """Take the page down: readers see that it is withdrawn, when and why.

    Dosing is hidden in the same step. Returns the monograph's Release. Raises
    PermissionDenied, NeedsReason, or NotLive.
    """
    require(by, "withdraw_drug")
    drug = locked(drug)
    refuse_no_reason(reason)
    shown = latest_release(drug, Part.MONOGRAPH)
    if shown is None or shown.revision is None:
        raise NotLive(f"{drug} has no public page to withdraw.")
    withdrawn = hide(drug, by, reason)
    write_live(withdrawn)
    make_findable([drug.pk])
    raise_generation()
    return withdrawn


def hide(drug: Drug, by: Any, reason: str) -> Release:
    """Write that readers see no part of a locked drug from now on. Returns the monograph's Release."""
    dosing = latest_release(drug, Part.DOSING)
    if dosing is not None and dosing.revision is not None:
        Release.objects.create(drug=drug, part=Part.DOSING.value, revision=None, by=by, reason=reason.strip())
    return Release.objects.create(
        drug=drug, part=Part.MONOGRAPH.value, revision=None, by=by, reason=reason.strip()
    )


def refuse_content_errors(document: Document) -> None:
    """Raise ContentErrors when a content rule of level error is broken and not waived."""
    places = [
        f"{hit.where}, line {hit.line}: {hit.excerpt!r} ({hit.rule}: {hit.advice})"
        for hit in lint_document(document)
        if hit.severity == "error"
    ]
    if places:
        raise ContentErrors(places)


def _freeze(
    drug: Drug,
    part: Part,
    document: Document,
    cited: Mapping[str, Source],
    by: Any,
    change_kind: ChangeKind,
    note: str,
    *,
    before: Revision | None,
) -> Revision:
    """Write the next revision of a locked drug, with its people and sources."""
    if not note.strip():
        raise NeedsReason("Say in the note why the text was changed.")
    refuse_content_errors(document)
    text = canonical_text(document, part)
    if before is not None and before.digest == digest(text):
        raise NothingChanged(f"The text of {drug} equals that of revision {before.number}.")
    number = before.number + 1 if before else 1
    revision = Revision.objects.create(
        drug=drug,
        part=part.value,
        number=number,
        schema=SCHEMA,
        document=text,
        digest=digest(text),
        sections=unchanged_since(document, number, before.sections if before else {}),
        change_kind=change_kind.value,
        note=note.strip(),
        submitted_by=by,
    )
    _freeze_people(revision, before)
    RevisionSource.objects.bulk_create(
        RevisionSource(revision=revision, source=source, key=key) for key, source in sorted(cited.items())
    )
    tell_of_safety_change(revision)
    return revision


def _newest(drug: Drug, part: Part) -> Revision | None:
    """Return the newest revision of a part, without its text."""
    return drug.revisions.filter(part=part.value).defer("document").order_by("-number").first()


def _show(
    drug: Drug, revision: Revision, by: Any, reason: str, acknowledged: Collection[SectionKind]
) -> Release:
    """Write the release of a revision and what follows from it."""
    released = _released(drug, revision, by, reason, acknowledged)
    write_live(released)
    make_findable([drug.pk])
    find_look_alikes({drug.pk})
    raise_generation()
    return released


def _released(
    drug: Drug, revision: Revision, by: Any, reason: str, acknowledged: Collection[SectionKind]
) -> Release:
    """Write the release of a revision, if it may be shown."""
    refuse_no_reason(reason)
    if revision.part == Part.DOSING:
        raise PermissionDenied("Dosing is never released without a clinician's approval.")
    document = parsed(revision.document)
    _refuse_below_floor(document)
    unwritten = [kind for kind in SAFETY_SECTIONS if kind not in document.sections]
    if missing := [kind for kind in unwritten if kind not in acknowledged]:
        raise NotAcknowledged(missing)
    return Release.objects.create(
        drug=drug,
        part=revision.part,
        revision=revision,
        by=by,
        reason=reason.strip(),
        acknowledged=[kind.value for kind in unwritten],
    )


def locked(drug: Drug) -> Drug:
    """Return the drug, its row locked until the transaction ends. Raises Ended when its text is closed."""
    rows = Drug.objects.select_for_update(of=("self",)).select_related("primary_class")
    row = rows.annotate(has_ended=Exists(Successor.objects.filter(drug=OuterRef("pk")))).get(pk=drug.pk)
    if row.has_ended:
        raise Ended(f"Another drug took the place of {row}: its text is closed.")
    return row


def _buildable(drug: Drug, part: Part) -> Document:
    """Return the document of the working rows. Raises Problem."""
    if part is not Part.MONOGRAPH:
        raise Problem(part.value, "this part cannot be written yet")
    return build(drug)


def _freeze_people(revision: Revision, before: Revision | None) -> None:
    """Write down everybody who touched the text since the revision before."""
    edits = Edit.objects.filter(drug=revision.drug_id, part=revision.part)
    if before is not None:
        edits = edits.filter(at__gte=before.submitted_at)
    people = {revision.submitted_by_id, *edits.values_list("by", flat=True)}
    Contributor.objects.bulk_create(
        Contributor(revision=revision, person_id=person) for person in sorted(people)
    )


def _refuse_live(revision: Revision) -> None:
    """Raise AlreadyLive when readers see the revision now."""
    shown = latest_release(revision.drug, Part(revision.part))
    if shown is not None and shown.revision_id == revision.pk:
        raise AlreadyLive(f"Readers see {revision} already.")


def _refuse_below_floor(document: Document) -> None:
    """Raise BelowTheFloor for a text with less than every released text has."""
    missing = [
        words
        for words, there in (
            ("a lead", document.lead),
            ("a source", document.sources),
            ("one written section", document.sections),
        )
        if not there
    ]
    if missing:
        raise BelowTheFloor(f"{document.name} cannot be released without " + " and ".join(missing) + ".")


def refuse_no_reason(reason: str) -> None:
    """Raise NeedsReason for an empty reason, ContentErrors for one that readers could not be shown."""
    if not reason.strip():
        raise NeedsReason("Say why, in words that readers may see.")
    if places := [
        f"{hit.excerpt!r} ({hit.advice})" for hit in lint_text(reason, where="reason") if hit.is_error
    ]:
        raise ContentErrors(places)
