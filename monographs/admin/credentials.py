"""Who may sign: credentials that leads record, verify and end, and reviewers whose reviews were cancelled."""

from functools import partial

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.db.models import Case, Exists, OuterRef, Q, Subquery, Value, When
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone

from clincalc.accounts.proof import Asked
from clincalc.accounts.site import ASKED
from monographs import review
from monographs.admin.base import DayInput, NeverDeleted, ReadOnly, day, log, refuse_content_errors
from monographs.admin.signers import signers_view
from monographs.admin.standing import done, last_day, named, parts_of, state_of
from monographs.admin.steps import Kind, Step, WithSteps
from monographs.admin.turns import turns_in_words
from monographs.models import Credential, Questioned, Review
from monographs.review import Validity, clinical_now

LONGEST_REASON = 280
WORKS = "What changes"


class PersonField(forms.ModelChoiceField):
    """People by the names that readers may see, each with the account's own."""

    def label_from_instance(self, obj):
        """Return both names where they differ."""
        return named(obj)


class CredentialForm(forms.ModelForm):
    """A registration, with days where the row has moments."""

    person = PersonField(
        get_user_model().objects.filter(is_active=True, is_staff=True).order_by("full_name", "username"),
        help_text="An active account of the staff.",
    )
    first = forms.DateField(label="First day", widget=DayInput())
    last = forms.DateField(
        label="Last day", widget=DayInput(), help_text="The last day on which it lets them sign."
    )

    class Meta:
        model = Credential
        fields = ("person", "role", "body", "number", "may_sign_monographs", "may_sign_dosing", "shows_name")

    def __init__(self, *args, **kwargs):
        """Show moments as days."""
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            first, last = timezone.localdate(self.instance.starts_at), last_day(self.instance)
            self.initial.update({"first": first, "last": last})

    def clean_role(self):
        """Hold the role to the content rules, and to lower case, as it stands within a sentence."""
        role = self.cleaned_data["role"]
        if role != role.lower():
            raise forms.ValidationError("Write the role in lower case, as in “by a pharmacist”.")
        refuse_content_errors(role, "role")
        return role

    def clean_body(self):
        """Hold the body's name to the content rules: readers see it."""
        refuse_content_errors(self.cleaned_data["body"], "body")
        return self.cleaned_data["body"]

    def clean(self):
        """Turn days into moments, and ask for a part."""
        data = super().clean() or self.cleaned_data
        if {"first", "last"} <= data.keys():
            try:
                self.instance.starts_at, self.instance.ends_at = review.credential_span(
                    data["first"], data["last"]
                )
            except review.BadDay as refusal:
                self.add_error("last" if data["last"] >= data["first"] else "first", str(refusal))
        if not (data.get("may_sign_monographs") or data.get("may_sign_dosing")):
            self.add_error("may_sign_monographs", "Say what it lets them sign.")
        return data

    def _post_clean(self):
        """Ask `review` whether it may be recorded."""
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            try:
                review.refuse_recording(self.instance)
            except review.NotPossible as refusal:
                self.add_error(None, str(refusal))


class SeenForm(Asked):
    """What the page showed, so that nobody verifies something else, from who shows that it is they."""

    seen = forms.CharField(widget=forms.HiddenInput)


class EndForm(forms.Form):
    """Why a credential ends."""

    reason = forms.CharField(
        max_length=LONGEST_REASON,
        help_text="The person reads it. Such as: registration lapsed.",
        widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
    )


