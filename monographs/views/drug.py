"""The drug page, and what stands at its address when there is none."""

from datetime import timedelta

from django.db.models import OuterRef, Subquery
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from monographs.models import Drug, DrugName, LiveDrug, OldSlug
from monographs.names import normalise
from monographs.presenters.drug import present_drug, present_withdrawn
from monographs.presenters.ended import present_ended
from monographs.review import clinical_now

FORMERLY = timedelta(days=730)


@require_safe
def drug_page(request, slug):
    """Show a drug: its page, that it is withdrawn, or that only its name is known."""
    at = clinical_now()
    live = _live(slug, request.GET.get("from", ""), at)
    if live is None:
        return _no_page(request, slug, at)
    if live.monograph is None:
        return render(request, "monographs/withdrawn.html", present_withdrawn(live, at=at), status=410)
    address = request.build_absolute_uri(live.get_absolute_url())
    page = present_drug(live, at=at, address=address, called=_called(live))
    return render(request, "monographs/drug.html", page)


def _live(slug, called, at):
    """Return the live row, with its former name and the stored name that was asked for, or None."""
    renamed = OldSlug.objects.filter(drug=OuterRef("drug"), at__gte=at - FORMERLY, at__lte=at).order_by("-at")
    lives = LiveDrug.objects.for_page().filter(slug=slug)
    lives = lives.annotate(former_name=Subquery(renamed.values("name")[:1]))
    if norm := normalise(called):
        names = DrugName.objects.filter(drug=OuterRef("drug"), norm=norm).order_by("kind", "market")
        lives = lives.annotate(
            called_name=Subquery(names.values("name")[:1]),
            called_kind=Subquery(names.values("kind")[:1]),
            called_market=Subquery(names.values("market")[:1]),
        )
    return lives.first()


def _called(live):
    """Return {name, kind, market} of the name by which the reader came, or None."""
    if not getattr(live, "called_name", None):
        return None
    return {"name": live.called_name, "kind": live.called_kind, "market": live.called_market}


def _no_page(request, slug, at):
    """Lead an old address to the drug's present one; say what became of a drug, or that only its name is known."""
    old = OldSlug.objects.select_related("drug").filter(slug=slug).first()
    if old is not None and old.drug.slug != slug:
        return redirect(old.drug, permanent=True)
    if slug != slug.lower():
        return redirect("drug", slug.lower(), permanent=True)
    drug = Drug.objects.filter(slug=slug).first()
    if drug is None:
        raise Http404
    if page := present_ended(drug, at=at):
        return render(request, "monographs/ended.html", page)
    return render(request, "monographs/known.html", {"name": drug.name}, status=404)
