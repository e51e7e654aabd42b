"""The admin site: Django's own, which loses no form to an expired login."""

from __future__ import annotations

from functools import update_wrapper
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from clincalc.accounts import kept

# Of accounts nothing is kept: their forms hold passwords.
KEPT_APPS = "monographs_"
ASKED = "kept"


class EditorsSite(AdminSite):
    """The admin of editors, reviewers and leads."""

    site_title = site_header = "ClinCalc Pro"

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Keep the form of whoever is signed out while they wrote it."""
        inner = super().admin_view(view, cacheable)

        def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if self._is_lost(request) and kept.keep(request):
                return redirect_to_login(
                    f"{request.path}?{urlencode({ASKED: 1})}", reverse("admin:login", current_app=self.name)
                )
            return inner(request, *args, **kwargs)

        return update_wrapper(asked, inner)

    def each_context(self, request: Any) -> dict[str, Any]:
        """Let every form say for whom it was drawn."""
        context = super().each_context(request)
        return {**context, kept.DRAWN_FOR: kept.mark_of(request.user)} if request.user.pk else context

    def login(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Say that what was written is kept. Who signs begins at the queue, unless they were on their way."""
        is_kept = f"{ASKED}=1" in request.GET.get("next", "")
        response = super().login(request, {**(extra_context or {}), "is_kept": is_kept})
        is_led_to_index = response.headers.get("Location") == reverse("admin:index")
        if is_led_to_index and request.user.has_perm("monographs.sign_review"):
            return HttpResponseRedirect(reverse("admin:monographs_assignment_changelist"))
        return response

    def index(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Head the page with what waits in the queue, for those who see the queue."""
        # Imported late: the site is made before the models are.
        from monographs.admin.queue import counts_for

        counts = counts_for(request.user) if request.user.has_perm("monographs.view_assignment") else []
        return super().index(request, {**(extra_context or {}), "counts": counts})

    def _is_lost(self, request: HttpRequest) -> bool:
        """Tell whether a form was sent and nobody is signed in to send it."""
        match = request.resolver_match
        is_ours = match is not None and (match.url_name or "").startswith(KEPT_APPS)
        return request.method == "POST" and is_ours and not self.has_permission(request)
