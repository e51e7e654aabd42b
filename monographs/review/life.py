"""The life of a drug: another name and address, two that become one, one that becomes several.

What a step would do is worked out first as plain rows (`merge_plan`), shown to
the person, and done by the same rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q

from monographs.document import digest
from monographs.models import (
    CrossLink,
    Drug,
    DrugComponent,
    DrugFlag,
    DrugName,
    Edit,
    Identifier,
    LiveDrug,
    OldSlug,
    Successor,
)
from monographs.models.drug_class import SLUG
from monographs.names import normalise
from monographs.review.actions import hide, locked, record_edit, refuse_no_reason
from monographs.review.live import raise_generation
from monographs.review.look_alikes import find_look_alikes
from monographs.review.people import require
from monographs.review.refusals import AddressTaken, NotPossible, TextChanged
from monographs.review.rows import same_name
from monographs.review.search_keys import make_findable
from monographs.review.steps import step
from monographs.vocabulary import FlagKind, NameKind, Part

# The names of a substance itself; of a drug that has ended they live on as synonyms.
OWN_NAMES = (NameKind.INN, NameKind.BAN, NameKind.USAN, NameKind.GENERIC)
LONGEST_NAME, LONGEST_SLUG = 200, 100


@dataclass
class MergePlan:
    """What a merger does to each row. Rows in `dropped` say what the target has already."""

    names: list[DrugName] = field(default_factory=list)
    codes: list[Identifier] = field(default_factory=list)
    links: list[CrossLink] = field(default_factory=list)
    incoming: list[CrossLink] = field(default_factory=list)
    components: list[DrugComponent] = field(default_factory=list)
    dropped: list[Any] = field(default_factory=list)

    def sentences(self) -> list[str]:
        """Return what the plan does, one sentence for each row."""
        return [
            *(f"The name {row} ({NameKind(row.kind).label.lower()}) goes over." for row in self.names),
            *(f"The code {row} goes over." for row in self.codes),
            *(f"The link to {_target_words(row)} goes over." for row in self.links),
            *(f"The link from {row.from_drug} leads to the new page." for row in self.incoming),
            *(f"{row.combination} contains the other drug from now on." for row in self.components),
            *(f"Dropped, as it is there already: {_words(row)}." for row in self.dropped),
        ]

    @property
    def digest(self) -> str:
        """What tells this plan from another."""
        return digest("\n".join(self.sentences()))


@step
def rename(*, drug: Drug, name: str, slug: str, by: Any, reason: str) -> OldSlug:
    """Give a drug another name and address; the old ones lead to it for ever.

    The old name stays among its names, and the heading of the page follows
    when the next text is released. Returns the OldSlug. Raises PermissionDenied,
    Ended, AddressTaken, NotPossible (nothing new, or no address), NeedsReason.
    """
    require(by, "rename_drug")
    drug = locked(drug)
    refuse_no_reason(reason)
    name = " ".join(name.split())
    _refuse_bad_address(drug, name, slug)
    shown = LiveDrug.objects.filter(drug=drug).first()
    former, _ = OldSlug.objects.get_or_create(
        slug=drug.slug,
        defaults={
            "drug": drug,
            "name": shown.name if shown else drug.name,
            "by": by,
            "reason": reason.strip(),
        },
    )
    _take_name(drug, name)
    Drug.objects.filter(pk=drug.pk).update(name=name, slug=slug, lock_version=F("lock_version") + 1)
    LiveDrug.objects.filter(drug=drug).update(slug=slug)
    record_edit(drug=drug, part=Part.MONOGRAPH, by=by, what=f"renamed from {drug.name} ({drug.slug})")
    make_findable([drug.pk])
    find_look_alikes({drug.pk})
    raise_generation()
    return former


def merge_plan(drug: Drug, into: Drug) -> MergePlan:
    """Return what merging a drug into another does. A fixed number of queries."""
    plan = MergePlan()
    there: set[tuple[Any, ...]] = {(row.norm, row.kind, row.market) for row in into.names.all()}
    for row in drug.names.select_related("source").order_by("norm", "kind"):
        if row.kind in OWN_NAMES:
            row.kind = NameKind.SYNONYM.value
        _sort(plan, plan.names, row, (row.norm, row.kind, row.market), there)
    there = {(row.system, row.value) for row in into.identifiers.all()}
    for code in drug.identifiers.order_by("system", "value"):
        _sort(plan, plan.codes, code, (code.system, code.value), there)
    there = {_target(row) for row in into.links.all()}
    for link in drug.links.exclude(to_drug=into).select_related("from_drug", "to_drug", "to_class"):
        _sort(plan, plan.links, link, _target(link), there)
    there = {(row.from_drug_id, row.relation) for row in into.linked_from.all()}
    for link in drug.linked_from.exclude(from_drug=into).select_related("from_drug", "to_drug"):
        _sort(plan, plan.incoming, link, (link.from_drug_id, link.relation), there)
    between = Q(from_drug=drug, to_drug=into) | Q(from_drug=into, to_drug=drug)
    plan.dropped += CrossLink.objects.filter(between).select_related("from_drug", "to_drug")
    there = {(row.combination_id,) for row in into.part_of.all()} | {(into.pk,)}
    for part in drug.part_of.select_related("combination", "component"):
        _sort(plan, plan.components, part, (part.combination_id,), there)
    return plan


@step
def merge(*, drug: Drug, into: Drug, by: Any, reason: str, seen: str = "") -> Successor:
    """Let a drug be part of another from now on: names, codes and links go over, its page ends.

    `seen` is the digest of the plan that the person was shown. The target's
    working text gains names, so it needs a new submit and a new signature.
    Returns the Successor. Raises PermissionDenied, Ended, NotPossible (itself,
    or a target that readers cannot see in place of a page that they can),
    NeedsReason, TextChanged (the plan is not as seen).
    """
    require(by, "merge_drug")
    refuse_no_reason(reason)
    drug, into = _both(drug, [into])
    _refuse_unseen(drug, [into])
    _refuse_open_notice(drug)
    plan = merge_plan(drug, into)
    if seen and seen != plan.digest:
        raise TextChanged(f"{drug} or {into} was changed since you opened this page: read it again.")
    for row in plan.dropped:
        row.delete()
    for name in plan.names:
        DrugName.objects.filter(pk=name.pk).update(drug=into, kind=name.kind)
    _cite(drug, into)
    _move(plan.codes, "drug", into)
    # What was agreed of one page was not agreed of the other: a person looks at each link again.
    _move(plan.links, "from_drug", into, accepted_by=None, checked_on=None, checked_by=None)
    _move(plan.incoming, "to_drug", into, accepted_by=None, checked_on=None, checked_by=None)
    _move(plan.components, "component", into)
    for part in plan.components:
        _touch(part.combination, [by], f"{drug} merged into {into}")
    _hand_over(drug, [into], by)
    return _end(drug, [into], by, reason)[0]


@step
def split(
    *,
    drug: Drug,
    into: Sequence[Drug],
    names: Mapping[int, int],
    codes: Mapping[int, int],
    by: Any,
    reason: str,
) -> list[Successor]:
    """Let several drugs take the place of one; its address becomes a choice between them.

    `names` and `codes` give for a row (its id) the drug (its id) that it goes
    to. A name that is not given goes to each, so that it never opens one of
    them by itself; other codes, and all links, stay with the old drug, which
    readers see no more. Returns the Successors. Raises as `merge` does.
    """
    require(by, "split_drug")
    refuse_no_reason(reason)
    if len({one.pk for one in into}) < 2:
        raise NotPossible("A split needs at least two drugs that take the place of this one.")
    drug, *into = _both(drug, into)
    _refuse_unseen(drug, into)
    _refuse_open_notice(drug)
    for name in list(drug.names.all()):
        _give_name(name, [one for one in into if names.get(name.pk, one.pk) == one.pk])
        name.delete()
    for one in into:
        _cite(drug, one)
        mine = [pk for pk, taker in codes.items() if taker == one.pk]
        drug.identifiers.filter(pk__in=mine).update(drug=one)
    _hand_over(drug, into, by)
    return _end(drug, into, by, reason)


def proposed_flags(drug: Drug) -> list[DrugFlag]:
    """Return the flags of a combination's components that it does not have, each kind once. One query."""
    rows = DrugFlag.objects.filter(drug__part_of__combination=drug).select_related("drug", "source")
    has = DrugFlag.objects.filter(drug=drug).values("kind")
    found: dict[str, DrugFlag] = {}
    for row in rows.exclude(kind__in=has).order_by("drug__part_of__position", "drug_id"):
        found.setdefault(row.kind, row)
    return [found[kind.value] for kind in FlagKind if kind.value in found]


