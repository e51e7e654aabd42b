"""manage.py verify_reviews [--chain FILE]."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from monographs.models import Release, Review, Revision
from monographs.review import chain, verify


class Command(BaseCommand):
    """Recompute every digest and condition; run it after a restore, before serving."""

    help = "Recompute every digest and every condition of the record. Exit status 1 when one does not hold."

    def add_arguments(self, parser):
        """Take the file of the chain."""
        parser.add_argument(
            "--chain",
            type=Path,
            metavar="FILE",
            help="Verify this hash chain of all reviews against the database, then append the new ones. "
            "Keep a copy where the owner of the database cannot write.",
        )

    def handle(self, **options):
        """Print what does not hold."""
        broken = 0
        for sentence in verify.broken():
            self.stderr.write(sentence)
            broken += 1
        if broken:
            raise CommandError(f"{broken} things do not hold.")
        self.stdout.write(
            f"{Revision.objects.count()} revisions and {Release.objects.count()} releases hold, "
            f"with {Review.objects.count()} reviews."
        )
        if options["chain"] is not None:
            self._extend(options["chain"])

    def _extend(self, path):
        """Verify and extend the chain in a file."""
        try:
            stood, added = chain.extend(path)
        except (chain.Broken, OSError) as error:
            raise CommandError(f"{path}: {error}") from None
        begun = "A new chain is begun: " if not stood else ""
        self.stdout.write(f"{begun}{stood} lines hold, {added} are added.")
