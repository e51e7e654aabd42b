"""The shape of a document and of an interchange record: plain Python.

One structure serves the interchange file, the export, the frozen revision and
the page. Keyed children are mappings, so the order of rows says nothing;
lists are in the order that `canonical` gives them.
"""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from monographs.vocabulary import (
    DosingState,
    FlagKind,
    IdentifierSystem,
    Market,
    NameKind,
    Population,
    Relation,
    SectionKind,
    SourceKind,
)

SCHEMA = 1

SLUG_PATTERN = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
KEY_PATTERN = r"^[a-z][a-z0-9-]{0,29}$"
URL_PATTERN = re.compile(r"https://[^\s<>\"\\]+\.[^\s<>\"\\]+")

Slug = Annotated[str, StringConstraints(pattern=SLUG_PATTERN, max_length=100)]
Key = Annotated[str, StringConstraints(pattern=KEY_PATTERN)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
Url = Annotated[str, StringConstraints(pattern=r"^https://[^\s<>\"\\]+\.[^\s<>\"\\]+$", max_length=500)]
MarketCode = Market | Annotated[str, StringConstraints(max_length=0)]


class Shape(BaseModel):
    """Base of every shape: unknown fields are refused, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class ClassRef(Shape):
    """A class, as the page names it."""

    slug: Slug
    name: Line


class Component(Shape):
    """One substance of a fixed combination."""

    slug: Slug
    name: Line


class Name(Shape):
    """A name that finds the drug. `source` is a key of the document's sources."""

    name: Line
    kind: NameKind
    market: MarketCode = ""
    is_current: bool = True
    source: Key | None = None


class Flag(Shape):
    """A warning: the editor's line, the product or schedule it is about, its source."""

    line: Annotated[str, StringConstraints(max_length=90)] = ""
    detail: Annotated[str, StringConstraints(max_length=60)] = ""
    source: Key
    locator: Annotated[str, StringConstraints(max_length=60)] = ""
    checked_on: datetime.date


class SourceRef(Shape):
    """What statements rest on: a document in one of its revisions, and when it was read."""

    kind: SourceKind
    identifier: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    title: Line
    jurisdiction: Market | Annotated[str, StringConstraints(pattern=r"^INT$")]
    url: Url
    revision: Annotated[str, StringConstraints(max_length=60)] = ""
    revised_on: datetime.date | None = None
    accessed_on: datetime.date


class WaiverRef(Shape):
    """A content rule that may be broken in one section, and why."""

    section: SectionKind
    rule: Annotated[str, StringConstraints(pattern=r"^L\d{2}$")]
    reason: Line


class Document(Shape):
    """The monograph part: all clinical text that a reader sees about one drug."""

    name: Line
    drug_class: ClassRef = Field(alias="class")
    other_classes: tuple[ClassRef, ...] = ()
    is_specialist: bool = False
    population: Population
    lead: Annotated[str, StringConstraints(max_length=400)] = ""
    components: tuple[Component, ...] = ()
    names: tuple[Name, ...] = ()
    flags: dict[FlagKind, Flag] = {}
    reference_smpc: Key | None = None
    sections: dict[SectionKind, Text] = {}
    sources: dict[Key, SourceRef] = {}
    waivers: tuple[WaiverRef, ...] = ()

    def current_brands(self) -> list[list[str]]:
        """Return [name, market] of each brand that is sold now."""
        return [
            [name.name, str(name.market)]
            for name in self.names
            if name.kind is NameKind.BRAND and name.is_current
        ]


class IdentifierRef(Shape):
    """A code whose name was matched; it says that the name exists, not more."""

    system: IdentifierSystem
    value: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    verified_on: datetime.date | None = None
    verified_against: Annotated[str, StringConstraints(max_length=120)] = ""


class Link(Shape):
    """A curated cross-link to exactly one of a drug, a class or an https address."""

    drug: Slug | None = None
    drug_class: Slug | None = Field(default=None, alias="class")
    url: Url | None = None
    title: Annotated[str, StringConstraints(max_length=120)] = ""
    relation: Relation
    reason: Annotated[str, StringConstraints(max_length=120)] = ""


class Conflict(Shape):
    """A name that means another medicine elsewhere."""

    name: Line
    market: MarketCode = ""
    substance: Line
    source: Key


class Dosing(Shape):
    """Why no dose is shown, and since when."""

    state: DosingState = DosingState.RE_SOURCING
    since: datetime.date
    why: Annotated[str, StringConstraints(max_length=280)] = ""


class DrugRecord(Shape):
    """One drug in an interchange file. Only `monograph` is reviewed text."""

    schema_number: int = Field(alias="schema")
    slug: Slug
    monograph: Document
    identifiers: tuple[IdentifierRef, ...] = ()
    dosing: Dosing | None = None
    related: tuple[Link, ...] = ()
    name_conflicts: tuple[Conflict, ...] = ()
    reviews: Any = None


class ClassRecord(Shape):
    """One class in an interchange file."""

    schema_number: int = Field(alias="schema")
    class_slug: Slug = Field(alias="class")
    name: Line
    parent: Slug | None = None
    description: Annotated[str, StringConstraints(max_length=200)] = ""
    atc: Annotated[str, StringConstraints(max_length=7)] = ""
