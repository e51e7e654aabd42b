"""manage.py load_demo."""

import os
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from clincalc import security_log
from monographs.importers.documents import Steps, run
from monographs.models import Drug, LiveDrug
from monographs.review import Refusal, demo

STARTER = Path(__file__).resolve().parents[2] / "starter"


class Command(BaseCommand):
    """Make an empty database a demonstration: starter monographs, and reviews in every state."""

    help = (
        "Make an empty database a demonstration, for ever: one account for each role, and the starter monographs, "
        "some of them taken through reviews. The accounts' password is read from the file DEMO_PASSWORD_FILE."
    )

    def handle(self, **options):
        """Load what is missing; what was changed since stays."""
        password = _password()
        try:
            with security_log.made_up(), transaction.atomic():
                demo.make_demo(password)
                said = _load_starter()
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None
        security_log.record("load demo", by=security_log.COMMAND_LINE)
        self.stdout.write(said)


def _load_starter():
    """Load the starter monographs into a database without drugs, and review some. Returns what to say."""
    if Drug.objects.exists():
        return "The starter monographs were loaded before; nothing was changed."
    lead = get_user_model().objects.get(username="demo.lead")
    counts = run(STARTER, Steps(by=lead, submit=True, release=True, note="Starter monograph."))
    if counts.refused:
        raise CommandError("\n".join([*counts.refused, "A starter file was refused, so nothing was loaded."]))
    demo.take_steps()
    return f"{LiveDrug.objects.count()} starter monographs loaded; reviews of {len(demo.STORIES)} begun."


def _password():
    """Return the accounts' password. Raises CommandError when there is none."""
    name = os.environ.get("DEMO_PASSWORD_FILE") or settings.BASE_DIR / "var" / "demo-password"
    try:
        password = Path(name).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise CommandError(f"DEMO_PASSWORD_FILE: {name} cannot be read: {error.strerror}.") from None
    if len(password) < 15:
        raise CommandError(f"DEMO_PASSWORD_FILE: the password in {name} has fewer than 15 characters.")
    return password
