"""The published JSON Schema of one record; a test holds docs/import-schema.json to it.

Write it anew: python -m monographs.importers.documents.schema > docs/import-schema.json
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from monographs.document.shape import ClassRecord, DrugRecord


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a record: a drug or a class."""
    schema = TypeAdapter(DrugRecord | ClassRecord).json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A record of ClinCalc Pro's interchange file: one drug or one class",
        **schema,
    }


def text() -> str:
    """Return the schema as the file holds it."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    print(text(), end="")  # noqa: T201
