"""What happens to every request, from the outside in."""

import logging
import time
import uuid
from collections.abc import Callable

from django.db import Error, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.security import SecurityMiddleware

from clincalc import errors, public_post
from clincalc.clients import is_trusted
from clincalc.logs import REQUEST_ID, path_of, request_id

type GetResponse = Callable[[HttpRequest], HttpResponse]

ADMIN = "/admin/"
SAFE = ("GET", "HEAD", "OPTIONS")
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "geolocation",
        "gyroscope", "hid", "magnetometer", "microphone", "midi", "payment", "serial", "usb",
    )
)  # fmt: skip

requests = logging.getLogger("clincalc.requests")
faults = logging.getLogger("clincalc.faults")


class Headers:
    """Put the security headers on every response, static files and error pages included.

    Django's SecurityMiddleware is called again from here because the answer to a
    wrong host name is made outside of it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        """Keep what answers."""
        self.get_response = get_response
        self.security = SecurityMiddleware(lambda request: HttpResponse())

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the answer with its headers; what the answer has set itself stays."""
        response = self.get_response(request)
        self.security.process_response(request, response)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        is_private = request.path_info.startswith(ADMIN)
        response.headers.setdefault("Cache-Control", "no-store" if is_private else "no-cache")
        return response


class RequestLog:
    """Give each request an id, and write one line about it without the query string."""

    def __init__(self, get_response: GetResponse) -> None:
        """Keep what answers."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the answer with its X-Request-ID."""
        begun = time.perf_counter()
        new = request.META[REQUEST_ID] = uuid.uuid4().hex
        before = request_id.set(new)
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(before)
        response.headers["X-Request-ID"] = new
        fields = {
            "id": new,
            "method": request.method,
            "address": path_of(request),
            "status": response.status_code,
            "ms": round((time.perf_counter() - begun) * 1000, 1),
        }
        requests.info("request", extra={"fields": fields})
        return response


class TrustedProxies:
    """Take away what a proxy says of a request unless it comes from a trusted one."""

    def __init__(self, get_response: GetResponse) -> None:
        """Keep what answers."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the answer to the request as far as it can be believed."""
        if not is_trusted(request.META.get("REMOTE_ADDR", "")):
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        return self.get_response(request)


class ReadOnlyPages:
    """Answer only GET, HEAD and OPTIONS, and POST in the admin and where a public form is declared."""

    def __init__(self, get_response: GetResponse) -> None:
        """Keep what answers."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the page, the methods that it has, or 405."""
        if request.method in ("GET", "HEAD"):
            return self.get_response(request)
        is_form = request.path_info.startswith(ADMIN) or public_post.is_public_post(request.path_info)
        methods = (*SAFE, "POST") if is_form else SAFE
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers={"Allow": ", ".join(methods)})
        if request.method not in methods:
            return errors.answer(405, headers={"Allow": ", ".join(methods)})
        return self.get_response(request)


class DatabaseDown:
    """Answer 503, not 500, when the database does not answer."""

    def __init__(self, get_response: GetResponse) -> None:
        """Keep what answers."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the answer."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return 503 for a database that is down, None for any other exception.

        A search that fails in the database in whatever way must never read as one that found nothing.
        """
        is_search = request.path_info.startswith(errors.SEARCH)
        if not isinstance(exception, Error if is_search else OperationalError | InterfaceError):
            return None
        faults.error("The database does not answer.", exc_info=exception, extra={"request": request})
        return errors.database_down(request.path_info)
