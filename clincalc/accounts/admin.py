"""Accounts in the admin: who has one, invitations, and what is done to one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone

from clincalc.accounts import mail, people
from clincalc.accounts.acts import ACTS, Outcome, invited
from clincalc.accounts.forms import AccountForm, ActForm, InviteForm
from clincalc.accounts.models import PasswordLink, User
from clincalc.accounts.proof import with_status
from clincalc.accounts.written import RoleAdmin

LIST = "admin:accounts_user_changelist"
OWN = "This is your own account: somebody else looks after its groups. Name, address and password: “Your account”."
SUPERUSERS = "A superuser's account is looked after by another superuser."

admin.site.unregister(Group)
admin.site.register(Group, RoleAdmin)


@admin.register(User)
class AccountAdmin(admin.ModelAdmin):
    """Accounts, for leads and superusers. What may be done to one is asked of `people`."""

    list_display = (
        "full_name",
        "username",
        "email",
        "in_groups",
        "stands",
        "has_second_factor",
        "last_login",
    )
    list_display_links = ("full_name", "username")
    list_filter = ("is_active", "groups")
    search_fields = ("username", "full_name", "email")
    ordering = ("full_name", "username", "pk")
    actions = None
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch with each account its groups, and whether an invitation waits."""
        waits = PasswordLink.objects.filter(
            person=OuterRef("pk"), is_invitation=True, used_at=None, ends_at__gt=timezone.now()
        )
        return super().get_queryset(request).prefetch_related("groups").annotate(is_invited=Exists(waits))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Leads and superusers see accounts."""
        return people.may_manage(request.user)

    has_module_permission = has_view_permission
    has_change_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        """They invite people."""
        return people.may_manage(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody is deleted: what they did bears their name."""
        return False

    def get_urls(self) -> list[Any]:
        """Add a page for each thing that is done to an account."""
        return [
            path(
                "<int:pk>/act/<slug:name>/",
                self.admin_site.admin_view(self.act_view),
                name="accounts_user_act",
            ),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Make an account and send its invitation."""
        self._refuse_others(request)
        by: Any = request.user
        form = InviteForm(request.POST or None, by=by)
        if request.method == "POST" and form.is_valid():
            try:
                person = people.make(by=by, **form.cleaned_data)
            except IntegrityError:
                # Somebody else was quicker; the form says so when it asks again.
                form = InviteForm(request.POST, by=by)
            else:
                return self._told(request, person, invited(person, by))
        said = [] if mail.is_set() else ["This site sends no letters: you will see the link, once."]
        return self._page(request, "Invite a person", form, "Invite", said=said)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show an account, what can be changed of it, and what can be done to it."""
        self._refuse_others(request)
        person, by = self._person(request, object_id), request.user
        may = people.may_touch(by, person)
        form = AccountForm(request.POST or None, by=by, instance=person) if may else None  # type: ignore[arg-type]
        if request.method == "POST" and form is not None and form.is_valid():
            return self._changed(request, self._person(request, object_id), form.cleaned_data)
        person = self._person(request, object_id)
        acts = [
            (act.button, reverse("admin:accounts_user_act", args=[person.pk, act.name]))
            for act in ACTS
            if act.fits(by, person)
        ]
        said = [] if may else [OWN if by.pk == person.pk else SUPERUSERS]
        return self._page(
            request,
            str(person.get_full_name()),
            form,
            "Save",
            template="admin/accounts/person.html",
            person=person,
            stands=self.stands(person),
            acts=acts,
            said=said,
        )

    def act_view(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """Do one thing to an account, once the person has shown that it is they who ask."""
        self._refuse_others(request)
        person = self._person(request, str(pk))
        act = next((one for one in ACTS if one.name == name), None)
        if act is None:
            raise Http404
        if not act.fits(request.user, person):
            raise PermissionDenied
        form = ActForm(request.POST or None, request=request, label_suffix="")
        if form.is_valid():
            return self._told(request, person, act.do(person, request.user))
        back = reverse("admin:accounts_user_change", args=[pk])
        title = f"{person.get_full_name()}: {act.button}"
        return self._page(request, title, form, act.button, said=act.said, back=back)

    @admin.display(description="groups")
    def in_groups(self, person: User) -> str:
        """Return the names of a person's groups."""
        names = sorted(group.name for group in person.groups.all())
        return ", ".join([*names, *(["superuser"] if person.is_superuser else [])])

    @admin.display(description="account")
    def stands(self, person: Any) -> str:
        """Return how an account stands."""
        if not person.is_active:
            return "closed"
        if person.has_usable_password():
            return "open"
        return "invited" if person.is_invited else "invitation has run out"

    @admin.display(description="second factor", boolean=True, ordering="second_factor_at")
    def has_second_factor(self, person: User) -> bool:
        """Return whether a person has one."""
        return person.second_factor_at is not None

    def _person(self, request: HttpRequest, pk: str) -> Any:
        """Return the person of an account. Raises Http404."""
        person = self.get_object(request, pk)
        if person is None:
            raise Http404
        return person

    def _refuse_others(self, request: HttpRequest) -> None:
        """Raise PermissionDenied for whoever does not look after accounts."""
        if not people.may_manage(request.user):
            raise PermissionDenied

    def _told(self, request: HttpRequest, person: User, outcome: Outcome) -> HttpResponse:
        """Lead back to the list, or show a link that is not shown again."""
        if not outcome.link:
            messages.success(request, f"{person.get_full_name()}: {outcome.sentence}")
            return redirect(LIST)
        link = request.build_absolute_uri(outcome.link)
        return self._page(
            request,
            str(person.get_full_name()),
            None,
            "",
            said=[outcome.sentence],
            link=link,
            back=reverse(LIST),
        )

    def _changed(self, request: HttpRequest, person: User, data: dict[str, Any]) -> HttpResponse:
        """Change an account."""
        data.setdefault("is_superuser", person.is_superuser)
        people.change(person, by=request.user, **data)  # type: ignore[arg-type]
        messages.success(request, f"{person.get_full_name()}: saved.")
        return redirect(LIST)

    def _page(
        self, request: HttpRequest, title: str, form: Any, button: str, template: str = "", **more: Any
    ) -> HttpResponse:
        """Return a page with a form."""
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "form": form,
            "button": button,
            **more,
        }
        return with_status(render(request, template or "admin/accounts/ask.html", context), form)
