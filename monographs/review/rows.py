"""Writing the working rows by hand: one lock, one count, one line of record for each save."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, Model, OuterRef

from monographs.document import Problem
from monographs.document.canonical import tidied
from monographs.document.text import references
from monographs.models import (
    CrossLink,
    Drug,
    DrugClass,
    DrugComponent,
    DrugName,
    Identifier,
    MonographSection,
    SafetyNotice,
    Successor,
    Waiver,
)
from monographs.names import normalise
from monographs.review.actions import locked, record_edit
from monographs.review.guards import DEEPEST_CLASS
from monographs.review.people import REVIEWER, require
from monographs.review.refusals import ChangedMeanwhile
from monographs.review.search_keys import make_findable
from monographs.vocabulary import IdentifierSystem, NameKind, Part, SectionKind

ONE_DRUG = (IdentifierSystem.UNII, IdentifierSystem.VTM, IdentifierSystem.RXNORM)
# What readers find a drug by, that was never released.
FINDS = {Drug, DrugComponent, DrugName}
# Brands and abbreviations may be shared; these name the substance itself.
OF_SUBSTANCES = (NameKind.INN, NameKind.BAN, NameKind.USAN, NameKind.GENERIC, NameKind.SYNONYM)
SALTS = (
    "acetate", "besilate", "bromide", "calcium", "chloride", "citrate", "fumarate", "hydrobromide",
    "hydrochloride", "lactate", "magnesium", "maleate", "mesilate", "nitrate", "phosphate", "potassium",
    "sodium", "succinate", "sulfate", "sulphate", "tartrate", "tosilate",
)  # fmt: skip


@contextmanager
def edit_rows(
    *, drug: Drug, by: Any, seen: int, what: str, touched: Collection[type[Model]]
) -> Iterator[None]:
    """Hold a drug while a person's save of its working rows is written within.

    `seen` is the `lock_version` that the person's form was drawn from, and
    `touched` the models whose rows are written. The version is raised to
    `seen + 1` and, when the text is touched, one Edit written, in the same
    transaction. Raises PermissionDenied, Ended, or ChangedMeanwhile when
    somebody saved since.
    """
    require(by, "change_drug")
    with transaction.atomic():
        # One statement compares, locks and raises: its condition is on this row alone, so it is asked again
        # when a save that it waited for has ended.
        ended = Successor.objects.filter(drug=OuterRef("pk"))
        standing = Drug.objects.filter(~Exists(ended), pk=drug.pk, lock_version=seen)
        if not standing.update(lock_version=F("lock_version") + 1):
            refuse_changed(drug=drug, seen=seen)
        yield
        if FINDS & set(touched):
            make_findable([drug.pk])
        if _contributes(by, touched):
            record_edit(drug=drug, part=Part.MONOGRAPH, by=by, what=what)


def _contributes(by: Any, touched: Collection[type[Model]]) -> bool:
    """Tell whether a save makes its author one of the text's: links and codes are none of it.

    A reviewer who waives a content rule judges the text and does not write it.
    """
    text = set(touched) - {CrossLink, Identifier}
    return bool(text - {Waiver}) or (bool(text) and not by.groups.filter(name=REVIEWER).exists())


@contextmanager
def new_rows(*, drug: Drug, by: Any, what: str) -> Iterator[None]:
    """Write a new drug and its first rows within, as `edit_rows` does. Raises PermissionDenied."""
    require(by, "add_drug")
    with transaction.atomic():
        yield
        make_findable([drug.pk])
        Drug.objects.filter(pk=drug.pk).update(lock_version=1)
        record_edit(drug=drug, part=Part.MONOGRAPH, by=by, what=what)


def refuse_changed(*, drug: Drug, seen: int) -> None:
    """Lock the drug until the transaction ends. Raises ChangedMeanwhile when it is not as it was seen."""
    now = locked(drug).lock_version
    if now != seen:
        raise ChangedMeanwhile(now)


def section_text(kind: SectionKind, text: str, keys: set[str]) -> str:
    """Return a section's text in its one way of writing.

    Raises Problem for a character that cannot be seen, or a reference whose key
    is none of the drug's `keys`.
    """
    tidy = tidied({"sections": {kind.value: text}})["sections"][kind.value]
    unknown = [ref.key for ref in references(tidy) if ref.key not in keys]
    if unknown:
        raise Problem("", f"The key [{unknown[0]}] names no citation of this drug; add it under Citations.")
    return tidy


def write_sections(drug: Drug, texts: Mapping[SectionKind, str]) -> None:
    """Write the given sections of a drug, and no other; an empty text is no section. Two queries."""
    if empty := [kind.value for kind, text in texts.items() if not text]:
        drug.sections.filter(kind__in=empty).delete()
    if rows := [
        MonographSection(drug=drug, kind=kind.value, text=text) for kind, text in texts.items() if text
    ]:
        MonographSection.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["drug", "kind"], update_fields=["text"]
        )


def same_name(name: str, *, besides: int | None = None) -> Drug | None:
    """Return another drug that has this name already, salts apart, or None."""
    norm = normalise(name)
    bare = " ".join(word for word in norm.split() if word not in SALTS) or norm
    forms = {norm, bare, *(f"{bare} {salt}" for salt in SALTS)}
    kinds = [kind.value for kind in OF_SUBSTANCES]
    found = DrugName.objects.filter(norm__in=forms, kind__in=kinds).exclude(drug=besides)
    first = found.select_related("drug").order_by("pk").first()
    return first.drug if first else None


def same_code(system: str, value: str, *, besides: int | None) -> Drug | None:
    """Return another drug that has this code, of a system that gives each drug its own, or None."""
    if system not in ONE_DRUG:
        return None
    found = Identifier.objects.filter(system=system, value=value).exclude(drug=besides)
    first = found.select_related("drug").first()
    return first.drug if first else None


def is_loop(drug_class: DrugClass, parent: DrugClass | None) -> bool:
    """Tell whether a class would stand above itself, or too deep, under this parent."""
    above = parent
    for _ in range(DEEPEST_CLASS - 1):
        if above is None:
            return False
        if above.pk == drug_class.pk:
            return True
        above = above.parent
    return above is not None


def why_not_moved(drug_class: DrugClass, parent: DrugClass | None) -> str:
    """Return why a class cannot be put under another parent now, or "".

    A notice on a class stands above every page below it: moved away, pages
    would lose it; moved below, they would have one that no signer answered.
    """
    if drug_class.pk is None or drug_class.parent_id == (parent.pk if parent else None):
        return ""
    above: set[int] = set()
    for one in (drug_class.parent, parent):
        while one is not None and one.pk not in above:
            above.add(one.pk)
            one = one.parent
    notice = (
        SafetyNotice.objects.filter(drug_class__in=above, ended_at=None).select_related("drug_class").first()
    )
    if notice is None:
        return ""
    return (
        f"A safety notice is open on {notice.drug_class}, so no class moves in or out below it: end it first."
    )
