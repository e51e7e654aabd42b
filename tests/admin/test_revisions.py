"""Frozen texts beside the ones before them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import builders, pages
from tests.admin.forms import signed_in

pytestmark = pytest.mark.django_db
MOST = 15


def page_of(revision):
    """Return the address of a revision's page."""
    return f"/admin/monographs/revision/{revision.pk}/change/"


def test_a_revision_shows_what_it_changed_in_words_side_by_side(editor):
    builders.submitted()
    second = builders.submitted(lead="Amlodipine is taken by mouth for low blood pressure.")

    page = signed_in(editor).get(page_of(second))

    assert [change.label for change in page.context["changes"]] == ["Lead"]
    body = page.content.decode()
    assert '<del><span class="in-words">removed: </span>high</del>' in body
    assert '<ins><span class="in-words">added: </span>low</ins>' in body


def test_the_first_revision_shows_its_whole_text(editor):
    page = signed_in(editor).get(page_of(builders.submitted()))

    assert {"Lead", "Indications", "Monitoring"} <= {change.label for change in page.context["changes"]}
    assert all(not change.before for change in page.context["changes"])


def test_rows_read_as_words_and_not_as_data(editor):
    builders.submitted()
    names = [{"name": "Amlodipine", "kind": "inn"}, {"name": "Istin", "kind": "brand"}]
    second = builders.submitted(names=names)

    page = signed_in(editor).get(page_of(second))

    assert "name: " in pages.words(page)
    assert "{" not in "".join(piece.text for change in page.context["changes"] for piece in change.pieces)


def test_a_revision_cannot_be_saved(editor):
    revision = builders.submitted()
    client = signed_in(editor)

    assert client.post(page_of(revision), {"note": "Another."}).status_code == 403
    assert 'name="_save"' not in client.get(page_of(revision)).content.decode()


def test_a_revision_asks_few_queries_however_long_its_history(editor):
    client = signed_in(editor)
    counts = []
    for number in range(5):
        revision = builders.submitted(
            lead=f"Lead {number}.", sections=pages.all_sections(), sources=pages.two_sources()
        )
        with CaptureQueriesContext(connection) as asked:
            client.get(page_of(revision))
        counts.append(len(asked))

    assert max(counts[1:]) == min(counts[1:]) <= MOST


def test_words_that_changed_side_by_side_are_marked_once(editor):
    builders.submitted(lead="Amlodipine is taken by mouth.")
    second = builders.submitted(lead="Amlodipine is given once daily.")

    body = signed_in(editor).get(page_of(second)).content.decode()

    assert '<del><span class="in-words">removed: </span>taken by mouth.</del>' in body
    assert '<ins><span class="in-words">added: </span>given once daily.</ins>' in body


def test_who_submitted_it_is_named_without_a_link_to_their_account(editor):
    revision = builders.submitted()

    body = signed_in(editor).get(page_of(revision)).content.decode()

    assert revision.submitted_by.get_full_name() in body
    assert "/accounts/user/" not in body
