"""Accounts in the admin."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from clincalc.accounts.models import User


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Django's own, with one name in place of two."""

    list_display = ("username", "full_name", "email", "is_active", "is_staff")
    search_fields = ("username", "full_name", "email")
    fieldsets = tuple(
        (title, {"fields": ("full_name", "email")}) if "first_name" in options["fields"] else (title, options)
        for title, options in UserAdmin.fieldsets or ()
    )
