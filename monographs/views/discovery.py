"""What robots and browsers look for."""

from django.contrib.sitemaps.views import index, sitemap
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from monographs.sitemaps import SITEMAPS


@require_safe
def sitemap_index(request):
    """List the sitemaps."""
    return index(request, SITEMAPS, sitemap_url_name="sitemap-section")


@require_safe
def sitemap_section(request, section):
    """List the addresses of one kind of page."""
    return sitemap(request, SITEMAPS, section=section)


@require_safe
def robots(request):
    """Keep robots out of search results and name the sitemap."""
    addresses = {"sitemap": _absolute(request, "sitemap")}
    return render(request, "robots.txt", addresses, content_type="text/plain; charset=utf-8")


@require_safe
def opensearch(request):
    """Describe the search to browsers.

    It names no suggestions: a browser would send each letter that is typed into
    its address bar, whatever it is about, and show names without their class.
    """
    addresses = {name: _absolute(request, name) for name in ("home", "search")}
    addresses |= {
        "self": _absolute(request, "opensearch"),
        "icon": request.build_absolute_uri(static("favicon.svg")),
    }
    return render(request, "opensearch.xml", addresses, content_type="application/opensearchdescription+xml")


@require_safe
def favicon(request):
    """Lead browsers that ask for the old address to the icon."""
    return redirect(static("favicon.svg"))


def _absolute(request, name):
    """Return the absolute address of a page."""
    return request.build_absolute_uri(reverse(name))