class QuestionForm(forms.Form):
    """Why nothing counts that a person approved."""

    reason = forms.CharField(
        max_length=LONGEST_REASON,
        help_text="Readers of each page see it. It cannot be changed later.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_reason(self):
        """Make it one paragraph, and hold it to the content rules: readers see it."""
        reason = " ".join(self.cleaned_data["reason"].split())
        refuse_content_errors(reason, "reason")
        return reason


def verify_step(request, credential):
    """Confirm that a registration was looked up."""
    review.require(request.user, "verify_credential")
    initial = {"seen": review.credential_digest(credential)}
    form = SeenForm(request.POST or None, request=request, initial=initial)

    def act():
        review.verify_credential(credential=credential, by=request.user, seen=form.cleaned_data["seen"])
        log(request, credential, "verified with the register")

    step = Step("I verified this with the register", "I verified this", form, act, "It is verified.")
    step.heading = "What you verify"
    step.effects = [
        f"{named(credential.person)}: {credential.role}.",
        f"{credential.body}, registration number {credential.number}.",
        f"From {day(credential.starts_at)} until {day(last_day(credential))}; may sign {parts_of(credential)}.",
        f"Readers see {'name, role' if credential.shows_name else 'role'} and body beside each signature.",
        "Then it cannot be changed any more, only ended.",
    ]
    step.why_not = review.why_not_verified(credential, request.user)
    return step


def end_step(request, credential):
    """Let nobody sign with a credential from now on."""
    review.require(request.user, "verify_credential")
    form = EndForm(request.POST or None)

    def act():
        review.end_credential(credential=credential, by=request.user, reason=form.cleaned_data["reason"])
        log(request, credential, "ended")

    step = Step("End it", "End the credential", form, act, "It has ended.", heading=WORKS, is_grave=True)
    step.effects = [
        f"From now on {named(credential.person)} signs nothing with it. It cannot be opened again.",
        "What was signed with it stands, and no mark changes.",
    ]
    if credential.ended_at is not None:
        step.why_not = ["This credential has ended already."]
    return step


def question_step(request, credential):
    """Cancel every approval of the holder, for one reason."""
    review.require(request.user, "question_reviews")
    person = credential.person
    form = QuestionForm(request.POST or None)

    def act():
        row = review.question_reviews_of(person=person, by=request.user, reason=form.cleaned_data["reason"])
        log(request, row, "cancelled all reviews")

    step = Step(f"Cancel all reviews of {named(person)}", "Cancel them all", form, act, is_grave=True)
    step.done = f"No review of {named(person)} counts any more."
    step.effects = [
        "Nothing that this person approved until now counts any more, what waits for release too. "
        "It cannot be taken back: each text has to be signed anew, by somebody else.",
        "Every credential of theirs ends at once.",
        *turns_in_words(review.if_questioned(person, at=clinical_now())),
    ]
    if sentence := review.why_not_questioned(person, request.user):
        step.why_not = [sentence]
    return step


VERIFY = Kind("verify", "I verified this with the register", "verify_credential", verify_step)
END = Kind("end", "End it", "verify_credential", end_step)
QUESTION = Kind("question", "Cancel all reviews of this person", "question_reviews", question_step)


@admin.register(Credential)
class CredentialAdmin(WithSteps, NeverDeleted):
    """Registrations. Leads see and record them; who signs sees their own, and nobody else's number."""

    form = CredentialForm
    list_display = ("holder", "role", "body", "state", "signs", "since", "last_signature")
    list_select_related = ("person",)
    search_fields = ("person__full_name", "person__username", "role", "body")
    fields = (*CredentialForm.Meta.fields, "first", "last")
    steps = (VERIFY, END, QUESTION)
    readable = (
        *("holder", "role", "body", "number", "readers_see", "first_day", "last_day"),
        *("state", "signs", "recorded", "verified", "ended"),
    )

    change_list_template = "admin/monographs/credential/change_list.html"

    def get_urls(self):
        """Add the page of who can sign."""
        view = self.admin_site.admin_view(partial(signers_view, self))
        return [path("signers/", view, name="monographs_credential_signers"), *super().get_urls()]

    def get_queryset(self, request):
        """Fetch with each credential its people, the last signature, and whether the account signs at all."""
        rows = super().get_queryset(request)
        if not super().has_view_permission(request):
            rows = rows.filter(person=request.user)
        last = Review.objects.filter(credential=OuterRef("pk")).order_by("-pk").values("signed_at")[:1]
        signers = get_user_model().objects.with_perm("monographs.sign_review").filter(pk=OuterRef("person"))
        people = ("person", "recorded_by", "verified_by", "ended_by")
        return rows.select_related(*people).annotate(last_at=Subquery(last), is_signer=Exists(signers))

    def get_ordering(self, request):
        """Put what waits first and what has ended last."""
        has_ended = ~Q(ended_at=None) | Q(ends_at__lte=clinical_now())
        place = Case(When(has_ended, then=Value(2)), When(verified_at=None, then=Value(0)), default=Value(1))
        return (place, "person__full_name", "person__username", "pk")

    def has_view_permission(self, request, obj=None):
        """Leads see all; who signs sees their own."""
        is_own = obj is None or obj.person_id == request.user.pk
        return super().has_view_permission(request, obj) or (
            is_own and request.user.has_perm("monographs.sign_review")
        )

    def has_change_permission(self, request, obj=None):
        """Nobody changes a credential that is verified or has ended."""
        return super().has_change_permission(request, obj) and not (obj and is_closed(obj))

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Say why a form is not saved that was open, or kept, while somebody verified the credential."""
        is_sent = request.method == "POST" or ASKED in request.GET
        if is_sent and object_id and super().has_change_permission(request):
            row = self.get_object(request, object_id)
            if row is not None and is_closed(row):
                messages.error(request, "Nothing was saved: this credential is verified or ended already.")
                return redirect(reverse("admin:monographs_credential_change", args=[row.pk]))
        return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request, obj=None, change=False, **kwargs):
        """Return no field of ours where nothing can be changed."""
        if obj is not None and not self.has_change_permission(request, obj):
            kwargs["form"] = forms.ModelForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request, obj=None):
        """Return fields to fill in, or what there is to read."""
        is_open = obj is None or self.has_change_permission(request, obj)
        return self.fields if is_open else self.readable

    def save_model(self, request, obj, form, change):
        """Leave it to `review`."""
        review.record_credential(credential=obj, by=request.user)

    def called(self, row):
        """Call a credential by its holder."""
        return f"{named(row.person)}, {row.role}"

    def steps_for(self, row):
        """Offer what can still be done."""
        if row.ended_at is not None:
            return (QUESTION,)
        return (END, QUESTION) if row.verified_at else self.steps

    @admin.display(description="person")
    def holder(self, credential):
        """Return whose it is."""
        return named(credential.person)

    @admin.display(description="state")
    def state(self, credential):
        """Return how it stands, in words."""
        return state_of(credential, clinical_now())

    @admin.display(description="may sign now")
    def signs(self, credential):
        """Return what its holder may sign with it now."""
        if review.validity_of(credential, clinical_now()) is not Validity.VALID:
            return f"nothing (recorded for {parts_of(credential)})"
        if not credential.is_signer:
            return "nothing: the account is closed or in no group that signs"
        return parts_of(credential)

    @admin.display(description="since")
    def since(self, credential):
        """Return the day from which it could be signed with."""
        if credential.verified_at is None:
            return None
        return day(max(credential.starts_at, credential.verified_at))

    @admin.display(description="last signature")
    def last_signature(self, credential):
        """Return the day on which it was signed with last."""
        return day(credential.last_at) if credential.last_at else None

    @admin.display(description="readers see")
    def readers_see(self, credential):
        """Return what stands beside a signature."""
        return "name, role and body" if credential.shows_name else "role and body"

    @admin.display(description="recorded")
    def recorded(self, credential):
        """Return by whom it was recorded or corrected last, and when it was first."""
        return done(credential.recorded_by, credential.recorded_at)

    @admin.display(description="verified")
    def verified(self, credential):
        """Return by whom and when it was verified."""
        return done(credential.verified_by, credential.verified_at)

    @admin.display(description="ended")
    def ended(self, credential):
        """Return by whom and when it was ended."""
        return done(credential.ended_by, credential.ended_at)

    @admin.display(description="first day")
    def first_day(self, credential):
        """Return the first day on which it holds."""
        return day(credential.starts_at)

    @admin.display(description="last day")
    def last_day(self, credential):
        """Return the last day on which it holds."""
        return day(last_day(credential))


@admin.register(Questioned)
class QuestionedAdmin(ReadOnly):
    """People whose reviews were cancelled, when and why."""

    list_display = ("who", "reason", "cancelled")
    list_select_related = ("person", "by")
    search_fields = ("person__full_name", "person__username", "reason")
    ordering = ("-pk",)
    fields = ("who", "reason", "cancelled")

    @admin.display(description="person")
    def who(self, questioned):
        """Return whose reviews were cancelled."""
        return named(questioned.person)

    @admin.display(description="cancelled")
    def cancelled(self, questioned):
        """Return by whom and when."""
        return done(questioned.by, questioned.at)


def is_closed(credential):
    """Tell whether a credential is verified or has ended."""
    return credential.verified_at is not None or credential.ended_at is not None
