"""Names that mean another medicine elsewhere."""

from django.contrib import admin

from monographs.admin.base import NeverDeleted
from monographs.models import NameConflict


@admin.register(NameConflict)
class NameConflictAdmin(NeverDeleted):
    """A name in this list never opens a page by itself."""

    list_display = ("name", "market", "substance")
    list_filter = ("market",)
    search_fields = ("name", "norm", "substance")
    autocomplete_fields = ("source",)

    def has_delete_permission(self, request, obj=None):
        """A conflict that was a mistake may go, one at a time."""
        return admin.ModelAdmin.has_delete_permission(self, request, obj)
