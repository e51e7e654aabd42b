"""From a record to rows: one drug, all or nothing, through the steps of `review`."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from monographs import review
from monographs.document import Problem, build, canonical_text
from monographs.document.canonical import dumped
from monographs.document.shape import ClassRecord, DrugRecord
from monographs.importers.documents.check import Refused
from monographs.models import Drug, DrugClass, Identifier, NameConflict, Revision
from monographs.names import normalise
from monographs.review.live import latest_release
from monographs.vocabulary import SAFETY_SECTIONS, ChangeKind, Part, SectionKind


@dataclass(frozen=True)
class Steps:
    """How far each drug is taken, by whom, and what is acknowledged as not yet written."""

    by: Any
    submit: bool = False
    release: bool = False
    acknowledged: Collection[SectionKind] = SAFETY_SECTIONS[:0]
    note: str = "Imported."


@transaction.atomic
def save_class(record: ClassRecord, *, by: Any) -> bool:
    """Make or change a class. Returns whether anything changed. Raises Refused."""
    review.require(by, "change_drugclass")
    parent = DrugClass.objects.filter(slug=record.parent).first() if record.parent else None
    if record.parent and parent is None:
        raise Refused(record.class_slug, "parent", f"there is no class “{record.parent}” here")
    columns = {"name": record.name, "parent": parent, "description": record.description, "atc": record.atc}
    row = DrugClass.objects.filter(slug=record.class_slug).select_related("parent").first()
    if row is None:
        DrugClass.objects.create(slug=record.class_slug, **columns)
        return True
    changed = [name for name, value in columns.items() if getattr(row, name) != value]
    if sentence := review.why_not_moved(row, parent):
        raise Refused(record.class_slug, "parent", sentence)
    for name in changed:
        setattr(row, name, columns[name])
    try:
        if changed:
            row.save(update_fields=[*changed, "norm"])
    except IntegrityError as error:
        raise Refused(record.class_slug, "parent", str(error)) from None
    return bool(changed)


def save_drug(record: DrugRecord, steps: Steps, *, where: str) -> bool:
    """Make or change a drug and take it as far as asked, all or nothing.

    `where` names the file and line for the record of edits. Cross-links are
    not set here (`save_links`), as their targets may come later. Returns
    whether anything changed. Raises Refused; then nothing was changed.
    """
    try:
        with transaction.atomic():
            return _save_drug(record, steps, where)
    except Problem as problem:
        raise Refused(record.slug, _under_monograph(problem.place), problem.sentence) from None
    except (review.Refusal, PermissionDenied) as refusal:
        raise Refused(record.slug, "", str(refusal)) from None
    except IntegrityError as error:
        raise Refused(record.slug, "", f"the database refuses it: {str(error).splitlines()[0]}") from None


def _save_drug(record: DrugRecord, steps: Steps, where: str) -> bool:
    """Take every step of one drug inside the caller's transaction."""
    review.require(steps.by, "change_drug")
    drug = Drug.objects.select_for_update().filter(slug=record.slug).first()
    if drug is None:
        return _make_drug(record, steps, where)
    revision = None
    changed = not _is_same(drug, record)
    if changed:
        revision = _save_text(drug, record, steps, where)
    elif steps.submit:
        revision = _submit(drug, steps)
    changed |= revision is not None
    changed |= _save_beside(drug, record)
    if steps.release:
        changed |= _release(drug, revision, steps)
    return changed


def _make_drug(record: DrugRecord, steps: Steps, where: str) -> bool:
    """Make a drug that is not here yet. Returns True: something changed."""
    drug = Drug(slug=record.slug, name=record.monograph.name, **_dosing(record))
    if steps.submit and steps.release:
        text = _text(drug, record, steps, where)
        review.bring_in(**text, **_freezing(steps), acknowledged=steps.acknowledged)
    else:
        drug.save()
        revision = _save_text(drug, record, steps, where)
        if steps.release:
            _release(drug, revision, steps)
    _save_beside(drug, record)
    return True


def _save_text(drug: Drug, record: DrugRecord, steps: Steps, where: str) -> Revision | None:
    """Write the monograph, and submit it when that is asked. Returns the new revision, if any."""
    text = _text(drug, record, steps, where)
    if steps.submit:
        # The rows may have drifted from a text that was submitted long ago; then only they are mended.
        with contextlib.suppress(review.NothingChanged):
            return review.edit_and_submit(**text, **_freezing(steps))
    review.edit(**text)
    return None


