"""What statements rest on."""

from django import forms
from django.contrib import admin

from monographs.admin.base import NeverDeleted, https_only
from monographs.models import Source

MAY_CHANGE = ("superseded_by", "superseded_at", "last_checked_on")


class SourceForm(forms.ModelForm):
    """A source; its address is the document's own, by https."""

    def clean_url(self):
        """Take https only."""
        return https_only(self.cleaned_data["url"])


@admin.register(Source)
class SourceAdmin(NeverDeleted):
    """A document in one of its revisions. Once cited by a frozen text it stands as it was."""

    form = SourceForm
    ordering = ("title", "pk")
    list_display = ("title", "kind", "identifier", "revision", "last_checked_on")
    list_filter = ("kind", "jurisdiction")
    search_fields = ("title", "identifier", "revision")
    autocomplete_fields = ("superseded_by",)

    def get_readonly_fields(self, request, obj=None):
        """Show a cited source, but for what may still change of it."""
        if obj is None or not obj.cited_by.exists():
            return ()
        return tuple(
            field.name for field in Source._meta.fields if field.editable and field.name not in MAY_CHANGE
        )
