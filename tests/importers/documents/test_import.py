"""Importing and exporting monographs: whole drugs, places named, nothing silent."""

import io
import json

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db import connection

from monographs import review
from monographs.document import build, canonical_text, digest
from monographs.models import CrossLink, Drug, DrugClass, Edit, LiveDrug, Release, Revision
from monographs.review import guards
from monographs.vocabulary import SAFETY_SECTIONS
from tests import builders

pytestmark = pytest.mark.django_db

CLASS = {"schema": 1, "class": "calcium-channel-blockers", "name": "Calcium-channel blocker"}
SAFETY = ["contra-indications", "interactions", "side-effects", "pregnancy"]


def record(name="Amlodipine", slug=None, **changes):
    """Return the record of a small monograph; `changes` replace fields of the record."""
    return {"schema": 1, "slug": slug or name.lower(), "monograph": builders.raw(name), **changes}


@pytest.fixture
def file(tmp_path):
    """Return a function that writes records as JSON Lines and gives the path."""

    def write(*records):
        path = tmp_path / "drugs.jsonl"
        lines = [entry if isinstance(entry, str) else json.dumps(entry) for entry in (CLASS, *records)]
        path.write_text("\n".join(lines), encoding="utf-8", errors="surrogatepass")
        return path

    return write


def imported(path, *flags, by="lead"):
    """Run the command as a lead. Returns what it said to standard error, or "" when all went well."""
    builders.person("lead", builders.LEAD)
    builders.person("editor", builders.EDITOR)
    try:
        call_command("import_monographs", str(path), *flags, by=by, acknowledge=SAFETY)
    except CommandError as error:
        return str(error)
    return ""


def digests():
    """Return the digest of every drug's working text, by slug."""
    return {
        drug.slug: digest(canonical_text(build(drug)))
        for drug in Drug.objects.filter(primary_class__isnull=False)
    }


def test_an_import_takes_each_drug_as_far_as_asked(file):
    path = file(record())
    assert imported(path) == ""
    assert (Revision.objects.count(), Release.objects.count()) == (0, 0)
    assert imported(path, "--submit") == ""
    assert (Revision.objects.count(), Release.objects.count()) == (1, 0)
    assert imported(path, "--submit", "--release") == ""
    assert LiveDrug.objects.get().monograph.number == 1


def test_the_same_file_twice_changes_nothing(file):
    link = {"class": "calcium-channel-blockers", "relation": "see-also", "reason": "Same class."}
    code = {"system": "rxnorm", "value": "17767"}
    dosing = {"state": "re-sourcing", "since": "2026-11-22"}
    path = file(record(related=[link], identifiers=[code], dosing=dosing))
    assert imported(path, "--submit", "--release") == ""
    before = [list(model.objects.values()) for model in (Drug, Edit, Revision, Release, CrossLink, LiveDrug)]

    assert imported(path, "--submit", "--release") == ""

    assert [
        list(model.objects.values()) for model in (Drug, Edit, Revision, Release, CrossLink, LiveDrug)
    ] == before


def test_a_bad_record_is_refused_with_its_place_and_the_others_go_on(file, capsys):
    bad = record("Nifedipine")
    bad["monograph"] = builders.raw("Nifedipine", sections={"monitoring": "Text. [nosuch 4.4]"})
    said = imported(file(record(), bad, record("Felodipine")))
    assert said == "3 changed, 0 unchanged, 1 refused."
    assert (
        "drugs.jsonl, line 3: nifedipine: monograph.sections.monitoring: the key [nosuch] names no source"
        in capsys.readouterr().err
    )
    assert set(Drug.objects.values_list("slug", flat=True)) == {"amlodipine", "felodipine"}


