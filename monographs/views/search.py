"""Search: the results page, and the suggestions of its box."""

from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from clincalc import errors
from clincalc.limits import seconds_to_wait
from monographs import review
from monographs.names import slugify_name
from monographs.presenters.search import present_results, present_suggestions, present_text
from monographs.review import clinical_now
from monographs.search import find, in_text
from monographs.search import suggest as suggestions

LONGEST_NUMBER = 10


@require_safe
def search(request):
    """Open the one drug that was named in full, or show what was found: among the names, or in the texts."""
    typed, is_text = request.GET.get("q", ""), request.GET.get("in") == "text"
    if seconds := seconds_to_wait(request, "SUGGEST_RATE" if is_text else "SEARCH_RATE"):
        return errors.too_many(seconds, query=typed)
    return _in_text(request, typed) if is_text else _by_name(request, typed)


@require_safe
def suggest(request):
    """Answer what was typed so far with at most eight medicines, as JSON that nobody stores."""
    if seconds := seconds_to_wait(request, "SUGGEST_RATE"):
        return errors.too_many_suggestions(seconds)
    rows = suggestions(request.GET.get("q", ""), at=clinical_now())
    return JsonResponse(present_suggestions(rows), headers=errors.NOT_KEPT)


def _by_name(request, typed):
    """Open the one drug that was named in full, or show what was found."""
    at = clinical_now()
    results = find(typed, at=at)
    if results.redirect is not None:
        came_from = urlencode({"from": slugify_name(results.redirect_name)})
        return redirect(f"{reverse('drug', args=[results.redirect.slug])}?{came_from}")
    if request.method == "GET" and results.is_missed:
        review.note_missed(results.query, at=at)
    return render(request, "monographs/search.html", present_results(results, typed))


def _in_text(request, typed):
    """Show the statements that have the words."""
    page = request.GET.get("page", "")
    number = int(page) if page.isdecimal() and len(page) < LONGEST_NUMBER else 1
    results = in_text(typed, at=clinical_now(), page=number)
    return render(request, "monographs/search_text.html", present_text(results, typed))
