"""manage.py bench_search --catalogue FILE --queries FILE [--json] [--no-brute-force] [--lists FILE]."""

import csv
import json
from dataclasses import asdict
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from monographs.importers.catalogue.batch import NameList
from monographs.importers.catalogue.load import load_catalogue
from monographs.importers.catalogue.rows import CatalogueError, read_catalogue
from monographs.models import Drug
from monographs.review import clinical_now
from monographs.search.bench.brute import BruteForce
from monographs.search.bench.measure import measured
from monographs.search.bench.sets import Names, sets_of

COLUMNS = ("query", "expected_name", "unii", "confidence")
LIST = NameList(
    title="Catalogue of the bench", identifier="list/bench", url="https://example.org/", jurisdiction="INT"
)
HEADINGS = (
    "set",
    "n",
    "first",
    "first 3",
    "first 5",
    "wrong",
    "p50 ms",
    "p95 ms",
    "brute: n",
    "first",
    "p95 ms",
)


class Command(BaseCommand):
    """Measure how well and how fast names are found."""

    help = (
        "Load a catalogue into an empty database, ask the queries of a file and of sets made from the names, and "
        "print for each set how often (per cent) the right medicine stands first, among the first three and five, "
        "how many queries would have opened a wrong one, and the time each took; beside it edit distance over "
        "every name, on at most 500 queries of each set. The database is for the bench alone: drop it afterwards."
    )

    def add_arguments(self, parser):
        """Take the two files, and how to print."""
        parser.add_argument("--catalogue", type=Path, required=True, metavar="FILE")
        parser.add_argument("--queries", type=Path, required=True, metavar="FILE")
        parser.add_argument("--json", action="store_true", help="Print JSON instead of a table.")
        parser.add_argument(
            "--no-brute-force",
            action="store_true",
            help="Leave out the edit distance over every name: it is slow.",
        )
        parser.add_argument(
            "--lists",
            type=Path,
            metavar="FILE",
            help="Also write what each query listed, in order, to compare two databases.",
        )

    def handle(self, *, catalogue, queries, lists, **options):
        """Load, ask, print."""
        asked = _read(queries)
        if Drug.objects.exists():
            raise CommandError("This database holds medicines already; bench_search needs an empty one.")
        self._load(catalogue)
        names = Names()
        brute = None if options["no_brute_force"] else BruteForce(names)
        at = clinical_now()
        called = dict(Drug.objects.values_list("pk", "slug"))
        listed, figures = [], []
        for name, queries_of_set in tqdm(list(sets_of(names, asked)), unit="set", disable=None):

            def keep(query, drugs, name=name):
                listed.append([name, query, [called[drug] for drug in drugs]])

            figures.append(measured(name, queries_of_set, brute, at=at, keep=keep))
        if lists:
            _write_lists(lists, listed)
        if options["json"]:
            self.stdout.write(json.dumps({"sets": [asdict(each) for each in figures]}, indent=1))
        else:
            self.stdout.write(_table(figures))

    def _load(self, path):
        """Bring the catalogue in, as a person who cannot sign in."""
        person = get_user_model().objects.create_superuser("bench_search", password=None)
        try:
            load_catalogue(
                read_catalogue(path),
                name_list=LIST,
                by=person,
                refuse=lambda bad: self.stderr.write(str(bad)),
            )
        except CatalogueError as error:
            raise CommandError(f"{path}: {error}") from None


def _read(path):
    """Return the rows of the file of queries."""
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CommandError(f"{path} cannot be read: {error}.") from None
    if not rows:
        raise CommandError(f"{path} has no queries.")
    if missing := [name for name in COLUMNS if rows[0].get(name) is None]:
        raise CommandError(
            f"{path} must have the columns {', '.join(COLUMNS)}; missing: {', '.join(missing)}."
        )
    return rows


def _write_lists(path, listed):
    """Write what each query listed, one line for each."""
    lines = "\n".join(json.dumps(each, ensure_ascii=False) for each in listed)
    try:
        path.write_text(f"{lines}\n", encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror or error}.") from None


def _table(figures):
    """Return the figures in columns."""
    rows = [HEADINGS]
    for one in figures:
        ours = (
            one.n,
            one.first,
            one.first_three,
            one.first_five,
            one.wrong_redirects,
            one.p50_ms,
            one.p95_ms,
        )
        brute = [one.brute_force.get(name, "-") for name in ("n", "first", "p95_ms")]
        rows.append((one.name, *map(str, (*ours, *brute))))
    return "\n".join(" ".join(f"{cell:>9}" for cell in row) for row in rows)