def test_a_drug_that_cannot_be_released_is_not_half_there(file, capsys):
    amount = record("Nifedipine")
    amount["monograph"] = builders.raw("Nifedipine", sections={"monitoring": "Give 5 mg once."})
    assert imported(file(amount, record()), "--submit", "--release") == "2 changed, 0 unchanged, 1 refused."
    assert "L30" in capsys.readouterr().err
    assert not Drug.objects.filter(slug="nifedipine").exists()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "is not a record"),
        ('{"schema": 1, "schema": 1}', "“schema” stands twice"),
        ('{"schema": NaN}', "NaN is not a number"),
        ("[" * 100_000, "is not JSON"),
        ('{"schema": 2, "slug": "x", "monograph": {}}', "reads schema 1"),
        ('{"schema": 1, "slug": "x"}', "monograph: is missing"),
        ('{"schema": 1, "slug": "X!", "monograph": {}}', "monograph.name"),
        ('{"schema": 1, "colour": "red"}', "monograph: is missing"),
        ('{"schema": 1, "class": "a b", "name": "A"}', "class"),
        ('{"schema": 1, "class": "low", "name": "Low", "parent": "nosuch"}', "there is no class “nosuch”"),
        ('{"schema": 1, "class": "low", "name": "Low", "description": "Give 5 mg."}', "L30"),
    ],
)
def test_a_damaged_line_is_refused_by_its_number(file, capsys, line, said):
    assert imported(file(line, record())) == "2 changed, 0 unchanged, 1 refused."
    told = capsys.readouterr().err
    assert "drugs.jsonl, line 2: " in told
    assert said in told


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("slug", "Amlodipine", "slug"),
        ("colour", "red", "colour"),
        (
            "related",
            [{"drug": "nosuch", "relation": "see-also"}],
            "related.0.drug: there is no drug “nosuch”",
        ),
        ("related", [{"drug": "amlodipine", "relation": "see-also"}], "not linked to itself"),
        ("related", [{"relation": "see-also"}], "exactly one of"),
        ("related", [{"url": "https://a.example/", "relation": "guideline"}], "needs a title"),
        (
            "related",
            [{"class": "calcium-channel-blockers", "relation": "see-also", "reason": "Give 5 mg."}],
            "L30",
        ),
        ("identifiers", [{"system": "snomed", "value": "1"}], "identifiers.0.system"),
        ("identifiers", [{"system": "rxnorm", "value": 17767}], "identifiers.0.value"),
        ("dosing", {"state": "published", "since": "2026-11-22"}, "dosing.state"),
        ("name_conflicts", [{"name": "Amlor", "substance": "x", "source": "nosuch"}], "names no source"),
    ],
)
def test_a_wrong_field_beside_the_text_refuses_the_drug(file, capsys, field, value, said):
    assert "1 refused" in imported(file(record(**{field: value})))
    assert said in capsys.readouterr().err
    assert not Drug.objects.exists()


def test_a_code_of_another_drug_is_refused(file, capsys):
    code = [{"system": "unii", "value": "1J444QC288"}]
    assert "1 refused" in imported(file(record(identifiers=code), record("Nifedipine", identifiers=code)))
    assert "UNII 1J444QC288 is that of Amlodipine" in capsys.readouterr().err


def test_links_may_lead_to_a_drug_that_comes_later(file):
    link = {"drug": "nifedipine", "relation": "alternative", "reason": "Same class."}
    assert imported(file(record(related=[link]), record("Nifedipine"))) == ""
    row = CrossLink.objects.get()
    assert (row.to_drug.slug, row.accepted_by) == ("nifedipine", None)


def test_a_link_to_a_drug_that_was_refused_is_told(file, capsys):
    link = {"drug": "nifedipine", "relation": "see-also"}
    bad = record("Nifedipine")
    bad["monograph"] = builders.raw("Nifedipine", population="everybody")
    assert "2 refused" in imported(file(record(related=[link]), bad))
    assert "“nifedipine” was refused" in capsys.readouterr().err


def test_a_second_import_keeps_who_accepted_a_link_that_says_the_same(file, lead):
    links = [
        {"drug": "nifedipine", "relation": "alternative", "reason": "Same class."},
        {"drug": "felodipine", "relation": "see-also", "reason": "Same class."},
    ]
    others = [record("Nifedipine"), record("Felodipine")]
    imported(file(record(related=links), *others), by="editor")
    CrossLink.objects.filter(relation="alternative").update(accepted_by=lead)

    assert imported(file(record(related=links[::-1]), *others)) == ""

    alternative = CrossLink.objects.get(relation="alternative")
    assert (alternative.accepted_by, alternative.curator.username, alternative.position) == (
        lead,
        "editor",
        1,
    )


def test_a_link_that_says_something_new_is_accepted_anew(file, lead):
    link = {"drug": "nifedipine", "relation": "alternative", "reason": "Same class."}
    imported(file(record(related=[link]), record("Nifedipine")), by="editor")
    CrossLink.objects.update(accepted_by=lead)
    link["reason"] = "Safer in pregnancy."

    assert imported(file(record(related=[link]), record("Nifedipine"))) == ""

    assert (CrossLink.objects.get().accepted_by, CrossLink.objects.get().curator) == (None, lead)


def test_a_claimed_review_counts_for_nothing_and_is_kept(file):
    claim = [{"verdict": "approve", "reviewer": "A. Pharmacist", "signed_at": "2026-07-04"}]
    assert imported(file(record(reviews=claim)), "--submit", "--release") == ""
    assert json.loads(Edit.objects.get().claim) == claim
    assert "Pharmacist" not in Revision.objects.get().document


def test_rows_that_drifted_from_a_submitted_text_are_mended(file):
    path = file(record())
    imported(path, "--submit")
    submitted = Revision.objects.get().digest
    builders.written(lead="Another lead.")

    assert imported(path, "--submit") == ""

    assert digests() == {"amlodipine": submitted}
    assert Revision.objects.count() == 1


def test_an_import_does_not_bring_a_withdrawn_page_back(file, lead):
    path = file(record())
    imported(path, "--submit", "--release")
    review.withdraw(drug=Drug.objects.get(), by=lead, reason="Wrong.")
    assert imported(path, "--submit", "--release") == ""
    assert LiveDrug.objects.get().monograph is None


