"""One batch of a catalogue: what of it is known here, and what is to be written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import batched

from django.db.models import Exists, OuterRef, Q

from monographs.importers.catalogue.naming import CatalogueName, names_of
from monographs.importers.catalogue.rows import BadRow, CatalogueRow
from monographs.models import (
    Drug,
    DrugName,
    Generation,
    Identifier,
    MonographSection,
    OldSlug,
    Revision,
    Source,
)
from monographs.names import normalise, slugify_name
from monographs.names.slug import MAX_SLUG
from monographs.review.live import raise_generation
from monographs.review.search_keys import make_findable
from monographs.vocabulary import IdentifierSystem, NameKind, SourceKind

# How many values a query may hold; SQLite's own limit is 32,766.
PARAMETERS = 10_000

OWN_KINDS = [kind.value for kind in (NameKind.INN, NameKind.BAN, NameKind.USAN, NameKind.GENERIC)]
NEVER_OWN = (NameKind.BRAND, NameKind.SYNONYM)
# A drug of which more is known than names: editors have begun a monograph.
HAS_TEXT = (
    Q(drug__primary_class__isnull=False)
    | Exists(MonographSection.objects.filter(drug=OuterRef("drug")))
    | Exists(Revision.objects.filter(drug=OuterRef("drug")))
)

UNII, RXNORM = IdentifierSystem.UNII.value, IdentifierSystem.RXNORM.value


@dataclass(frozen=True)
class NameList:
    """The list that a catalogue comes from, as sources name it.

    `identifier` and `revision` together name one edition of the list.
    """

    title: str
    identifier: str
    url: str
    jurisdiction: str
    revision: str = ""


@dataclass
class Counts:
    """What an import did.

    `names_left_out` counts brands and synonyms that are a monograph's own name,
    `codes_left_out` RxCUIs that stand at another drug already.
    """

    drugs: int = 0
    names: int = 0
    unchanged: int = 0
    refused: int = 0
    names_left_out: int = 0
    codes_left_out: int = 0

    def add(self, other: Counts) -> None:
        """Add the counts of one batch."""
        for name in vars(self):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True)
class _Entry:
    """A row and its names, the drug's own first."""

    row: CatalogueRow
    names: list[CatalogueName]

    @property
    def own(self) -> CatalogueName:
        """The drug's own name."""
        return self.names[0]


@dataclass
class _Target:
    """The drug that entries give names to, the norms that it has, the entries themselves."""

    drug: Drug
    norms: set[str]
    is_new: bool = False
    gets_codes: bool = False
    entries: list[_Entry] = field(default_factory=list)


