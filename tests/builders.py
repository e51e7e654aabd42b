"""Test data, made by our own actions, so that impossible states cannot exist.

Texts are about amlodipine, for a test's eyes only: no reader sees them.
"""

from datetime import timedelta
from functools import cache

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.models import Group
from django.utils import timezone

from monographs import review
from monographs.document import normalised
from monographs.models import Credential, Drug, DrugClass, Source
from monographs.names import slugify_name
from monographs.review import EDITOR, LEAD, REVIEWER
from monographs.vocabulary import SAFETY_SECTIONS, ChangeKind, Part

__all__ = [
    *(
        "EDITOR",
        "LEAD",
        "PASSWORD",
        "REVIEWER",
        "approval",
        "approved",
        "credentialed",
        "document",
        "person",
        "raw",
    ),
    *("released", "submitted", "written"),
]

SMPC = {
    "kind": "smpc",
    "identifier": "emc/1",
    "title": "Amlodipine tablets, SmPC",
    "jurisdiction": "GB",
    "url": "https://www.medicines.example/emc/product/1/smpc",
    "revision": "12 May 2026",
    "revised_on": "2026-05-12",
    "accessed_on": "2026-11-01",
}


PASSWORD = "a password of tests"


@cache
def hashed():
    """Return the hash of everybody's password here; made once, for it takes its time."""
    hasher = Argon2PasswordHasher()
    return hasher.encode(PASSWORD, hasher.salt())


def person(username, *roles):
    """Return a user in the groups of these roles."""
    made = {"is_staff": True, "password": hashed()}
    user, _ = get_user_model().objects.get_or_create(username=username, defaults=made)
    user.groups.set(Group.objects.filter(name__in=roles))
    return get_user_model().objects.get(pk=user.pk)


def raw(name="Amlodipine", **changes):
    """Return the plain data of a small monograph; `changes` replace whole fields."""
    data = {
        "name": name,
        "class": {"slug": "calcium-channel-blockers", "name": "Calcium-channel blocker"},
        "population": "adults",
        "lead": f"{name} is taken by mouth for high blood pressure.",
        "names": [{"name": name, "kind": "inn", "source": "smpc"}],
        "reference_smpc": "smpc",
        "sections": {
            "indications": "High blood pressure. [smpc 4.1]",
            "monitoring": "- Blood pressure. [smpc 4.4]\n- Ankle swelling. [smpc 4.8]",
        },
        "sources": {"smpc": SMPC},
    }
    return {**data, **changes}


def document(name="Amlodipine", **changes):
    """Return a small monograph in its normal form."""
    return normalised(raw(name, **changes))


def written(name="Amlodipine", *, slug="", by=None, **changes):
    """Return a drug whose working rows hold a small monograph."""
    by = by or person("editor", EDITOR)
    text = document(name, **changes)
    for ref in (text.drug_class, *text.other_classes):
        DrugClass.objects.get_or_create(slug=ref.slug, defaults={"name": ref.name})
    drug, _ = Drug.objects.get_or_create(slug=slug or slugify_name(name), defaults={"name": name})
    review.edit(drug=drug, document=text, by=by, what="a test")
    return Drug.objects.get(pk=drug.pk)


def submitted(
    name="Amlodipine", *, slug="", by=None, note="First text.", kind=ChangeKind.CLINICAL, **changes
):
    """Return the revision that freezes a small monograph."""
    by = by or person("editor", EDITOR)
    drug = written(name, slug=slug, by=by, **changes)
    return review.submit(drug=drug, part=Part.MONOGRAPH, by=by, change_kind=kind, note=note)


def released(name="Amlodipine", *, slug="", **changes):
    """Return the live row of a small monograph that a lead released."""
    revision = submitted(name, slug=slug, **changes)
    review.release(
        revision=revision, by=person("lead", LEAD), reason="First release.", acknowledged=SAFETY_SECTIONS
    )
    return revision.drug.live


def credentialed(username="pharmacist", *roles):
    """Return a person with a verified credential that is valid now for monographs; a reviewer by default."""
    holder = person(username, *(roles or (REVIEWER,)))
    registrar = person("registrar", LEAD)
    if not holder.credentials.filter(ended_at=None).exists():
        today = timezone.localdate(review.clinical_now())
        starts_at, ends_at = review.span(today - timedelta(days=30), today + timedelta(days=365))
        credential = Credential.objects.create(
            person=holder,
            role="pharmacist",
            body="General Pharmaceutical Council",
            number="2000001",
            starts_at=starts_at,
            ends_at=ends_at,
            recorded_by=registrar,
        )
        review.verify_credential(credential=credential, by=registrar)
    return holder


def approved(name="Amlodipine", *, by=None, **changes):
    """Return the approval of a small released monograph by `by`, a credentialed pharmacist by default."""
    return approval(released(name, **changes).monograph, by=by)


def approval(revision, *, by=None, **said):
    """Return the approval of a revision: everything read, acknowledged, answered and declared."""
    task = review.task_of(revision, at=review.clinical_now())
    complete = {
        "digest": revision.digest,
        "interests": "none",
        "read": task.changed,
        "acknowledged": task.unwritten,
        "answers": {notice.pk: "The text says so." for notice in task.notices},
    }
    return review.approve(revision=revision, by=by or credentialed(), **{**complete, **said})


def days(*ahead):
    """Return the days that lie so many days ahead of today where the site is."""
    today = timezone.localdate(review.clinical_now())
    return [today + timedelta(days=number) for number in ahead]


def noticed(on, text="Do not use with grapefruit juice."):
    """Return a safety notice on a drug or a class, put up by a lead."""
    return review.post_notice(
        on=on, text=text, source=Source.objects.first(), check_on=days(30)[0], by=person("lead", LEAD)
    )
