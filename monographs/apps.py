"""The app: guards and groups are put in place after every migrate."""

from django.apps import AppConfig


class MonographsConfig(AppConfig):
    """Drug monographs: rows, frozen revisions, releases, pages."""

    name = "monographs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hook what every connection and every migrate must do."""
        from monographs.review import wiring

        wiring.connect(self)
