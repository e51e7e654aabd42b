"""Fields that a person may not set, sent all the same: nothing comes of them."""

import pytest
from django.apps import apps

from monographs.models import CrossLink, Drug
from tests.admin.forms import change_of, opened
from tests.security import world
from tests.security.addresses import Page, asked, crawl
from tests.security.rows import changed, fingerprints

pytestmark = pytest.mark.django_db
# What each role may change, by the tables; whatever else they send, the others stay as they are.
OWN = {"django_session", "django_admin_log", "accounts_keptform", "accounts_tries", "accounts_secondfactor"}
TEXTS = {
    *("monographs_drug", "monographs_drug_other_classes", "monographs_drugclass", "monographs_drugname"),
    *("monographs_nameconflict", "monographs_identifier", "monographs_drugcomponent", "monographs_drugflag"),
    *("monographs_monographsection", "monographs_waiver", "monographs_source", "monographs_citation"),
    *("monographs_crosslink", "monographs_edit", "monographs_revision", "monographs_contributor"),
    *("monographs_revisionsource", "monographs_note", "monographs_reviewdraft", "monographs_letter"),
    *("monographs_generation", "monographs_lookalike"),
}
SIGNS = {"monographs_review", "monographs_assignment"}
MAY_CHANGE = {
    "stranger": OWN,
    "editor": OWN | TEXTS,
    "reviewer": OWN | TEXTS | {"monographs_assignment"},
    "signer": OWN | TEXTS | SIGNS,
    "lead": OWN | {model._meta.db_table for model in apps.get_app_config("monographs").get_models(True)},
}
# Columns of accounts, of the record and of what a lead decides.
CRAFTED = {
    **dict.fromkeys(("is_superuser", "is_staff", "is_active", "released", "approved", "verified"), "on"),
    **dict.fromkeys(("groups", "user_permissions", "by", "person", "reviewer", "curator", "drug"), "1"),
    **dict.fromkeys(
        ("verified_by", "recorded_by", "accepted_by", "checked_by", "posted_by", "monograph"), "1"
    ),
    **dict.fromkeys(("verified_at", "signed_at", "released_at", "submitted_at", "ended_at"), "2026-01-01"),
    "verdict": "approve",
    "do": "sign",
    "and_then": "withdraw",
    "interests": "none",
    "reason": "A reason.",
    "comment": "A comment.",
    "text": "A text.",
    "note": "A note.",
    "answer": "An answer.",
    "post": "yes",
    "change_kind": "clinical",
    "action": "delete_selected",
    "password": "a long enough password",
}


def filled(page, form):
    """Return what a browser would send of a form in which every box is ticked and every text has words."""
    data, last = {}, ""
    for tag in (one for one in page.tags if one.form == form):
        name, kind, value = (tag.attrs.get(key, "") for key in ("name", "type", "value"))
        if tag.name == "option" and "selected" in tag.attrs:
            data[last] = value
        if name and kind != "submit":
            is_empty = tag.name == "textarea" or (kind == "text" and not value)
            data.setdefault(name, "Words. [smpc 4.4]" if is_empty else value)
        last = name if tag.name == "select" else last
    return data


def forms_of(visits):
    """Yield (path, data) of every form that is sent by POST on the pages of these visits."""
    for visit in visits:
        page = Page(visit.text) if visit.is_html else Page("")
        for number, tag in enumerate((tag for tag in page.tags if tag.name == "form"), 1):
            if tag.attrs.get("method", "").lower() == "post" and "logout" not in tag.attrs.get("action", ""):
                yield visit.address, filled(page, number)


@pytest.fixture(scope="module")
def forms(site):
    """Every form that the superuser is offered, as (address, data) …."""
    visits = crawl(world.signed_in("superuser"), "/admin/", below="/admin/", most=1, queried=0)
    return list(forms_of(visits))


@pytest.mark.parametrize("role", MAY_CHANGE)
def test_no_form_with_crafted_fields_changes_what_a_role_may_not(forms, role):
    client = world.signed_in(role)
    before = fingerprints()

    answers = [asked(client, "POST", address, CRAFTED | data).status_code for address, data in forms]

    assert changed(before, but=MAY_CHANGE[role]) == []
    assert (302 in answers) is (role != "stranger")


def columns(drug):
    """Return every column of a drug and of its links."""
    return {**Drug.objects.values().get(pk=drug.pk), "links": list(drug.links.order_by("pk").values())}


def test_the_form_of_a_drug_sets_nothing_that_it_does_not_show(site):
    client, link = world.signed_in("editor"), CrossLink.objects.filter(accepted_by=None).first()
    drug = link.from_drug
    hidden = {"slug": "another", "lock_version": "99", "pk": "1", "id": "1", "name_seen": "X"}
    names = (
        "curator",
        "accepted_by",
        "checked_by",
        "checked_on",
        "name_seen",
        "profile_seen",
        "from_drug_id",
    )
    rows = {f"links-{n}-{name}": "1" for n in range(drug.links.count()) for name in names}
    before = columns(drug)

    answer = client.post(change_of(drug), opened(client, drug) | hidden | rows)

    assert answer.status_code == 302
    assert columns(drug) == before | {"lock_version": drug.lock_version + 1}


@pytest.mark.parametrize("prefix", ["names", "citations", "flags", "links", "identifiers"])
def test_a_row_of_another_drug_is_not_taken_by_its_id(site, prefix):
    client = world.signed_in("editor")
    drug, other = (
        Drug.objects.filter(**{f"{prefix}__isnull": False, "successors": None}).distinct().order_by("pk")[:2]
    )
    data = opened(client, drug)
    mine, theirs = getattr(drug, prefix).first(), getattr(other, prefix).first()
    data |= {f"{prefix}-0-id": str(theirs.pk), f"{prefix}-0-DELETE": "on", f"{prefix}-0-name": "Taken"}

    before = [row for row in type(theirs).objects.order_by("pk").values() if row["id"] != mine.pk]
    client.post(change_of(drug), data)

    assert [row for row in type(theirs).objects.order_by("pk").values() if row["id"] != mine.pk] == before
