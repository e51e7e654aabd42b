"""Who can sign: each person with groups, second factor, credentials, last signature and last sign-in, on one page."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch, Q, Subquery
from django.shortcuts import render

from monographs import review
from monographs.admin.standing import named, parts_of, state_of
from monographs.models import Credential, Review
from monographs.review import Validity, clinical_now

PER_PAGE = 50
SIGNS = "monographs.sign_review"


@dataclass(frozen=True)
class Registration:
    """A credential as the page shows it: how it stands, what it is for, and since when it could be signed with."""

    credential: Credential
    state: str
    parts: str
    since: Any
    is_valid: bool


@dataclass(frozen=True)
class Signer:
    """A person as the page shows them; `why_not` is empty for who can sign now."""

    person: Any
    name: str
    groups: str
    registrations: list[Registration]
    why_not: str


def signers_view(model_admin, request):
    """Show leads who can sign and who cannot, in a fixed number of queries."""
    if not request.user.has_perm("monographs.view_credential"):
        raise PermissionDenied
    at = clinical_now()
    page = Paginator(people(), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Who can sign",
        "opts": model_admin.opts,
        "page": page,
        "signers": [signer_of(person, at) for person in page.object_list],
    }
    return render(request, "admin/monographs/signers.html", context)


def people():
    """Return everybody in a group that signs, or with a credential of any state, by name."""
    users = get_user_model().objects
    # Of whatever state: that is said of each.
    any_state: Any = None
    signs = users.with_perm(SIGNS, is_active=any_state, include_superusers=False).filter(pk=OuterRef("pk"))
    holds = Credential.objects.filter(person=OuterRef("pk"))
    last = Review.objects.filter(reviewer=OuterRef("pk")).order_by("-pk").values("signed_at")[:1]
    return (
        users.annotate(is_signer=Exists(signs), last_signed=Subquery(last))
        .filter(Q(is_signer=True) | Exists(holds))
        .prefetch_related("groups", Prefetch("credentials", Credential.objects.order_by("-pk")))
        .order_by("full_name", "username", "pk")
    )


def signer_of(person, at):
    """Return a person as the page shows them at a moment."""
    registrations = [registration_of(credential, at) for credential in person.credentials.all()]
    groups = ", ".join(sorted(group.name for group in person.groups.all()))
    is_valid = any(one.is_valid for one in registrations)
    return Signer(person, named(person), groups, registrations, why_not_of(person, is_valid))


def registration_of(credential, at):
    """Return a credential as the page shows it at a moment."""
    since = max(credential.starts_at, credential.verified_at) if credential.verified_at else None
    is_valid = review.validity_of(credential, at) is Validity.VALID
    return Registration(credential, state_of(credential, at), parts_of(credential), since, is_valid)


def why_not_of(person, is_valid):
    """Return why a person cannot sign now, or ""."""
    if not person.is_active:
        return "the account is closed"
    if not (person.is_signer or person.is_superuser):
        return "in no group that signs"
    return "" if is_valid else "no credential that is valid now"
