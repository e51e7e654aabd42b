"""Records against their shape, the content rules, and what is here; nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from monographs.document import Problem, normalised
from monographs.document.canonical import tidied, validated
from monographs.document.shape import SCHEMA, ClassRecord, DrugRecord, Link
from monographs.lint import lint_text
from monographs.models import Drug, DrugClass


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


def refuse_lost_links(record: DrugRecord, coming: Callable[[], Collection[str]]) -> None:
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
        known = coming() if drugs else ()
        _refuse_unknown(Drug, {slug: at for slug, at in drugs.items() if slug not in known})
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
