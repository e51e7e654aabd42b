"""From a document to the editors' rows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from django.db.models import Manager, Model

from monographs.document.canonical import Problem
from monographs.document.shape import ClassRef, Document, SourceRef
from monographs.models import (
    Citation,
    Drug,
    DrugClass,
    DrugComponent,
    DrugFlag,
    DrugName,
    MonographSection,
    Source,
    Waiver,
)
from monographs.names import normalise
from monographs.vocabulary import NameKind


def load(document: Document, drug: Drug, *, by: Any) -> dict[str, Source]:
    """Make the working rows of a drug say what the document says.

    The caller holds the drug's lock and the transaction; a drug without a row
    yet is given one. Names that a catalogue brought stay. `by` answers for new waivers. Returns the rows of
    the cited sources by their keys. Raises Problem with the place when the
    document names a class that is not here, or a source that stands here
    otherwise.
    """
    classes = _classes(document)
    sources = _sources(document.sources)
    is_new = drug.pk is None
    is_first = drug.lock_version == 0
    drug.name = document.name
    drug.primary_class = classes[document.drug_class.slug]
    drug.is_specialist = document.is_specialist
    drug.population = document.population.value
    drug.lead = document.lead
    drug.reference_smpc = sources[document.reference_smpc] if document.reference_smpc else None
    drug.lock_version += 1
    drug.save()
    if document.other_classes or not is_first:
        drug.other_classes.set([classes[ref.slug] for ref in document.other_classes])
    _sync(
        drug.citations,
        {
            key: {"source": sources[key], "accessed_on": ref.accessed_on}
            for key, ref in document.sources.items()
        },
        lambda row: row.key,
        lambda key: Citation(drug=drug, key=key),
        is_first=is_first,
    )
    _sync(
        drug.flags,
        {
            kind.value: {
                "line": flag.line,
                "detail": flag.detail,
                "source": sources[flag.source],
                "locator": flag.locator,
                "checked_on": flag.checked_on,
            }
            for kind, flag in document.flags.items()
        },
        lambda row: row.kind,
        lambda kind: DrugFlag(drug=drug, kind=kind),
        is_first=is_first,
    )
    _sync(
        drug.sections,
        {kind.value: {"text": text} for kind, text in document.sections.items()},
        lambda row: row.kind,
        lambda kind: MonographSection(drug=drug, kind=kind),
        is_first=is_first,
    )
    _sync(
        drug.waivers,
        {(waiver.section.value, waiver.rule): {"reason": waiver.reason} for waiver in document.waivers},
        lambda row: (row.section, row.rule),
        lambda key: Waiver(drug=drug, section=key[0], rule=key[1], by=by),
        is_first=is_first,
    )
    _sync_names(document, drug, sources, is_new=is_new)
    _sync_components(document, drug, is_first=is_first)
    return sources


def _sync[Key: Hashable](
    manager: Manager[Any],
    wanted: Mapping[Key, Mapping[str, Any]],
    key_of: Callable[[Any], Key],
    make: Callable[[Key], Model],
    *,
    is_first: bool = False,
    stays: Callable[[Any], bool] = lambda row: False,
) -> None:
    """Create, change and delete rows until they are the wanted ones.

    `wanted` gives the columns of each row by its key. Rows that are wanted no
    more are deleted first (their place may be taken), unless they stay.
    """
    rows = {key_of(row): row for row in manager.all()}
    surplus = [row.pk for key, row in rows.items() if key not in wanted and not stays(row)]
    if surplus:
        manager.filter(pk__in=surplus).delete()
    new = []
    for key, columns in wanted.items():
        row = rows.get(key) or make(key)
        changed = [name for name, value in columns.items() if row.pk is None or getattr(row, name) != value]
        for name in changed:
            setattr(row, name, columns[name])
        if row.pk is None:
            new.append(row)
        elif changed:
            row.save(update_fields=changed)
    if new:
        manager.bulk_create(new)


def _sync_names(document: Document, drug: Drug, sources: dict[str, Source], *, is_new: bool) -> None:
    """Make the names of the document the drug's; leave the catalogue's be."""
    _sync(
        drug.names,
        {
            (normalise(name.name), name.kind.value, str(name.market)): {
                "name": name.name,
                "is_current": name.is_current,
                "source": sources[name.source] if name.source else None,
                "in_document": True,
            }
            for name in document.names
        },
        lambda row: (row.norm, row.kind, row.market),
        lambda key: DrugName(drug=drug, norm=key[0], kind=key[1], market=key[2]),
        is_first=is_new,
        stays=lambda row: not row.in_document,
    )


def _sync_components(document: Document, drug: Drug, *, is_first: bool) -> None:
    """Make the components those of the document; a new one becomes a known name."""
    slugs = [component.slug for component in document.components]
    known = {other.slug: other for other in Drug.objects.filter(slug__in=slugs)} if slugs else {}
    for place, component in enumerate(document.components):
        if component.slug not in known:
            known[component.slug] = _make_known(component.slug, component.name)
        elif known[component.slug].name != component.name:
            raise Problem(
                f"components.{place}", f"“{component.slug}” is called {known[component.slug].name} here"
            )
        if known[component.slug] == drug:
            raise Problem(f"components.{place}", "a drug cannot be its own component")
    _sync(
        drug.components,
        {known[slug].pk: {"position": position} for position, slug in enumerate(slugs)},
        lambda row: row.component_id,
        lambda pk: DrugComponent(combination=drug, component_id=pk),
        is_first=is_first,
    )


def _make_known(slug: str, name: str) -> Drug:
    """Make a drug of which only the name is known."""
    drug = Drug.objects.create(slug=slug, name=name)
    drug.names.create(name=name, kind=NameKind.GENERIC.value)
    return drug


def _classes(document: Document) -> dict[str, DrugClass]:
    """Return the classes that the document names, by slug. Raises Problem."""
    refs: dict[str, ClassRef] = {"class": document.drug_class}
    refs |= {f"other_classes.{place}": ref for place, ref in enumerate(document.other_classes)}
    found = {row.slug: row for row in DrugClass.objects.filter(slug__in=[ref.slug for ref in refs.values()])}
    for place, ref in refs.items():
        if ref.slug not in found:
            raise Problem(place, f"there is no class “{ref.slug}” here")
        if found[ref.slug].name != ref.name:
            raise Problem(
                place, f"the class “{ref.slug}” is called {found[ref.slug].name} here, not {ref.name}"
            )
    return found


def _sources(refs: Mapping[str, SourceRef]) -> dict[str, Source]:
    """Return a source row for each key, made where it is new. Raises Problem."""
    if not refs:
        return {}
    same_identifier = Source.objects.filter(identifier__in=[ref.identifier for ref in refs.values()])
    rows = {(row.kind, row.identifier, row.revision): row for row in same_identifier}
    found = {}
    new = {}
    for key, ref in refs.items():
        columns = {**ref.model_dump(exclude={"accessed_on"}), "kind": ref.kind.value}
        columns["jurisdiction"] = str(ref.jurisdiction)
        row = rows.get((ref.kind.value, ref.identifier, ref.revision))
        if row is None:
            new[key] = Source(**columns)
            continue
        for name, value in columns.items():
            if getattr(row, name) != value:
                raise Problem(
                    f"sources.{key}.{name}",
                    f"{row.identifier} stands here with “{getattr(row, name)}”; "
                    "another revision of a source needs its own revision label",
                )
        found[key] = row
    Source.objects.bulk_create(new.values())
    return found | new
