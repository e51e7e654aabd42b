"""The one clock. Nobody else asks what time it is."""

from datetime import datetime

from django.utils import timezone


def clinical_now() -> datetime:
    """Return this moment, aware, in UTC. Pass it on as `at`; do not ask twice."""
    return timezone.now()
