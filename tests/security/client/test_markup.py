"""Hostile texts in every row, drawn by every page: text stays text."""

import csv
import io
import json
from contextlib import contextmanager
from xml.etree import ElementTree

import pytest
import yaml
from django.apps import apps
from django.core.management import call_command
from django.db import transaction

from monographs.models import CrossLink, Letter
from monographs.review.mail import _message
from tests.security import world
from tests.security.addresses import Visit, asked, crawl, parameters_of, path_of
from tests.security.client.test_reading import COMPARED, SEARCHES, public
from tests.security.hostile import KEPT, LONG, MARK, free_texts, make_hostile, remarks

pytestmark = pytest.mark.django_db
PAGES = ("/search/?", "/search/?in=text&", "/search/suggest/?")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture(scope="module")
def spoilt(site):
    """The columns that hold hostile texts, for the whole module."""
    with transaction.atomic():
        yield make_hostile()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def visits(spoilt):
    """What readers, a lead and a superuser find."""
    queries = ("=xss", "xss", *SEARCHES)
    searches = [f"{page}q={query}" for query in queries for page in PAGES]
    visits = list(crawl(world.signed_in("anonymous"), "/", "/drugs/", *public(), *searches, COMPARED))
    visits += crawl(world.signed_in("superuser"), "/admin/", below="/admin/")
    kept = [path_of(visit.address) + "?kept=1" for visit in visits if "/change/" in visit.address]
    lead = world.signed_in("lead")
    return [*visits, *(Visit.to(lead, address) for address in kept)]


def test_every_text_of_every_model_is_hostile_or_said_to_be_none(spoilt):
    assert sorted(free_texts().keys() - {*spoilt}) == []


def test_what_is_left_out_is_there():
    names = {
        f"{model._meta.label}.{field.name}" for model in apps.get_models() for field in model._meta.fields
    }

    assert [name for name in KEPT if name not in names] == []


def test_no_page_draws_a_text_as_anything_but_text(visits):
    assert [(visit.address, said) for visit in visits if (said := remarks(visit))] == []


def test_the_hostile_texts_are_drawn(visits):
    drawn = {path_of(visit.address) for visit in visits if "&lt;xss" in visit.text}

    assert len(drawn) > 150


def test_no_page_fails_because_of_a_text(visits):
    assert [(visit.address, visit.status) for visit in visits if visit.status >= 500] == []


def test_xml_and_json_stay_whole(visits):
    for visit in visits:
        kind = visit.headers.get("Content-Type", "")
        if "xml" in kind:
            assert "xss" not in {one.tag for one in ElementTree.fromstring(visit.body).iter()}
        if "json" in kind:
            json.loads(visit.body)
            assert visit.headers["X-Content-Type-Options"] == "nosniff"


def test_what_is_asked_is_never_drawn_as_anything_but_text(visits):
    parameters = {(path_of(visit.address), name) for visit in visits for name in parameters_of(visit.address)}
    client = world.signed_in("superuser")
    for path, name in sorted(parameters):
        answer = Visit.to(client, path, data={name: LONG})
        assert answer.status < 500, (path, name)
        assert remarks(answer) == [], (path, name)


@contextmanager
def undone():
    """Undo at its end what is done within; that may ask for a transaction of its own, as in any test."""
    block = transaction.atomic()
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)


def filled(visit, value):
    """Return a form with one value in every field; it says of no row that it has it."""
    return {name: "0" if name.endswith("_FORMS") else value for name in visit.fields()}


@pytest.mark.parametrize("value", [LONG, "9" * 30], ids=["text", "number"])
def test_what_is_sent_and_refused_is_drawn_again_as_text(visits, value):
    client = world.signed_in("superuser")
    pages = {path_of(visit.address): visit for visit in visits if visit.is_html and visit.status == 200}
    failed, drawn = [], 0
    for path, visit in pages.items():
        if not path.startswith("/admin/"):
            continue
        with undone():
            answer = Visit.to(client, path, method="POST", data=filled(visit, value))
        failed += [path] if answer.status >= 500 else []
        drawn += "&lt;xss" in answer.text
        assert remarks(answer) == [], path
    assert failed == []
    assert drawn > 30 or value != LONG


def test_no_cell_of_a_table_is_a_formula(spoilt):
    data = {"action": "export_csv", "_selected_action": list(CrossLink.objects.values_list("pk", flat=True))}
    answer = asked(world.signed_in("lead"), "POST", "/admin/monographs/crosslink/", data)

    rows = list(csv.reader(io.StringIO(answer.read.decode())))
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert len({len(row) for row in rows}) == 1
    assert [cell for row in rows for cell in row if cell.startswith(FORMULA)] == []
    assert MARK in answer.read.decode()


def test_an_export_holds_the_texts_as_they_are(spoilt, tmp_path):
    call_command("export_monographs", str(tmp_path / "all.jsonl"), stdout=io.StringIO())
    call_command("export_monographs", str(tmp_path / "folder"), stdout=io.StringIO())

    lines = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text(encoding="utf-8").splitlines()]
    files = {
        path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in (tmp_path / "folder").iterdir()
    }
    records = {record["slug"]: record for record in lines if "slug" in record}
    assert records == {name: record for name, record in files.items() if name != "classes"}
    assert all(
        MARK in record["monograph"]["lead"] for record in records.values() if record["monograph"].get("lead")
    )


def test_a_letter_is_plain_text_with_the_headers_that_it_should_have(spoilt):
    Letter.objects.update(subject=f"{LONG[:150]}", to_id=world.person("lead").pk)
    for letter in Letter.objects.select_related("to"):
        letter.to.email = "lead@hospital.example"
        message = _message(letter).message()
        assert message.get_content_type() == "text/plain"
        assert "Bcc" not in message
