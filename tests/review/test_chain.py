"""The hash chain of reviews, kept off site: what was changed, taken away or put between is told."""

import json
import os

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from monographs import review
from monographs.models import Questioned, Review
from monographs.review import chain, guards
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path):
    """A chain of two reviews and a questioning."""
    builders.approved()
    builders.approved("Nifedipine", by=builders.credentialed("other"))
    lead = builders.person("lead", builders.LEAD)
    review.question_reviews_of(person=builders.person("other"), by=lead, reason="Not registered – Dr É.")
    path = tmp_path / "reviews.jsonl"
    assert chain.extend(path) == (0, 3)
    return path


def lines(file):
    """Return the lines of a chain."""
    return file.read_bytes().splitlines(keepends=True)


def told(file):
    """Return why a chain does not hold; the file is as it was."""
    before = file.read_bytes()
    with pytest.raises(CommandError) as error:
        call_command("verify_reviews", "--chain", str(file), verbosity=0)
    assert file.read_bytes() == before
    return str(error.value)


def as_owner(change):
    """Make a change with the guards lifted, and put them back."""
    guards.lift(connection)
    change()
    guards.install(connection)


def test_a_line_has_the_hash_before_a_row_and_the_hash_of_both(file):
    first, second, third = map(json.loads, lines(file))
    assert first["previous"] == "0" * 64
    assert (second["previous"], third["previous"]) == (first["sha256"], second["sha256"])
    assert third["row"]["reason"] == "Not registered – Dr É."
    assert first["row"]["digest"] == Review.objects.first().revision.digest
    assert "2000000" not in file.read_text()


def test_what_is_signed_later_is_appended_and_nothing_before_is_written_again(file, capsys):
    before = file.read_bytes()
    builders.approved("Felodipine")

    call_command("verify_reviews", "--chain", str(file))

    assert "3 lines hold, 1 are added." in capsys.readouterr().out
    assert file.read_bytes().startswith(before)
    assert len(lines(file)) == 4
    assert chain.extend(file) == (4, 0)


def test_the_same_rows_give_the_same_chain(file, tmp_path):
    chain.extend(tmp_path / "again.jsonl")
    assert (tmp_path / "again.jsonl").read_bytes() == file.read_bytes()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            lambda old: [old[0], old[1].replace(b'"none"', b'"some"'), old[2]],
            "Line 2 of the chain was changed",
        ),
        (lambda old: [old[0], b"{}\n", old[2]], "Line 2 of the chain was changed"),
        (lambda old: [old[0], b"\xff\n", old[2]], "Line 2 of the chain was changed"),
        (lambda old: [old[0], b" " + old[1], old[2]], "Line 2 of the chain was changed"),
        (lambda old: [b"\n", *old], "Line 1 of the chain was changed"),
        (lambda old: [old[0], old[2]], "Line 2 of the chain does not follow"),
        (lambda old: [old[1], old[0], old[2]], "Line 1 of the chain does not follow"),
        (lambda old: [old[0], old[0]], "Line 2 of the chain does not follow"),
        (lambda old: [old[0], old[1], old[2][:-20]], "Line 3 of the chain is not complete"),
        (lambda old: [old[0], old[1], old[2][:-1]], "Line 3 of the chain is not complete"),
    ],
)
def test_a_damaged_file_is_told_by_its_line_and_not_mended(file, damage, said):
    file.write_bytes(b"".join(damage(lines(file))))
    assert said in told(file)


def test_a_row_that_was_made_anew_by_hand_is_told(file):
    old = [json.loads(line) for line in lines(file)]
    old[1]["row"]["interests"] = "some"
    previous, made = chain.START, []
    for line in old:
        made.append(chain.line_of(previous, line["row"]))
        previous = json.loads(made[-1])["sha256"]
    file.write_text("".join(f"{line}\n" for line in made))
    assert "Line 2: review" in told(file)
    assert "(interests)" in told(file)


def test_a_row_that_was_changed_in_the_database_is_told(file):
    as_owner(lambda: Review.objects.filter(pk=Review.objects.last().pk).update(interests="some"))
    assert "Line 2: review" in told(file)


def test_a_row_that_is_gone_from_the_database_is_told(file):
    as_owner(lambda: Questioned.objects.all().delete())
    assert "Line 3: questioned" in told(file)
    assert "is missing from the database" in told(file)


def test_a_row_that_was_put_between_others_is_told(file):
    row = Review.objects.values().first()
    as_owner(Review.objects.filter(pk=row["id"]).delete)
    kept = file.parent / "late.jsonl"
    chain.extend(kept)
    as_owner(lambda: Review.objects.create(**row))
    assert "is not in the chain, but review" in told(kept)


def test_nothing_is_appended_when_the_record_does_not_hold(file):
    builders.approved("Felodipine")
    as_owner(lambda: Review.objects.filter(pk=Review.objects.last().pk).update(digest="0" * 64))
    assert told(file) == "1 things do not hold."


def test_a_write_that_fails_half_way_leaves_the_file_as_it_was(file, monkeypatch):
    builders.approved("Felodipine")
    write = os.write
    monkeypatch.setattr(os, "write", lambda to, text: write(to, text[:50]))
    assert "only 50 of" in told(file)


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("verify_reviews", "--chain", str(tmp_path / "no" / "file.jsonl"), verbosity=0)
