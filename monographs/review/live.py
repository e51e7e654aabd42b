"""The rows that lists and pages start from, written from released text only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import F

from monographs.document import Document, Problem, parsed
from monographs.models import Drug, DrugClass, Generation, LiveDrug, Release, Revision
from monographs.names import normalise, sort_letter
from monographs.review.passages import passages_of, write_passages
from monographs.vocabulary import FlagKind, Part


def write_live(release: Release) -> None:
    """Write the drug's row after its newest release. The caller holds the drug's lock."""
    drug = release.drug
    shown = {part: _shown_id(drug, part) for part in Part if part != release.part}
    shown[Part(release.part)] = release.revision_id
    here = LiveDrug.objects.filter(drug=drug)
    if not here.exists():
        if release.part == Part.MONOGRAPH:
            write_first_live(release)
        return
    document = parsed(_text_for_lists(release).document)
    columns, classes = columns_of(document)
    here.update(**columns, slug=drug.slug, monograph=shown[Part.MONOGRAPH], dosing=shown[Part.DOSING])
    drug.live.classes.set(classes)
    if release.part == Part.MONOGRAPH:
        write_passages(drug.pk, document if release.revision_id else None)


def write_first_live(release: Release) -> None:
    """Write the row of a drug that readers never saw before."""
    document = parsed(_text_for_lists(release).document)
    columns, classes = columns_of(document)
    live = LiveDrug(drug=release.drug, slug=release.drug.slug, monograph=release.revision, **columns)
    live.save(force_insert=True)
    live.classes.add(*classes)
    write_passages(live.pk, document)


def raise_generation() -> None:
    """Say that what readers see has changed."""
    Generation.objects.filter(pk=1).update(number=F("number") + 1)


def hold_generation() -> None:
    """Let no other step that speaks for or against a review begin until this one has ended.

    An approval must not overtake the notice, the newer source or the ended
    credential that another transaction is about to write with an earlier time.
    A drug's lock comes first.
    """
    list(Generation.objects.select_for_update().filter(pk=1))


def latest_release(drug: Drug, part: Part) -> Release | None:
    """Return the release that is live, if the part was ever released."""
    releases = drug.releases.filter(part=part.value).select_related("revision")
    return releases.defer("revision__document").order_by("-id").first()


def _shown_id(drug: Drug, part: Part) -> int | None:
    """Return the id of the revision that readers see of a part, or None."""
    return drug.releases.filter(part=part.value).order_by("-id").values_list("revision", flat=True).first()


def _text_for_lists(release: Release) -> Revision:
    """Return the monograph that lists are written from after a release: the one shown, or shown last."""
    if release.part == Part.MONOGRAPH and release.revision is not None:
        return release.revision
    return last_shown(release.drug)


def columns_of(document: Document) -> tuple[dict[str, Any], list[DrugClass]]:
    """Return the columns that lists need, and the classes, of a released text."""
    slugs = [document.drug_class.slug, *(ref.slug for ref in document.other_classes)]
    classes = {row.slug: row for row in DrugClass.objects.filter(slug__in=slugs)}
    flags = [kind.value for kind in FlagKind if kind in document.flags]
    return {
        "name": document.name,
        "sort_key": normalise(document.name),
        "letter": sort_letter(document.name),
        "drug_class": classes[document.drug_class.slug],
        "is_specialist": document.is_specialist,
        "lead": document.lead,
        "brands": document.current_brands(),
        "components": [component.name for component in document.components],
        "flags": flags,
        "profile": profile_of(document.drug_class.name, flags),
    }, [classes[slug] for slug in slugs]


def profile_of(drug_class: str, flags: Sequence[str]) -> str:
    """Return class and flags on one line, such as "Statin; high-risk, once-weekly"."""
    return "; ".join(filter(None, [drug_class, ", ".join(flags)]))


def wrong_rows() -> Iterator[str]:
    """Yield a sentence for each row that is not what the releases say."""
    released = Drug.objects.filter(releases__part=Part.MONOGRAPH.value)
    for drug in released.filter(live__isnull=True, successors__isnull=True).distinct():
        yield f"{drug}: it has been released and has no live row."
    for drug in Drug.objects.filter(live__isnull=False, successors__isnull=False).distinct():
        yield f"{drug}: another drug took its place, and it has a live row."
    for live in LiveDrug.objects.select_related("drug", "drug_class", "monograph").iterator(chunk_size=500):
        yield from _wrong_columns(live)


def _wrong_columns(live: LiveDrug) -> Iterator[str]:
    """Yield a sentence for each column of a row that is not what it should be."""
    monograph = latest_release(live.drug, Part.MONOGRAPH)
    dosing = latest_release(live.drug, Part.DOSING)
    if monograph is None:
        yield f"{live}: a live row without a release."
        return
    try:
        document = parsed((monograph.revision or last_shown(live.drug)).document)
    except Problem:
        yield f"{live}: the released text cannot be read."
        return
    expected, classes = columns_of(document)
    expected |= {
        "slug": live.drug.slug,
        "monograph": monograph.revision,
        "dosing": dosing.revision if dosing else None,
    }
    for name, value in expected.items():
        if getattr(live, name) != value:
            yield f"{live}: the live row's {name} is not that of the released text."
    if set(live.classes.all()) != set(classes):
        yield f"{live}: the live row's classes are not those of the released text."
    passages = [
        dict(row) for row in live.passages.order_by("position").values("kind", "position", "text", "words")
    ]
    if passages != (list(passages_of(document)) if monograph.revision else []):
        yield f"{live}: the search in the text does not hold the released text."


def last_shown(drug: Drug) -> Revision:
    """Return the revision that a withdrawn page showed last: its name stays in lists."""
    shown = (
        Revision.objects.filter(releases__drug=drug, part=Part.MONOGRAPH.value)
        .order_by("-releases__id")
        .first()
    )
    if shown is None:
        raise Revision.DoesNotExist(f"{drug} was withdrawn and never released.")
    return shown
