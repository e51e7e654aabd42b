"""What goes in and out by command stands in the security log; a demonstration's made-up steps do not."""

import pytest
from django.core.management import CommandError, call_command

from monographs.models import Review
from tests import builders
from tests.importers.documents.test_import import file, imported, record

pytestmark = pytest.mark.django_db

__all__ = ["file"]


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """Run what waits for the commit when the block ends."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_an_import_is_a_line_with_its_person_its_file_and_its_counts(security_lines, committed, file):
    with committed():
        imported(file(record(), record("Felodipine", monograph={})))

    [line] = security_lines(action="import")
    assert (line["actor"], line["object"], line["outcome"]) == ("lead", "drugs.jsonl", "done")
    assert (line["changed"], line["unchanged"], line["refused"]) == (2, 0, 1)


def test_an_import_without_permission_is_a_refusal(security_lines, file):
    builders.person("stranger")

    imported(file(record()), by="stranger")

    [line] = security_lines(action="import")
    assert (line["actor"], line["outcome"], line["why"]) == ("stranger", "refused", "PermissionDenied")


def test_a_catalogue_is_a_line(security_lines, committed, tmp_path, lead):
    path = tmp_path / "names.csv"
    path.write_text("not,a,catalogue\n", encoding="utf-8")

    with pytest.raises(CommandError):
        call_command("import_catalogue", str(path), by="lead")

    [line] = security_lines(action="import")
    assert (line["object"], line["outcome"]) == ("names.csv", "refused")


def test_an_export_is_a_line(security_lines, committed, tmp_path):
    builders.written()

    with committed():
        call_command("export_monographs", str(tmp_path / "out.jsonl"), verbosity=0)

    [line] = security_lines(action="export")
    assert (line["actor"], line["object"], line["drugs"]) == ("command line", "out.jsonl", 1)


def test_a_demonstration_is_one_line(security_lines, committed, tmp_path, monkeypatch):
    (tmp_path / "password").write_text("a password of the demonstration", encoding="utf-8")
    monkeypatch.setenv("DEMO_PASSWORD_FILE", str(tmp_path / "password"))

    with committed():
        call_command("load_demo", verbosity=0)

    assert Review.objects.exists()
    assert [line["action"] for line in security_lines()] == ["load demo"]
