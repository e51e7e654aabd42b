"""Invented catalogues for load tests."""

import itertools
import re
import stat
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from monographs.importers.catalogue.generate import make_catalogue
from monographs.importers.catalogue.naming import names_of
from monographs.importers.catalogue.rows import read_catalogue

PEAK = """
import tracemalloc
from monographs.importers.catalogue.generate import make_catalogue
rows = make_catalogue(5_000)
next(rows)
tracemalloc.start()
for _ in rows:
    pass
print(tracemalloc.get_traced_memory()[1])
"""


def test_no_two_names_of_a_catalogue_compare_equal():
    norms = [name.norm for row in make_catalogue(20_000, seed=1) for name in names_of(row)]

    assert len(norms) == 100_000
    assert len(set(norms)) == 100_000


def test_codes_are_in_form_and_clearly_invented():
    uniis = [row.unii for row in make_catalogue(5_000, seed=1)]

    assert len(set(uniis)) == 5_000
    assert all(re.fullmatch(r"SYNTH[0-9A-Z]{5}", unii) for unii in uniis)
    assert not any(row.rxcui for row in make_catalogue(100))


def test_the_seed_says_which_catalogue():
    assert list(make_catalogue(50, seed=7)) == list(make_catalogue(50, seed=7))
    assert list(make_catalogue(50, seed=7)) != list(make_catalogue(50, seed=8))


def test_a_longer_catalogue_begins_with_the_shorter_one():
    assert list(itertools.islice(make_catalogue(500, seed=7), 50)) == list(make_catalogue(50, seed=7))


def test_every_kind_of_name_comes():
    kinds = {name.kind.value for row in make_catalogue(500) for name in names_of(row)}

    assert kinds == {"inn", "usan", "ban", "brand", "synonym"}


def test_memory_stays_flat():
    # In a process of its own: here other threads allocate, too.
    told = subprocess.run([sys.executable, "-c", PEAK], check=True, capture_output=True, text=True)

    assert int(told.stdout) < 500_000


@pytest.mark.parametrize("number", [0, -1, 1_000_001])
def test_a_number_out_of_range_is_refused(number):
    with pytest.raises(ValueError, match="from 1 to 1,000,000"):
        make_catalogue(number)


def test_the_command_writes_what_the_reader_reads(tmp_path, capsys):
    path = tmp_path / "names.csv"

    call_command("make_catalogue", "300", str(path), "--seed", "5")

    assert list(read_catalogue(path)) == list(make_catalogue(300, seed=5))
    assert capsys.readouterr().out == f"300 drugs written to {path}.\n"
    assert path.read_bytes().count(b"\n") == 301
    assert stat.S_IMODE(path.stat().st_mode) & stat.S_IRUSR


def test_the_command_replaces_a_file_whole(tmp_path):
    path = tmp_path / "names.csv"
    path.write_text("old")

    call_command("make_catalogue", "3", str(path))

    assert len(list(read_catalogue(path))) == 3
    assert [found.name for found in tmp_path.iterdir()] == ["names.csv"]


@pytest.mark.parametrize("number", ["0", "-5", "1000001", "many", "1.5"])
def test_a_bad_number_is_refused_and_nothing_written(tmp_path, number):
    with pytest.raises(CommandError, match=r"from 1 to 1,000,000|invalid int value|required"):
        call_command("make_catalogue", number, str(tmp_path / "names.csv"))

    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_refused(tmp_path):
    with pytest.raises(CommandError, match="cannot be written: No such file or directory"):
        call_command("make_catalogue", "3", str(tmp_path / "none" / "names.csv"))
    with pytest.raises(CommandError, match="cannot be written: Is a directory"):
        call_command("make_catalogue", "3", str(tmp_path))

    assert list(tmp_path.iterdir()) == []


def test_a_failure_half_way_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "names.csv"
    path.write_text("old")

    def failing(rows, stream):
        stream.write("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("monographs.management.commands.make_catalogue.write_catalogue", failing)

    with pytest.raises(CommandError, match="No space left on device"):
        call_command("make_catalogue", "3", str(path))

    assert path.read_text() == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["names.csv"]
