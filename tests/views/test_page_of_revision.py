"""A page is always that of its live revision, whatever happens to the working rows."""

import html

import pytest

from monographs import review
from monographs.document import Reference, parsed, statements
from monographs.models import DrugClass, DrugName, LiveDrug, MonographSection, Source
from monographs.vocabulary import SAFETY_SECTIONS
from tests import builders

pytestmark = pytest.mark.django_db


def page(client):
    """Return the drug page as text."""
    response = client.get("/drugs/amlodipine/")
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def assert_page_is_of(text, revision):
    """Every name, lead, statement and source of the revision stands on the page."""
    document = parsed(revision.document)
    words = [document.name, document.lead, document.drug_class.name, *(name.name for name in document.names)]
    words += [source.title for source in document.sources.values()]
    for section in document.sections.values():
        for statement in statements(section):
            words += [run.strip() for run in statement.runs if not isinstance(run, Reference)]
    assert [word for word in words if word not in text] == []


def test_working_rows_never_show(client):
    live = builders.released()
    before = page(client)
    assert_page_is_of(before, live.monograph)

    MonographSection.objects.update(text="Drafted words.")
    DrugName.objects.update(name="Drafted name")
    DrugClass.objects.update(name="Drafted class")
    live.drug.name, live.drug.lead = "Drafted drug", "Drafted lead."
    live.drug.save()

    assert "Drafted" not in page(client)
    assert_page_is_of(page(client), live.monograph)


def test_the_page_follows_release_and_roll_back(client, lead):
    first = builders.released().monograph
    second = builders.submitted(lead="Another lead.", sections={"monitoring": "Other words. [smpc 4.4]"})
    assert_page_is_of(page(client), first)

    review.release(revision=second, by=lead, reason="Second.", acknowledged=SAFETY_SECTIONS)
    assert_page_is_of(page(client), second)
    assert "Ankle swelling" not in page(client)

    review.roll_back(revision=first, by=lead, reason="Wrong.", acknowledged=SAFETY_SECTIONS)
    assert_page_is_of(page(client), first)
    assert "Other words" not in page(client)
    assert LiveDrug.objects.get().monograph == first


def test_a_source_that_was_cited_reads_as_it_was_cited(client):
    live = builders.released()
    Source.objects.update(last_checked_on="2026-11-22")
    assert_page_is_of(page(client), live.monograph)
