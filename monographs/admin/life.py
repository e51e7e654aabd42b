"""Rename, merge, split, and flags of components: a page each, which calls the step in `review`."""

from django import forms
from django.contrib import admin

from clincalc.ids import OneField, SeveralField
from monographs import review
from monographs.admin.selects import KnownSelect, KnownSelects
from monographs.admin.steps import Kind, ReasonForm, Step
from monographs.models import CrossLink, Drug
from monographs.names import slugify_name
from monographs.vocabulary import FlagKind, NameKind

# Any column that points to a drug: the autocomplete asks which rows it may offer.
TO_DRUG = CrossLink._meta.get_field("to_drug")


class RenameForm(ReasonForm):
    """The new name and address."""

    name = forms.CharField(label="New name", max_length=200, strip=True)
    slug = forms.CharField(
        label="New address",
        max_length=100,
        required=False,
        help_text="Lower-case letters, digits and hyphens. Left empty, it is made from the name.",
    )
    field_order = ("name", "slug", "reason")

    def clean_slug(self):
        """Make the address from the name where none is given."""
        return self.cleaned_data["slug"] or slugify_name(self.cleaned_data.get("name", ""))


class TargetForm(forms.Form):
    """Which drug; one that stands."""

    into = OneField(Drug.objects.filter(successors__isnull=True), widget=KnownSelect(TO_DRUG, admin.site))

    def __init__(self, *args, label, **kwargs):
        """Ask in these words."""
        super().__init__(*args, **kwargs)
        self.fields["into"].label = label


class TargetsForm(forms.Form):
    """Which drugs go on."""

    into = SeveralField(
        Drug.objects.filter(successors__isnull=True),
        label="Which drugs take its place?",
        help_text="Two or more. Make and release them first.",
        widget=KnownSelects(TO_DRUG, admin.site),
    )


class MergeForm(ReasonForm):
    """Why, and what the page showed."""

    seen = forms.CharField(widget=forms.HiddenInput)


class SplitForm(ReasonForm):
    """Why, and where each name and code goes."""

    def __init__(self, *args, names=(), codes=(), into=(), **kwargs):
        """Ask of each name and code to which drug it goes."""
        super().__init__(*args, **kwargs)
        drugs = [(str(one.pk), str(one)) for one in into]
        for kind, rows, otherwise in (("name", names, "each of them"), ("code", codes, "none of them")):
            for row in rows:
                label = f"{row} ({NameKind(row.kind).label})" if kind == "name" else str(row)
                choices = [("", otherwise), *drugs]
                self.fields[f"{kind}_{row.pk}"] = forms.ChoiceField(
                    label=label, choices=choices, required=False
                )

    def chosen(self, kind):
        """Return for each row ("name" or "code") that goes to one drug its id and the drug's."""
        return {
            int(key.removeprefix(f"{kind}_")): int(value)
            for key, value in self.cleaned_data.items()
            if key.startswith(f"{kind}_") and value
        }


class FlagsForm(forms.Form):
    """Which flags of the components hold for the combination."""

    def __init__(self, *args, proposed=(), **kwargs):
        """Offer each flag with what it rests on."""
        super().__init__(*args, **kwargs)
        choices = [(row.kind, _words(row)) for row in proposed]
        self.fields["kinds"] = forms.MultipleChoiceField(
            label="Flags", choices=choices, widget=forms.CheckboxSelectMultiple
        )


def rename_step(request, drug):
    """Give a drug another name and address."""
    review.require(request.user, "rename_drug")
    form = RenameForm(request.POST or None)

    def act():
        data = form.cleaned_data
        return review.rename(
            drug=drug, name=data["name"], slug=data["slug"], by=request.user, reason=data["reason"]
        )

    effects = [
        f"{drug.get_absolute_url()} leads to the new address, for ever; it is never given to another drug.",
        "The old name still finds the drug, and for 24 months the page says “Formerly …”.",
        "The heading of the page changes when the next text is released.",
        f"Curated links that lead here follow by themselves: {drug.linked_from.count()}.",
    ]
    return Step("Rename", "Rename", form, act, "It has its new name and address.", effects=effects)


