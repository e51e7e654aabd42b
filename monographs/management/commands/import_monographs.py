"""manage.py import_monographs FILE.jsonl|DIR --by USER [--submit] [--release]."""

from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from clincalc.security_log import REFUSED, record
from monographs.importers.documents import Steps, Unreadable, count, run
from monographs.vocabulary import SAFETY_SECTIONS, SectionKind


class Command(BaseCommand):
    """Import monographs; docs/import-format.md has the form of the file."""

    help = (
        "Import monographs from a JSON Lines file or a folder of YAML files. Each drug is taken whole or "
        "not at all; the same file twice changes nothing. What a file claims of reviews counts for nothing."
    )

    def add_arguments(self, parser):
        """Take the file, the person, and how far each drug goes."""
        parser.add_argument("path", type=Path, metavar="FILE.jsonl|DIR")
        parser.add_argument(
            "--by", required=True, metavar="USER", help="Username of the person who answers for it."
        )
        parser.add_argument("--submit", action="store_true", help="Submit each changed text for review.")
        parser.add_argument(
            "--release", action="store_true", help="Release what was submitted, as not yet reviewed."
        )
        parser.add_argument(
            "--acknowledge",
            nargs="+",
            default=[],
            choices=[kind.value for kind in SAFETY_SECTIONS],
            metavar="SECTION",
            help="Safety sections that you know are not yet written: "
            + ", ".join(kind.value for kind in SAFETY_SECTIONS),
        )
        parser.add_argument(
            "--note", default="Imported.", help="Why the texts changed; kept with each revision."
        )

    def handle(self, *, path, by, submit, release, acknowledge, note, **options):
        """Run the import; exit status 1 when a record was refused."""
        person = get_user_model().objects.filter(username=by, is_active=True).first()
        if person is None:
            raise CommandError(f"There is no active user “{by}”.")
        steps = Steps(person, submit, release, [SectionKind(kind) for kind in acknowledge], note)
        try:
            with tqdm(total=count(path) if path.exists() else None, unit="record", disable=None) as bar:
                counts = run(path, steps, advance=bar.update)
        except (Unreadable, PermissionDenied, OSError) as error:
            record("import", by=person, of=path.name, outcome=REFUSED, why=type(error).__name__)
            raise CommandError(str(error)) from None
        record(
            "import",
            by=person,
            of=path.name,
            changed=counts.changed,
            unchanged=counts.unchanged,
            refused=len(counts.refused),
        )
        for sentence in counts.refused:
            self.stderr.write(sentence)
        total = f"{counts.changed} changed, {counts.unchanged} unchanged, {len(counts.refused)} refused."
        if counts.refused:
            raise CommandError(total)
        self.stdout.write(total)
