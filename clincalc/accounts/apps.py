"""The app of the people who work on the site."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts of editors, reviewers and leads. Readers have none."""

    name = "clincalc.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