def test_an_import_does_not_undo_a_roll_back(file, lead):
    path = file(record())
    imported(path, "--submit", "--release")
    first = LiveDrug.objects.get().monograph
    changed = record()
    changed["monograph"]["lead"] = "Another lead."
    imported(file(changed), "--submit", "--release")
    review.roll_back(revision=first, by=lead, reason="Wrong.", acknowledged=list(SAFETY_SECTIONS))

    assert imported(file(changed), "--submit", "--release") == ""

    assert LiveDrug.objects.get().monograph == first


def test_an_editor_may_import_but_not_release(file, capsys):
    assert imported(file(record()), "--submit", by="editor") == ""
    assert "1 refused" in imported(file(record("Nifedipine")), "--submit", "--release", by="editor")
    assert "release_revision" in capsys.readouterr().err


def test_nobody_is_nobody(file):
    assert "no active user “ghost”" in imported(file(record()), by="ghost")


def test_a_person_without_a_role_changes_nothing(file):
    builders.person("guest")
    assert "may not do this" in imported(file(record()), by="guest")
    assert not DrugClass.objects.exists()


def test_a_missing_file_is_told_in_one_sentence(tmp_path):
    assert "there is no such file" in imported(tmp_path / "nosuch.jsonl")
    assert "no .yaml file" in imported(tmp_path)


def test_a_folder_of_yaml_is_the_same_structure(tmp_path, file):
    (tmp_path / "classes.yaml").write_text(yaml.safe_dump([CLASS]))
    (tmp_path / "amlodipine.yaml").write_text(yaml.safe_dump(record()))
    assert imported(tmp_path) == ""
    from_yaml = digests()
    assert imported(file(record())) == ""
    assert digests() == from_yaml


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &a [1]\nb: *a", "anchors and aliases are not allowed"),
        ("a: 1\na: 2", "“a” stands twice"),
        ("1: 2\n? [x]\n: y", "must be text"),
        ("<<: {a: 1}", "must be text"),
        ("a: [", "is not YAML"),
        ("!!python/object:os.system {}", "is not YAML"),
        ("just words", "is not a record"),
        ("", "is not a record"),
        ("a: b\x00", "is not YAML"),
        ("[" * 5000, "is not YAML"),
        ("slug: another", "is not the name of the file"),
        ("a: " + "x" * 2_000_001, "longer than"),
    ],
)
def test_a_damaged_yaml_file_is_refused_and_the_others_go_on(tmp_path, capsys, text, said):
    (tmp_path / "classes.yaml").write_text(yaml.safe_dump([CLASS]))
    (tmp_path / "amlodipine.yaml").write_text(yaml.safe_dump(record()))
    (tmp_path / "bad.yaml").write_text(text)
    assert "1 refused" in imported(tmp_path)
    told = capsys.readouterr().err
    assert "bad.yaml, line " in told
    assert said in told
    assert Drug.objects.get().slug == "amlodipine"


def test_bytes_that_are_not_text_are_refused(tmp_path, capsys):
    (tmp_path / "bad.yaml").write_bytes(b"name: \xff\xfe")
    (tmp_path / "bad.jsonl").write_bytes(b'{"a": "\xff"}\n')
    assert "1 refused" in imported(tmp_path)
    assert "1 refused" in imported(tmp_path / "bad.jsonl")


def test_a_line_without_end_is_not_held_in_memory(tmp_path, capsys):
    path = tmp_path / "long.jsonl"
    path.write_bytes(b'{"a": "' + b"x" * 5_000_000 + b'"}\n' + json.dumps(CLASS).encode())
    assert imported(path) == "1 changed, 0 unchanged, 1 refused."
    assert "line 1: the record is longer than" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["out.jsonl", "out"])
def test_what_is_exported_imports_into_an_empty_database_with_equal_digests(tmp_path, file, name):
    link = {"drug": "nifedipine", "relation": "see-also", "reason": "Same class."}
    code = [{"system": "rxnorm", "value": "17767", "verified_against": "RxNorm"}]
    imported(file(record(related=[link], identifiers=code), record("Nifedipine")))
    before = digests()
    call_command("export_monographs", str(tmp_path / name))
    guards.lift(connection)
    for model in (CrossLink, Edit, Drug, DrugClass):
        model.objects.all().delete()
    guards.install(connection)

    assert imported(tmp_path / name) == ""

    assert digests() == before
    assert Drug.objects.get(slug="amlodipine").identifiers.get().verified_against == "RxNorm"
    assert CrossLink.objects.get().reason == "Same class."


def test_a_drug_that_has_ended_has_no_text_to_export(tmp_path, lead):
    part, whole = builders.released("Amlodipin"), builders.released()
    review.merge(drug=part.drug, into=whole.drug, by=lead, reason="They are one medicine.")

    call_command("export_monographs", str(tmp_path / "all.jsonl"), stdout=io.StringIO())

    lines = (tmp_path / "all.jsonl").read_text(encoding="utf-8").splitlines()
    assert [one["slug"] for one in map(json.loads, lines) if "slug" in one] == ["amlodipine"]
