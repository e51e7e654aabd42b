"""manage.py export_monographs FILE.jsonl|DIR."""

import json
from pathlib import Path

import yaml
from django.core.management.base import BaseCommand, CommandError

from clincalc import security_log
from monographs.document import Problem
from monographs.importers.documents.export import class_records, drug_records
from monographs.importers.documents.read import CLASSES


class Command(BaseCommand):
    """Export the working texts in the form that import_monographs reads."""

    help = (
        "Export the working texts as JSON Lines (FILE.jsonl) or as a folder with one YAML file for each drug."
    )

    def add_arguments(self, parser):
        """Take the file or folder."""
        parser.add_argument("path", type=Path, metavar="FILE.jsonl|DIR")

    def handle(self, *, path, **options):
        """Write; a file appears only when it is whole."""
        try:
            written = _write_lines(path) if path.suffix == ".jsonl" else _write_folder(path)
        except Problem as problem:
            raise CommandError(str(problem)) from None
        except OSError as error:
            raise CommandError(f"{path}: cannot be written: {error.strerror}.") from None
        security_log.record("export", by=security_log.COMMAND_LINE, of=path.name, drugs=written)
        self.stdout.write(f"{written} drugs written to {path}.")


def _write_lines(path):
    """Write one record a line. Returns how many drugs."""
    half = path.with_name(path.name + ".part")
    drugs = 0
    with half.open("w", encoding="utf-8", newline="\n") as stream:
        for record in class_records():
            stream.write(json.dumps(record, ensure_ascii=False) + "\n")
        for record in drug_records():
            stream.write(json.dumps(record, ensure_ascii=False) + "\n")
            drugs += 1
    half.replace(path)
    return drugs


def _write_folder(path):
    """Write one file for each drug, and one with the classes. Returns how many drugs."""
    path.mkdir(parents=True, exist_ok=True)
    _write_yaml(path / CLASSES, list(class_records()))
    drugs = 0
    for record in drug_records():
        _write_yaml(path / f"{record['slug']}.yaml", record)
        drugs += 1
    return drugs


def _write_yaml(path, data):
    """Write one YAML file, section texts as blocks."""
    half = path.with_name(path.name + ".part")
    half.write_text(
        yaml.dump(data, Dumper=_Blocks, allow_unicode=True, sort_keys=False, width=100),
        encoding="utf-8",
        newline="\n",
    )
    half.replace(path)


class _Blocks(yaml.SafeDumper):
    """Texts of several lines as literal blocks, no aliases."""

    def ignore_aliases(self, data):
        """Write everything out."""
        return True


def _text(dumper, text):
    """Represent a text."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Blocks.add_representer(str, _text)
