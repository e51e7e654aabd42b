"""manage.py rebuild_search."""

from django.core.management.base import BaseCommand
from tqdm import tqdm

from monographs import review
from monographs.models import Drug


class Command(BaseCommand):
    """Make anew what a search looks in."""

    help = (
        "Make anew what searches look in, some drugs at a time, and say what differed of names and keys; then the "
        "statements of the monographs and the look-alikes, of which editors' decisions stay. "
        "The site can be searched meanwhile. Nothing else is changed."
    )

    def handle(self, **options):
        """Rebuild, then tell."""
        with tqdm(total=Drug.objects.count(), unit="drug", disable=None) as bar:
            found = review.rebuild(advance=bar.update)
        self.stdout.write(
            f"{found.names:,} names can be found. Before: {found.missing:,} of them missing, "
            f"{found.surplus:,} too many, {found.keys:,} keys wrong."
        )
