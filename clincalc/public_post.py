"""Forms that anybody may send, without an account and without a cookie.

    @public_post("report")
    def report(request): ...

The page carries a token (`token_for("report")` in a field named `FIELD`) that
is signed, belongs to this form, and holds from two seconds to four hours after
it was made. What is sent has to come from this site by the browser's own word
as well. Everything else is refused before the view is asked, with a page that
keeps what was typed. `middleware.ReadOnlyPages` lets POST through to views
that are marked so, and to no others.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils.cache import add_never_cache_headers

from clincalc import errors
from clincalc.logs import path_of
from clincalc.security_log import REFUSED, record

FIELD = "form_token"
"""The name of the hidden field."""
HOLDS = timedelta(hours=4)
SOONEST = timedelta(seconds=2)
SALT = "clincalc.public_post"
MARK = "is_public_post"

FOREIGN = "It did not come from a page of this site."
NOT_OURS = "It did not come from a page that this site has drawn for you."
TOO_OLD = "The page had been open for more than four hours."
TOO_SOON = "It was sent faster than anybody can write."

type View = Callable[..., HttpResponse]


def token_for(form: str) -> str:
    """Return a fresh token of a form."""
    return signing.TimestampSigner(salt=SALT).sign(form)


def public_post(form: str) -> Callable[[View], View]:
    """Let anybody send this view a form of this name, if it comes from here."""

    def marked(view: View) -> View:
        @wraps(view)
        def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            why = why_refused(request, form) if request.method == "POST" else ""
            response = _refusal(request, form, why) if why else view(request, *args, **kwargs)
            # A page that somebody keeps for later would hand out a token that is too old.
            add_never_cache_headers(response)
            return response

        setattr(asked, MARK, True)
        # Django's own check needs a cookie; ours does not.
        asked.csrf_exempt = True  # type: ignore[attr-defined]
        return asked

    return marked


def why_refused(request: HttpRequest, form: str) -> str:
    """Return the sentence that says why what was sent is not taken, or ""."""
    if not _is_from_here(request):
        return FOREIGN
    signer = signing.TimestampSigner(salt=SALT)
    token = request.POST.get(FIELD, "")
    try:
        if signer.unsign(token, max_age=HOLDS) != form:
            return NOT_OURS
    except signing.SignatureExpired:
        return TOO_OLD
    except signing.BadSignature:
        return NOT_OURS
    try:
        signer.unsign(token, max_age=SOONEST)
    except signing.SignatureExpired:
        return ""
    return TOO_SOON


def is_public_post(path: str) -> bool:
    """Return whether anybody may send a form to this address."""
    try:
        return getattr(resolve(path).func, MARK, False)
    except Resolver404:
        return False


def _is_from_here(request: HttpRequest) -> bool:
    """Return whether the browser says that a page of this site sent it: in Origin, or else in Referer."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return False
    said = request.headers.get("Origin") or _origin_of(request.headers.get("Referer", ""))
    return said in {f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}


def _origin_of(address: str) -> str:
    """Return scheme and host of an address, or "" for what is none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"


def _refusal(request: HttpRequest, form: str, why: str) -> HttpResponse:
    """Return 403 in words, with what was typed to be sent again, unless a stranger may have typed it."""
    record("send form", of=path_of(request), outcome=REFUSED, request=request, why=why)
    is_own = why in (TOO_OLD, TOO_SOON)
    typed = [(name, value) for name, value in request.POST.items() if name != FIELD] if is_own else []
    context = {"why": why, "typed": typed, "path": request.path, "name": FIELD, "token": token_for(form)}
    return errors.answer(403, page="refused_form.html", context=context)
