"""`bench_search`: what it measures, what it refuses, and that the same seed asks the same."""

import csv
import json

import pytest
from django.core.management import CommandError, call_command

from monographs.importers.catalogue.generate import make_catalogue, write_catalogue
from monographs.search.bench.measure import place_of
from monographs.search.bench.sets import Asked
from tests import builders

pytestmark = pytest.mark.django_db
KEYS = {
    "name",
    "n",
    "first",
    "first_three",
    "first_five",
    "wrong_redirects",
    "p50_ms",
    "p95_ms",
    "brute_force",
}


@pytest.fixture
def files(tmp_path):
    """A catalogue of twelve medicines, and one misspelling of the first."""
    catalogue, queries = tmp_path / "catalogue.csv", tmp_path / "queries.csv"
    rows = list(make_catalogue(12, 0))
    with catalogue.open("w", encoding="utf-8", newline="") as stream:
        write_catalogue(iter(rows), stream)
    with queries.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("query", "expected_name", "unii", "confidence"))
        writer.writerow((rows[0].name[:-1], rows[0].name, rows[0].unii, "high"))
    return {"catalogue": catalogue, "queries": queries}


def test_each_set_has_its_figures_beside_those_of_brute_force(files, tmp_path, capsys):
    lists = tmp_path / "lists.jsonl"
    call_command("bench_search", **files, json=True, lists=lists)

    sets = {each["name"]: each for each in json.loads(capsys.readouterr().out)["sets"]}
    assert set(sets) == {
        *("high", "exact", "brand", "synonym", "shared", "prefix", "one-edit", "two-edit"),
    }
    assert set(sets["high"]) == KEYS
    assert sets["high"]["first"] == sets["high"]["brute_force"]["first"] == 100
    assert sets["exact"]["first"] == 100
    assert sum(each["wrong_redirects"] for each in sets.values()) == 0
    asked = lists.read_text().splitlines()
    assert len(asked) == sum(each["n"] for each in sets.values())


def test_a_table_is_printed_without_brute_force_when_that_is_asked(files, capsys):
    call_command("bench_search", **files, no_brute_force=True)
    first, *rest = capsys.readouterr().out.splitlines()
    assert first.split()[:2] == ["set", "n"]
    assert len(rest) == 8


def test_a_database_that_holds_medicines_is_refused(files):
    builders.written()
    with pytest.raises(CommandError, match="empty"):
        call_command("bench_search", **files)


@pytest.mark.parametrize(("text", "sentence"), [("", "no queries"), ("query\na\n", "missing: expected_name")])
def test_a_file_of_queries_that_is_none_is_refused(files, text, sentence):
    files["queries"].write_text(text)
    with pytest.raises(CommandError, match=sentence):
        call_command("bench_search", **files)


def test_a_missing_file_is_refused(files, tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("bench_search", **{**files, "queries": tmp_path / "none.csv"})


def test_of_a_shared_name_every_owner_has_to_be_listed():
    shared = Asked("zinc", frozenset({1, 2}), all_wanted=True)
    assert place_of(shared, [3, 2, 1]) == 1
    assert place_of(shared, [2]) > 20