def merge_step(request, drug):
    """Let a drug be part of another from now on."""
    review.require(request.user, "merge_drug")
    choice = TargetForm(
        request.GET if "into" in request.GET else None, label="Which drug is it part of from now on?"
    )
    if not choice.is_valid():
        return Step("Merge into another drug", "Show what happens", choice, is_choice=True)
    into = choice.cleaned_data["into"]
    form = MergeForm(request.POST or None)
    plan = review.merge_plan(drug, into)
    form.initial["seen"] = plan.digest

    def act():
        data = form.cleaned_data
        return review.merge(drug=drug, into=into, by=request.user, reason=data["reason"], seen=data["seen"])

    step = Step(f"Merge into {into}", "Merge", form, act, is_grave=True)
    step.done = f"It is part of {into} now. Submit {into}: its names changed, and it needs a new signature."
    step.effects = [
        f"Readers of {drug.get_absolute_url()} see that {drug} is now part of {into}, with the reason below.",
        "Its text and dosing are hidden at once, and it leaves all lists.",
        *plan.sentences(),
    ]
    if into.pk == drug.pk:
        step.why_not = [f"{drug} cannot take its own place."]
    return step


def split_step(request, drug):
    """Let several drugs take the place of one."""
    review.require(request.user, "split_drug")
    choice = TargetsForm(request.GET if "into" in request.GET else None)
    if not choice.is_valid():
        return Step("Split into several drugs", "Show what happens", choice, is_choice=True)
    into = list(choice.cleaned_data["into"].order_by("name", "pk"))
    form = SplitForm(
        request.POST or None,
        names=drug.names.order_by("norm", "kind", "pk"),
        codes=drug.identifiers.order_by("system", "value"),
        into=into,
    )

    def act():
        return review.split(
            drug=drug,
            into=into,
            names=form.chosen("name"),
            codes=form.chosen("code"),
            by=request.user,
            reason=form.cleaned_data["reason"],
        )

    called = " and ".join(str(one) for one in into)
    step = Step(f"Split into {called}", "Split", form, act, f"Its place is taken by {called}.", is_grave=True)
    step.effects = [
        f"{drug.get_absolute_url()} becomes a choice between {called}; it never leads to one by itself.",
        "Its text and dosing are hidden at once, and it leaves all lists.",
        "A name that goes to each of them never opens one by itself. A code that goes to none stays in the record.",
        "Curated links that lead here are shown no more until an editor gives them another target: "
        f"{drug.linked_from.count()}.",
        "Each of them needs a new submit and a new signature, as its names changed.",
    ]
    if len(into) < 2:
        step.why_not = ["Choose at least two drugs."]
    if drug in into:
        step.why_not.append(f"{drug} cannot take its own place.")
    return step


def flags_step(request, drug):
    """Take over flags of the components."""
    review.require(request.user, "change_drug")
    proposed = review.proposed_flags(drug)
    form = FlagsForm(request.POST or None, proposed=proposed)

    def act():
        kinds = [FlagKind(kind) for kind in form.cleaned_data["kinds"]]
        return review.take_flags(drug=drug, kinds=kinds, by=request.user)

    step = Step("Flags of its components", "Take these over", form, act, "The flags stand in the form now.")
    step.effects = ["Nothing changes for readers until the next text is released."]
    if not proposed:
        step.form, step.why_not = None, ["Its components have no flag that is not here."]
    return step


def _words(flag):
    """Return a proposed flag with what it rests on."""
    said = f"{FlagKind(flag.kind).label}: {flag.line}" if flag.line else FlagKind(flag.kind).label
    return f"{said} ({flag.drug}; {flag.source}, {flag.locator}; checked {flag.checked_on:%-d %B %Y})"


LIFE_STEPS = (
    Kind("rename", "Rename", "rename_drug", rename_step),
    Kind("merge", "Merge", "merge_drug", merge_step),
    Kind("split", "Split", "split_drug", split_step),
    Kind("flags", "Flags of components", "change_drug", flags_step),
)
