"""Accounts in the admin."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group

from clincalc.accounts.models import User
from clincalc.accounts.written import Watched

admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(Watched, GroupAdmin):
    """Django's own, with a line in the security log for each change."""


@admin.register(User)
class AccountAdmin(Watched, UserAdmin):
    """Django's own, with one name in place of two."""

    list_display = ("username", "full_name", "email", "is_active", "is_staff")
    search_fields = ("username", "full_name", "email")
    fieldsets = tuple(
        (title, {"fields": ("full_name", "email")}) if "first_name" in options["fields"] else (title, options)
        for title, options in UserAdmin.fieldsets or ()
    )