class Batch:
    """Some thousand rows: what of them is known, and what is to be written."""

    def __init__(self, rows: list[CatalogueRow]) -> None:
        # Imports take turns from here to the end of the transaction (SQLite's have begun it alone).
        Generation.objects.select_for_update().get(pk=1)
        self.counts = Counts()
        self.refused: dict[int, BadRow] = {}
        self.entries = [_Entry(row, names_of(row)) for row in rows]
        self.by_unii = self._known_by_unii()
        self.unknown = [entry for entry in self.entries if entry.row.unii not in self.by_unii]
        self.reserved = self._monographs_by_name()
        self.unnumbered = self._without_unii()
        self.slugs = self._taken_slugs()

    def write(self, name_list: NameList) -> None:
        """Write the drugs, names and codes that are missing."""
        targets = self._targets()
        new = [target.drug for target in targets if target.is_new]
        Drug.objects.bulk_create(new)
        names = list(self._missing_names(targets))
        codes = list(self._codes(targets, name_list))
        if names or codes:
            source = _source(name_list)
            for name in names:
                name.source = source
            DrugName.objects.bulk_create(names)
            Identifier.objects.bulk_create(codes)
            make_findable(name.drug_id for name in names)
            raise_generation()
        self.counts.drugs, self.counts.names = len(new), len(names)

    def _targets(self) -> list[_Target]:
        """Return the drugs of the rows, each once; rows that have none are refused."""
        targets: dict[int, _Target] = {}
        for entry in self.entries:
            unii = entry.row.unii
            target = self.by_unii.get(unii) or self._adopted(entry) or self._added(entry)
            if target is not None:
                self.by_unii[unii] = target
                target.entries.append(entry)
                targets[id(target)] = target
        return list(targets.values())

    def _adopted(self, entry: _Entry) -> _Target | None:
        """Return the drug of the row's name that has no UNII yet, if it is only a name."""
        target = self.unnumbered.get(entry.own.norm)
        if target is None:
            return None
        del self.unnumbered[entry.own.norm]
        target.gets_codes = True
        return target

    def _added(self, entry: _Entry) -> _Target | None:
        """Return a new drug for the row, or None and refuse the row."""
        row = entry.row
        monograph = self.reserved.get(entry.own.norm)
        if monograph is not None:
            reason = f"“{monograph}” has a monograph here without the UNII {row.unii}: if it is the same, add it there."
            self.refused[row.line] = BadRow(row.line, reason)
            return None
        drug = Drug(name=entry.own.name, slug=self._free_slug(slugify_name(entry.own.name)))
        return _Target(drug, set(), is_new=True, gets_codes=True)

    def _missing_names(self, targets: list[_Target]) -> Iterator[DrugName]:
        """Yield a row for each name that its drug does not have in any kind or market."""
        for target in targets:
            for entry in target.entries:
                missing = [
                    name for name in entry.names if name.norm not in target.norms and self._may_have(name)
                ]
                target.norms.update(name.norm for name in missing)
                self.counts.unchanged += not (missing or target.gets_codes)
                for name in missing:
                    yield DrugName(
                        drug=target.drug,
                        name=name.name,
                        kind=name.kind.value,
                        market=name.market,
                        in_document=False,
                    )

    def _may_have(self, name: CatalogueName) -> bool:
        """Tell whether a name is free to be added to a drug that lacks it."""
        owner = self.reserved.get(name.norm)
        may = owner is None or name.kind not in NEVER_OWN
        self.counts.names_left_out += not may
        return may

    def _codes(self, targets: list[_Target], name_list: NameList) -> Iterator[Identifier]:
        """Yield UNII and RxCUI of each drug that the catalogue identifies."""
        first_rows = [(target.drug, target.entries[0].row) for target in targets if target.gets_codes]
        taken = set(
            Identifier.objects.filter(
                system=RXNORM, value__in=[row.rxcui for _, row in first_rows if row.rxcui]
            ).values_list("value", flat=True)
        )
        for drug, row in first_rows:
            yield Identifier(drug=drug, system=UNII, value=row.unii, verified_against=name_list.title[:120])
            if row.rxcui in taken:
                self.counts.codes_left_out += 1
            elif row.rxcui:
                taken.add(row.rxcui)
                yield Identifier(
                    drug=drug, system=RXNORM, value=row.rxcui, verified_against=name_list.title[:120]
                )

    def _known_by_unii(self) -> dict[str, _Target]:
        """Return the drugs that the rows' codes name, with their names."""
        codes = Identifier.objects.filter(system=UNII, value__in={entry.row.unii for entry in self.entries})
        targets: dict[int, _Target] = {}
        by_unii = {
            code.value: targets.setdefault(code.drug_id, _Target(code.drug, set()))
            for code in codes.select_related("drug")
        }
        _fill_norms(targets.values())
        return by_unii

    def _without_unii(self) -> dict[str, _Target]:
        """Return by norm the drugs that bear a row's own name and have no UNII."""
        norms = {entry.own.norm for entry in self.unknown}
        has_unii = Identifier.objects.filter(drug=OuterRef("drug"), system=UNII)
        found = DrugName.objects.filter(~Exists(has_unii), norm__in=norms).select_related("drug")
        # The oldest drug of a name stands last, and so stays.
        own = [
            name
            for name in found.order_by("-drug_id")
            if normalise(name.drug.name) == name.norm and name.norm not in self.reserved
        ]
        targets = {name.norm: _Target(name.drug, set()) for name in own}
        _fill_norms(targets.values())
        return targets

    def _monographs_by_name(self) -> dict[str, Drug]:
        """Return by norm the drugs that a monograph calls by one of the batch's names."""
        norms = {name.norm for entry in self.entries for name in entry.names}
        found: dict[str, Drug] = {}
        for some in batched(norms, PARAMETERS):
            names = DrugName.objects.filter(
                HAS_TEXT, norm__in=some, in_document=True, kind__in=OWN_KINDS
            ).select_related("drug")
            found |= {name.norm: name.drug for name in names}
        return found

    def _taken_slugs(self) -> set[str]:
        """Return the slugs, of those that the rows would like, that a drug has or had."""
        return _slugs_among({slugify_name(entry.own.name) for entry in self.unknown})

    def _free_slug(self, wanted: str) -> str:
        """Return the slug, with the least number from 2 that makes it free, and take it."""
        slug, number = wanted, 1
        while slug in self.slugs or (number > 1 and _slugs_among({slug})):
            number += 1
            slug = f"{wanted[: MAX_SLUG - len(str(number)) - 1].rstrip('-')}-{number}"
        self.slugs.add(slug)
        return slug


def _fill_norms(targets: Iterable[_Target]) -> None:
    """Read the norms that each drug has."""
    by_drug = {target.drug.pk: target for target in targets}
    for drug_id, norm in DrugName.objects.filter(drug__in=list(by_drug)).values_list("drug_id", "norm"):
        by_drug[drug_id].norms.add(norm)


def _slugs_among(wanted: set[str]) -> set[str]:
    """Return which of these slugs a drug has or had."""
    return {
        slug
        for model in (Drug, OldSlug)
        for slug in model.objects.filter(slug__in=wanted).values_list("slug", flat=True)
    }


def _source(name_list: NameList) -> Source:
    """Return the row of the list, made when it is first needed."""
    source, _ = Source.objects.get_or_create(
        kind=SourceKind.OTHER.value,
        identifier=name_list.identifier,
        revision=name_list.revision,
        defaults={
            "title": name_list.title,
            "url": name_list.url,
            "jurisdiction": name_list.jurisdiction,
        },
    )
    return source
