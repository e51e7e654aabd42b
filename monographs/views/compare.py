"""One section of several drugs of a class, side by side."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from monographs.models import DrugClass
from monographs.presenters.compare import LEAST, MOST_OFFERED, chosen_lives, offered, present_comparison
from monographs.review import clinical_now
from monographs.views.forms import ComparisonForm
from monographs.vocabulary import SectionKind


@require_safe
def compare(request, slug):
    """Ask which section of which drugs, say what is wrong with the answer, or show the comparison."""
    drug_class = get_object_or_404(DrugClass, slug=slug)
    lives = chosen_lives(drug_class, request.GET.getlist("drug"))
    drugs = offered(drug_class, lives)
    form = ComparisonForm(_answer(request), drugs=drugs)
    page = {
        "drug_class": drug_class,
        "form": form,
        "is_possible": len(drugs) >= LEAST,
        "is_cut": len(drugs) >= MOST_OFFERED,
        "has_parameters": bool(request.GET),
    }
    if form.is_valid():
        kind = SectionKind(form.cleaned_data["section"])
        page |= present_comparison(lives, kind, at=clinical_now(), address=request.build_absolute_uri())
    return render(request, "monographs/compare.html", page)


def _answer(request):
    """Return the parameters when any of them answers the form, else None."""
    return request.GET if {"section", "drug"} & request.GET.keys() else None
