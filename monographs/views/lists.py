"""Lists of drugs: the front page, A to Z, classes."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from monographs.models import DrugClass
from monographs.presenters.letters import present_home, present_letters
from monographs.presenters.lists import present_class, present_classes
from monographs.review import clinical_now


@require_safe
def home(request):
    """Show the front page: search first, then A to Z, classes and open safety notices."""
    return render(request, "monographs/home.html", present_home(at=clinical_now()))


@require_safe
def drug_index(request):
    """Show the A to Z, or one letter: drugs, and names that lead to them."""
    page = present_letters(request.GET.get("letter", ""), request.GET.get("page", ""), at=clinical_now())
    return render(request, "monographs/drug_index.html", page)


@require_safe
def class_index(request):
    """Show the tree of classes."""
    return render(request, "monographs/class_index.html", present_classes())


@require_safe
def class_page(request, slug):
    """Show a class as a table of its drugs."""
    drug_class = get_object_or_404(DrugClass.objects.select_related("parent"), slug=slug)
    page = present_class(drug_class, request.GET.get("page", ""), at=clinical_now())
    return render(request, "monographs/class.html", page)
