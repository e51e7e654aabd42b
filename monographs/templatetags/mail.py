"""How it stands with letters, for the admin."""

from dataclasses import dataclass

from django import template
from django.contrib.auth import get_user_model
from django.db.models import Q

from monographs import review
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
    """Return how it stands with letters. Four queries."""
    people = get_user_model().objects.filter(is_active=True)
    roles = Q(groups__name__in=[EDITOR, REVIEWER, LEAD])
    silent = people.filter(roles, email="").distinct().order_by("username")[: MOST_NAMES + 1]
    names = [person.get_full_name() for person in silent]
    return MailState(
        review.is_mail_set(),
        review.waiting_letters(review.clinical_now()).count(),
        review.failed_letters().count(),
        [*names[:MOST_NAMES], *(["others"] if len(names) > MOST_NAMES else [])],
        people.filter(review.reachable(), groups__name=LEAD).exists(),
    )
