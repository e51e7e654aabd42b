"""The app of the people who work on the site."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class AccountsConfig(AppConfig):
    """Accounts of editors, reviewers and leads. Readers have none."""

    name = "clincalc.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the security log hear of every signing in."""
        from clincalc.accounts import written

        written.connect()


class EditorsAdmin(AdminConfig):
    """Django's admin with our site."""

    default_site = "clincalc.accounts.site.EditorsSite"
