"""manage.py check_links."""

from functools import partial

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from monographs.importers import addresses


class Command(BaseCommand):
    """Ask every address that editors linked to whether it still answers."""

    help = (
        "Ask every https address of a curated link whether it answers, and note it for the editors' list. "
        "The only part of this site that fetches anything; run it by hand or from a timer, not from a page."
    )

    def add_arguments(self, parser):
        """Take how long to wait."""
        parser.add_argument("--wait", type=float, default=10, help="seconds to wait for each answer (10)")

    def handle(self, *, wait, **options):
        """Ask, note, and print what did not answer."""
        if not 0 < wait <= 600:
            raise CommandError("--wait: give a number of seconds between 0 and 600.")
        urls = addresses.linked_addresses()
        try:
            with tqdm(total=len(urls), disable=None, unit="address") as bar:
                heard = addresses.note(addresses.answers(urls, wait=wait), advance=partial(bar.update, 1))
        except addresses.Offline as offline:
            raise CommandError(f"{offline} Is this machine offline? Nothing was noted.") from None
        for answer in heard:
            if answer.problem or answer.doubt:
                self.stdout.write(f"{answer.url}: {answer.problem or answer.doubt}")
        dead = sum(1 for answer in heard if answer.problem)
        unsure = sum(1 for answer in heard if answer.doubt)
        answered = len(heard) - dead - unsure
        self.stdout.write(f"{answered} answer, {dead} do not, {unsure} do not answer programs.")
