"""Saving many rows at once: fixed queries, twins refused, and who counts as an author."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from monographs.models import CrossLink, DrugName, Edit, MonographSection
from monographs.vocabulary import SectionKind
from tests import builders
from tests.admin.forms import change_of, errors, opened, signed_in

pytestmark = pytest.mark.django_db

# Of a save that touches sections, names and links: reads of each kind of row, and one write for each change.
# Twelve of them let a drug that was never released be found by its new names.
MOST_IN_A_SAVE = 32


def queries_of(client, drug, data):
    """Return what a save asks of the database, savepoints apart, once it is accepted."""
    with CaptureQueriesContext(connection) as captured:
        response = client.post(change_of(drug), data)
    assert response.status_code == 302, errors(response)
    return [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]


def new_rows(prefix, first, rows):
    """Return the fields of new rows of an inline."""
    data = {f"{prefix}-TOTAL_FORMS": str(first + len(rows))}
    for n, row in enumerate(rows, first):
        data |= {f"{prefix}-{n}-{name}": value for name, value in row.items()}
    return data


def links_to(targets):
    """Return a new row for a link to each drug."""
    return [
        {"to_drug": drug.pk, "relation": "see-also", "reason": "A reason.", "position": n}
        for n, drug in enumerate(targets)
    ]


def save_of(client, drug, targets, sections):
    """Return the form of a drug with new links and texts in these sections."""
    data = opened(client, drug) | new_rows("links", 0, links_to(targets))
    texts = {f"section_{kind.value}": "- Blood pressure. [smpc 4.4]" for kind in sections}
    return (
        data
        | texts
        | new_rows("names", 1, [{"name": f"Brand {n}", "kind": "brand"} for n in range(len(targets))])
    )


def test_a_save_of_forty_links_and_all_sections_asks_no_more_than_one_of_one(editor):
    small, large = builders.written("Felodipine"), builders.written()
    targets = [builders.written(f"Testol {n}") for n in range(40)]
    client = signed_in(editor)
    kinds = list(SectionKind)

    few = queries_of(client, small, save_of(client, small, targets[:1], kinds[:1]))
    many = queries_of(client, large, save_of(client, large, targets, kinds))

    assert large.links.count() == 40
    assert large.sections.count() == len(kinds)
    assert len(many) == len(few) <= MOST_IN_A_SAVE, "\n".join(many)


def test_a_change_of_forty_links_asks_no_more_than_one_of_one(editor):
    drug = builders.written()
    targets = [builders.written(f"Testol {n}") for n in range(40)]
    client = signed_in(editor)
    client.post(change_of(drug), opened(client, drug) | new_rows("links", 0, links_to(targets)))
    data = opened(client, drug)

    one = queries_of(client, drug, data | {"links-0-reason": "Another reason."})
    data = opened(client, drug)
    forty = queries_of(client, drug, data | {f"links-{n}-reason": f"Reason {n}." for n in range(40)})

    assert len(forty) == len(one), "\n".join(forty)
    assert [link.reason for link in drug.links.order_by("position")] == [f"Reason {n}." for n in range(40)]


@pytest.mark.parametrize("changed", [False, True])
def test_twins_are_refused_at_their_row(editor, changed):
    drug = builders.written()
    drug.names.create(name="Istin", kind="brand")
    client = signed_in(editor)
    data = opened(client, drug)
    twin = {"name": "ISTIN", "kind": "brand"}
    if changed:
        inn = next(n for n in range(2) if data[f"names-{n}-kind"] == "inn")
        data |= {f"names-{inn}-{name}": value for name, value in twin.items()}
    else:
        data |= new_rows("names", 2, [twin])

    response = client.post(change_of(drug), data)

    assert "This row stands here twice." in " ".join(errors(response))
    assert drug.names.count() == 2


def test_two_links_to_one_drug_by_one_relation_are_refused(editor):
    drug, other = builders.written(), builders.written("Felodipine")
    client = signed_in(editor)

    response = client.post(
        change_of(drug), opened(client, drug) | new_rows("links", 0, links_to([other, other]))
    )

    assert "This row stands here twice." in " ".join(errors(response))
    assert not CrossLink.objects.exists()


def test_two_addresses_that_differ_are_no_twins(editor):
    drug = builders.written()
    client = signed_in(editor)
    rows = [
        {"url": f"https://guide.example/{n}", "title": "A guide", "relation": "guideline", "position": n}
        for n in range(2)
    ]

    response = client.post(change_of(drug), opened(client, drug) | new_rows("links", 0, rows))

    assert response.status_code == 302, errors(response)
    assert drug.links.count() == 2


def test_two_rows_may_exchange_what_tells_them_apart(editor):
    drug = builders.written()
    for name in ("Istin", "Amlostin"):
        drug.names.create(name=name, kind="brand")
    client = signed_in(editor)
    data = opened(client, drug)
    place = {data[f"names-{n}-name"]: n for n in range(3)}
    ids = dict(drug.names.values_list("name", "pk"))
    data |= {f"names-{place['Istin']}-name": "Amlostin", f"names-{place['Amlostin']}-name": "Istin"}

    queries_of(client, drug, data)

    assert dict(drug.names.values_list("name", "pk")) == {
        "Amlodipine": ids["Amlodipine"],
        "Istin": ids["Amlostin"],
        "Amlostin": ids["Istin"],
    }


def test_a_changed_name_is_found_by_its_new_spelling(editor):
    drug = builders.written()
    client = signed_in(editor)
    drug.names.create(name="Istin", kind="brand")
    data = opened(client, drug)
    place = next(n for n in range(2) if data[f"names-{n}-name"] == "Istin")

    client.post(change_of(drug), data | {f"names-{place}-name": "Norvasc"})

    assert DrugName.objects.get(norm="norvasc").drug == drug


def test_a_component_that_is_the_drug_itself_is_refused(editor):
    drug = builders.written()
    client = signed_in(editor)
    rows = new_rows("components", 0, [{"component": drug.pk, "position": 0}])

    response = client.post(change_of(drug), opened(client, drug) | rows)

    assert "A drug is not a component of itself." in " ".join(errors(response))


@pytest.mark.parametrize("target", ["999999", "x", "²"])
def test_a_target_that_is_not_there_is_refused(editor, target):
    drug = builders.written()
    client = signed_in(editor)
    rows = new_rows("links", 0, [{"to_drug": target, "relation": "see-also", "position": 0}])
    forged = {"other_classes": [target], "primary_class": target, "reference_smpc": target}

    response = client.post(change_of(drug), opened(client, drug) | rows | forged)

    assert response.status_code == 200
    assert "Select a valid choice" in " ".join(errors(response))


WAIVER = new_rows("waivers", 0, [{"section": "monitoring", "rule": "L04", "reason": "A laboratory value."}])
LINK = new_rows(
    "links",
    0,
    [{"url": "https://guide.example/1", "title": "A guide", "relation": "guideline", "position": 0}],
)
TEXT = {"section_monitoring": "Pulse. [smpc 4.4]"}
DOSING = {"dosing_why": "We take each dose again from its source."}


@pytest.mark.parametrize(
    ("role", "data", "is_author"),
    [
        (builders.EDITOR, LINK, False),
        (builders.EDITOR, DOSING, False),
        (builders.EDITOR, WAIVER, True),
        (builders.REVIEWER, WAIVER, False),
        (builders.REVIEWER, TEXT, True),
        (builders.REVIEWER, WAIVER | TEXT, True),
        (builders.REVIEWER, {"lead": "Another lead."}, True),
        (builders.REVIEWER, new_rows("names", 1, [{"name": "Istin", "kind": "brand"}]), True),
    ],
)
def test_who_changes_what_is_reviewed_is_an_author_of_it(role, data, is_author):
    drug = builders.written()
    client = signed_in(builders.person("someone", role))
    before = Edit.objects.count()

    queries_of(client, drug, opened(client, drug) | data)

    assert Edit.objects.count() - before == int(is_author)


def test_a_save_writes_only_the_sections_that_it_changes(editor):
    drug = builders.written()
    ids = dict(drug.sections.values_list("kind", "pk"))
    client = signed_in(editor)

    client.post(change_of(drug), opened(client, drug) | TEXT)

    assert dict(drug.sections.values_list("kind", "pk")) == ids
    assert MonographSection.objects.get(kind="monitoring").text == "Pulse. [smpc 4.4]"