@transaction.atomic
def take_flags(*, drug: Drug, kinds: Collection[FlagKind], by: Any) -> list[DrugFlag]:
    """Give a combination these flags of its components, with their lines and sources.

    Returns the new rows. Raises PermissionDenied, Ended, or NotPossible for a
    kind that no component proposes.
    """
    require(by, "change_drug")
    drug = locked(drug)
    proposed = {row.kind: row for row in proposed_flags(drug)}
    if unknown := [kind.label for kind in kinds if kind not in proposed]:
        raise NotPossible(f"No component of {drug} proposes: {', '.join(unknown)}.")
    columns = ("kind", "line", "detail", "source", "locator", "checked_on")
    taken = [
        DrugFlag.objects.create(drug=drug, **{name: getattr(proposed[kind], name) for name in columns})
        for kind in kinds
    ]
    _touch(drug, [by], "took flags of its components")
    return taken


def _sort(plan: MergePlan, moved: list[Any], row: Any, key: Any, there: set[Any]) -> None:
    """Put a row among those that move or, where the target has it already, among those that go."""
    (plan.dropped if key in there else moved).append(row)
    there.add(key)


def _target(link: CrossLink) -> tuple[Any, ...]:
    """Return what makes a link of one drug the same link."""
    if link.to_drug_id:
        return "drug", link.to_drug_id, link.relation
    return (
        ("class", link.to_class_id, link.relation) if link.to_class_id else ("url", link.url, link.relation)
    )


