"""Safety notices in the admin: the list to be read, and the steps that put one up, keep it and end it."""

from datetime import timedelta

from django import forms
from django.contrib import admin
from django.db.models import F
from django.utils import timezone

from monographs import review
from monographs.admin.base import DayInput, ReadOnly, day, log, refuse_content_errors
from monographs.admin.selects import KnownSelect
from monographs.admin.steps import Kind, Step, WithSteps
from monographs.admin.turns import turns_in_words
from monographs.models import Drug, LiveDrug, SafetyNotice, Source
from monographs.related import drugs_under
from monographs.review import clinical_now

REASON = SafetyNotice._meta.get_field("ended_because")
# What the forms propose; policy allows more.
USUAL_DAYS = 30
SHOWN_DAYS = 30
# How many sources can be chosen without JavaScript.
OFFERED = 30


class SourceSelect(KnownSelect):
    """An autocomplete that offers the newest sources without JavaScript too, with none chosen at first."""

    def optgroups(self, name, value, attr=None):
        """Return the chosen option, an empty one and the newest."""
        options = super().optgroups(name, value, attr)[0][1]
        chosen = {str(option["value"]) for option in options}
        newest = Source.objects.order_by("-pk")[:OFFERED]
        offered = [("", ""), *((str(row.pk), str(row)) for row in newest if str(row.pk) not in chosen)]
        others = [
            self.create_option(name, key, label, not key and not chosen, place)
            for place, (key, label) in enumerate(offered, len(options))
        ]
        return [(None, [*others[:1], *options, *others[1:]], 0)]


class CheckForm(forms.Form):
    """When somebody looks at a notice again."""

    check_on = forms.DateField(
        label="We check it again by",
        help_text="At most 90 days ahead. Readers see the day. It does not end the notice.",
        widget=DayInput(),
    )

    def __init__(self, *args, **kwargs):
        """Propose a day."""
        super().__init__(*args, **kwargs)
        self.fields["check_on"].initial = today() + timedelta(days=USUAL_DAYS)


class NoticeForm(CheckForm):
    """What readers have to know at once, and where it comes from."""

    text = forms.CharField(
        help_text="At most 280 characters, in one paragraph. No doses.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    source = forms.ModelChoiceField(
        Source.objects.all(),
        help_text="Such as the Drug Safety Update. Record it under Sources first.",
        widget=SourceSelect(SafetyNotice._meta.get_field("source"), admin.site),
    )
    field_order = ("text", "source", "check_on")

    def clean_text(self):
        """Make it one paragraph, and hold it to the content rules."""
        text = " ".join(self.cleaned_data["text"].split())
        refuse_content_errors(text, "notice")
        return text


class EndForm(forms.Form):
    """Where a notice went."""

    reason = forms.CharField(
        max_length=REASON.max_length,
        help_text="Readers see it. Such as: now in Monitoring (version 8).",
        widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
    )

    def clean_reason(self):
        """Hold it to the content rules."""
        refuse_content_errors(self.cleaned_data["reason"], "notice")
        return self.cleaned_data["reason"]


def today():
    """Return the day it is where the site is."""
    return timezone.localdate(clinical_now())


def pages_of(target):
    """Return the pages, withdrawn ones too, that show a notice on a drug or class."""
    if isinstance(target, Drug):
        return LiveDrug.objects.filter(drug=target)
    return drugs_under(target).in_order()


def post_step(request, target):
    """Put a warning up on a drug or a class."""
    review.require(request.user, "post_safetynotice")
    form = NoticeForm(request.POST or None)

    def act():
        notice = review.post_notice(on=target, **form.cleaned_data, by=request.user)
        log(request, notice, "put up")

    lives = list(pages_of(target))
    step = Step("Put up a safety notice", "Put it up", form, act, "Readers see the notice now.")
    step.effects = [
        f"Above the text readers see “Safety notice, {day(today())}”, the text below, its source, "
        "and by when we check it again.",
        "Lists say “safety notice” beside the name. Both stay until somebody ends the notice.",
        *_reach(target, lives),
        *(
            f"Up already since {day(one.posted_at)}: {one.text}"
            for one in target.notices.filter(ended_at=None)
        ),
        *turns_in_words(review.if_noticed(lives, at=clinical_now())),
    ]
    return step