def _text(drug: Drug, record: DrugRecord, steps: Steps, where: str) -> dict[str, Any]:
    """Return what every step that writes the text takes."""
    claim = dumped(record.reviews) if record.reviews is not None else ""
    return {"drug": drug, "document": record.monograph, "by": steps.by, "what": where, "claim": claim}


def _freezing(steps: Steps) -> dict[str, Any]:
    """Return what every step that freezes the text takes."""
    return {"change_kind": ChangeKind.CLINICAL, "note": steps.note}


def _is_same(drug: Drug, record: DrugRecord) -> bool:
    """Tell whether the working rows already say what the record says."""
    try:
        return canonical_text(build(drug)) == canonical_text(record.monograph)
    except Problem:
        return False


def _save_beside(drug: Drug, record: DrugRecord) -> bool:
    """Write what stands beside the reviewed text. Returns whether anything changed."""
    changed = _save_identifiers(drug, record)
    dosing = _dosing(record)
    if any(getattr(drug, name) != value for name, value in dosing.items()):
        Drug.objects.filter(pk=drug.pk).update(**dosing)
        changed = True
    for conflict in record.name_conflicts:
        changed |= _save_conflict(drug, conflict)
    return changed


def _save_identifiers(drug: Drug, record: DrugRecord) -> bool:
    """Write the codes that are new or were checked anew."""
    if not record.identifiers:
        return False
    changed = False
    rows = {(row.system, row.value): row for row in drug.identifiers.all()}
    for ref in record.identifiers:
        columns = {"verified_on": ref.verified_on, "verified_against": ref.verified_against}
        row = rows.get((ref.system, ref.value))
        if row is None:
            _refuse_taken(drug, ref)
            Identifier.objects.create(drug=drug, system=ref.system.value, value=ref.value, **columns)
        elif any(getattr(row, name) != value for name, value in columns.items()):
            Identifier.objects.filter(pk=row.pk).update(**columns)
        else:
            continue
        changed = True
    return changed


def _dosing(record: DrugRecord) -> dict[str, Any]:
    """Return the columns that say why no dose is shown; none when the record does not."""
    if record.dosing is None:
        return {}
    return {
        "dosing_state": record.dosing.state.value,
        "dosing_since": record.dosing.since,
        "dosing_why": record.dosing.why,
    }


def _refuse_taken(drug: Drug, ref: Any) -> None:
    """Raise Problem when a code that belongs to one drug is another's."""
    if ref.system.value not in ("unii", "vtm", "rxnorm"):
        return
    other = Identifier.objects.filter(system=ref.system.value, value=ref.value).exclude(drug=drug).first()
    if other is not None:
        raise Problem("identifiers", f"{ref.system.label} {ref.value} is that of {other.drug}")


def _save_conflict(drug: Drug, conflict: Any) -> bool:
    """Write a name that means another medicine elsewhere."""
    citation = drug.citations.filter(key=conflict.source).select_related("source").first()
    if citation is None:
        raise Problem("name_conflicts", f"the key [{conflict.source}] names no source of this drug")
    _, is_new = NameConflict.objects.get_or_create(
        norm=normalise(conflict.name),
        market=str(conflict.market),
        substance=conflict.substance,
        defaults={"name": conflict.name, "source": citation.source},
    )
    return is_new


def _submit(drug: Drug, steps: Steps) -> Revision | None:
    """Submit the text. Returns None when it was submitted already."""
    try:
        return review.submit(drug=drug, part=Part.MONOGRAPH, by=steps.by, **_freezing(steps))
    except review.NothingChanged:
        return None


def _release(drug: Drug, revision: Revision | None, steps: Steps) -> bool:
    """Release the newest revision, unless a lead decided otherwise: rolled back, or withdrew the page."""
    if revision is None:
        revision = drug.revisions.filter(part=Part.MONOGRAPH.value).order_by("-number").first()
    if revision is None:
        raise Problem("", "there is no submitted revision to release; add --submit")
    shown = latest_release(drug, Part.MONOGRAPH)
    if shown is not None and (shown.revision is None or revision.releases.exists()):
        return False
    review.release(revision=revision, by=steps.by, reason=steps.note, acknowledged=steps.acknowledged)
    return True


def _under_monograph(place: str) -> str:
    """Return a place of the document as the file has it."""
    return place if place in ("slug", "identifiers", "name_conflicts", "") else f"monograph.{place}"
