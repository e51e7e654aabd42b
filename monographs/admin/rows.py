"""The rows beside a drug: inlines whose queries do not grow with the rows."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.forms.models import BaseInlineFormSet
from django.utils.html import format_html

from monographs import review
from monographs.admin.base import refuse_content_errors
from monographs.models import (
    Citation,
    CrossLink,
    DrugComponent,
    DrugFlag,
    DrugName,
    Identifier,
    Waiver,
)


class KnownSelect(AutocompleteSelect):
    """Django's autocomplete, which asks nothing for the row that is at hand already."""

    known: Any = None

    def optgroups(self, name, value, attr=None):
        """Return the chosen option, from the row at hand where it is that one."""
        if self.known is None or [str(one) for one in value] != [str(self.known.pk)]:
            return super().optgroups(name, value, attr)
        options = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        options.append(self.create_option(name, self.known.pk, str(self.known), True, len(options)))
        return [(None, options, 0)]


class KnownForm(forms.ModelForm):
    """A form whose autocompletes know the rows that its instance points to."""

    def __init__(self, *args, **kwargs):
        """Give each autocomplete the row at hand."""
        super().__init__(*args, **kwargs)
        cached = self.instance._state.fields_cache
        for name, field in self.fields.items():
            select = getattr(field.widget, "widget", field.widget)
            if isinstance(select, KnownSelect):
                select.known = cached.get(name)


class RowForm(KnownForm):
    """One row of an inline; what was not touched is not asked of the database again."""

    def full_clean(self):
        """Take an untouched row as it stands."""
        if not (self.is_bound and self.instance.pk and not self.has_changed()):
            super().full_clean()
            return
        self._errors = forms.utils.ErrorDict(renderer=self.renderer)
        names = {field.name for field in self.instance._meta.fields}
        self.cleaned_data = {name: getattr(self.instance, name) for name in self.fields if name in names}


class Rows(BaseInlineFormSet):
    """The rows of one kind; when somebody else saved meanwhile, it shows what stands now."""

    @property
    def media(self):
        """The same for every row, so only one is asked."""
        return self.empty_form.media

    def clean(self):
        """Show the rows that stand now beside the person's own."""
        super().clean()
        if not getattr(self.instance, "is_changed_meanwhile", False):
            return
        own = {form.instance.pk: form for form in self.initial_forms}
        # Asked again: validating wrote the person's own values into the rows at hand.
        differ = [row for row in self.get_queryset().all() if row.pk not in own or own[row.pk].has_changed()]
        gone = [form for form in self.forms if form.data.get(form.add_prefix("gone"))]
        if differ or gone:
            stand = "; ".join(_words(row, self.form.base_fields) for row in differ) or "no such row"
            raise forms.ValidationError(
                f"Somebody saved these rows meanwhile; yours are below. What stands now: {stand}."
            )


class RowsInline(admin.TabularInline):
    """An inline of such rows."""

    formset = Rows
    extra = 0
    related: tuple[str, ...] = ()

    def get_queryset(self, request):
        """Fetch with each row what it points to."""
        return super().get_queryset(request).select_related(self.fk_name or "drug", *self.related)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Choose by autocomplete that knows the row at hand."""
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = KnownSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class NameForm(RowForm):
    """A name."""

    class Meta:
        model = DrugName
        fields = ("name", "kind", "market", "is_current", "in_document", "source")


class Names(RowsInline):
    """Names that find the drug."""

    model = DrugName
    form = NameForm
    autocomplete_fields = ("source",)
    related = ("source",)


class CitationForm(RowForm):
    """A key for a source."""

    class Meta:
        model = Citation
        fields = ("key", "source", "accessed_on")


class Citations(RowsInline):
    """The sources that the sections cite by key."""

    model = Citation
    form = CitationForm
    autocomplete_fields = ("source",)
    related = ("source",)


class FlagForm(RowForm):
    """A warning."""

    class Meta:
        model = DrugFlag
        fields = ("kind", "line", "detail", "source", "locator", "checked_on")

    def clean_line(self):
        """Hold the editor's line to the content rules."""
        refuse_content_errors(self.cleaned_data["line"], "flags")
        return self.cleaned_data["line"]


