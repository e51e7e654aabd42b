"""The drug's own form: identity, lead, and one field for each section."""

from django import forms
from django.utils.html import format_html

from monographs import review
from monographs.admin.base import not_ahead
from monographs.admin.rows import KnownForm, may_be
from monographs.document import Problem
from monographs.models import Drug, MonographSection
from monographs.vocabulary import SectionKind

OWN = (
    "name",
    "primary_class",
    "other_classes",
    "is_specialist",
    "population",
    "lead",
    "reference_smpc",
    "dosing_state",
    "dosing_since",
    "dosing_why",
)
# What readers are told of dosing stands beside the monograph's text.
OUTSIDE_TEXT = {"dosing_state", "dosing_since", "dosing_why"}


def field_of(kind):
    """Return the name of the field that holds a section."""
    return f"section_{kind.value}"


class NewDrugForm(KnownForm):
    """A new drug. A name that another drug has stops it, with a link to that drug."""

    class Meta:
        model = Drug
        fields = ("name", "slug", "primary_class")
        help_texts = {"name": "As the page's heading shows it. Add it under Drug names too, with its kind."}

    def clean_name(self):
        """Stop at a drug that exists, salts apart."""
        other = review.same_name(self.cleaned_data["name"])
        if other is not None:
            raise forms.ValidationError(may_be(other))
        return self.cleaned_data["name"]


class DrugForm(KnownForm):
    """The working text of a drug, as it was when the form was drawn.

    `seen` is the version that it was drawn from; `read` the version whose
    texts the person was shown after a refusal, and saves over on purpose.
    """

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    read = forms.IntegerField(required=False)

    class Meta:
        model = Drug
        fields = OWN
        widgets = {"lead": forms.Textarea(attrs={"rows": 3, "class": "section"})}

    def __init__(self, *args, **kwargs):
        """Make a field for each section, with the text that stands."""
        super().__init__(*args, **kwargs)
        rows = self.instance.sections.all() if self.instance.pk else ()
        self.texts = {SectionKind(row.kind): row.text for row in rows}
        self.initial["seen"] = self.instance.lock_version
        # Taken now: validating writes the person's own values into the instance.
        self.standing = {name: self[name].initial for name in OWN if name in self.fields}
        for kind in SectionKind:
            self.fields[field_of(kind)] = forms.CharField(
                label=kind.label,
                required=False,
                strip=False,
                initial=self.texts.get(kind, ""),
                widget=forms.Textarea(attrs={"rows": 6 if kind in self.texts else 2, "class": "section"}),
                help_text=f"Section {kind.smpc} of the SmPC." if kind.smpc else "",
            )
        self.now = None

    @property
    def version(self):
        """The version whose texts the person has seen."""
        data = self.cleaned_data
        return data.get("read") if data.get("read") is not None else (data.get("seen") or 0)

    def clean_name(self):
        """Stop at the name of another drug, salts apart."""
        name = self.cleaned_data["name"]
        other = review.same_name(name, besides=self.instance.pk) if "name" in self.changed_data else None
        if other is not None:
            raise forms.ValidationError(may_be(other))
        return name

    def clean_dosing_since(self):
        """Take no day that has not come."""
        return not_ahead(self.cleaned_data["dosing_since"])

    def clean_lead(self):
        """Return the lead on one line."""
        return " ".join(self.cleaned_data["lead"].split())

    def clean(self):
        """Tidy the sections, and refuse a form that somebody saved over meanwhile."""
        data = super().clean() or self.cleaned_data
        if data.get("primary_class") in (data.get("other_classes") or ()):
            self.add_error("other_classes", f"{data['primary_class']} stands in the class line already.")
        keys = self._keys()
        for kind in SectionKind:
            try:
                data[field_of(kind)] = review.section_text(kind, data.get(field_of(kind), ""), keys)
            except Problem as problem:
                self.add_error(field_of(kind), problem.sentence)
        try:
            review.refuse_changed(drug=self.instance, seen=self.version)
        except review.ChangedMeanwhile as refusal:
            self.now = refusal.now
            self.instance.is_changed_meanwhile = True
            self._show_both(data)
            self.add_error(None, str(refusal))
        return data

    def changed_texts(self):
        """Return the section texts of a valid form that differ from those that stand, by kind."""
        texts = {kind: self.cleaned_data[field_of(kind)] for kind in SectionKind}
        return {kind: text for kind, text in texts.items() if text != self.texts.get(kind, "")}

    def changes_own(self):
        """Tell whether a valid form changes the drug's own row."""
        return bool(set(self.changed_data) & set(OWN))

    def edited(self):
        """Return what a valid form changes, its inlines apart, as people call it."""
        own = [str(self.fields[name].label) for name in OWN if name in self.changed_data]
        return own + [kind.label for kind in self.changed_texts()]

    def touched(self):
        """Return the models whose rows a valid form changes, its inlines apart."""
        own = set(self.changed_data) & set(OWN) - OUTSIDE_TEXT
        return ({Drug} if own else set()) | ({MonographSection} if self.changed_texts() else set())

    def _save_m2m(self):
        """Write the other classes only when they are others."""
        if "other_classes" in self.changed_data:
            super()._save_m2m()  # type: ignore[misc]

    def _show_both(self, data):
        """Put beside each text that differs the one that stands now."""
        now = {field_of(kind): self.texts.get(kind, "") for kind in SectionKind}
        for name, text in now.items():
            if name in data and data[name] != text:
                self.add_error(name, _stands_now(text))
        for name, value in self.standing.items():
            field = self.fields[name]
            if name not in self.errors and field.has_changed(value, self[name].data):
                self.add_error(name, _stands_now(self._shown(name, value)))

    def _shown(self, name, value):
        """Return a standing value as people read it."""
        if name == "other_classes":
            return ", ".join(str(one) for one in value or ())
        field = self.fields[name]
        if isinstance(field, forms.ModelChoiceField):
            return str(field.clean(value) or "")
        return dict(getattr(field, "choices", ())).get(value, value)

    def _keys(self):
        """Return the keys of the citations that the same form would leave."""
        try:
            total = int(self.data.get("citations-TOTAL_FORMS", 0))
        except ValueError:
            return set()
        return {
            self.data.get(f"citations-{n}-key", "")
            for n in range(min(total, 1000))
            if not self.data.get(f"citations-{n}-DELETE")
        }


def _stands_now(text):
    """Return the words that show what stands now beside the person's own."""
    return format_html(
        '<span class="now-label">Somebody saved this meanwhile; yours is in the field:</span>'
        '<span class="now">{}</span>',
        text if text not in ("", None, False) else "(empty)",
    )