def _target_words(link: CrossLink) -> str:
    """Return where a link leads, as people call it."""
    return str(link.to_drug or link.to_class or link.title)


def _words(row: Any) -> str:
    """Return a row as people call it."""
    kinds = {
        DrugName: "the name",
        Identifier: "the code",
        CrossLink: "the link",
        DrugComponent: "the component",
    }
    return f"{kinds[type(row)]} {row}"


def _both(drug: Drug, others: Sequence[Drug]) -> list[Drug]:
    """Return a drug and others, all locked in one order. Raises Ended or NotPossible."""
    if drug.pk in {other.pk for other in others}:
        raise NotPossible(f"{drug} cannot take its own place.")
    rows = {pk: locked(Drug(pk=pk)) for pk in sorted({drug.pk, *(other.pk for other in others)})}
    return [rows[drug.pk], *(rows[other.pk] for other in others)]


def _refuse_bad_address(drug: Drug, name: str, slug: str) -> None:
    """Raise NotPossible for a name or address that cannot be, AddressTaken for another drug's."""
    if not name or len(name) > LONGEST_NAME:
        raise NotPossible(f"Give the new name, of at most {LONGEST_NAME} characters.")
    try:
        SLUG(slug)
    except ValidationError as error:
        raise NotPossible(f"{slug!r} is no address: {error.message}") from None
    if len(slug) > LONGEST_SLUG:
        raise NotPossible(f"The new address has more than {LONGEST_SLUG} characters.")
    if other := same_name(name, besides=drug.pk):
        raise NotPossible(f"This may be {other}, which exists: merge the two instead.")
    if slug == drug.slug:
        raise NotPossible(f"{drug} has this address already; a name alone is changed in its form.")
    taken = OldSlug.objects.filter(slug=slug).exclude(drug=drug).exists()
    if taken or Drug.objects.filter(slug=slug).exclude(pk=drug.pk).exists():
        raise AddressTaken(f"The address {slug} is, or was, another drug's.")


