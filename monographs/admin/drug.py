"""The drug in the admin: one form for all working rows, and the list of drugs."""

from functools import partial

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join

from clincalc.ids import SeveralField
from monographs import review
from monographs.admin.base import NeverDeleted
from monographs.admin.forms import DrugForm, NewDrugForm, field_of
from monographs.admin.life import LIFE_STEPS
from monographs.admin.links import links_view
from monographs.admin.notices import NOTICE_STEPS
from monographs.admin.panel import panel_of
from monographs.admin.preview import preview_view
from monographs.admin.rows import (
    Citations,
    Components,
    Flags,
    Identifiers,
    Links,
    Names,
    Waivers,
    without_lost_rows,
)
from monographs.admin.selects import KnownSelects
from monographs.admin.steps import TEXT_STEPS, step_view
from monographs.models import CrossLink, Drug, DrugFlag, DrugName, Revision, Successor, Waiver
from monographs.names import normalise
from monographs.vocabulary import Part, SectionKind

NEW = ((None, {"fields": ("name", "slug", "primary_class")}),)
IDENTITY = (
    None,
    {"fields": ("name", "slug", "primary_class", "other_classes", "is_specialist", "population", "lead")},
)
SMPC = ("SmPC and dosing", {"fields": ("reference_smpc", "dosing_state", "dosing_since", "dosing_why")})
SECTIONS = (
    "Sections",
    {
        "fields": tuple(field_of(kind) for kind in SectionKind),
        "description": "Plain text. An empty line parts paragraphs; a line that begins with “- ” is a bullet. "
        "After each statement its source: [smpc 4.4], where smpc is a key under Citations. "
        "No doses here. A section that is not written stays empty.",
    },
)

STEPS = (*TEXT_STEPS, *LIFE_STEPS, *NOTICE_STEPS)


HEIRS = Prefetch("successors", Successor.objects.select_related("successor"))


def what_became_of(drug):
    """Return which drugs took the place of one that has ended, in words."""
    heirs = [str(row.successor) for row in drug.successors.all()]
    return f"now part of {heirs[0]}" if len(heirs) == 1 else f"split into {', '.join(heirs)}"


class ClassFilter(admin.SimpleListFilter):
    """Filter by the class line, among classes that have drugs."""

    title = "class"
    parameter_name = "class"

    def lookups(self, request, model_admin):
        """Return the classes that have drugs."""
        found = Drug.objects.filter(primary_class__isnull=False).order_by("primary_class__name")
        return list(found.values_list("primary_class", "primary_class__name").distinct())

    def queryset(self, request, queryset):
        """Keep the drugs of the class."""
        if not str(self.value() or "").isdigit():
            return queryset
        return queryset.filter(primary_class=self.value())


