"""The app of the people who work on the site."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.signals import user_logged_in


class AccountsConfig(AppConfig):
    """Accounts of editors, reviewers and leads. Readers have none."""

    name = "clincalc.accounts"
    label = "accounts"
    verbose_name = "People"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the hours of every session begin, and the security log hear of it, however its person signed in."""
        from clincalc.accounts import sessions, written

        user_logged_in.connect(sessions.begin_hours, dispatch_uid="accounts.hours")
        written.connect()


class EditorsAdmin(AdminConfig):
    """Django's admin with our site."""

    default_site = "clincalc.accounts.site.EditorsSite"
