"""What a reviewer has begun: ticks, comments and fields, until they sign. A draft claims nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from monographs.models import ReviewDraft, Revision
from monographs.review.notes import touch
from monographs.review.people import require
from monographs.vocabulary import SectionKind

# What was meant for one text only.
OF_ONE_TEXT = ("verdict", "and_then", "due_on")


@dataclass(frozen=True)
class Draft:
    """What a person finds again: sections read against their sources, and what was typed, by field.

    `number` is the revision at which it was kept and `again` the sections that
    were ticked there and have changed since; `version` tells it from a later one.
    """

    read: tuple[SectionKind, ...] = ()
    fields: dict[str, str] = field(default_factory=dict)
    number: int | None = None
    again: tuple[SectionKind, ...] = ()
    version: str = ""


def draft_of(revision: Revision, person: Any) -> Draft:
    """Return what a person has begun on a revision, or on an earlier one of the part. One query.

    A tick comes over only for a section whose text is the same.
    """
    rows = ReviewDraft.objects.filter(
        person=person.pk,
        revision__drug=revision.drug_id,
        revision__part=revision.part,
        revision__number__lte=revision.number,
    )
    row = rows.select_related("revision").defer("revision__document").order_by("-revision__number").first()
    if row is None:
        return Draft()
    ticked = [kind for kind in SectionKind if kind.value in row.read]
    read = [kind for kind in ticked if row.read[kind.value] == _digest(revision, kind)]
    is_own = row.revision_id == revision.pk
    return Draft(
        tuple(read),
        {name: text for name, text in row.fields.items() if is_own or name not in OF_ONE_TEXT},
        row.revision.number,
        tuple(kind for kind in ticked if kind not in read),
        row.saved_at.isoformat(),
    )


@transaction.atomic
def keep_draft(
    *,
    revision: Revision,
    by: Any,
    read: Collection[SectionKind],
    fields: Mapping[str, str],
    seen: str = "",
) -> Draft:
    """Keep what a person has begun. Returns the draft as it stands then.

    `seen` is the version that their page showed. When another tab has kept
    something since, neither is lost: ticks of both count, and of two texts for
    one field both stand. Raises PermissionDenied.
    """
    require(by, "add_note")
    before = draft_of(revision, by)
    ticks, texts = set(read), {name: text for name, text in fields.items() if text.strip()}
    if before.version and before.version != seen:
        ticks |= set(before.read)
        texts = {
            name: _both(name, before.fields.get(name, ""), texts.get(name, ""))
            for name in before.fields.keys() | texts.keys()
        }
    ReviewDraft.objects.update_or_create(
        revision=revision,
        person=by,
        defaults={
            "read": {
                kind.value: _digest(revision, kind)
                for kind in SectionKind
                if kind in ticks and _digest(revision, kind)
            },
            "fields": texts,
        },
    )
    earlier = ReviewDraft.objects.filter(
        person=by,
        revision__drug=revision.drug_id,
        revision__part=revision.part,
        revision__number__lt=revision.number,
    )
    earlier.delete()
    touch(revision, by)
    return draft_of(revision, by)


def _digest(revision: Revision, kind: SectionKind) -> str:
    """Return the digest of a section in a revision, or ""."""
    entry = revision.sections.get(kind.value)
    return entry["digest"] if entry else ""


def _both(name: str, theirs: str, mine: str) -> str:
    """Return what stands of two texts for one field: the one that says more, or both."""
    is_choice = name in OF_ONE_TEXT or name == "interests" or "without_" in name
    if is_choice or theirs in mine:
        return mine or theirs
    return theirs if mine in theirs else f"{theirs}\n\n{mine}"
