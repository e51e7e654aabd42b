"""From the editors' rows to a document."""

from __future__ import annotations

from typing import Any

from monographs.document.canonical import Problem, normalised
from monographs.document.shape import Document
from monographs.models import Drug


def build(drug: Drug) -> Document:
    """Return the monograph that the working rows of a drug describe.

    A fixed number of queries. Raises Problem with the place when the rows do
    not make a document: no class yet, or a key that names no citation.
    """
    if drug.primary_class is None:
        raise Problem("class", "no class is chosen yet")
    if not drug.population:
        raise Problem("whom it covers", "choose adults, children, or both")
    citations = list(drug.citations.select_related("source"))
    keys = {citation.source_id: citation.key for citation in citations}
    return normalised(
        {
            "name": drug.name,
            "class": _class(drug.primary_class),
            "other_classes": [_class(other) for other in drug.other_classes.all()],
            "is_specialist": drug.is_specialist,
            "population": drug.population,
            "lead": drug.lead,
            "components": [
                {"slug": row.component.slug, "name": row.component.name}
                for row in drug.components.select_related("component")
            ],
            "names": [
                {
                    "name": row.name,
                    "kind": row.kind,
                    "market": row.market,
                    "is_current": row.is_current,
                    "source": _key(keys, row.source_id, f"names.{row.name}"),
                }
                for row in drug.names.filter(in_document=True)
            ],
            "flags": {
                row.kind: {
                    "line": row.line,
                    "detail": row.detail,
                    "source": _key(keys, row.source_id, f"flags.{row.kind}"),
                    "locator": row.locator,
                    "checked_on": row.checked_on,
                }
                for row in drug.flags.all()
            },
            "reference_smpc": _key(keys, drug.reference_smpc_id, "reference_smpc"),
            "sections": {row.kind: row.text for row in drug.sections.all()},
            "sources": {citation.key: _source(citation) for citation in citations},
            "waivers": [
                {"section": row.section, "rule": row.rule, "reason": row.reason} for row in drug.waivers.all()
            ],
        }
    )


def _class(drug_class: Any) -> dict[str, str]:
    """Return a class as the document refers to it."""
    return {"slug": drug_class.slug, "name": drug_class.name}


def _key(keys: dict[int, str], source_id: int | None, place: str) -> str | None:
    """Return the drug's own key for a source. Raises Problem when it has none."""
    if source_id is None:
        return None
    if source_id not in keys:
        raise Problem(place, "its source is not among this drug's citations")
    return keys[source_id]


def _source(citation: Any) -> dict[str, Any]:
    """Return a cited source as the document holds it."""
    source = citation.source
    return {
        "kind": source.kind,
        "identifier": source.identifier,
        "title": source.title,
        "jurisdiction": source.jurisdiction,
        "url": source.url,
        "revision": source.revision,
        "revised_on": source.revised_on,
        "accessed_on": citation.accessed_on,
    }
