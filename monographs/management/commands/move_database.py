"""manage.py move_database URL."""

import os
import subprocess
import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.db.utils import Error

from clincalc.env import Refused, database
from clincalc.security_log import COMMAND_LINE, record
from monographs.importers.move import NotMoved, move

TARGET = "move_target"


class Command(BaseCommand):
    """Move this installation to another, empty database."""

    help = (
        "Copy everything into the empty database at URL (such as postgres://user:password@host/name), put its guards "
        "in place and verify it. Afterwards set DATABASE_URL to it. Nothing is changed here."
    )

    def add_arguments(self, parser):
        """Take the target."""
        parser.add_argument("url", metavar="URL")

    def handle(self, *, url, **options):
        """Move, then verify in the target."""
        try:
            connections.settings[TARGET] = {**connections.settings["default"], **database(url)}
            moved = move("default", TARGET, say=self.stdout.write)
        except (Refused, NotMoved) as refusal:
            raise CommandError(str(refusal)) from None
        except Error as error:
            raise CommandError(f"The target database refuses: {str(error).splitlines()[0]}") from None
        if _manage("rebuild_search", url=url) != 0:
            raise CommandError("The moved database cannot be searched. Do not serve it.")
        if _manage("verify_reviews", url=url) != 0:
            raise CommandError("The moved database does not verify. Do not serve it.")
        record("move database", by=COMMAND_LINE, rows=moved)
        self.stdout.write(f"{moved:,} rows moved. Set DATABASE_URL to the new database before you serve it.")


def _manage(command, *, url):
    """Run a command in the moved database, as its own process. Returns the exit status."""
    arguments = [sys.executable, str(settings.BASE_DIR / "manage.py"), command]
    others = {name: value for name, value in os.environ.items() if name != "DATABASE_URL_FILE"}
    return subprocess.run(arguments, env={**others, "DATABASE_URL": url}, check=False).returncode
