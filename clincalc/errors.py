"""Error pages. They need no database, no session and no request."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from clincalc.logs import path_of
from clincalc.row_counts import TooManyRows
from clincalc.security_log import REFUSED, record
from monographs.presenters.site import site

SEARCH = "/search/"
SUGGEST = "/search/suggest/"
NOT_KEPT = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
"""Headers of an answer for the search box: what was typed is nobody else's business."""
SEARCH_DOWN = "Search is not working. This does not mean that the medicine is not here."
TOO_MANY = "Too many searches from your network just now. Wait a few seconds, or use A to Z."
TOO_MUCH: dict[type[Exception], str] = {
    RequestDataTooBig: "It is larger than any form of this site.",
    TooManyFieldsSent: "It has more fields than any form of this site.",
    TooManyFilesSent: "This site takes no files.",
    TooManyRows: "It says that it has more rows than it sends.",
}


def answer(
    status: int,
    *,
    context: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    page: str = "",
) -> HttpResponse:
    """Return the error page of a status (400, 403, 404, 405, 410, 413, 429, 500 or 503), or another page with it."""
    # `site` names the database in a lazy value only, which these templates never read.
    body = render_to_string(page or f"{status}.html", {**site(None), **(context or {})})
    return HttpResponse(body, status=status, headers=dict(headers or {}))


def too_many(seconds: int, *, query: str) -> HttpResponse:
    """Return 429 with the query, for a client that must wait so many seconds."""
    headers = {"Retry-After": str(seconds), "Cache-Control": "no-store"}
    return answer(429, context={"query": query, "sentence": TOO_MANY}, headers=headers)


def too_many_suggestions(seconds: int) -> HttpResponse:
    """Return 429 for the search box."""
    headers = {"Retry-After": str(seconds), **NOT_KEPT}
    return JsonResponse({"error": TOO_MANY}, status=429, headers=headers)


def database_down(path: str) -> HttpResponse:
    """Return 503 for what was asked at a path: a page, or JSON for the search box."""
    headers = {"Retry-After": "30", "Cache-Control": "no-store"}
    if path == SUGGEST:
        return JsonResponse({"error": SEARCH_DOWN}, status=503, headers={**headers, **NOT_KEPT})
    sentence = SEARCH_DOWN if path.startswith(SEARCH) else ""
    return answer(503, context={"search_down": sentence}, headers=headers)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return 400, or 413 for more than a form of this site ever holds."""
    for kind, what in TOO_MUCH.items():
        if isinstance(exception, kind):
            return answer(413, context={"what": what})
    return answer(400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return 403, and write who was refused what.

    A public page does not ask who is signed in, so its refusal names nobody.
    """
    is_known = getattr(getattr(request, "session", None), "accessed", False)
    record(
        "open page",
        by=request.user if is_known else None,
        of=path_of(request),
        outcome=REFUSED,
        request=request,
        why=type(exception).__name__,
    )
    return answer(403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return 403 for a form that does not come from this site or has gone stale.

    Whose session it arrived with is not written: that person may not have sent it.
    """
    record("send form", of=path_of(request), outcome=REFUSED, request=request, why=reason.split(" - ")[0])
    return answer(403, context={"is_stale_form": True})


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return 404."""
    return answer(404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Return 500."""
    return answer(500)
