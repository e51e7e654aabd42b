"""Pages of signing in and of one's own account. Rules stand in the modules that they call."""

from __future__ import annotations

import io
from typing import Any

import segno
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clincalc.accounts import links, mail, people, second_factor, sessions, throttle
from clincalc.accounts.forms import (
    ActForm,
    AddressForm,
    ChangePasswordForm,
    CodeForm,
    FirstCodeForm,
    ForgottenForm,
    NewPasswordForm,
    SignInForm,
)
from clincalc.accounts.proof import counted, show_code, with_status
from clincalc.accounts.second_factor import WrongCode
from clincalc.security_log import REFUSED, record

ASK = "admin/accounts/ask.html"
QUEUE = "admin:monographs_assignment_changelist"
SENT = (
    "If an account has this name or address, a letter with a link is on its way. The link works for an hour. "
    "When no letter comes, ask a clinical lead."
)
NO_MAIL = "This site sends no letters. Ask a clinical lead or whoever runs the site for a link."
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


class SignIn(LoginView):
    """User name and password; who has a second factor is asked for its code next."""

    authentication_form = SignInForm
    template_name = "admin/login.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign in, or lead to the page of the code."""
        person, next_page = form.get_user(), self.get_success_url()
        if person.second_factor_at is not None:
            sessions.begin_half(self.request, person, next_page)
            return redirect("admin:code")
        return _signed_in(self.request, person, next_page)

    def form_invalid(self, form: Any) -> HttpResponse:
        """Say what is wrong."""
        return with_status(super().form_invalid(form), form)

    def get_default_redirect_url(self) -> str:
        """Lead on to the admin."""
        return reverse("admin:index")


@never_cache
@get_or_post
def code_view(request: HttpRequest, site: Any) -> HttpResponse:
    """Ask whoever has shown their password for their code."""
    person, next_page = sessions.half(request)
    if person is None:
        return redirect("admin:login")
    form = CodeForm(request.POST or None, label_suffix="")
    if form.is_valid():
        try:
            with counted(request, *throttle.answers(request, person.username)):
                show_code(person, request, form.cleaned_data["code"])
        except throttle.TooMany as refusal:
            form.add_error(None, refusal.error)
        except WrongCode as refusal:
            record("login", by=person, of=person, outcome=REFUSED, request=request, why="wrong code")
            form.add_error("code", str(refusal))
        else:
            return _signed_in(request, person, next_page)
    return _page(site, request, "Second factor", form, "Sign in", is_signing_in=True)


@never_cache
@get_or_post
def forgotten_view(request: HttpRequest, site: Any) -> HttpResponse:
    """Send a link to whoever has forgotten their password. The answer is the same whoever asks."""
    title = "Set a new password"
    if not mail.is_set():
        return _page(site, request, title, None, "", said=[NO_MAIL], is_signing_in=True)
    form = ForgottenForm(request.POST or None, label_suffix="")
    if form.is_valid():
        try:
            throttle.take(request, throttle.asked(request))
        except throttle.TooMany as refusal:
            form.add_error(None, refusal.error)
        else:
            links.send_forgotten(form.cleaned_data["said"])
            return _page(site, request, title, None, "", said=[SENT], is_signing_in=True)
    said = ["We send you a link with which you set a new one."]
    return _page(site, request, title, form, "Send the link", said=said, is_signing_in=True)


@never_cache
@get_or_post
def set_password_view(request: HttpRequest, site: Any, token: str) -> HttpResponse:
    """Let the holder of a link set a password; then they sign in with it."""
    title = "Set your password"
    try:
        person = links.found(token).person
        form = NewPasswordForm(person, request.POST or None, label_suffix="")
        if form.is_valid():
            links.use(token, form.cleaned_data["new_password1"])
            messages.success(request, "Your password is set. Sign in with it.")
            return redirect("admin:login")
    except links.Ended as refusal:
        return _page(site, request, title, None, "", said=[str(refusal)], is_signing_in=True, status=410)
    said = [f"Your user name: {person.username}"]
    return _page(
        site,
        request,
        title,
        form,
        "Set the password",
        said=said,
        is_signing_in=True,
        username=person.username,
    )


@require_safe
def account_view(request: HttpRequest, site: Any) -> HttpResponse:
    """Show somebody their own account."""
    person: Any = request.user
    left = person.recovery_codes.filter(used_at=None).count() if person.second_factor_at else 0
    return render(
        request,
        "admin/accounts/account.html",
        {
            **site.each_context(request),
            "title": "Your account",
            "groups": [group.name for group in person.groups.order_by("name")],
            "left": left,
            "is_required": second_factor.is_required(person),
        },
    )


@get_or_post
def address_view(request: HttpRequest, site: Any) -> HttpResponse:
    """Let somebody change where their letters go, and their name."""
    person: Any = request.user
    was = person.email
    form = AddressForm(request.POST or None, request=request, instance=person, label_suffix="")
    if form.is_valid():
        data = form.cleaned_data
        people.change_own(person, was=was, full_name=data["full_name"], email=data["email"])
        messages.success(request, "Saved.")
        return redirect("admin:account")
    return _page(site, request, "Name and address", form, "Save")


