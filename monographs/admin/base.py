"""What our admin pages share."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.forms import ValidationError
from django.utils import timezone

from clincalc.accounts import kept
from clincalc.accounts.models import User
from clincalc.accounts.site import ASKED
from clincalc.ids import OneField
from monographs.admin.selects import KnownSelect
from monographs.lint import lint_text
from monographs.review import clinical_now

NOT_SAVED = "You were signed out before this was saved. Nothing is saved yet: read it through, then save."


class NotYetSaved:
    """A form that is shown again after its person was signed out."""

    def clean(self):
        """Ask the person to send it once more."""
        data = super().clean()  # type: ignore[misc]
        self.add_error(None, NOT_SAVED)  # type: ignore[attr-defined]
        return data


def show_kept(request):
    """Put the form that was kept for this person into the request. Returns whether there is one."""
    data = kept.kept_for(request) if request.method == "GET" and ASKED in request.GET else None
    if data is None:
        return False
    request.FILES  # noqa: B018 - read while the method is GET; later it would parse an empty body over POST
    request.POST = data
    request.is_shown_again = True
    return True


def is_shown_again(request):
    """Tell whether the request's form was kept and is only shown."""
    return getattr(request, "is_shown_again", False)


def forget_saved(request, response):
    """Drop a kept form once it was saved: then the page leads on."""
    if request.method == "POST" and ASKED in request.GET and response.status_code == 302:
        kept.forget(request)


class NeverDeleted(admin.ModelAdmin):
    """Rows that are added and changed, never deleted, and only one at a time."""

    actions: Sequence[str] | None = None
    list_per_page = 50
    show_full_result_count = False

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Show a form that was kept at an expired login again, filled and unsaved."""
        again = show_kept(request)
        if again:
            request.method = "POST"
        response = super().changeform_view(request, object_id, form_url, extra_context)
        if not again:
            forget_saved(request, response)
        return response

    def get_form(self, request, obj=None, change=False, **kwargs):
        """Return the form; one that was kept is never valid, so it is never saved by being shown."""
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (NotYetSaved, form), {}) if is_shown_again(request) else form

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Choose by an autocomplete that a forged value cannot break."""
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs = {
                "widget": KnownSelect(db_field, self.admin_site),
                "form_class": OneField,
                **kwargs,
            }
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

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

    def get_fieldsets(self, request, obj=None):
        """Name people without a link: most who read the record may not open accounts."""
        named: dict[Any, Any] = {
            field.name: named_by(field) for field in self.opts.fields if field.related_model is User
        }
        return [
            (title, {**options, "fields": [named.get(name, name) for name in options["fields"]]})
            for title, options in super().get_fieldsets(request, obj)
        ]


def named_by(field):
    """Return what shows the person in a column by their name."""

    @admin.display(description=field.verbose_name)
    def name(row):
        person = getattr(row, field.name)
        return person.get_full_name() if person else "nobody"

    name.__name__ = field.name
    return name


def https_only(url):
    """Return an address. Raises ValidationError for one without https."""
    if url and not url.startswith("https://"):
        raise ValidationError("Use an address that begins with https://.")
    return url


def not_ahead(day):
    """Return a day. Raises ValidationError for one that has not come yet."""
    if day is not None and day > timezone.localdate(clinical_now()):
        raise ValidationError("This day has not come yet.")
    return day


class DayInput(forms.DateInput):
    """A day, by the browser's own calendar."""

    input_type = "date"

    def __init__(self, **attrs):
        """Write days as browsers want them."""
        super().__init__(attrs=attrs, format="%Y-%m-%d")


def day(value):
    """Return a day, or the local day of a moment, as people read it."""
    return f"{timezone.localdate(value) if isinstance(value, datetime) else value:%-d %B %Y}"


def log(request, row, what):
    """Write into the admin's own history what a person did to a row. One query."""
    LogEntry.objects.log_actions(request.user.pk, [row], CHANGE, what)


def refuse_content_errors(text, where):
    """Raise ValidationError with the content rules of level error that a text breaks."""
    errors = [f"{hit.advice} (“{hit.excerpt}”)" for hit in lint_text(text, where=where) if hit.is_error]
    if errors:
        raise ValidationError(errors)
