"""What happens to every request, from the outside in."""

import ipaddress
import logging
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.security import SecurityMiddleware

from clincalc import errors
from clincalc.logs import REQUEST_ID

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
        request_id = request.META[REQUEST_ID] = uuid.uuid4().hex
        response = self.get_response(request)
        response.headers["X-Request-ID"] = request_id
        fields = {
            "id": request_id,
            "method": request.method,
            "address": request.path,
            "status": response.status_code,
            "ms": round((time.perf_counter() - begun) * 1000, 1),
        }
        requests.info("request", extra={"fields": fields})
        return response


class TrustedProxies:
    """Take away what a proxy says of a request unless it comes from a trusted one."""

    def __init__(self, get_response: GetResponse) -> None:
        """Keep what answers, and whom to trust."""
        self.get_response = get_response
        self.trusted = settings.TRUSTED_PROXIES

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the answer to the request as far as it can be believed."""
        if not self._is_trusted(request.META.get("REMOTE_ADDR", "")):
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        return self.get_response(request)

    def _is_trusted(self, address: str) -> bool:
        """Return whether the address is in a trusted network."""
        try:
            peer = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(peer in network for network in self.trusted)


class ReadOnlyPages:
    """Answer only GET, HEAD and OPTIONS, and POST in the admin."""

    def __init__(self, get_response: GetResponse) -> None:
        """Keep what answers."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the page, the methods that it has, or 405."""
        methods = (*SAFE, "POST") if request.path_info.startswith(ADMIN) else SAFE
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
        """Return 503 for a database that is down, None for any other exception."""
        if not isinstance(exception, OperationalError | InterfaceError):
            return None
        faults.error("The database does not answer.", exc_info=exception, extra={"request": request})
        return errors.answer(
            503,
            context={"is_search": request.path_info.startswith("/search/")},
            headers={"Retry-After": "30", "Cache-Control": "no-store"},
        )
