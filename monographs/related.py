"""Related links: those that editors chose, then medicines of the same class.

One function for the page, the editors' preview and the API. Related links
stand outside the reviewed text. Also: which drugs stand under a class.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from monographs.models import CrossLink, DrugClass, LiveDrug
from monographs.models.release import LiveDrugQuerySet
from monographs.review import Facts, Mark, facts_of, mark
from monographs.vocabulary import Relation

MOST_CHOSEN = 8
MOST_AUTOMATIC = 6
ENOUGH = 2

UNDER = """
WITH RECURSIVE under(id) AS (
    SELECT id FROM monographs_drugclass WHERE id = %s
    UNION
    SELECT child.id FROM monographs_drugclass child JOIN under ON child.parent_id = under.id
)
SELECT id FROM under
"""

ABOVE = """
WITH RECURSIVE above(id) AS (
    SELECT id FROM monographs_drugclass WHERE id = %s
    UNION
    SELECT child.parent_id FROM monographs_drugclass child JOIN above ON above.id = child.id
    WHERE child.parent_id IS NOT NULL
)
SELECT id FROM above
"""

COUNTS = """
WITH RECURSIVE upward(drug_id, class_id) AS (
    SELECT livedrug_id, drugclass_id FROM monographs_livedrug_classes
    UNION
    SELECT upward.drug_id, class.parent_id
    FROM upward JOIN monographs_drugclass class ON class.id = upward.class_id
    WHERE class.parent_id IS NOT NULL
)
SELECT class.*, count(upward.drug_id) AS members
FROM monographs_drugclass class LEFT JOIN upward ON upward.class_id = class.id
GROUP BY class.id
ORDER BY class.name, class.id
"""

# The classes of one drug (step 0) and their parents (step 1, but no top-level
# one), each with all drugs under it and those that can be read.
CANDIDATES = """
WITH RECURSIVE own(id) AS (
    SELECT drugclass_id FROM monographs_livedrug_classes WHERE livedrug_id = %s
),
candidate(id, step) AS (
    SELECT id, 0 FROM own
    UNION
    SELECT parent.id, 1
    FROM own
    JOIN monographs_drugclass child ON child.id = own.id
    JOIN monographs_drugclass parent ON parent.id = child.parent_id
    WHERE parent.parent_id IS NOT NULL AND parent.id NOT IN (SELECT id FROM own)
),
under(top, id) AS (
    SELECT id, id FROM candidate
    UNION
    SELECT under.top, child.id FROM under JOIN monographs_drugclass child ON child.parent_id = under.id
),
counted(top, members, readable) AS (
    SELECT under.top, count(DISTINCT live.drug_id),
        count(DISTINCT CASE WHEN live.monograph_id IS NOT NULL THEN live.drug_id END)
    FROM under
    JOIN monographs_livedrug_classes member ON member.drugclass_id = under.id
    JOIN monographs_livedrug live ON live.drug_id = member.livedrug_id
    GROUP BY under.top
)
SELECT class.*, candidate.step, counted.members, counted.readable
FROM candidate
JOIN counted ON counted.top = candidate.id
JOIN monographs_drugclass class ON class.id = candidate.id
WHERE counted.readable >= %s
ORDER BY candidate.step, counted.readable, class.name, class.id
"""


@dataclass(frozen=True)
class Link:
    """One related link. `note` is the reason or, without one, the relation; a drug has a mark."""

    name: str
    url: str
    note: str = ""
    mark: Mark | None = None
    is_outside: bool = False


@dataclass(frozen=True)
class Related:
    """The related links of one drug.

    `facts` are the drug's own, asked for in the same queries. `chosen` holds at
    most 8 curated links and `more` the rest; `same_class` at most 6 drugs of
    `group`, which has `total` drugs on its page.
    """

    facts: Facts
    chosen: list[Link] = field(default_factory=list)
    more: list[Link] = field(default_factory=list)
    same_class: list[Link] = field(default_factory=list)
    group: DrugClass | None = None
    total: int = 0


def related_for(live: LiveDrug, *, at: datetime) -> Related:
    """Return the related links of a drug and its own facts. Eight queries at most, whatever the rows."""
    links = list(_shown_links(live))
    group = next(iter(_candidates(live)), None)
    chosen = {link.to_drug_id for link in links}
    others = list(_others(live, group, chosen)) if group else []
    drugs = [link.to_drug.live for link in links if link.to_drug]
    facts = facts_of([live, *drugs, *others])
    marks = {drug_id: mark(known, at) for drug_id, known in facts.items()}
    curated = [_link(link, marks) for link in links]
    return Related(
        facts=facts[live.pk],
        chosen=curated[:MOST_CHOSEN],
        more=curated[MOST_CHOSEN:],
        same_class=[Link(other.name, other.get_absolute_url(), mark=marks[other.pk]) for other in others],
        group=group,
        total=group.members if group else 0,
    )


def drugs_under(drug_class: DrugClass) -> LiveDrugQuerySet:
    """Return the drugs of a class and of every class below it, the withdrawn ones too."""
    under = RawSQL(UNDER, [drug_class.pk])  # noqa: S611 - a constant with one parameter
    members = LiveDrug.classes.through.objects.filter(drugclass__in=under)
    return LiveDrug.objects.filter(pk__in=members.values("livedrug"))


def classes_above(drug_class: DrugClass) -> RawSQL:
    """Return a subquery of the ids of a class and of every class above it."""
    return RawSQL(ABOVE, [drug_class.pk])  # noqa: S611 - a constant with one parameter


def counted_classes() -> list[Any]:
    """Return every class by name, with `members`: how many drugs its page lists. One query."""
    return list(DrugClass.objects.raw(COUNTS))


def _shown_links(live: LiveDrug) -> Iterable[CrossLink]:
    """Return the curated links that may be shown, in the editors' order. One query."""
    links = CrossLink.objects.filter(from_drug=live.pk).select_related("to_drug__live", "to_class")
    return (link for link in links.order_by("position", "pk") if is_shown(link))


def is_shown(link: CrossLink) -> bool:
    """Tell whether readers see a link: its target can be read and, for an alternative, a second person agreed.

    A link to a withdrawn page is kept for the editors and shown to no reader.
    """
    if link.relation == Relation.ALTERNATIVE and link.accepted_by_id is None:
        return False
    if link.to_drug is None:
        return True
    return hasattr(link.to_drug, "live") and link.to_drug.live.monograph_id is not None


def _candidates(live: LiveDrug) -> Iterable[Any]:
    """Return the classes that could give the automatic group, the narrowest first."""
    return DrugClass.objects.raw(CANDIDATES, [live.pk, ENOUGH])


def _others(live: LiveDrug, group: DrugClass, chosen: set[int | None]) -> QuerySet[LiveDrug]:
    """Return the drugs of the automatic group."""
    without = [live.pk, *(pk for pk in chosen if pk is not None)]
    return drugs_under(group).readable().exclude(pk__in=without).in_order()[:MOST_AUTOMATIC]


def _link(link: CrossLink, marks: dict[int, Mark]) -> Link:
    """Return one curated link as plain data."""
    note = link.reason or Relation(link.relation).label
    if link.relation == Relation.ALTERNATIVE and link.reason:
        note = f"{Relation.ALTERNATIVE.label}: {link.reason}"
    if link.to_drug:
        live = link.to_drug.live
        return Link(live.name, live.get_absolute_url(), note, marks[live.pk])
    if link.to_class:
        return Link(link.to_class.name, link.to_class.get_absolute_url(), note)
    return Link(link.title, link.url, note, is_outside=True)
