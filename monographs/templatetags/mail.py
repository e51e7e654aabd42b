"""How it stands with letters, for the admin."""

from dataclasses import dataclass

from django import template
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db.models import Count, Exists, OuterRef, Q

from monographs import review
from monographs.models import Letter
from monographs.review import EDITOR, LEAD, REVIEWER

register = template.Library()
MOST_NAMES = 10


@dataclass(frozen=True)
class MailState:
    """How it stands: `waiting` and `failed` letters, and the names of people who get none."""

    is_set: bool
    waiting: int
    failed: int
    unreachable: list[str]
    is_lead_reached: bool


@register.simple_tag
def mail_state():
    """Return how it stands with letters. Two queries."""
    roles = Q(groups__name__in=[EDITOR, REVIEWER, LEAD])
    people = get_user_model().objects.filter(roles, is_active=True).order_by("username").distinct()
    is_lead = Exists(Group.objects.filter(name=LEAD, user=OuterRef("pk")))
    found = list(people.annotate(is_lead=is_lead).only("username", "full_name", "email"))
    names = [person.get_full_name() for person in found if not person.email]
    waiting = review.waiting_letters(review.clinical_now())
    failed = review.failed_letters().order_by()
    letters = Letter.objects.aggregate(
        waiting=Count("pk", filter=Q(pk__in=waiting.order_by().values("pk"))),
        failed=Count("pk", filter=Q(pk__in=failed.values("pk"))),
    )
    return MailState(
        review.is_mail_set(),
        letters["waiting"],
        letters["failed"],
        [*names[:MOST_NAMES], *(["others"] if len(names) > MOST_NAMES else [])],
        any(person.is_lead and person.email for person in found),
    )
