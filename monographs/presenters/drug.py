"""The drug page, drawn from the frozen revision alone, and what stands around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from monographs.document import parsed
from monographs.models import Revision
from monographs.names import normalise
from monographs.presenters.dosing import dosing_panel, smpc_of
from monographs.presenters.flags import shown_flag
from monographs.presenters.look_alikes import warned_of
from monographs.presenters.names import brands_of, codes_of, names_and_codes, note_on_name
from monographs.presenters.notices import notices_at
from monographs.presenters.reviews import about_review
from monographs.presenters.sections import sections_of, unchanged_since, unwritten_block
from monographs.presenters.sources import Sources, product_of
from monographs.presenters.words import shortened
from monographs.related import related_for
from monographs.review import facts_of, look_alikes_of, mark
from monographs.vocabulary import FlagKind, Population, SectionKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from monographs.document import Document
    from monographs.models import Drug, LiveDrug

DESCRIPTION = 155
JUMPS = (SectionKind.CONTRA_INDICATIONS, SectionKind.INTERACTIONS, SectionKind.SIDE_EFFECTS)


def present_drug(
    live: LiveDrug, *, at: datetime, address: str, called: dict[str, str] | None = None
) -> dict[str, Any]:
    """Return all that the drug page shows. Eleven queries at most, whatever the rows.

    `live` has its drug, class, revision and former name at hand; `address` is the page's
    absolute address; `called` the stored name {name, kind, market} by which the
    reader came, if it is one of the drug's names.

    name, description, address, at, is_demo; class_name, class_url; called (a
    sentence or ""); former (its name before, or ""); is_specialist; brands (Brands); flags (ShownFlag …);
    mark, check (labels of what rests on a changed source), notices (Notices),
    about (AboutReview or None); written, kinds (how many sections are, and could be, written);
    dosing (DosingPanel), smpc (Smpc or None); lead, covers, jurisdictions;
    jumps (kinds), unwritten (kinds of the block), sections (Section …);
    version, released_at; look_alikes (Warned …); related (Related); sources (ListedSource …);
    names [(label, names)], codes ({matched, unchecked}).
    """
    revision = _shown(live)
    document = parsed(revision.document)
    related = related_for(live, at=at)
    its_mark = mark(related.facts, at)
    sources = Sources(document)
    return {
        **present_text(document, live.drug, sources=sources, since=unchanged_since([revision])[revision.pk]),
        "address": address,
        "at": at,
        "is_demo": related.facts.is_demo,
        "class_url": live.drug_class.get_absolute_url(),
        "called": note_on_name(**called, home=settings.HOME_MARKET, drug=document.name) if called else "",
        "former": _former(live, document.name),
        "mark": its_mark,
        "check": sources.resting_on([change.key for change in its_mark.source_changes]),
        "notices": notices_at(related.facts.notices, at),
        "about": about_review(its_mark, related.facts.change_kind, sources),
        "version": revision.number,
        "released_at": related.facts.released_at,
        "look_alikes": warned_of(look_alikes_of([live.pk]).get(live.pk, []), document.name),
        "related": related,
    }


def present_text(
    document: Document, drug: Drug, *, sources: Sources, since: Mapping[str, datetime]
) -> dict[str, Any]:
    """Return what the drug page draws from a document, frozen or not, and from its drug. One query.

    `sources` are the document's; `since` gives for each written section the moment since which its text has
    stood unchanged. The keys are among those of `present_drug`.
    """
    smpc = smpc_of(document)
    home = settings.HOME_MARKET
    return {
        "name": document.name,
        "description": shortened(f"{document.name}: {document.lead}", DESCRIPTION),
        "class_name": document.drug_class.name,
        "is_specialist": document.is_specialist,
        "brands": brands_of(document.current_brands(), home),
        "flags": [
            shown_flag(kind, document.flags[kind], sources.number(document.flags[kind].source))
            for kind in FlagKind
            if kind in document.flags
        ],
        "written": len(document.sections),
        "kinds": len(SectionKind),
        "dosing": dosing_panel(drug, smpc),
        "smpc": smpc,
        "lead": document.lead,
        "covers": Population(document.population).label,
        "jurisdictions": sources.jurisdictions(home),
        "jumps": JUMPS,
        "unwritten": unwritten_block(document),
        "sections": sections_of(document, sources, since),
        "sources": sources.listed(),
        "names": names_and_codes(document, home),
        "codes": codes_of(drug.identifiers.all()),
    }


def present_withdrawn(live: LiveDrug, *, at: datetime) -> dict[str, Any]:
    """Return what a withdrawn page shows: name, mark, and the SmPC to read instead.

    name, mark, notices (Notices), at, is_demo, product and url ("" when no SmPC is on record; it is
    looked up in the working rows, for no text is public).
    """
    facts = facts_of([live])[live.pk]
    source = live.drug.reference_smpc
    return {
        "name": live.name,
        "mark": mark(facts, at),
        "notices": notices_at(facts.notices, at),
        "at": at,
        "is_demo": facts.is_demo,
        "product": product_of(source.title) if source else "",
        "url": source.url if source else "",
    }


def _former(live: LiveDrug, name: str) -> str:
    """Return what the drug was called before, or "" when that is its name still."""
    former = getattr(live, "former_name", None) or ""
    return "" if normalise(former) == normalise(name) else former


def _shown(live: LiveDrug) -> Revision:
    """Return the revision that readers see. Raises ValueError for a withdrawn page, which has none."""
    if live.monograph is None:
        raise ValueError(f"{live} is withdrawn: there is no text to show.")
    return live.monograph
