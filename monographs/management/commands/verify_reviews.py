"""manage.py verify_reviews."""

from django.core.management.base import BaseCommand, CommandError

from monographs.models import Release, Revision
from monographs.review import verify


class Command(BaseCommand):
    """Recompute every digest and condition; run it after a restore, before serving."""

    help = "Recompute every digest and every condition of the record. Exit status 1 when one does not hold."

    def handle(self, **options):
        """Print what does not hold."""
        broken = 0
        for sentence in verify.broken():
            self.stderr.write(sentence)
            broken += 1
        if broken:
            raise CommandError(f"{broken} things do not hold.")
        self.stdout.write(
            f"{Revision.objects.count()} revisions and {Release.objects.count()} releases hold."
        )
