"""Curated links: who answers for them, who agrees, and what is wrong with them now.

Links stand outside the reviewed text, so none of these steps is an edit of it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum
from typing import Any

from django.db import transaction
from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from monographs.models import CheckedAddress, CrossLink, Drug, LiveDrug, OldSlug, Successor
from monographs.review.clock import clinical_now
from monographs.review.live import raise_generation
from monographs.review.people import require
from monographs.review.refusals import NeedsReason, NotPossible, TextChanged
from monographs.review.steps import step
from monographs.vocabulary import Relation

# A reason that nobody has looked at for so long may have stopped being true.
REASON_HOLDS = timedelta(days=730)
NO_REASON = "An alternative needs a reason: say when it may be used instead."
# Whoever changes one of these says something new, for which somebody has to answer and agree anew.
SAYS = ("to_drug", "to_class", "url", "title", "relation", "reason")


class Trouble(Enum):
    """What can be wrong with a link. The value is what editors read."""

    WITHDRAWN = "target withdrawn"
    ENDED = "target merged or split"
    NOT_LIVE = "target has no public page"
    RENAMED = "target renamed since checked"
    CHANGED = "class or flags of the target changed since checked"
    OLD = "not checked within 24 months"
    UNACCEPTED = "waits for a second person"
    ONE_WAY = "alternative in one direction only"
    TWICE = "same target by another relation"
    DEAD = "address does not answer"

    @property
    def column(self) -> str:
        """The annotation that `with_troubles` gives it."""
        return f"is_{self.name.lower()}"


@dataclass
class Replacement:
    """What replacing a target does to each link: those that change, and those that cannot, each with why."""

    changed: list[CrossLink] = field(default_factory=list)
    refused: list[tuple[CrossLink, str]] = field(default_factory=list)

    @property
    def seen(self) -> str:
        """What tells this preview from another."""
        return ",".join(f"{link.pk}:{said(link)}" for link in self.changed)


def answer_for(links: Collection[CrossLink], *, by: Any) -> None:
    """Make a person answer for what these links say now, before they are written. One query.

    What was agreed of them before no longer counts. Raises PermissionDenied.
    """
    require(by, "change_crosslink")
    _look_at(links, by)
    for link in links:
        link.curator, link.accepted_by = by, None


def said(link: CrossLink) -> str:
    """Return what a link says, to tell whether it still says what a person was shown."""
    return "|".join(
        [
            link.relation,
            str(link.to_drug_id or ""),
            str(link.to_class_id or ""),
            link.url,
            link.title,
            link.reason,
        ]
    )


@step
def accept(*, link: CrossLink, by: Any, seen: str) -> None:
    """Agree, as a second person, that readers may see an alternative.

    `seen` is what the link said (`said`) when the person read it. Raises
    PermissionDenied, TextChanged, NeedsReason without one, or NotPossible:
    another relation, or one's own link.
    """
    require(by, "change_crosslink")
    row = CrossLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
    if said(row) != seen:
        raise TextChanged("This link was changed since you opened the page: read it again.")
    if row.relation != Relation.ALTERNATIVE:
        raise NotPossible("Only an alternative needs a second person.")
    if row.curator_id == by.pk:
        raise NotPossible("You answer for this link yourself; a second person has to agree.")
    if not row.reason:
        raise NeedsReason(NO_REASON)
    row.accepted_by = by
    row.save(update_fields=["accepted_by"])
    raise_generation()


@transaction.atomic
def mark_checked(links: QuerySet[CrossLink], *, by: Any) -> int:
    """Note that a person has looked at these links and their targets today. Returns how many. Three queries.

    Raises PermissionDenied, or NotPossible for a target that has ended: such a
    link needs another target, not a date.
    """
    require(by, "change_crosslink")
    rows = list(links.select_related("from_drug", "to_drug", "to_class"))
    ended = Successor.objects.filter(drug__in=[row.to_drug_id for row in rows if row.to_drug_id])
    if gone := set(ended.values_list("drug", flat=True)):
        named = "; ".join(str(row) for row in rows if row.to_drug_id in gone)
        raise NotPossible(f"The target was merged or split, so give these another: {named}.")
    _look_at(rows, by)
    CrossLink.objects.bulk_update(rows, ["checked_on", "checked_by", "name_seen", "profile_seen"])
    return len(rows)


@step
def add_reverse(*, link: CrossLink, by: Any, reason: str) -> CrossLink:
    """Add the link back, by the same relation and with a reason of its own.

    Returns it. Raises PermissionDenied, NeedsReason for an alternative without
    one, or NotPossible: the target is no drug, has ended, or leads back already.
    """
    require(by, "add_crosslink")
    if link.to_drug is None or why_no_reverse(link):
        raise NotPossible(why_no_reverse(link))
    if link.relation == Relation.ALTERNATIVE and not reason.strip():
        raise NeedsReason(NO_REASON)
    target = Drug.objects.select_for_update().get(pk=link.to_drug.pk)
    last = target.links.order_by("-position").values_list("position", flat=True).first()
    back = CrossLink(
        from_drug=target,
        to_drug=link.from_drug,
        relation=link.relation,
        reason=reason.strip(),
        position=0 if last is None else last + 1,
    )
    answer_for([back], by=by)
    back.save()
    _touch({target.pk})
    return back


def why_no_reverse(link: CrossLink) -> str:
    """Return why there can be no link back, or ""."""
    target = link.to_drug
    if target is None:
        return "Only a link to a drug has a way back."
    if target.successors.exists():
        return f"Another drug took the place of {target}."
    if target.links.filter(to_drug=link.from_drug, relation=link.relation).exists():
        return f"{target} leads to {link.from_drug} by this relation already."
    return ""


def replacement(links: QuerySet[CrossLink], target: Drug) -> Replacement:
    """Return what giving these links another target does. Four queries, whatever the number."""
    plan = Replacement()
    rows = list(links.select_related("from_drug", "to_drug", "to_class").order_by("from_drug__name", "pk"))
    live = LiveDrug.objects.readable().filter(drug=target).exists()
    has_ended = target.successors.exists()
    there = set(
        CrossLink.objects.filter(
            to_drug=target, from_drug__in=[row.from_drug_id for row in rows]
        ).values_list("from_drug", "relation")
    )
    for row in rows:
        why = _why_not(row, target, there, live=live, has_ended=has_ended)
        if why:
            plan.refused.append((row, why))
        else:
            plan.changed.append(row)
            there.add((row.from_drug_id, row.relation))
    return plan


@step
def replace_target(links: QuerySet[CrossLink], *, target: Drug, by: Any, seen: str) -> Replacement:
    """Give these links another target, as the preview showed; the others stay as they were.

    `seen` is the preview's. A replaced alternative needs a second person again.
    Returns what was done. Raises PermissionDenied, or TextChanged when the
    preview would be another now.
    """
    require(by, "change_crosslink")
    drugs = sorted(set(links.values_list("from_drug", flat=True)))
    list(Drug.objects.select_for_update().filter(pk__in=drugs).order_by("pk"))
    plan = replacement(links, target)
    if plan.seen != seen:
        raise TextChanged("Some of these links were changed since you opened the page: read them again.")
    for row in plan.changed:
        row.to_drug = target
    answer_for(plan.changed, by=by)
    columns = [
        *("to_drug", "curator", "accepted_by"),
        *("checked_on", "checked_by", "name_seen", "profile_seen"),
    ]
    CrossLink.objects.bulk_update(plan.changed, columns)
    _touch({row.from_drug_id for row in plan.changed})
    return plan


def with_troubles(links: QuerySet[CrossLink], *, on: date) -> QuerySet[CrossLink]:
    """Annotate each link with every Trouble that it has on a day, as a boolean `Trouble.column`."""
    return links.annotate(
        **{
            trouble.column: Case(
                When(condition, then=Value(True)), default=Value(False), output_field=BooleanField()
            )
            for trouble, condition in _conditions(on).items()
        }
    )


def having(links: QuerySet[CrossLink], *troubles: Trouble) -> QuerySet[CrossLink]:
    """Return those of annotated links that have one of these troubles, or any when none is named."""
    wanted = Q()
    for trouble in troubles or Trouble:
        wanted |= Q(**{trouble.column: True})
    return links.filter(wanted)


def troubles_of(link: CrossLink) -> list[Trouble]:
    """Return what is wrong with an annotated link."""
    return [trouble for trouble in Trouble if getattr(link, trouble.column)]


def _conditions(on: date) -> dict[Trouble, Any]:
    """Return for each trouble the condition in which a link has it."""
    ended = Exists(Successor.objects.filter(drug=OuterRef("to_drug")))
    shown = Q(to_drug__live__isnull=False)
    renamed = OldSlug.objects.filter(drug=OuterRef("to_drug"), at__date__gt=OuterRef("checked_on"))
    back = CrossLink.objects.filter(
        from_drug=OuterRef("to_drug"), to_drug=OuterRef("from_drug"), relation=Relation.ALTERNATIVE.value
    )
    others = CrossLink.objects.filter(from_drug=OuterRef("from_drug")).exclude(pk=OuterRef("pk"))
    alternative = Q(relation=Relation.ALTERNATIVE.value)
    return {
        Trouble.WITHDRAWN: shown & Q(to_drug__live__monograph__isnull=True),
        Trouble.ENDED: ended,
        Trouble.NOT_LIVE: Q(to_drug__isnull=False, to_drug__live__isnull=True) & ~Q(ended),
        Trouble.RENAMED: (shown & ~Q(name_seen="") & ~Q(name_seen=F("to_drug__live__name")))
        | (Q(to_class__isnull=False) & ~Q(name_seen="") & ~Q(name_seen=F("to_class__name")))
        | Q(Exists(renamed)),
        Trouble.CHANGED: shown & ~Q(profile_seen="") & ~Q(profile_seen=F("to_drug__live__profile")),
        Trouble.OLD: Q(checked_on__isnull=True) | Q(checked_on__lt=on - REASON_HOLDS),
        Trouble.UNACCEPTED: alternative & Q(accepted_by__isnull=True),
        Trouble.ONE_WAY: alternative & Q(to_drug__isnull=False) & ~Q(Exists(back)),
        Trouble.TWICE: (Q(to_drug__isnull=False) & Exists(others.filter(to_drug=OuterRef("to_drug"))))
        | (Q(to_class__isnull=False) & Exists(others.filter(to_class=OuterRef("to_class"))))
        | (~Q(url="") & Exists(others.filter(url=OuterRef("url")))),
        Trouble.DEAD: ~Q(url="")
        & Exists(CheckedAddress.objects.filter(url=OuterRef("url")).exclude(problem="")),
    }


def _look_at(links: Collection[CrossLink], by: Any) -> None:
    """Put into links who looks at them today, and what the targets are now. One query."""
    lives = LiveDrug.objects.in_bulk({link.to_drug_id for link in links if link.to_drug_id})
    today = timezone.localdate(clinical_now())
    for link in links:
        live = lives.get(link.to_drug_id) if link.to_drug_id else None
        target = live or link.to_drug or link.to_class
        link.name_seen = target.name if target else ""
        link.profile_seen = live.profile if live else ""
        link.checked_on, link.checked_by = today, by


def _why_not(
    row: CrossLink, target: Drug, there: set[tuple[int, str]], *, live: bool, has_ended: bool
) -> str:
    """Return why a link cannot lead to a target, or ""."""
    if has_ended:
        return f"{target} was merged or split itself"
    if not live:
        return f"{target} has no public page"
    if row.from_drug_id == target.pk:
        return "it would lead to itself"
    if (row.from_drug_id, row.relation) in there:
        return f"{row.from_drug} leads there by this relation already"
    return ""


def _touch(drugs: Collection[int]) -> None:
    """Raise the versions of drugs whose links were changed outside their forms, so that an open form is refused."""
    Drug.objects.filter(pk__in=drugs).update(lock_version=F("lock_version") + 1)
    raise_generation()