class Flags(RowsInline):
    """Warnings that head the page."""

    model = DrugFlag
    form = FlagForm
    autocomplete_fields = ("source",)
    related = ("source",)


class ComponentForm(RowForm):
    """One substance of a combination."""

    class Meta:
        model = DrugComponent
        fields = ("component", "position")


class Components(RowsInline):
    """What a fixed combination is made of."""

    model = DrugComponent
    form = ComponentForm
    fk_name = "combination"
    autocomplete_fields = ("component",)
    related = ("component",)
    classes = ("collapse",)


class IdentifierForm(RowForm):
    """A code."""

    class Meta:
        model = Identifier
        fields = ("system", "value", "verified_on", "verified_against")

    def clean(self):
        """Stop at a code that another drug has, with a link to it."""
        data = super().clean() or self.cleaned_data
        other = review.same_code(data.get("system", ""), data.get("value", ""), besides=self.instance.drug_id)
        if other is not None:
            self.add_error("value", may_be(other))
        return data


class Identifiers(RowsInline):
    """Codes that name the drug elsewhere."""

    model = Identifier
    form = IdentifierForm
    classes = ("collapse",)


class LinkForm(RowForm):
    """A curated link."""

    class Meta:
        model = CrossLink
        fields = ("to_drug", "to_class", "url", "title", "relation", "reason", "position")

    def clean_reason(self):
        """Hold the reason to the content rules: readers see it."""
        refuse_content_errors(self.cleaned_data["reason"], "links")
        return self.cleaned_data["reason"]

    def clean(self):
        """Ask for exactly one target."""
        data = super().clean() or self.cleaned_data
        if sum(1 for name in ("to_drug", "to_class", "url") if data.get(name)) != 1:
            raise forms.ValidationError("Choose exactly one of: a drug, a class, an address.")
        return data


class Links(RowsInline):
    """Links that editors chose; readers see at most 8, the first by position."""

    model = CrossLink
    form = LinkForm
    fk_name = "from_drug"
    autocomplete_fields = ("to_drug", "to_class")
    related = ("to_drug", "to_class")
    classes = ("collapse",)


class WaiverForm(RowForm):
    """A rule that one section may break."""

    class Meta:
        model = Waiver
        fields = ("section", "rule", "reason")


class Waivers(RowsInline):
    """Content rules that may be broken, and why; the reviewer judges the reason."""

    model = Waiver
    form = WaiverForm
    classes = ("collapse",)


def _words(row, names):
    """Return a row as it stands, for people."""
    values = [getattr(row, f"get_{name}_display", partial(getattr, row, name))() for name in names]
    return ", ".join(str(value) for value in values if value not in ("", None, True, False))


def may_be(drug):
    """Return the sentence that stops a second copy of a drug, with a link to it."""
    return format_html(
        'This may be <a href="{}">{}</a>, which exists.', f"/admin/monographs/drug/{drug.pk}/change/", drug
    )


def without_lost_rows(data, prefix, existing):
    """Return a form's data in which rows that are there no more count as new ones.

    `existing` are the ids that are there now. Otherwise a second person's row
    could not be saved again after the first deleted it.
    """
    try:
        total, first = int(data[f"{prefix}-TOTAL_FORMS"]), int(data[f"{prefix}-INITIAL_FORMS"])
    except (KeyError, ValueError):
        return data
    places = range(min(total, 1000))
    kept = [n for n in places if n < first and data.get(f"{prefix}-{n}-id", "") in existing]
    if len(kept) == min(first, len(places)):
        return data
    order = [*kept, *(n for n in places if n not in kept)]
    moved = data.copy()
    for key in [key for key in data if key.startswith(f"{prefix}-") and key.split("-")[1].isdigit()]:
        del moved[key]
    for new, old in enumerate(order):
        start = f"{prefix}-{old}-"
        for key in [key for key in data if key.startswith(start)]:
            moved.setlist(f"{prefix}-{new}-{key.removeprefix(start)}", data.getlist(key))
        if old not in kept:
            moved[f"{prefix}-{new}-id"] = ""
            moved[f"{prefix}-{new}-gone"] = "1" if old < first else ""
    moved[f"{prefix}-INITIAL_FORMS"] = str(len(kept))
    return moved
