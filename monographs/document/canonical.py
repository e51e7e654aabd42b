"""Canonical text, digests, and reading stored text back; plain Python.

Canonical text is JSON with sorted keys, UTF-8, NFC, white space normalised,
children in a stable order, dates as text and no floats. `sha256sum` of the
stored bytes gives the digest.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from typing import Any

from pydantic import BaseModel, ValidationError

from monographs.document.shape import SCHEMA, Document
from monographs.document.text import references, tidy_line, tidy_section
from monographs.names import normalise
from monographs.vocabulary import NameKind, Part, SectionKind

# Control, zero-width, bidirectional and replacement characters, lone surrogates
# and noncharacters: what a reader cannot see must not be signed.
HOSTILE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\ufff0-\ufffd\ufffe\uffff\ud800-\udfff\U000e0000-\U000e01ef]"
)
LONGEST = 100_000


class Problem(Exception):
    """A value that cannot stand in a document. Says where and what."""

    def __init__(self, place: str, sentence: str) -> None:
        """Keep the place, such as "monograph.sections.monitoring", and the sentence."""
        super().__init__(f"{place}: {sentence}" if place else sentence)
        self.place = place
        self.sentence = sentence


def normalised(raw: dict[str, Any], *, at: str = "") -> Document:
    """Return the document that plain data describe, in its one normal form.

    Raises Problem with the place when a value has the wrong shape, cannot be
    seen, repeats another, or refers to what is not there.
    """
    document = validated(Document, _tidy(raw, at), at=at)
    _refuse_contradictions(document, at)
    return document.model_copy(
        update={
            "names": tuple(sorted(document.names, key=_name_key)),
            "other_classes": tuple(sorted(document.other_classes, key=lambda ref: ref.slug)),
            "waivers": tuple(sorted(document.waivers, key=lambda waiver: (waiver.section, waiver.rule))),
        }
    )


def validated[Model: BaseModel](shape: type[Model], raw: object, *, at: str = "") -> Model:
    """Return plain data as a shape. Raises Problem for the first thing that does not fit."""
    try:
        return shape.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(step) for step in (at, *first["loc"]) if step not in ("", "[key]"))
        raise Problem(place, first["msg"]) from None


def tidied(raw: object, at: str = "") -> Any:
    """Return plain data with all text in NFC and on one line. Raises Problem."""
    return _tidy(raw, at)


def canonical_text(document: Document, part: Part = Part.MONOGRAPH) -> str:
    """Return the bytes that are frozen, as text that UTF-8 can hold."""
    body = document.model_dump(mode="json", by_alias=True)
    return dumped({"schema": SCHEMA, "part": part.value, **body})


def dumped(data: object) -> str:
    """Return data as compact JSON with sorted keys. Raises ValueError for NaN."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def parsed(text: str) -> Document:
    """Return the document of stored canonical text; an old schema is upgraded.

    Raises Problem when it is not a text of a schema that this program reads.
    """
    try:
        data = json.loads(text)
        schema = data.pop("schema")
        data.pop("part")
    except (ValueError, KeyError, AttributeError, TypeError):
        raise Problem("", "the stored text is not a document") from None
    if schema != SCHEMA:
        raise Problem("schema", f"this program reads schema {SCHEMA}, the text has {schema}")
    return validated(Document, data)


def digest(text: str) -> str:
    """Return the SHA-256 of the text's UTF-8 bytes in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def section_digests(document: Document) -> dict[str, str]:
    """Return the digest of each written section and of the lead."""
    texts = {"lead": document.lead} if document.lead else {}
    texts |= {kind.value: text for kind, text in document.sections.items()}
    return {kind: digest(text) for kind, text in texts.items()}


def unchanged_since(
    document: Document, number: int, before: dict[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Return for each section its digest and since which revision it stands unchanged.

    `number` is the revision being made, `before` the same mapping of the one
    before it ({} for the first). A text that came back counts as new.
    """
    return {
        kind: {"digest": value, "since": before[kind]["since"] if _same(before, kind, value) else number}
        for kind, value in section_digests(document).items()
    }


