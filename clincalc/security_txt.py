"""`/.well-known/security.txt` (RFC 9116): whom to tell of a weakness."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

# RFC 9116 recommends less than a year. A site that still answers is still looked after.
AHEAD = timedelta(days=182)


def security_txt(request: HttpRequest) -> HttpResponse:
    """Return the file, or 404 where nobody is named."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires(timezone.now()):%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
    ]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


def expires(at: datetime) -> datetime:
    """Return until when the file holds: the first day of a month, six to seven months ahead.

    It is the same for a month, so that the file is, and never lies in the past.
    """
    ahead = at.astimezone(UTC) + AHEAD
    first = ahead.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=31)).replace(day=1)
