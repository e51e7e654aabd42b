"""Forms that met an expired login: kept, and shown again, filled and unsaved, to the same person.

A form of the admin says, signed, for whom it was drawn. When it is sent and
nobody is signed in any more, what was typed is kept for that person; once they
have signed in, the page is drawn with it. It is never saved by that.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core import signing
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from clincalc.accounts.models import KeptForm, User

DRAWN_FOR = "drawn_for"
SALT = "clincalc.accounts.kept"
HOLDS = timedelta(days=7)
MOST_FORMS = 20
# Never kept: the token of another session, what shows who somebody is, and registration numbers.
DROPPED = ("csrfmiddlewaretoken", DRAWN_FOR, "password", "code", "number")


def mark_of(person: Any) -> str:
    """Return what a form says of whom it was drawn for."""
    return signing.TimestampSigner(salt=SALT).sign(str(person.pk))


def keep(request: HttpRequest) -> bool:
    """Keep the form of a request in which nobody is signed in. Returns whether it was kept."""
    person = _drawn_for(request.POST.get(DRAWN_FOR, ""))
    if person is None:
        return False
    data = request.POST.copy()
    for name in DROPPED:
        data.pop(name, None)
    KeptForm.objects.filter(kept_at__lt=timezone.now() - HOLDS).delete()
    KeptForm.objects.update_or_create(
        person=person, path=request.path, defaults={"data": data.urlencode(), "kept_at": timezone.now()}
    )
    beyond = (
        KeptForm.objects.filter(person=person).order_by("-kept_at").values_list("pk", flat=True)[MOST_FORMS:]
    )
    KeptForm.objects.filter(pk__in=list(beyond)).delete()
    return True


def kept_for(request: HttpRequest) -> QueryDict | None:
    """Return the form that was kept for the signed-in person at this address, if any."""
    since = timezone.now() - HOLDS
    rows = KeptForm.objects.filter(person=request.user.pk, path=request.path, kept_at__gte=since)
    row = rows.first()
    return QueryDict(row.data) if row else None


def forget(request: HttpRequest) -> None:
    """Drop the form that was kept at this address: it was saved."""
    KeptForm.objects.filter(person=request.user.pk, path=request.path).delete()


def _drawn_for(mark: str) -> User | None:
    """Return the person for whom a form was drawn, if they may still sign in."""
    try:
        pk = signing.TimestampSigner(salt=SALT).unsign(mark, max_age=HOLDS)
    except signing.BadSignature:
        return None
    return User.objects.filter(pk=pk, is_active=True, is_staff=True).first()
