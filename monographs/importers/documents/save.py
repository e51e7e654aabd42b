"""From a record to rows: one drug, all or nothing, through the steps of `review`."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from monographs import review
from monographs.document import Problem, build, canonical_text, normalised
from monographs.document.canonical import dumped, tidied, validated
from monographs.document.shape import SCHEMA, ClassRecord, DrugRecord, Link
from monographs.lint import lint_text
from monographs.models import CrossLink, Drug, DrugClass, Identifier, NameConflict, Revision
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


class Refused(Exception):
    """A record that is not taken. Carries drug, field and sentence."""

    def __init__(self, drug: str, field: str, sentence: str) -> None:
        """Keep where it went wrong."""
        super().__init__(": ".join(part for part in (drug, field, sentence) if part))


def checked_drug(data: Mapping[str, Any]) -> DrugRecord:
    """Return the record of a drug in its normal form. Raises Refused."""
    slug = str(data.get("slug", ""))[:100]
    try:
        _refuse_other_schema(data)
        document = normalised(dict(_mapping(data, "monograph")), at="monograph")
        rest = {key: tidied(value, key) for key, value in data.items() if key not in ("monograph", "reviews")}
        if "reviews" in data:
            rest["reviews"] = data["reviews"]
        return validated(DrugRecord, {**rest, "monograph": document})
    except Problem as problem:
        raise Refused(slug, problem.place, problem.sentence) from None


def checked_class(data: Mapping[str, Any]) -> ClassRecord:
    """Return the record of a class in its normal form. Raises Refused."""
    try:
        _refuse_other_schema(data)
        record = validated(ClassRecord, tidied(dict(data)))
        _refuse_lint("description", record.description)
    except Problem as problem:
        raise Refused(str(data.get("class", "")), problem.place, problem.sentence) from None
    return record


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


def save_links(record: DrugRecord, *, by: Any) -> bool:
    """Make the curated links of a drug those of the record, in its order.

    Returns whether anything changed. Raises Refused when a target is not here.
    """
    review.require(by, "change_crosslink")
    drug = Drug.objects.get(slug=record.slug)
    try:
        wanted = _links(record)
        with transaction.atomic():
            rows = list(drug.links.select_related("to_drug", "to_class"))
            if [_columns(row) for row in rows] == wanted:
                return False
            kept = {_target(_columns(row)): row for row in rows}
            drug.links.all().delete()
            CrossLink.objects.bulk_create(
                CrossLink(
                    from_drug=drug,
                    position=position,
                    curator=kept[_target(columns)].curator if _target(columns) in kept else by,
                    accepted_by=kept[_target(columns)].accepted_by if _target(columns) in kept else None,
                    **columns,
                )
                for position, columns in enumerate(wanted)
            )
            return True
    except Problem as problem:
        raise Refused(record.slug, problem.place, problem.sentence) from None
    except IntegrityError as error:
        raise Refused(
            record.slug, "related", f"the database refuses it: {str(error).splitlines()[0]}"
        ) from None


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


def refuse_lost_links(record: DrugRecord, coming: Collection[str]) -> None:
    """Raise Refused for a link that leads nowhere.

    A drug may be linked that is here, or that the same file brings (`coming`).
    """
    try:
        for place, link in enumerate(record.related):
            _refuse_bad_link(link, f"related.{place}", record)
        drugs = {link.drug: f"related.{place}.drug" for place, link in enumerate(record.related) if link.drug}
        classes = {
            link.drug_class: f"related.{place}.class"
            for place, link in enumerate(record.related)
            if link.drug_class
        }
        _refuse_unknown(Drug, {slug: at for slug, at in drugs.items() if slug not in coming})
        _refuse_unknown(DrugClass, classes)
    except Problem as problem:
        raise Refused(record.slug, problem.place, problem.sentence) from None


def _refuse_bad_link(link: Link, at: str, record: DrugRecord) -> None:
    """Raise Problem for a link that is wrong by itself."""
    if len([target for target in (link.drug, link.drug_class, link.url) if target]) != 1:
        raise Problem(at, "needs exactly one of drug, class and url")
    if link.drug == record.slug:
        raise Problem(f"{at}.drug", "a drug is not linked to itself")
    if link.url and not link.title:
        raise Problem(f"{at}.title", "an address needs a title")
    _refuse_lint(f"{at}.reason", link.reason)


def _refuse_unknown(model: type[Drug] | type[DrugClass], wanted: Mapping[str, str]) -> None:
    """Raise Problem for the first slug that is not here. `wanted` gives the place of each."""
    found = set(model.objects.filter(slug__in=wanted).values_list("slug", flat=True)) if wanted else set()
    for slug, at in wanted.items():
        if slug not in found:
            raise Problem(at, f"there is no {model._meta.verbose_name} “{slug}” here")


def _links(record: DrugRecord) -> list[dict[str, Any]]:
    """Return the columns of each link. Raises Problem when a target is not here."""
    drugs = {
        row.slug: row
        for row in Drug.objects.filter(slug__in=[link.drug for link in record.related if link.drug])
    }
    classes = {
        row.slug: row
        for row in DrugClass.objects.filter(
            slug__in=[link.drug_class for link in record.related if link.drug_class]
        )
    }
    for place, link in enumerate(record.related):
        if link.drug and link.drug not in drugs:
            raise Problem(
                f"related.{place}.drug", f"“{link.drug}” was refused, so the links were left as they were"
            )
    return [
        {
            "to_drug": drugs[link.drug] if link.drug else None,
            "to_class": classes[link.drug_class] if link.drug_class else None,
            "url": link.url or "",
            "title": link.title,
            "relation": link.relation.value,
            "reason": link.reason,
        }
        for link in record.related
    ]


def _columns(row: CrossLink) -> dict[str, Any]:
    """Return the columns of a row as `_link` gives them."""
    return {
        "to_drug": row.to_drug,
        "to_class": row.to_class,
        "url": row.url,
        "title": row.title,
        "relation": row.relation,
        "reason": row.reason,
    }


def _target(columns: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what makes a link the same link."""
    return columns["to_drug"], columns["to_class"], columns["url"], columns["relation"]


def _refuse_lint(place: str, text: str) -> None:
    """Raise Problem when a text beside the monograph breaks a content rule."""
    for hit in lint_text(text, where=place):
        if hit.severity == "error":
            raise Problem(place, f"{hit.excerpt!r} ({hit.rule}: {hit.advice})")


def _refuse_other_schema(data: Mapping[str, Any]) -> None:
    """Raise Problem for a schema that this program does not read."""
    if data.get("schema") != SCHEMA:
        raise Problem(
            "schema", f"this program reads schema {SCHEMA}, the record has {data.get('schema')!r}"[:120]
        )


def _mapping(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return the mapping under a key. Raises Problem."""
    value = data.get(key)
    if not isinstance(value, dict):
        raise Problem(key, "is missing, or is not a mapping")
    return value


def _under_monograph(place: str) -> str:
    """Return a place of the document as the file has it."""
    return place if place in ("slug", "identifiers", "name_conflicts", "") else f"monograph.{place}"
