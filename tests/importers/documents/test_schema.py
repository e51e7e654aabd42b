"""The published schema and the description say what the code does."""

from pathlib import Path

from monographs.document.shape import ClassRecord, Document, DrugRecord
from monographs.importers.documents import schema

DOCS = Path(__file__).resolve().parents[3] / "docs"


def test_the_published_schema_is_that_of_the_shape():
    assert (DOCS / "import-schema.json").read_text(encoding="utf-8") == schema.text()


def test_the_description_names_every_field():
    text = (DOCS / "import-format.md").read_text(encoding="utf-8")
    fields = {
        field.alias or name
        for shape in (Document, DrugRecord, ClassRecord)
        for name, field in shape.model_fields.items()
    }
    assert [name for name in sorted(fields) if f"`{name}`" not in text] == []
