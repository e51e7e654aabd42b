"""What a server checks before it takes its first request."""

from django.conf import settings
from django.db import DatabaseError

from clincalc.env import Refused


def refuse_false_demo() -> None:
    """Refuse DEMO for a database that is not a demo one: it would serve real pages over plain HTTP."""
    if settings.DEMO and not _is_demo_database():
        raise Refused(
            "DEMO is set, but the database is not a demo database: unset DEMO, or run load_demo on an empty one."
        )


def _is_demo_database() -> bool:
    """Return whether load_demo made this database; one without tables was not made by it."""
    from monographs.models import DemoDatabase

    try:
        return DemoDatabase.objects.exists()
    except DatabaseError:
        return False
