"""What our admin pages share."""

from django.contrib import admin
from django.forms import ValidationError

from monographs.lint import lint_text


class NeverDeleted(admin.ModelAdmin):
    """Rows that are added and changed, never deleted, and only one at a time."""

    actions = None
    list_per_page = 50
    show_full_result_count = False

    def has_delete_permission(self, request, obj=None):
        """Nobody deletes these, whatever their permissions."""
        return False


class ReadOnly(NeverDeleted):
    """Rows of the record: they can be read."""

    def has_add_permission(self, request, obj=None):
        """The record is written by steps, never by hand."""
        return False

    def has_change_permission(self, request, obj=None):
        """The record is append-only."""
        return False


def refuse_content_errors(text, where):
    """Raise ValidationError with the content rules of level error that a text breaks."""
    errors = [f"{hit.advice} (“{hit.excerpt}”)" for hit in lint_text(text, where=where) if hit.is_error]
    if errors:
        raise ValidationError(errors)
