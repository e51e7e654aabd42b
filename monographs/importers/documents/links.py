"""The curated links of a drug, set when every drug of a file is here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from monographs import review
from monographs.document import Problem
from monographs.document.shape import DrugRecord
from monographs.importers.documents.check import Refused
from monographs.models import CrossLink, Drug, DrugClass


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
            same = {_said(_columns(row)): row for row in rows}
            links = [same.get(_said(columns)) or CrossLink(from_drug=drug, **columns) for columns in wanted]
            review.answer_for([link for link in links if link.pk is None], by=by)
            drug.links.all().delete()
            for position, link in enumerate(links):
                link.position = position
            CrossLink.objects.bulk_create(links)
            return True
    except Problem as problem:
        raise Refused(record.slug, problem.place, problem.sentence) from None
    except IntegrityError as error:
        raise Refused(
            record.slug, "related", f"the database refuses it: {str(error).splitlines()[0]}"
        ) from None


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


def _said(columns: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what a link says: one that says the same keeps its curator and who agreed."""
    return tuple(columns.values())