def keep_step(request, notice):
    """Note that a notice still holds."""
    review.require(request.user, "post_safetynotice")
    form = CheckForm(request.POST or None)

    def act():
        check_on = form.cleaned_data["check_on"]
        review.keep_notice(notice=notice, check_on=check_on, by=request.user)
        log(request, notice, f"still holds; to be checked by {day(check_on)}")

    step = Step("It still holds", "It still holds", form, act, "Readers see the new day.")
    step.effects = [*_told(notice), "Readers see by when we check it again: the day below."]
    step.why_not = _why_not(notice)
    return step


def end_step(request, notice):
    """Take a notice down."""
    review.require(request.user, "post_safetynotice")
    form = EndForm(request.POST or None)

    def act():
        review.end_notice(notice=notice, by=request.user, reason=form.cleaned_data["reason"])
        log(request, notice, "ended")

    step = Step("End it", "End the notice", form, act, "The notice is down.", is_grave=True)
    turns = review.if_notice_ended(notice, list(pages_of(notice.target)), at=clinical_now())
    step.effects = [
        *_told(notice),
        f"It is taken down at once. For {SHOWN_DAYS} days readers see in its place: "
        f"“Safety notice of {day(notice.posted_at)}: ”, then the reason below.",
        *turns_in_words(turns),
    ]
    step.why_not = _why_not(notice)
    return step


def _reach(target, lives):
    """Return which pages show a notice, in words."""
    readable = sum(live.monograph_id is not None for live in lives)
    if not isinstance(target, Drug):
        return [f"It shows on every drug of this class and of the classes below it: {_pages(readable)} now."]
    return [] if readable else [f"{target} has no public page now; the notice shows when it has one."]


def _told(notice):
    """Return what a notice says, in lines."""
    origin = notice.source or f"the approval that was revoked: {notice.review}"
    return [f"The notice: {notice.text}", f"Source: {origin}. Up since {day(notice.posted_at)}."]


def _why_not(notice):
    """Return why nothing can be done to a notice any more."""
    return [f"This notice has ended ({day(notice.ended_at)})."] if notice.ended_at else []


def _pages(number):
    """Return a number of pages in words."""
    return "1 page" if number == 1 else f"{number} pages"


KEEP = Kind("keep", "It still holds", "post_safetynotice", keep_step)
END = Kind("end", "End it", "post_safetynotice", end_step)
# On the form of a drug or a class.
NOTICE_STEPS = (Kind("notice", "Put up a safety notice", "post_safetynotice", post_step),)


@admin.register(SafetyNotice)
class NoticeAdmin(WithSteps, ReadOnly):
    """Warnings, the open ones first. They are put up from the form of a drug or a class."""

    list_display = ("on", "text", "state", "posted", "to_check")
    list_display_links = ("on", "text")
    list_select_related = ("drug", "drug_class", "source", "review__revision__drug", "posted_by", "ended_by")
    search_fields = ("drug__name", "drug_class__name", "text")
    ordering = (F("ended_at").desc(nulls_first=True), "check_on", "-pk")
    fields = ("on", "text", "origin", "posted", "to_check", "state")
    steps = (KEEP, END)

    def get_queryset(self, request):
        """Fetch with each notice what it stands on and who answers for it."""
        notices = super().get_queryset(request).select_related(*self.list_select_related)
        return notices.defer("review__revision__document")

    def called(self, row):
        """Call a notice by what it stands on."""
        return f"Notice on {row.target}"

    def steps_for(self, row):
        """An ended notice has no step left."""
        return () if row.ended_at else self.steps

    @admin.display(description="on")
    def on(self, notice):
        """Return the drug or class."""
        return f"{notice.drug_class} (class)" if notice.drug_class_id else str(notice.drug)

    @admin.display(description="source")
    def origin(self, notice):
        """Return what the notice rests on."""
        return str(notice.source or f"revoked: {notice.review.revision}")

    @admin.display(description="posted")
    def posted(self, notice):
        """Return when it was put up, and by whom."""
        return f"{day(notice.posted_at)} by {notice.posted_by.get_full_name()}"

    @admin.display(description="check on")
    def to_check(self, notice):
        """Return by when somebody looks at it again."""
        return day(notice.check_on)

    @admin.display(description="state")
    def state(self, notice):
        """Return how a notice stands, in words."""
        if notice.ended_at:
            by = notice.ended_by.get_full_name()
            return f"ended on {day(notice.ended_at)} by {by}: {notice.ended_because}"
        return f"open, check passed since {day(notice.check_on)}" if notice.check_on < today() else "open"
