"""The forms of the public pages. They are sent by GET, work without script and answer in sentences."""

from typing import cast

from crispy_forms.helper import FormHelper  # type: ignore[import-untyped]
from crispy_forms.layout import Submit  # type: ignore[import-untyped]
from django import forms

from monographs.presenters.compare import LEAST, MOST
from monographs.vocabulary import SectionKind


class ComparisonForm(forms.Form):
    """Which section of which drugs to compare. `drugs` are (slug, name) of those that may be chosen."""

    use_required_attribute = False

    section = forms.ChoiceField(
        choices=[("", "Choose a section"), *SectionKind.choices()],
        error_messages={
            "required": "Choose a section.",
            "invalid_choice": "No section has that name. Choose one of the list.",
        },
    )
    drug = forms.MultipleChoiceField(
        label="Medicines",
        help_text="Choose two to six.",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose two to six medicines.",
            "invalid_choice": "A medicine that was asked for has no page in this class that can be read. "
            "Choose from the list.",
        },
    )

    def __init__(self, *args, drugs, **kwargs):
        """Offer the drugs."""
        super().__init__(*args, **kwargs)
        cast("forms.MultipleChoiceField", self.fields["drug"]).choices = drugs
        self.helper = FormHelper()
        self.helper.form_method = "get"
        self.helper.form_class = "form"
        self.helper.attrs = {"novalidate": ""}
        self.helper.add_input(Submit("", "Compare"))

    def clean_drug(self):
        """Return the slugs that were chosen, each once."""
        slugs = list(dict.fromkeys(self.cleaned_data["drug"]))
        if len(slugs) < LEAST:
            raise forms.ValidationError("Choose one more medicine: a comparison needs two.")
        if len(slugs) > MOST:
            raise forms.ValidationError(f"Choose at most six medicines: {len(slugs)} are chosen.")
        return slugs