def _take_name(drug: Drug, name: str) -> None:
    """Put the new name among the names of a drug, of the kind that the old one has."""
    rows = list(drug.names.all())
    if normalise(name) in {row.norm for row in rows}:
        return
    old = normalise(drug.name)
    model = next((row for row in rows if row.norm == old and row.kind in OWN_NAMES), None)
    kind = model.kind if model else NameKind.GENERIC.value
    DrugName.objects.create(drug=drug, name=name, kind=kind, market=model.market if model else "")


def _give_name(name: DrugName, takers: Collection[Drug]) -> None:
    """Write a name at each drug that takes it; a substance's own name becomes a synonym."""
    kind = NameKind.SYNONYM.value if name.kind in OWN_NAMES else name.kind
    columns = ("name", "is_current", "in_document", "source")
    for drug in takers:
        DrugName.objects.get_or_create(
            drug=drug,
            norm=name.norm,
            kind=kind,
            market=name.market,
            defaults={column: getattr(name, column) for column in columns},
        )


def _cite(drug: Drug, into: Drug) -> None:
    """Give a drug the citations that the names which it took rest on."""
    cited = set(into.citations.values_list("source", flat=True))
    keys = set(into.citations.values_list("key", flat=True))
    needed = set(into.names.exclude(source=None).values_list("source", flat=True)) - cited
    for citation in drug.citations.filter(source__in=needed).order_by("key"):
        key = next(key for key in _spare(citation.key) if key not in keys)
        keys.add(key)
        into.citations.create(key=key, source=citation.source, accessed_on=citation.accessed_on)


def _spare(key: str) -> Iterator[str]:
    """Yield a key and, for when it is taken, others like it."""
    yield key
    yield from (f"{key[:26]}-{number}" for number in count(2))


def _move(rows: Collection[Any], column: str, into: Drug, **also: Any) -> None:
    """Point rows to another drug."""
    if rows:
        model = type(next(iter(rows)))
        model.objects.filter(pk__in=[row.pk for row in rows]).update(**{column: into}, **also)


def _refuse_open_notice(drug: Drug) -> None:
    """Raise NotPossible while a warning stands above the page that would end."""
    if (notice := drug.notices.filter(ended_at=None).first()) is not None:
        raise NotPossible(
            f"A safety notice is open on {drug}: “{notice.text}” Put it where it belongs and end it first."
        )


def _refuse_unseen(drug: Drug, into: Collection[Drug]) -> None:
    """Raise NotPossible when readers of a public page would be led to one that they cannot see."""
    readable = set(LiveDrug.objects.readable().filter(drug__in=[drug, *into]).values_list("drug", flat=True))
    unseen = [str(one) for one in into if one.pk not in readable]
    if drug.pk in readable and unseen:
        raise NotPossible(f"{' and '.join(unseen)} cannot be read yet; release it before {drug} ends.")


def _hand_over(drug: Drug, into: Collection[Drug], by: Any) -> None:
    """Whoever worked on a drug has now worked on those that took its names, and cannot approve them."""
    people = Edit.objects.filter(drug=drug, part=Part.MONOGRAPH.value).order_by().values_list("by", flat=True)
    for one in into:
        _touch(one, {by.pk, *people.distinct()}, f"names came from {drug}")


def _touch(drug: Drug, people: Collection[Any], what: str) -> None:
    """Raise the version of a drug's working rows, and write down who changed them."""
    Drug.objects.filter(pk=drug.pk).update(lock_version=F("lock_version") + 1)
    Edit.objects.bulk_create(
        Edit(drug=drug, part=Part.MONOGRAPH.value, by_id=getattr(one, "pk", one), what=what[:200])
        for one in people
    )


def _end(drug: Drug, into: Sequence[Drug], by: Any, reason: str) -> list[Successor]:
    """Take the page down and write what became of it; its names lead on."""
    parts = DrugComponent.objects.filter(component__in=into).values_list("combination", flat=True)
    live = LiveDrug.objects.filter(drug=drug).first()
    if live is not None and live.monograph_id is not None:
        hide(drug, by, reason)
    LiveDrug.objects.filter(drug=drug).delete()
    ended = [
        Successor.objects.create(drug=drug, successor=one, position=position, by=by, reason=reason.strip())
        for position, one in enumerate(into)
    ]
    make_findable([drug.pk, *(one.pk for one in into), *parts])
    raise_generation()
    return ended