@admin.register(Drug)
class DrugAdmin(NeverDeleted):
    """Drugs. Saving goes through `review`, which keeps two editors from each other's text."""

    list_display = ("name", "primary_class", "state")
    list_select_related = ("primary_class", "live")
    list_filter = (ClassFilter,)
    search_fields = ("name",)
    search_help_text = "Any name of the medicine: generic, brand, code name."
    ordering = ("name", "pk")
    autocomplete_fields = ("primary_class", "other_classes", "reference_smpc")
    change_form_template = "admin/monographs/drug/change_form.html"

    def view_on_site(self, drug):
        """Return the address of the page, where there is one."""
        return drug.get_absolute_url() if hasattr(drug, "live") else None

    # The list

    def get_queryset(self, request):
        """Fetch with each drug its class and live row, and whether a newer text waits."""
        newer = Revision.objects.filter(drug=OuterRef("pk"), releases__isnull=True)
        newest_text = Revision.objects.filter(drug=OuterRef("pk"), part=Part.MONOGRAPH.value).order_by(
            "-number"
        )
        shown = Coalesce(OuterRef("live__monograph"), 0)
        drugs = super().get_queryset(request).select_related("primary_class", "reference_smpc", "live")
        drugs = drugs.annotate(
            is_waiting=Exists(newer.filter(pk__gt=shown)),
            has_ended=Exists(Successor.objects.filter(drug=OuterRef("pk"))),
            newest_text=Subquery(newest_text.values("pk")[:1]),
        )
        page = request.resolver_match.url_name
        if page == "autocomplete":
            return drugs.filter(has_ended=False)
        return drugs.prefetch_related(HEIRS) if page.endswith("changelist") else drugs

    def get_search_results(self, request, queryset, search_term):
        """Search by any name, from its beginning."""
        norm = normalise(search_term)
        if not norm:
            return queryset, False
        named = DrugName.objects.filter(drug=OuterRef("pk"), norm__startswith=norm)
        return queryset.filter(Q(name__istartswith=search_term.strip()) | Exists(named)), False

    @admin.display(description="readers see")
    def state(self, drug):
        """Return what readers see of the drug, in words."""
        if drug.has_ended:
            return what_became_of(drug)
        live = getattr(drug, "live", None)
        if live is None:
            return "waiting for release" if drug.is_waiting else "not public"
        state = "public" if live.monograph_id else "withdrawn"
        return f"{state}, a newer text waits" if drug.is_waiting else state

    # The form

    def get_object(self, request, object_id, from_field=None):
        """Return the drug, asked for once in a request."""
        if getattr(request, "drug_at_hand", None) is None:
            request.drug_at_hand = super().get_object(request, object_id, from_field)
        return request.drug_at_hand

    def has_change_permission(self, request, obj=None):
        """Nobody changes the text of a drug that has ended."""
        return super().has_change_permission(request, obj) and not getattr(obj, "has_ended", False)

    def get_form(self, request, obj=None, change=False, **kwargs):
        """Return the form of a new drug, or of the working text."""
        if obj is None:
            return super().get_form(request, obj, change, **{**kwargs, "form": NewDrugForm})
        if not self.has_change_permission(request, obj):
            return super().get_form(request, obj, change, **kwargs)
        kwargs = {**kwargs, "form": DrugForm, "fields": DrugForm.Meta.fields}
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request, obj=None):
        """Return few fields for a new drug, all for one that is there, one text for who only reads."""
        if obj is None:
            return NEW
        if not self.has_change_permission(request, obj):
            return (IDENTITY, SMPC, ("Sections", {"fields": ("working_text",)}))
        return ((None, {"fields": (*IDENTITY[1]["fields"], "seen")}), SMPC, SECTIONS)

    def get_readonly_fields(self, request, obj=None):
        """Keep the address of a drug that is there: a new one is a step of its own."""
        return ("slug", "working_text") if obj else ()

    def get_prepopulated_fields(self, request, obj=None):
        """Propose an address for a new drug."""
        return {} if obj else {"slug": ("name",)}

    def get_inlines(self, request, obj):
        """Ask of a new drug only what tells it from others."""
        if obj is None:
            return [Names, Identifiers]
        return [Citations, Names, Flags, Components, Identifiers, Links, Waivers]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Leave the row to the form, which knows the one at hand."""
        # Its form finds the row by itself: `KnownForm`.
        kwargs["form_class"] = forms.ModelChoiceField
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        """Choose several by the same autocomplete."""
        kwargs |= {"widget": KnownSelects(db_field, self.admin_site), "form_class": SeveralField}
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @admin.display(description="")
    def working_text(self, drug):
        """Return the sections as they stand, for those who may not change them."""
        rows = {row.kind: row for row in drug.sections.all()}
        written = [(kind.label, rows[kind.value].text) for kind in SectionKind if kind.value in rows]
        return format_html_join("", '<h3>{}</h3><div class="now">{}</div>', written)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        """Put the panel above the form, its hits beside their sections, and the steps that the person may take."""
        form = context["adminform"].form
        if isinstance(form, DrugForm):
            rows = {
                inline.opts.model: inline.formset.get_queryset()
                for inline in context["inline_admin_formsets"]
            }
            panel = panel_of(obj, form.texts, rows[DrugFlag], rows[Waiver])
            for kind in SectionKind:
                bound = form[field_of(kind)]
                bound.help_text = format_html("{} {}", bound.help_text, panel.help_for(kind))
            context |= {"panel": panel, "panel_rest": panel.help_for(None)}
        if obj is not None and obj.has_ended:
            context["ended"] = what_became_of(obj)
        elif obj is not None:
            context["steps"] = [
                (step.label, reverse(f"admin:monographs_drug_{step.name}", args=[obj.pk]))
                for step in STEPS
                if request.user.has_perm(f"monographs.{step.permission}")
            ]
        return super().render_change_form(request, context, add, change, form_url, obj)

    # Steps

    def get_urls(self):
        """Add the preview and a page for each step."""
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/preview/", view(partial(preview_view, self)), name="monographs_drug_preview"),
            path("<int:pk>/links/", view(partial(links_view, self)), name="monographs_drug_links"),
            *(
                path(
                    f"<int:pk>/{step.name.replace('_', '-')}/",
                    view(partial(step_view, self, step.make)),
                    name=f"monographs_drug_{step.name}",
                )
                for step in STEPS
            ),
            *super().get_urls(),
        ]

    # Saving

    def _changeform_view(self, request, object_id, form_url, extra_context):
        """Let rows that somebody deleted meanwhile be saved again."""
        if (
            request.method == "POST"
            and object_id
            and object_id.isdigit()
            and self._is_changed(request, object_id)
        ):
            for inline in self.get_inlines(request, Drug(pk=object_id)):
                self._keep_rows(request, inline, object_id)
        return super()._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[misc]

    def save_model(self, request, obj, form, change):
        """Leave it to `save_related`, which writes everything at once."""

    def save_related(self, request, form, formsets, change):
        """Write the drug and all its rows as one step of review."""
        drug = form.instance
        if not change:
            with review.new_rows(drug=drug, by=request.user, what="made in the admin"):
                drug.save()
                super().save_related(request, form, formsets, change)
            return
        touched = form.touched() | {formset.model for formset in formsets if formset.has_changed()}
        rows = [str(one.model._meta.verbose_name_plural) for one in formsets if one.has_changed()]
        what = f"edited {', '.join([*form.edited(), *rows]) or 'nothing'}"
        with review.edit_rows(drug=drug, by=request.user, seen=form.version, what=what, touched=touched):
            if form.changes_own():
                drug.lock_version = form.version + 1
                drug.save()
            super().save_related(request, form, formsets, change)
            review.write_sections(drug, form.changed_texts())

    def save_formset(self, request, form, formset, change):
        """Say who answers for new links and waivers."""
        formset.save(commit=False)
        if formset.model is CrossLink:
            changed = [row for row, names in formset.changed_objects if set(names) & set(review.SAYS)]
            review.answer_for([*formset.new_objects, *changed], by=request.user)
        if formset.model is Waiver:
            for row in formset.new_objects:
                row.by = request.user
        formset.write()

    def _is_changed(self, request, drug_id):
        """Tell whether somebody saved since the posted form was drawn; only then can its rows be gone."""
        drug = self.get_object(request, drug_id)
        return drug is not None and str(drug.lock_version) != request.POST.get("seen", "")

    def _keep_rows(self, request, inline, drug_id):
        """Rewrite the posted rows of an inline of which some are there no more."""
        fk = inline.fk_name or "drug"
        prefix = inline.model._meta.get_field(fk).remote_field.get_accessor_name()
        if not request.POST.get(f"{prefix}-INITIAL_FORMS", "0").strip("0"):
            return
        existing = set(map(str, inline.model.objects.filter(**{fk: drug_id}).values_list("pk", flat=True)))
        request.POST = without_lost_rows(request.POST, prefix, existing)
