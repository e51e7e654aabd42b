"""The admin site: Django's own, which loses no form to an expired login, with our way to sign in."""

from __future__ import annotations

from functools import partial, update_wrapper
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import path, reverse

from clincalc.accounts import kept, second_factor, views
from clincalc.row_counts import refuse_rows_not_sent

# Of accounts nothing is kept: their forms hold passwords.
KEPT_APPS = "monographs_"
ASKED = "kept"
# What somebody reaches who has to set up a second factor first.
OPEN = frozenset({"second_factor", "begin_second_factor", "qr", "logout"})


class EditorsSite(AdminSite):
    """The admin of editors, reviewers and leads."""

    site_title = site_header = "ClinCalc Pro"

    def get_urls(self) -> list[Any]:
        """Add the pages of signing in and of one's own account."""
        return [*self._pages_for_anybody(), *self._pages_of_the_account(), *super().get_urls()]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Keep the form of whoever is signed out while they wrote it; lead who must to their second factor.

        Before all else a form is refused that says it has more rows than it sends.
        """
        inner = super().admin_view(view, cacheable)

        def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.method == "POST":
                refuse_rows_not_sent(request.POST)
            if self._is_lost(request) and kept.keep(request):
                return redirect_to_login(
                    f"{request.path}?{urlencode({ASKED: 1})}", reverse("admin:login", current_app=self.name)
                )
            if self._must_set_up(request):
                return redirect("admin:second_factor")
            return inner(request, *args, **kwargs)

        return update_wrapper(asked, inner)

    def each_context(self, request: Any) -> dict[str, Any]:
        """Let every form say for whom it was drawn. Who must set up a second factor sees no way round it."""
        context = super().each_context(request)
        if not request.user.pk:
            return context
        if self._must_set_up(request, is_open=False):
            context |= {"is_nav_sidebar_enabled": False, "available_apps": []}
        return {**context, kept.DRAWN_FOR: kept.mark_of(request.user)}

    def login(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Say that what was written is kept. Who is signed in already is led on."""
        if request.method == "GET" and self.has_permission(request):
            next_page = views.SignIn(request=request).get_success_url()
            return redirect(views.begins_at(request.user, next_page))
        context = {
            **self.each_context(request),
            "title": "Sign in",
            "is_kept": f"{ASKED}=1" in request.GET.get("next", ""),
            **(extra_context or {}),
        }
        return views.SignIn.as_view(extra_context=context)(request)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Show our own page at Django's address."""
        return views.change_password_view(request, site=self)

    def index(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Head the page with what waits in the queue, for those who see the queue."""
        # Imported late: the site is made before the models are.
        from monographs.admin.queue import counts_for

        counts = counts_for(request.user) if request.user.has_perm("monographs.view_assignment") else []
        return super().index(request, {**(extra_context or {}), "counts": counts})

    def _pages_for_anybody(self) -> list[Any]:
        """Return the addresses that need no session."""
        return [
            path("code/", partial(views.code_view, site=self), name="code"),
            path("forgotten/", partial(views.forgotten_view, site=self), name="forgotten"),
            path("password/<str:token>/", partial(views.set_password_view, site=self), name="set_password"),
        ]

    def _pages_of_the_account(self) -> list[Any]:
        """Return the addresses of one's own account."""
        return [
            path("account/", self._own(views.account_view), name="account"),
            path("account/address/", self._own(views.address_view), name="address"),
            path("account/second-factor/", self._own(views.second_factor_view), name="second_factor"),
            path(
                "account/second-factor/begin/",
                self._own(views.begin_second_factor_view),
                name="begin_second_factor",
            ),
            path("account/second-factor/qr.svg", self._own(views.qr_view), name="qr"),
            path(
                "account/second-factor/remove/",
                self._own(views.remove_second_factor_view),
                name="remove_second_factor",
            ),
            path("account/recovery-codes/", self._own(views.recovery_codes_view), name="recovery_codes"),
        ]

    def _own(self, view: Any) -> Any:
        """Return a page of the account, for whoever is signed in."""
        return self.admin_view(partial(view, site=self))

    def _must_set_up(self, request: HttpRequest, *, is_open: bool = True) -> bool:
        """Tell whether somebody has to set up a second factor before they go here."""
        match = request.resolver_match
        if is_open and match is not None and match.url_name in OPEN:
            return False
        return self.has_permission(request) and second_factor.is_missing(request.user)

    def _is_lost(self, request: HttpRequest) -> bool:
        """Tell whether a form was sent and nobody is signed in to send it."""
        match = request.resolver_match
        is_ours = match is not None and (match.url_name or "").startswith(KEPT_APPS)
        return request.method == "POST" and is_ours and not self.has_permission(request)
