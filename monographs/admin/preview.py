"""The working text as readers would see it; at no public address."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render

from monographs.document import Problem, build
from monographs.models import DemoDatabase, Drug
from monographs.presenters.drug import present_text
from monographs.presenters.sources import Sources
from monographs.related import Related, related_for
from monographs.review import Facts, clinical_now, mark
from monographs.vocabulary import SectionKind


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
    facts = Facts(DemoDatabase.objects.exists(), written=len(document.sections))
    live = getattr(drug, "live", None)
    return {
        **present_text(
            document, drug, sources=Sources(document), since={kind.value: at for kind in SectionKind}
        ),
        "drug": drug,
        "at": at,
        "is_demo": facts.is_demo,
        "class_url": drug.primary_class.get_absolute_url(),
        "mark": mark(facts, at),
        "version": "not yet frozen",
        "released_at": at,
        "related": related_for(live, at=at) if live else Related(facts=facts),
    }
