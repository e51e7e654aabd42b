"""The rows beside a drug: inlines whose queries do not grow with the rows."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import UniqueConstraint
from django.forms.models import BaseInlineFormSet
from django.utils.functional import cached_property
from django.utils.html import format_html

from clincalc.ids import is_id
from monographs import review
from monographs.admin.base import https_only, not_ahead, refuse_content_errors
from monographs.admin.selects import KnownSelect
from monographs.lint import RULES
from monographs.models import (
    Citation,
    CrossLink,
    DrugComponent,
    DrugFlag,
    DrugName,
    Identifier,
    Waiver,
)
from monographs.models.fields import NormalisedNameField
from monographs.vocabulary import Relation


class KnownForm(forms.ModelForm):
    """A form whose autocompletes know the rows that its instance points to.

    `chosen` may give more of them, by field and id: many forms ask for theirs
    in one query.
    """

    def __init__(self, *args, chosen=None, **kwargs):
        """Give each autocomplete the row at hand."""
        super().__init__(*args, **kwargs)
        self._at_hand = dict(self.instance._state.fields_cache)
        self._chosen = chosen or {}
        for name, field in self.fields.items():
            select = getattr(field.widget, "widget", field.widget)
            if isinstance(select, KnownSelect):
                select.known = self._at_hand.get(name)
            if type(field) is forms.ModelChoiceField:
                field.to_python = partial(self._row, name, field.to_python)  # type: ignore[method-assign]

    def _row(self, name, ask, value):
        """Return the row that a field chooses: one at hand, or asked for."""
        row = self._at_hand.get(name)
        if row is not None and str(row.pk) == str(value):
            return row
        if value and not is_id(value):
            raise forms.ValidationError(
                self.fields[name].error_messages["invalid_choice"], "invalid_choice", {"value": value}
            )
        return self._chosen.get(name, {}).get(str(value)) or ask(value)

    def _get_validation_exclusions(self):
        """Ask not again whether a row is there that the field has just found."""
        found = {name for name, field in self.fields.items() if type(field) is forms.ModelChoiceField}
        return super()._get_validation_exclusions() | found  # type: ignore[misc]


class RowForm(KnownForm):
    """One row of an inline; what was not touched is not asked of the database again.

    What must be unique stands in the same form, so `Rows` compares it there.
    """

    def clean(self):
        """Leave it to `Rows` to find twins, and to each form to say what its row needs."""
        data = super().clean() or self.cleaned_data
        self._validate_unique = self._validate_constraints = False
        return data

    def full_clean(self):
        """Take an untouched row as it stands."""
        if not (self.is_bound and self.instance.pk and not self.has_changed()):
            super().full_clean()
            return
        self._errors = forms.utils.ErrorDict(renderer=self.renderer)
        names = {field.name for field in self.instance._meta.fields}
        self.cleaned_data = {name: getattr(self.instance, name) for name in self.fields if name in names}


class Rows(BaseInlineFormSet):
    """The rows of one kind, read and written together: queries do not grow with rows.

    When somebody else saved meanwhile, it shows what stands now.
    """

    model: Any
    fk: Any
    _pk_field: Any

    @property
    def media(self):
        """The same for every row, so only one is asked."""
        return self.empty_form.media

    def get_form_kwargs(self, index):
        """Give each form the rows that all forms choose."""
        kwargs = super().get_form_kwargs(index)
        return {**kwargs, "chosen": self._chosen} if self.is_bound and index is not None else kwargs

    def add_fields(self, form, index):
        """Let a row's own id mean the row at hand."""
        super().add_fields(form, index)
        own = form.fields.get(self._pk_field.name)
        if own is not None and form.instance.pk:
            ask = own.to_python
            own.to_python = lambda value: form.instance if value == str(form.instance.pk) else ask(value)

    @cached_property
    def _chosen(self):
        """The rows that the posted forms choose, by field and id. One query for each field that chooses anew."""
        rows = list(self.get_queryset())
        found = {}
        for name, field in self.form.base_fields.items():
            if type(field) is not forms.ModelChoiceField:
                continue
            there = {str(getattr(row, f"{name}_id")): getattr(row, name) for row in rows}
            posted = {
                self.data.get(f"{self.add_prefix(n)}-{name}", "") for n in range(self.total_form_count())
            }
            asked = {value for value in posted - there.keys() if is_id(value)}
            found[name] = there | {str(pk): row for pk, row in self._rows_of(field, asked)}
        return found

    def _rows_of(self, field, asked):
        """Return (id, row) of the rows that are there."""
        return field.queryset.in_bulk({int(value) for value in asked}).items() if asked else ()

    def clean(self):
        """Refuse twins, and show the rows that stand now beside the person's own."""
        self._refuse_twins()
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

    def write(self):
        """Write what `save(commit=False)` found, each kind of change in one query."""
        rows = self.model._default_manager
        changed = [row for row, _ in self.changed_objects]
        for row in changed:
            for column in self.model._meta.fields:
                column.pre_save(row, add=False)
        columns = [column.name for column in self.model._meta.concrete_fields if not column.primary_key]
        if self.deleted_objects:
            rows.filter(pk__in=[row.pk for row in self.deleted_objects]).delete()
        if len(changed) > 1 and self._changes_keys():
            # Two rows may exchange what is unique; written one after the other they would be twins.
            rows.filter(pk__in=[row.pk for row in changed]).delete()
            rows.bulk_create(changed)
        elif changed:
            rows.bulk_update(changed, columns)
        if self.new_objects:
            rows.bulk_create(self.new_objects)

    def _unique(self):
        """Yield the columns, besides the parent, that tell one row from the others, and whether they may be empty."""
        for constraint in self.model._meta.constraints:
            if isinstance(constraint, UniqueConstraint) and self.fk.name in constraint.fields:
                columns = [name for name in constraint.fields if name != self.fk.name]
                yield columns, constraint.condition is None

    def _changes_keys(self):
        """Tell whether a changed row has other unique values now."""
        keys = {name for columns, _ in self._unique() for name in columns} | {"name"}
        return any(keys & set(names) for _, names in self.changed_objects)

    def _refuse_twins(self):
        """Put an error at each row that is the same as another of the form."""
        forms_ = [form for form in self.forms if form not in self.deleted_forms and form.is_valid()]
        forms_ = [form for form in forms_ if form.instance.pk or form.has_changed()]
        for form in forms_:
            for column in self.model._meta.fields:
                if isinstance(column, NormalisedNameField):
                    column.pre_save(form.instance, add=False)
        for columns, may_be_empty in self._unique():
            seen = set()
            for form in forms_:
                key = tuple(
                    getattr(form.instance, self.model._meta.get_field(name).attname) for name in columns
                )
                if None in key or ("" in key and not may_be_empty):
                    continue
                if key in seen:
                    form.add_error(None, "This row stands here twice.")
                seen.add(key)
        if any(form.errors for form in forms_):
            raise forms.ValidationError("A row stands here twice.")


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

    def clean_accessed_on(self):
        """Nobody has read it tomorrow."""
        return not_ahead(self.cleaned_data["accessed_on"])


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

    def clean_checked_on(self):
        """Nobody has checked it tomorrow."""
        return not_ahead(self.cleaned_data["checked_on"])

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

    def clean(self):
        """Refuse a drug as its own component."""
        data = super().clean()
        if data.get("component") and data["component"].pk == self.instance.combination_id:
            self.add_error("component", "A drug is not a component of itself.")
        return data


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
        data = super().clean()
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

    def clean_url(self):
        """Take https only."""
        return https_only(self.cleaned_data["url"])

    def clean(self):
        """Ask for exactly one target, and for what readers need to understand it."""
        data = super().clean()
        if self.errors:
            return data
        if sum(1 for name in ("to_drug", "to_class", "url") if data.get(name)) != 1:
            raise forms.ValidationError("Choose exactly one of: a drug, a class, an address.")
        if data.get("to_drug") and data["to_drug"].pk == self.instance.from_drug_id:
            self.add_error("to_drug", "A drug is not linked to itself.")
        if data.get("url") and not data.get("title"):
            self.add_error("title", "Say what the address is called.")
        if data.get("relation") == Relation.ALTERNATIVE and not data.get("reason"):
            self.add_error("reason", review.NO_REASON)
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

    def clean_rule(self):
        """Take only a rule that there is."""
        if self.cleaned_data["rule"] not in RULES:
            raise forms.ValidationError(f"There is no content rule {self.cleaned_data['rule']}.")
        return self.cleaned_data["rule"]


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
