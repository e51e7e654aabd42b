"""The record, to be read: edits, revisions, releases, live pages, old addresses."""

from functools import partial

from django.contrib import admin
from django.urls import path

from monographs.admin.base import ReadOnly
from monographs.admin.changes import shown_changes
from monographs.admin.signing import answer_view, signing_view
from monographs.document import parsed
from monographs.models import Edit, LiveDrug, OldSlug, Release, Revision, Successor


@admin.register(Edit)
class EditAdmin(ReadOnly):
    """Who touched which working text, and when."""

    list_display = ("drug", "part", "what", "by", "at")
    list_select_related = ("drug", "by")
    search_fields = ("drug__name", "what")
    ordering = ("-pk",)


@admin.register(Revision)
class RevisionAdmin(ReadOnly):
    """Frozen texts."""

    list_display = ("drug", "part", "number", "change_kind", "note", "submitted_by", "submitted_at")
    list_select_related = ("drug", "submitted_by")
    list_filter = ("part", "change_kind")
    search_fields = ("drug__name", "note")
    ordering = ("-pk",)

    change_form_template = "admin/monographs/revision/change_form.html"
    fields = ("drug", "part", "number", "change_kind", "note", "submitted_by", "submitted_at", "digest")

    def get_queryset(self, request):
        """Leave the long text out of lists."""
        return super().get_queryset(request).select_related("drug", "submitted_by").defer("document")

    def get_urls(self):
        """Add the page of signing, and the one that answers a comment."""
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/sign/", view(partial(signing_view, self)), name="monographs_revision_sign"),
            path(
                "<int:pk>/notes/<int:note>/",
                view(partial(answer_view, self)),
                name="monographs_revision_answer",
            ),
            *super().get_urls(),
        ]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """Show beside the frozen text what it changed."""
        texts = Revision.objects.filter(drug=obj.drug_id, part=obj.part)
        before = texts.filter(number=obj.number - 1).first()
        context["before"] = before
        context["changes"] = shown_changes(_document(before), _document(texts.get(pk=obj.pk)))
        return super().render_change_form(request, context, add, change, form_url, obj)


@admin.register(Release)
class ReleaseAdmin(ReadOnly):
    """What readers saw from when."""

    list_display = ("drug", "part", "shown", "by", "reason", "released_at")
    list_select_related = ("drug", "revision__drug", "by")
    search_fields = ("drug__name", "reason")
    ordering = ("-pk",)

    def get_queryset(self, request):
        """Leave the long text out."""
        return super().get_queryset(request).defer("revision__document")

    @admin.display(description="revision")
    def shown(self, release):
        """Return the number of the revision, or that the page was withdrawn."""
        return release.revision.number if release.revision else "withdrawn"


@admin.register(LiveDrug)
class LiveDrugAdmin(ReadOnly):
    """What lists and pages start from."""

    list_display = ("name", "drug_class", "is_readable")
    list_select_related = ("drug_class",)
    search_fields = ("name",)
    ordering = ("sort_key", "pk")

    @admin.display(description="public", boolean=True)
    def is_readable(self, live):
        """Tell whether the page is not withdrawn."""
        return live.monograph_id is not None


@admin.register(OldSlug)
class OldSlugAdmin(ReadOnly):
    """Addresses that drugs had."""

    list_display = ("slug", "name", "drug", "by", "at")
    list_select_related = ("drug", "by")
    search_fields = ("slug", "name", "drug__name")
    ordering = ("slug",)


@admin.register(Successor)
class SuccessorAdmin(ReadOnly):
    """Which drugs took the place of others."""

    list_display = ("drug", "successor", "by", "reason", "at")
    list_select_related = ("drug", "successor", "by")
    search_fields = ("drug__name", "successor__name")


def _document(revision):
    """Return the frozen text of a revision as a document, or None."""
    return parsed(revision.document) if revision else None
