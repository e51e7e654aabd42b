"""What statements rest on."""

from django import forms
from django.contrib import admin

from monographs import review
from monographs.admin.base import NeverDeleted, https_only
from monographs.models import Source

MAY_CHANGE = ("superseded_by", "last_checked_on")


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
        closed = {"superseded_at"}
        if obj is None or obj.superseded_at is not None:
            closed.add("superseded_by")
        if obj is not None and obj.cited_by.exists():
            closed |= {field.name for field in Source._meta.fields if field.editable} - {*MAY_CHANGE}
        return tuple(field.name for field in Source._meta.fields if field.name in closed)

    def save_model(self, request, obj, form, change):
        """Let `review` note since when a source is superseded: reviews that rest on it are qualified."""
        newer = obj.superseded_by if "superseded_by" in form.changed_data else None
        if newer is not None:
            obj.superseded_by = None
        super().save_model(request, obj, form, change)
        if newer is not None:
            review.supersede(source=obj, newer=newer, by=request.user)