def _same(before: dict[str, dict[str, Any]], kind: str, value: str) -> bool:
    """Tell whether the section's text was the same in the revision before."""
    return kind in before and before[kind]["digest"] == value


def _name_key(name: Any) -> tuple[int, str, str]:
    """Order names by kind, then as the A to Z does, then by market."""
    return list(NameKind).index(name.kind), normalise(name.name), name.market


def _tidy(value: Any, at: str, *, is_section: bool = False) -> Any:
    """Return value with its texts normalised. Raises Problem with the place."""
    if isinstance(value, str):
        return _tidy_text(value, at, is_section=is_section)
    if isinstance(value, dict):
        return {
            key: _tidy(child, f"{at}.{key}" if at else str(key), is_section=_is_sections(at))
            for key, child in value.items()
        }
    if isinstance(value, list | tuple):
        return [_tidy(child, f"{at}.{index}") for index, child in enumerate(value)]
    if isinstance(value, float):
        raise Problem(at, "write the number as text; a float cannot be frozen exactly")
    return value


def _is_sections(at: str) -> bool:
    """Tell whether the children at this place are section texts."""
    return at == "sections" or at.endswith("monograph.sections")


def _tidy_text(text: str, at: str, *, is_section: bool) -> str:
    """Return one text in NFC with its white space normalised. Raises Problem."""
    if len(text) > LONGEST:
        raise Problem(at, f"{len(text):,} characters, more than {LONGEST:,}")
    hostile = HOSTILE.search(text)
    if hostile:
        raise Problem(at, f"holds the character U+{ord(hostile[0]):04X} at position {hostile.start() + 1}")
    text = unicodedata.normalize("NFC", text)
    return tidy_section(text) if is_section else tidy_line(text)


def _refuse_contradictions(document: Document, at: str) -> None:
    """Raise Problem for what the shape alone cannot tell."""
    place = f"{at}." if at else ""
    _refuse_repeats(f"{place}names", [(normalise(n.name), n.kind, n.market) for n in document.names])
    _refuse_repeats(
        f"{place}other_classes", [ref.slug for ref in (document.drug_class, *document.other_classes)]
    )
    _refuse_repeats(f"{place}components", [component.slug for component in document.components])
    _refuse_repeats(f"{place}waivers", [(waiver.section, waiver.rule) for waiver in document.waivers])
    _refuse_repeats(
        f"{place}sources",
        [(source.kind, source.identifier, source.revision) for source in document.sources.values()],
    )
    if normalise(document.name) not in {normalise(name.name) for name in document.names}:
        raise Problem(
            f"{place}names",
            f"the drug's own name, {document.name}, is not among its names: add it there with its kind",
        )
    for key, where in _keys_used(document):
        if key not in document.sources:
            raise Problem(f"{place}{where}", f"the key [{key}] names no source of this drug")


def _refuse_repeats(place: str, keys: list[Any]) -> None:
    """Raise Problem when two children are the same."""
    repeated = next((key for index, key in enumerate(keys) if key in keys[:index]), None)
    if repeated is not None:
        words = " ".join(str(part) for part in repeated) if isinstance(repeated, tuple) else repeated
        raise Problem(place, f"“{words.strip()}” stands there twice")


def _keys_used(document: Document) -> list[tuple[str, str]]:
    """Return every source key that the document uses, with its place."""
    used = [
        (ref.key, f"sections.{kind.value}")
        for kind in SectionKind
        for ref in references(document.sections.get(kind, ""))
    ]
    used += [(flag.source, f"flags.{kind.value}") for kind, flag in document.flags.items()]
    used += [(name.source, f"names.{index}") for index, name in enumerate(document.names) if name.source]
    if document.reference_smpc:
        used.append((document.reference_smpc, "reference_smpc"))
    return used
