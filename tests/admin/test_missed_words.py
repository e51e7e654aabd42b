"""Names that we lack, in the admin: read by editors and leads, dismissed, never written by hand."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry

from monographs.models import MissedWord
from monographs.review import clinical_now, note_missed
from tests import builders, pages
from tests.admin.forms import signed_in
from tests.admin.test_registered import MOST, queries

pytestmark = pytest.mark.django_db
LIST = "/admin/monographs/missedword/"


def lacked(word, days=3):
    """Return the row of a word that was searched for on so many days."""
    before = set(MissedWord.objects.values_list("pk", flat=True))
    for day in range(days):
        note_missed(word, at=clinical_now() + timedelta(days=day))
    return MissedWord.objects.exclude(pk__in=before).get()


def dismissed(client, *rows):
    """Dismiss words; return the page that follows."""
    return client.post(LIST, {"action": "dismiss", "_selected_action": [row.pk for row in rows]}, follow=True)


@pytest.mark.parametrize("role", [builders.EDITOR, builders.LEAD])
def test_editors_and_leads_read_which_names_are_lacked(role):
    lacked("nivolumab", 4)
    lacked("john smith", 2)

    page = pages.words(signed_in(builders.person("someone", role)).get(LIST))

    assert "Select names we lack to change" not in page
    assert "nivolumab 4 4" in page
    assert "smith" not in page


@pytest.mark.parametrize("roles", [[builders.REVIEWER], []])
def test_nobody_else_does(roles):
    row = lacked("nivolumab")
    client = signed_in(builders.person("someone", *roles))

    assert client.get(LIST).status_code == 403
    assert dismissed(client, row).status_code == 403
    assert MissedWord.objects.get().word == "nivolumab"


def test_a_dismissed_word_leaves_the_list_and_every_record(editor):
    row, other = lacked("john smith"), lacked("nivolumab")
    client = signed_in(editor)

    page = pages.words(dismissed(client, row))

    assert "Dismissed: 1. They are forgotten and do not come back." in page
    assert "smith" not in page
    assert "nivolumab" in page
    assert "smith" not in str(list(LogEntry.objects.values_list()))
    assert LogEntry.objects.get().object_repr == f"Missed word {row.pk}"
    assert MissedWord.objects.get(pk=other.pk).dismissed_at is None


def test_a_word_is_never_written_changed_or_deleted_by_hand(editor):
    row = lacked("nivolumab")
    client = signed_in(editor)

    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{row.pk}/change/", {"word": "other"}).status_code == 403
    assert client.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert MissedWord.objects.get().word == "nivolumab"


def test_the_list_asks_few_queries_however_many_words(editor):
    client = signed_in(editor)
    lacked("word a")
    few = queries(client, LIST)
    for letter in "bcdefgh":
        lacked(f"word {letter}")

    assert queries(client, LIST) == few <= MOST
