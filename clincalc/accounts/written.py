"""What the security log says of signing in and out, and of roles; `people` writes what is done to accounts."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from clincalc.ids import SeveralField
from clincalc.security_log import REFUSED, record


def connect() -> None:
    """Hook the log to Django's own moments, which every way of signing in goes through."""
    user_logged_in.connect(_signed_in, dispatch_uid="security_log.login")
    user_logged_out.connect(_signed_out, dispatch_uid="security_log.logout")
    user_login_failed.connect(_not_signed_in, dispatch_uid="security_log.login_failed")


def _signed_in(request: HttpRequest, user: Any, **_: Any) -> None:
    """Write that somebody signed in."""
    record("login", by=user, request=request)


def _signed_out(request: HttpRequest, user: Any, **_: Any) -> None:
    """Write that somebody signed out; who was not signed in does nothing."""
    if user is not None:
        record("logout", by=user, request=request)


def _not_signed_in(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """Write that a password was wrong.

    A name that is no account's is not written: people type passwords there.
    """
    name = str(credentials.get("username", ""))[:150].replace("\0", "")
    known = get_user_model().objects.filter(username=name).exists()
    record("login", of=name if known else "unknown name", outcome=REFUSED, request=request)


class RoleAdmin(GroupAdmin):
    """Django's own form of a role, whose changes stand in the security log: of which fields, not what."""

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any
    ) -> Any:
        """Choose permissions by a field that a forged number cannot break."""
        return super().formfield_for_manytomany(db_field, request, **{"form_class": SeveralField, **kwargs})

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Write that a role was added."""
        self._record("add role", request, obj, message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Write what was changed."""
        self._record("change role", request, obj, message)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """Write what is deleted, each by itself."""
        for obj in queryset:
            self._record("delete role", request, obj, [])
        return super().log_deletions(request, queryset)

    def _record(self, action: str, request: HttpRequest, obj: Any, message: Any) -> None:
        """Write one line."""
        fields = [name for part in message for said in part.values() for name in said.get("fields", [])]
        record(action, by=request.user, of=obj, name=obj.name, changed=", ".join(map(str, fields)))
