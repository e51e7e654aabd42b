"""manage.py import_catalogue FILE.csv --by USER."""

from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from clincalc.security_log import REFUSED, record
from monographs.importers.catalogue.batch import Counts, NameList
from monographs.importers.catalogue.load import load_catalogue
from monographs.importers.catalogue.rows import CatalogueError, count_lines, read_catalogue
from monographs.names import slugify_name

REGISTER = "https://precision.fda.gov/uniisearch"


class Command(BaseCommand):
    """Add known names without monographs."""

    help = (
        "Add drugs that are known by name only from a CSV catalogue (plain or gzip). What stands here "
        "already is never changed: the same file twice changes nothing. Bad rows are refused by line, "
        "the others go on."
    )

    def add_arguments(self, parser):
        """Take the file, the person, and what the list is called."""
        parser.add_argument("path", type=Path, metavar="FILE.csv")
        parser.add_argument(
            "--by", required=True, metavar="USER", help="Username of the person who answers for it."
        )
        parser.add_argument("--title", help="What the list is called; default: Catalogue FILE.csv.")
        parser.add_argument("--revision", default="", help="The list's edition, such as its date.")
        parser.add_argument(
            "--url", default=REGISTER, help="https address of the list; default: the UNII register."
        )

    def handle(self, *, path, by, title, revision, url, **options):
        """Run the import; exit status 1 when a row was refused."""
        person = get_user_model().objects.filter(username=by, is_active=True).first()
        if person is None:
            raise CommandError(f"There is no active user “{by}”.")
        counts = Counts()
        try:
            with _bar(path) as bar:
                load_catalogue(
                    read_catalogue(path),
                    name_list=_name_list(title or f"Catalogue {path.name}", revision, url),
                    by=person,
                    counts=counts,
                    refuse=lambda bad: self._say(f"{path.name}, {bad}"),
                    advance=bar.update,
                )
        except CatalogueError as error:
            record("import", by=person, of=path.name, outcome=REFUSED, why=type(error).__name__)
            raise CommandError(f"{error} Before that: {_total(counts)}") from None
        except PermissionDenied as error:
            record("import", by=person, of=path.name, outcome=REFUSED, why=type(error).__name__)
            raise CommandError(str(error)) from None
        record(
            "import",
            by=person,
            of=path.name,
            drugs=counts.drugs,
            names=counts.names,
            unchanged=counts.unchanged,
            refused=counts.refused,
        )
        if counts.refused:
            raise CommandError(_total(counts))
        self.stdout.write(_total(counts))

    def _say(self, sentence):
        """Write above the progress bar, if there is one."""
        with tqdm.external_write_mode():
            self.stderr.write(sentence)


def _bar(path):
    """A progress bar on a terminal; elsewhere the lines are not even counted."""
    bar = tqdm(unit="row", disable=None)
    if not bar.disable:
        bar.reset(total=count_lines(path) - 1)
    return bar


def _name_list(title, revision, url):
    if not url.startswith("https://"):
        raise CommandError(f"--url must begin with https://, not {url[:40]!r}.")
    if len(title) > 200 or len(revision) > 60 or len(url) > 500:
        raise CommandError("--title takes 200 characters at most, --revision 60, --url 500.")
    return NameList(
        title=title,
        identifier=f"list/{slugify_name(title)[:95]}",
        url=url,
        jurisdiction="INT",
        revision=revision,
    )


def _total(counts):
    return (
        f"{counts.drugs:,} drugs and {counts.names:,} names added, {counts.unchanged:,} rows unchanged, "
        f"{counts.refused:,} refused; left out: {counts.names_left_out:,} names that are a monograph's own, "
        f"{counts.codes_left_out:,} RxCUIs of other drugs."
    )
