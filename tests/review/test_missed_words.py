"""Words that found nothing: in clear only after three days, never slow, never in the way."""

import sqlite3
import threading
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction

from monographs.models import MissedWord
from monographs.review import clinical_now, dismiss_missed, missed_words, note_missed
from tests import builders

pytestmark = pytest.mark.django_db


def missed(word, *days):
    """Search for a word on these days from now."""
    for day in days:
        note_missed(word, at=clinical_now() + timedelta(days=day))


def in_clear():
    """Return the words that stand in clear."""
    return list(MissedWord.objects.exclude(word="").order_by("word").values_list("word", flat=True))


def everything_stored():
    """Return all that the table holds, as one text."""
    return str(list(MissedWord.objects.values_list()))


def test_a_word_stands_in_clear_from_its_third_day_on():
    missed("Nivolumab", 0, 0, 0, 0, 1, 1)
    assert in_clear() == []
    assert "nivolumab" not in everything_stored()

    missed("NIVOLUMAB!", 2)

    row = MissedWord.objects.get()
    assert (row.word, row.days, row.times) == ("nivolumab", 3, 7)


def test_days_need_not_follow_each_other_and_later_days_count_on():
    missed("nivolumab", 0, 20, 50, 51, 51)

    row = MissedWord.objects.get()
    assert (row.word, row.days, row.times) == ("nivolumab", 4, 5)


def test_a_day_is_a_day_where_the_site_is():
    evening = clinical_now().replace(month=7, hour=22, minute=30)  # half past eleven in London
    for minutes in (0, 60, 120):
        note_missed("nivolumab", at=evening + timedelta(minutes=minutes))

    assert MissedWord.objects.get().days == 2


def test_what_was_not_searched_for_again_is_forgotten():
    missed("nivolumab", 0, 1)
    missed("dostarlimab", 100)
    missed("nivolumab", 101)

    assert in_clear() == []
    assert sorted(MissedWord.objects.values_list("days", flat=True)) == [1, 1]


def test_a_word_in_clear_is_forgotten_after_a_year():
    missed("nivolumab", 0, 1, 2)
    missed("dostarlimab", 300)
    assert in_clear() == ["nivolumab"]

    missed("dostarlimab", 400)

    assert in_clear() == []


@pytest.mark.parametrize(
    "query",
    [
        "",
        "®",
        "a" * 41,
        "943 476 5919",
        "9434765919",
        "smith 12/03/1956",
        "jones 1956",
        "x 12 34 56",
    ],
)
def test_what_may_be_a_person_or_is_no_name_is_not_even_counted(query):
    missed(query, 0, 1, 2)

    assert not MissedWord.objects.exists()


@pytest.mark.parametrize("query", ["a" * 40, "novomix 30", "co-codamol 30/500", "Нимесулид"])
def test_names_with_a_few_digits_and_of_any_script_count(query):
    missed(query, 0)

    assert MissedWord.objects.count() == 1


def test_the_digest_needs_the_secret_of_the_site(settings):
    missed("nivolumab", 0)
    before = MissedWord.objects.get().digest
    settings.SECRET_KEY = "another"
    missed("nivolumab", 0)

    assert MissedWord.objects.exclude(digest=before).count() == 1


def test_only_so_many_words_wait_in_the_dark(monkeypatch):
    monkeypatch.setattr(missed_words, "MOST_IN_THE_DARK", 2)
    for word in ("one", "two", "three"):
        missed(word, 0)

    assert MissedWord.objects.count() == 2


def test_the_database_refuses_a_word_in_clear_before_its_third_day():
    with pytest.raises(IntegrityError), transaction.atomic():
        MissedWord.objects.create(digest="d", word="smith", days=2, last_on="2026-11-26")


@pytest.mark.parametrize("fault", [OperationalError, DatabaseError])
def test_counting_never_fails_a_search(monkeypatch, fault):
    def broken(*_):
        raise fault("database is locked")

    monkeypatch.setattr(missed_words, "_count", broken)

    missed("nivolumab", 0)

    assert not MissedWord.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_counting_does_not_wait_for_somebody_who_writes():
    missed("nivolumab", 0)
    with somebody_writing():
        done = threading.Event()

        def count():
            missed("nivolumab", 0)
            connection.close()
            done.set()

        threading.Thread(target=count).start()
        assert done.wait(10), "the search waits for the writer"

    assert MissedWord.objects.get().times == 1
    missed("nivolumab", 0)
    assert MissedWord.objects.get().times == 2


@pytest.mark.django_db(transaction=True)
def test_after_counting_a_writer_is_waited_for_as_before():
    missed("nivolumab", 0)

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            assert cursor.execute("PRAGMA busy_timeout").fetchone() == (20_000,)
    else:
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            assert cursor.fetchone() == ("0",)


class somebody_writing:  # noqa: N801 - reads as what it is
    """Hold, on a connection of one's own, the row or the database that counting wants to write."""

    def __enter__(self):
        """Begin to write."""
        if connection.vendor == "sqlite":
            self.other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
            self.other.execute("BEGIN IMMEDIATE")
        else:
            self.other = connection.copy()
            self.other.set_autocommit(False)
            self.other.cursor().execute("UPDATE monographs_missedword SET times = times")

    def __exit__(self, *_):
        """Give it back."""
        self.other.rollback()
        self.other.close()


@pytest.mark.parametrize("role", [builders.EDITOR, builders.LEAD])
def test_editors_and_leads_dismiss_a_word_and_it_is_forgotten_for_good(role):
    missed("smith", 0, 1, 2)
    by = builders.person("someone", role)

    assert dismiss_missed(MissedWord.objects.get(), by=by) is True

    assert "smith" not in everything_stored()
    row = MissedWord.objects.get()
    assert row.dismissed_by == by
    assert row.dismissed_at is not None
    missed("smith", 3, 4, 5, 500)
    assert in_clear() == []
    assert dismiss_missed(row, by=by) is False


def test_others_dismiss_nothing():
    missed("nivolumab", 0, 1, 2)

    with pytest.raises(PermissionDenied):
        dismiss_missed(MissedWord.objects.get(), by=builders.person("reviewer", builders.REVIEWER))

    assert in_clear() == ["nivolumab"]