@never_cache
@get_or_post
def change_password_view(request: HttpRequest, site: Any) -> HttpResponse:
    """Let somebody change their password. Their other sessions end."""
    person: Any = request.user
    form = ChangePasswordForm(request.POST or None, request=request, label_suffix="")
    if form.is_valid():
        form.save()
        links.end_all(person)
        update_session_auth_hash(request, person)
        record("change password", by=person, of=person)
        messages.success(request, "Your password is changed. You are signed out everywhere else.")
        return redirect("admin:account")
    return _page(site, request, "Change your password", form, "Change it")


@get_or_post
def second_factor_view(request: HttpRequest, site: Any) -> HttpResponse:
    """Set up a second factor: what it is, then the secret, then the recovery codes."""
    person: Any = request.user
    if person.second_factor_at is not None:
        return redirect("admin:account")
    factor = second_factor.begun(person)
    form = FirstCodeForm(request.POST or None, label_suffix="") if factor else None
    if form is not None and form.is_valid():
        codes = _confirmed(request, form)
        if codes:
            return _codes_page(site, request, codes)
    context = {
        **site.each_context(request),
        "title": "Set up a second factor",
        "factor": factor,
        "form": form,
        "is_required": second_factor.is_required(person),
    }
    if factor:
        secret = second_factor.secret_of(factor)
        groups = [secret[begin : begin + 4] for begin in range(0, len(secret), 4)]
        context |= {"secret": " ".join(groups), "link": second_factor.link_of(factor)}
    response = render(request, "admin/accounts/second_factor.html", context)
    return with_status(response, form)


@require_POST
def begin_second_factor_view(request: HttpRequest, site: Any) -> HttpResponse:
    """Make the secret of a device that is to be set up."""
    second_factor.begin(request.user)  # type: ignore[arg-type]
    return redirect("admin:second_factor")


@require_safe
def qr_view(request: HttpRequest, site: Any) -> HttpResponse:
    """Draw the secret of a device that is being set up, for its camera."""
    factor = second_factor.begun(request.user)  # type: ignore[arg-type]
    if factor is None:
        raise Http404
    headers = {"Cache-Control": "no-store"}
    drawn = io.BytesIO()
    picture = segno.make(second_factor.link_of(factor), error="m")
    picture.save(drawn, kind="svg", scale=4, light="#fff", xmldecl=False)
    return HttpResponse(drawn.getvalue(), content_type="image/svg+xml; charset=utf-8", headers=headers)


@get_or_post
def recovery_codes_view(request: HttpRequest, site: Any) -> HttpResponse:
    """Make new recovery codes in place of the old ones."""
    person: Any = request.user
    if person.second_factor_at is None:
        return redirect("admin:second_factor")
    form = ActForm(request.POST or None, request=request, label_suffix="")
    if form.is_valid():
        return _codes_page(site, request, second_factor.renew_recovery_codes(person))
    said = ["New codes take the place of all that you have. They are shown once."]
    return _page(site, request, "New recovery codes", form, "Make new codes", said=said)


@get_or_post
def remove_second_factor_view(request: HttpRequest, site: Any) -> HttpResponse:
    """Take one's own second factor away, or make room for that of another device."""
    person: Any = request.user
    if person.second_factor_at is None:
        return redirect("admin:second_factor")
    form = ActForm(request.POST or None, request=request, label_suffix="")
    if form.is_valid():
        second_factor.remove(person, by=person)
        update_session_auth_hash(request, person)
        messages.success(request, "Your second factor is removed.")
        return redirect("admin:second_factor")
    said = [
        "Your device and your recovery codes work no more. Your other sessions end.",
        "You must set up another before you can go on."
        if second_factor.is_required(person)
        else "From then on your password alone signs in, until you set up another.",
    ]
    return _page(site, request, "Remove your second factor", form, "Remove it", said=said)


def begins_at(person: Any, next_page: str) -> str:
    """Return where a person begins: where they were going, or at the queue if they sign."""
    if next_page == reverse("admin:index") and person.has_perm("monographs.sign_review"):
        return reverse(QUEUE)
    return next_page


def _confirmed(request: HttpRequest, form: FirstCodeForm) -> list[str]:
    """Return new recovery codes for a right first code, or [] for a wrong one, which is said."""
    person: Any = request.user
    try:
        with counted(request, *throttle.answers(request, person.username), throttle.codes(person)):
            codes = second_factor.confirm(person, form.cleaned_data["code"], at=timezone.now())
    except throttle.TooMany as refusal:
        form.add_error(None, refusal.error)
        return []
    except WrongCode as refusal:
        form.add_error("code", str(refusal))
        return []
    update_session_auth_hash(request, person)
    return codes


def _signed_in(request: HttpRequest, person: Any, next_page: str) -> HttpResponse:
    """Sign a person in and lead them on: to set up what is missing, to the queue, or where they were going."""
    sessions.begin(request, person)
    second_factor.forget_begun(person)
    if second_factor.is_missing(person):
        return redirect("admin:second_factor")
    return redirect(begins_at(person, next_page))


def _codes_page(site: Any, request: HttpRequest, codes: list[str]) -> HttpResponse:
    """Show recovery codes, once."""
    context = {**site.each_context(request), "title": "Your recovery codes", "codes": codes}
    return render(request, "admin/accounts/codes.html", context)


def _page(
    site: Any, request: HttpRequest, title: str, form: Any, button: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    """Return a page with some sentences, one form and its button."""
    context = {**site.each_context(request), "title": title, "form": form, "button": button, **more}
    if more.get("is_signing_in"):
        context["is_nav_sidebar_enabled"] = False
    return with_status(render(request, ASK, context, status=status), form)
