"""The app of the people who work on the site."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class AccountsConfig(AppConfig):
    """Accounts of editors, reviewers and leads. Readers have none."""

    name = "clincalc.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"


class EditorsAdmin(AdminConfig):
    """Django's admin with our site."""

    default_site = "clincalc.accounts.site.EditorsSite"
