"""manage.py make_catalogue N FILE [--seed S]."""

import os
import tempfile
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from monographs.importers.catalogue.generate import make_catalogue, write_catalogue


class Command(BaseCommand):
    """Write a catalogue of invented names for load tests."""

    help = (
        "Write a CSV catalogue of N invented medicines with five names each, for load tests. "
        "The same seed gives the same file. The names and codes stand for nothing."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        """Take how many drugs, the file, and the seed."""
        parser.add_argument("number", type=int, metavar="N", help="How many drugs, from 1 to 1,000,000.")
        parser.add_argument("path", type=Path, metavar="FILE")
        parser.add_argument("--seed", type=int, default=0, metavar="S", help="Which catalogue; default 0.")

    def handle(self, *, number, path, seed, **options):
        """Write the file beside its place and then put it there, so that it is whole or not there."""
        temporary = None
        try:
            rows = make_catalogue(number, seed)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            temporary = Path(name)
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
                write_catalogue(rows, stream)
            temporary.chmod(0o666 & ~_umask())
            if path.is_dir():
                raise IsADirectoryError(None, "Is a directory")
            temporary.replace(path)
        except ValueError as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror or error}.") from None
        finally:
            if temporary is not None:
                temporary.unlink(missing_ok=True)
        self.stdout.write(f"{number:,} drugs written to {path}.")


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
