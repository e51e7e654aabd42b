"""Error pages. They need no database, no session and no request."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from clincalc.logs import path_of
from clincalc.security_log import REFUSED, record
from monographs.presenters.site import site

TOO_MUCH: dict[type[Exception], str] = {
    RequestDataTooBig: "It is larger than any form of this site.",
    TooManyFieldsSent: "It has more fields than any form of this site.",
    TooManyFilesSent: "This site takes no files.",
}


def answer(
    status: int,
    *,
    context: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    page: str = "",
) -> HttpResponse:
    """Return the error page of a status (400, 403, 404, 405, 410, 413, 500 or 503), or another page with it."""
    # `site` names the database in a lazy value only, which these templates never read.
    body = render_to_string(page or f"{status}.html", {**site(None), **(context or {})})
    return HttpResponse(body, status=status, headers=dict(headers or {}))


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
