"""Classes of medicines in the admin."""

from django import forms
from django.contrib import admin

from monographs import review
from monographs.admin.base import NeverDeleted, refuse_content_errors
from monographs.admin.notices import NOTICE_STEPS
from monographs.admin.steps import WithSteps
from monographs.models import DrugClass
from monographs.names import normalise


class ClassForm(forms.ModelForm):
    """A class; no class stands above itself."""

    class Meta:
        model = DrugClass
        fields = ("name", "slug", "parent", "description", "atc")

    def clean_name(self):
        """Stop at a class that exists."""
        name = self.cleaned_data["name"]
        if DrugClass.objects.filter(norm=normalise(name)).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(f"There is a class called {name} already.")
        return name

    def clean_description(self):
        """Hold the definition to the content rules."""
        refuse_content_errors(self.cleaned_data["description"], "description")
        return self.cleaned_data["description"]

    def clean_parent(self):
        """Refuse a parent that stands below this class."""
        if review.is_loop(self.instance, self.cleaned_data["parent"]):
            raise forms.ValidationError(
                f"A class cannot stand below itself, nor more than {review.DEEPEST_CLASS} levels deep."
            )
        before = (
            DrugClass.objects.filter(pk=self.instance.pk).select_related("parent").first() or self.instance
        )
        if sentence := review.why_not_moved(before, self.cleaned_data["parent"]):
            raise forms.ValidationError(sentence)
        return self.cleaned_data["parent"]


@admin.register(DrugClass)
class ClassAdmin(WithSteps, NeverDeleted):
    """The tree of classes. The address of a class stays."""

    form = ClassForm
    list_display = ("name", "parent", "atc")
    list_select_related = ("parent",)
    search_fields = ("name", "norm", "atc")
    autocomplete_fields = ("parent",)
    steps = NOTICE_STEPS

    def get_readonly_fields(self, request, obj=None):
        """Keep the address once the class is there."""
        return ("slug",) if obj else ()

    def get_prepopulated_fields(self, request, obj=None):
        """Propose an address for a new class."""
        return {} if obj else {"slug": ("name",)}
