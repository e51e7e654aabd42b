"""From rows to records: what an export holds, and what an import reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from monographs.document import Problem, build
from monographs.document.shape import SCHEMA
from monographs.models import CrossLink, Drug, DrugClass, NameConflict


def class_records() -> Iterator[dict[str, Any]]:
    """Yield every class, parents before their children."""
    rows = {row.pk: row for row in DrugClass.objects.select_related("parent")}

    def depth(row: DrugClass) -> int:
        return 1 + depth(rows[row.parent_id]) if row.parent_id else 0

    for row in sorted(rows.values(), key=lambda row: (depth(row), row.slug)):
        record = {"schema": SCHEMA, "class": row.slug, "name": row.name}
        record |= {"parent": row.parent.slug} if row.parent else {}
        record |= {name: value for name in ("description", "atc") if (value := getattr(row, name))}
        yield record


def drug_records() -> Iterator[dict[str, Any]]:
    """Yield every drug that has working text, by slug; known names, and drugs that have ended, are left out."""
    drugs = Drug.objects.filter(primary_class__isnull=False, successors__isnull=True)
    for drug in drugs.order_by("slug").iterator(chunk_size=200):
        yield drug_record(drug)


def drug_record(drug: Drug) -> dict[str, Any]:
    """Return the record of one drug. Raises Problem when its rows make no document."""
    try:
        document = build(drug)
    except Problem as problem:
        raise Problem(f"{drug.slug}: {problem.place}", problem.sentence) from None
    record: dict[str, Any] = {
        "schema": SCHEMA,
        "slug": drug.slug,
        "monograph": document.model_dump(mode="json", by_alias=True, exclude_defaults=True),
    }
    identifiers = [
        _without_empty(
            {
                "system": row.system,
                "value": row.value,
                "verified_on": row.verified_on and row.verified_on.isoformat(),
                "verified_against": row.verified_against,
            }
        )
        for row in drug.identifiers.order_by("system", "value")
    ]
    if identifiers:
        record["identifiers"] = identifiers
    if drug.dosing_since:
        record["dosing"] = _without_empty(
            {"state": drug.dosing_state, "since": drug.dosing_since.isoformat(), "why": drug.dosing_why}
        )
    if links := [_link(row) for row in drug.links.select_related("to_drug", "to_class")]:
        record["related"] = links
    if conflicts := list(_conflicts(drug)):
        record["name_conflicts"] = conflicts
    return record


def _link(row: CrossLink) -> dict[str, Any]:
    """Return one curated link."""
    return _without_empty(
        {
            "drug": row.to_drug.slug if row.to_drug else "",
            "class": row.to_class.slug if row.to_class else "",
            "url": row.url,
            "title": row.title,
            "relation": row.relation,
            "reason": row.reason,
        }
    )


def _conflicts(drug: Drug) -> Iterator[dict[str, Any]]:
    """Yield the name conflicts that rest on a source of this drug and on one of its names."""
    keys = dict(drug.citations.values_list("source", "key"))
    norms = drug.names.values("norm")
    for row in NameConflict.objects.filter(source__in=keys, norm__in=norms).order_by(
        "norm", "market", "substance"
    ):
        yield _without_empty(
            {
                "name": row.name,
                "market": row.market,
                "substance": row.substance,
                "source": keys[row.source_id],
            }
        )


def _without_empty(record: dict[str, Any]) -> dict[str, Any]:
    """Leave out what says nothing."""
    return {key: value for key, value in record.items() if value not in ("", None)}
