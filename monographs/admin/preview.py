"""The working text as readers would see it; at no public address."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render

from monographs.document import Problem, build
from monographs.models import DemoDatabase, Drug
from monographs.presenters.dosing import dosing_panel, smpc_of
from monographs.presenters.drug import JUMPS
from monographs.presenters.flags import shown_flag
from monographs.presenters.names import brands_of, codes_of, names_and_codes
from monographs.presenters.sections import sections_of, unwritten_block
from monographs.presenters.sources import Sources
from monographs.related import Related, related_for
from monographs.review import Facts, clinical_now, mark
from monographs.vocabulary import FlagKind, NameKind, Population, SectionKind


def preview_view(model_admin, request, pk):
    """Draw the working rows' document with the public template, or say why it cannot be drawn."""
    drug = Drug.objects.select_related("primary_class", "live").filter(pk=pk).first()
    if drug is None:
        raise Http404
    if not model_admin.has_view_permission(request, drug):
        raise PermissionDenied
    try:
        document = build(drug)
    except Problem as problem:
        context = {**model_admin.admin_site.each_context(request), "title": f"{drug}: preview"}
        context |= {"drug": drug, "opts": model_admin.opts, "problem": str(problem)}
        return render(request, "admin/monographs/drug/no_preview.html", context)
    return render(request, "admin/monographs/drug/preview.html", present_preview(drug, document))


def present_preview(drug, document):
    """Return what the public template shows of a document that is not frozen, as `present_drug` does."""
    at = clinical_now()
    sources = Sources(document)
    smpc = smpc_of(document)
    home = settings.HOME_MARKET
    facts = Facts(DemoDatabase.objects.exists(), written=len(document.sections))
    live = getattr(drug, "live", None)
    brands = [
        [name.name, str(name.market)]
        for name in document.names
        if name.kind is NameKind.BRAND and name.is_current
    ]
    return {
        "drug": drug,
        "name": document.name,
        "is_demo": facts.is_demo,
        "at": at,
        "class_name": document.drug_class.name,
        "class_url": drug.primary_class.get_absolute_url(),
        "is_specialist": document.is_specialist,
        "brands": brands_of(brands, home),
        "flags": [
            shown_flag(kind, document.flags[kind], sources.number(document.flags[kind].source))
            for kind in FlagKind
            if kind in document.flags
        ],
        "mark": mark(facts, at),
        "written": len(document.sections),
        "kinds": len(SectionKind),
        "dosing": dosing_panel(drug, smpc),
        "smpc": smpc,
        "lead": document.lead,
        "covers": Population(document.population).label,
        "jurisdictions": sources.jurisdictions(home),
        "jumps": JUMPS,
        "unwritten": unwritten_block(document),
        "sections": sections_of(document, sources, {kind.value: at for kind in SectionKind}),
        "version": "not yet frozen",
        "released_at": at,
        "related": related_for(live, at=at) if live else Related(facts=facts),
        "sources": sources.listed(),
        "names": names_and_codes(document, home),
        "codes": codes_of(drug.identifiers.all()),
    }
