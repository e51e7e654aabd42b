"""How long a session lasts, and how one begins."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY, login, logout
from django.http import HttpRequest, HttpResponse

from clincalc.accounts.models import User
from clincalc.middleware import ADMIN

BEGAN, SEEN = "began", "seen"
HALF = "half_signed_in"
# A session that is at work is written this often, not at each request.
SEEN_EVERY = 5 * 60
HALF_HOLDS = 10 * 60
HOUR = 3600


class Hours:
    """End a session that was idle too long, or is too old. Public pages have none and ask for none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep what answers."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the answer, to nobody when the session has ended."""
        if request.path_info.startswith(ADMIN) and SESSION_KEY in request.session:
            _look(request)
        return self.get_response(request)


def begin(request: HttpRequest, person: User) -> None:
    """Sign a person in, under a new session id."""
    request.session.pop(HALF, None)
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    request.session.set_expiry(None)


def begin_hours(request: HttpRequest, **_: Any) -> None:
    """Note when a session begins."""
    request.session[BEGAN] = request.session[SEEN] = _now()


def begin_half(request: HttpRequest, person: User, next_page: str) -> None:
    """Keep, under a new session id, that a person has shown their password and not yet their code."""
    request.session.flush()
    request.session[HALF] = {
        "person": person.pk,
        "hash": person.get_session_auth_hash(),
        "at": _now(),
        "next": next_page,
    }
    request.session.set_expiry(HALF_HOLDS)


def half(request: HttpRequest) -> tuple[User | None, str]:
    """Return who has shown their password and not yet their code, if anybody, and where they are led."""
    kept = request.session.get(HALF, {})
    if not kept or _now() - kept["at"] > HALF_HOLDS:
        return None, ""
    person = User.objects.filter(pk=kept["person"], is_active=True, is_staff=True).first()
    # A password or second factor that was changed meanwhile ends this as it ends sessions.
    if person is None or person.get_session_auth_hash() != kept["hash"]:
        return None, ""
    return person, kept["next"]


def _look(request: HttpRequest) -> None:
    """End the session, or note now and then that it is at work."""
    session: Any = request.session
    now = _now()
    began, seen = session.get(BEGAN, now), session.get(SEEN, now)
    if now - began >= settings.SESSION_HOURS * HOUR or now - seen >= settings.SESSION_IDLE_HOURS * HOUR:
        logout(request)
    elif BEGAN not in session or now - seen >= SEEN_EVERY:
        session[BEGAN], session[SEEN] = began, now


def _now() -> int:
    """Return this moment in whole seconds."""
    return int(time.time())
