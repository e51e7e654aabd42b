"""Who may do what: roles as groups, and the one place that asks."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.db.models import Q

EDITOR = "Editor"
REVIEWER = "Pharmacist reviewer"
LEAD = "Clinical lead"

WORKING_ROWS = (
    "drug",
    "drugclass",
    "drugname",
    "nameconflict",
    "identifier",
    "drugcomponent",
    "drugflag",
    "monographsection",
    "waiver",
    "source",
    "citation",
    "crosslink",
)
RECORD = (
    "edit",
    "revision",
    "contributor",
    "revisionsource",
    "release",
    "livedrug",
    "oldslug",
    "successor",
    "checkedaddress",
    "review",
    "questioned",
    "safetynotice",
    "note",
    "assignment",
    "lookalike",
)
DRAFT = {f"{verb}_{model}" for model in WORKING_ROWS for verb in ("add", "change", "view")}
CHILDREN = {f"delete_{model}" for model in WORKING_ROWS if model not in ("drug", "drugclass", "source")}
EVERYONE = (
    DRAFT
    | CHILDREN
    | {f"view_{model}" for model in RECORD}
    | {"submit_revision", "add_note", "decide_lookalike"}
)
SIGNS = {"sign_review"}
LACKED = {"view_missedword", "dismiss_missedword"}
LEADS = (
    {"release_revision", "withdraw_drug", "roll_back_revision", "rename_drug", "merge_drug", "split_drug"}
    | {"post_safetynotice", "verify_credential", "question_reviews"}
    | {"add_credential", "change_credential", "view_credential"}
    | {"view_letter", "change_letter"}
)
# Of the accounts' app: to invite people and look after their accounts.
MANAGES = "manage_accounts"
ROLES = {
    EDITOR: EVERYONE | LACKED,
    REVIEWER: EVERYONE | SIGNS,
    LEAD: EVERYONE | SIGNS | LACKED | LEADS | {MANAGES},
}


def require(by: Any, permission: str) -> None:
    """Raise PermissionDenied, with a sentence, unless the person may do this."""
    if by is None or not by.has_perm(f"monographs.{permission}"):
        raise PermissionDenied(f"{by} may not do this: it needs the permission “{permission}”.")


def make_groups(app_config: Any, using: str) -> None:
    """Make the roles and set exactly their permissions.

    Called after every migrate: in a migration of a fresh database there are
    no permissions yet.
    """
    accounts = apps.get_app_config("accounts")
    for config in (app_config, accounts):
        create_permissions(config, verbosity=0, using=using)
    ours = Q(content_type__app_label=app_config.label)
    theirs = Q(content_type__app_label=accounts.label, codename=MANAGES)
    known = {
        permission.codename: permission
        for permission in Permission.objects.using(using).filter(ours | theirs)
    }
    for name, codenames in ROLES.items():
        group, _ = Group.objects.using(using).get_or_create(name=name)
        group.permissions.set([known[codename] for codename in sorted(codenames)])
