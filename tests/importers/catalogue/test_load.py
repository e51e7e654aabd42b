"""Known names from a catalogue: what is added, and what is never touched."""

import tracemalloc

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from monographs.importers.catalogue import load
from monographs.importers.catalogue.batch import Counts, NameList
from monographs.importers.catalogue.generate import make_catalogue
from monographs.importers.catalogue.load import load_catalogue
from monographs.importers.catalogue.rows import COLUMNS, BadRow, CatalogueError, CatalogueRow
from monographs.models import Drug, DrugName, Generation, Identifier, LiveDrug, OldSlug, Source
from tests import builders

pytestmark = pytest.mark.django_db

UNII_LIST = NameList(
    title="UNII names list (FDA)",
    identifier="list/unii",
    url="https://precision.fda.gov/uniisearch",
    jurisdiction="US",
    revision="November 2026",
)


def row(name="paracetamol", unii="362O9ITL9D", *, line=2, tags=("INN",), **columns):
    return CatalogueRow(line=line, unii=unii, name=name, tags=tags, **columns)


@pytest.fixture
def add(editor):
    """Load these rows."""

    def add(*rows, **options):
        return load_catalogue(rows, name_list=UNII_LIST, by=editor, **options)

    return add


def names_of(slug):
    names = DrugName.objects.filter(drug__slug=slug).order_by("pk")
    return [(name.name, name.kind, name.market) for name in names]


def codes_of(slug):
    return sorted(Identifier.objects.filter(drug__slug=slug).values_list("system", "value"))


def everything():
    """What stands in the tables that an import writes."""
    tables = (Drug, DrugName, Identifier, Source, Generation)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def test_a_row_adds_a_drug_that_is_only_a_name(add):
    counts = add(
        row(
            us_name="acetaminophen",
            ban="acetamol",
            rxcui="161",
            synonyms=("apap",),
            brands=("TYLENOL", "PANADOL"),
        )
    )

    drug = Drug.objects.get(slug="paracetamol")
    assert (drug.name, drug.primary_class, drug.lead) == ("Paracetamol", None, "")
    assert names_of("paracetamol") == [
        ("Paracetamol", "inn", ""),
        ("Acetamol", "ban", "GB"),
        ("Acetaminophen", "usan", "US"),
        ("Tylenol", "brand", ""),
        ("Panadol", "brand", ""),
        ("Apap", "synonym", ""),
    ]
    assert codes_of("paracetamol") == [("rxnorm", "161"), ("unii", "362O9ITL9D")]
    assert counts == Counts(drugs=1, names=6)
    assert not LiveDrug.objects.exists()


def test_what_was_added_names_its_list_and_stays_out_of_the_document(add):
    add(row(rxcui="161"))

    source = Source.objects.get()
    assert (source.kind, source.title, source.revision) == ("other", "UNII names list (FDA)", "November 2026")
    assert set(DrugName.objects.values_list("source", "in_document")) == {(source.pk, False)}
    assert set(Identifier.objects.values_list("verified_against", "verified_on")) == {
        ("UNII names list (FDA)", None)
    }
    assert DrugName.objects.get().norm == "paracetamol"


def test_the_same_rows_twice_change_nothing(add):
    rows = [row(brands=("TYLENOL",), rxcui="161"), row("aspirin", "R16CO5Y76E", line=3), BadRow(4, "bad.")]
    add(*rows)
    before = everything()

    counts = add(*rows)

    assert everything() == before
    assert counts == Counts(unchanged=2, refused=1)


def test_a_known_unii_gets_names_only(add):
    live = builders.released("Amlodipine")
    Identifier.objects.create(drug=live.drug, system="unii", value="1J444QC288")
    before = names_of("amlodipine")

    counts = add(row("amlodipin", "1J444QC288", rxcui="17767", brands=("NORVASC",), synonyms=("AMLODIPINE",)))

    assert names_of("amlodipine") == [*before, ("Amlodipin", "inn", ""), ("Norvasc", "brand", "")]
    assert codes_of("amlodipine") == [("unii", "1J444QC288")]
    assert counts == Counts(names=2)
    assert Drug.objects.count() == 1


def test_a_name_that_the_drug_has_in_any_kind_or_market_is_not_added_again(add):
    add(row(brands=("TYLENOL",)))
    DrugName.objects.filter(name="Tylenol").update(market="US", kind="synonym", in_document=True)

    add(row(brands=("tylenol", "CALPOL")))

    assert names_of("paracetamol")[1:] == [("Tylenol", "synonym", "US"), ("Calpol", "brand", "")]


def test_the_frozen_text_of_a_monograph_stays_what_it_was(add):
    live = builders.released("Amlodipine")
    Identifier.objects.create(drug=live.drug, system="unii", value="1J444QC288")

    add(row("amlodipine", "1J444QC288", brands=("NORVASC",)))

    from monographs.document import build, canonical_text

    assert canonical_text(build(live.drug)) == live.monograph.document
    call_command("verify_reviews")


@pytest.mark.parametrize(
    "columns", [{"brands": ("AMLODIPINE", "COVERSYL")}, {"synonyms": ("amlodipine", "coversyl")}]
)
def test_what_a_monograph_calls_its_medicine_is_nobody_elses_brand_or_synonym(add, columns):
    builders.released("Amlodipine")

    counts = add(row("perindopril", "Y5GMK36KGY", **columns))

    assert [name for name, _, _ in names_of("perindopril")] == ["Perindopril", "Coversyl"]
    assert counts == Counts(drugs=1, names=2, names_left_out=1)


def test_a_name_that_a_catalogue_gave_a_monograph_is_not_the_monographs_own(add):
    live = builders.released("Amlodipine")
    Identifier.objects.create(drug=live.drug, system="unii", value="1J444QC288")
    add(row("amlodipine", "1J444QC288", us_name="amlodipinum"))

    add(row("perindopril", "Y5GMK36KGY", synonyms=("amlodipinum",)))

    assert [name for name, _, _ in names_of("perindopril")] == ["Perindopril", "Amlodipinum"]


def test_a_brand_of_a_monograph_may_be_another_medicine_elsewhere(add):
    brand = {"name": "Dilacor", "kind": "brand", "market": "US", "source": "smpc"}
    builders.released("Amlodipine", names=[{"name": "Amlodipine", "kind": "inn"}, brand])

    add(row("digoxin", "73K4184T59", brands=("DILACOR",)))

    assert set(DrugName.objects.filter(norm="dilacor").values_list("drug__slug", "market")) == {
        ("amlodipine", "US"),
        ("digoxin", ""),
    }


@pytest.mark.parametrize("known", [[], ["864V2Q084H"]], ids=["no UNII", "another UNII"])
def test_a_row_of_a_monographs_name_is_refused_until_the_monograph_has_its_code(add, known):
    live = builders.released("Amlodipine")
    for unii in known:
        Identifier.objects.create(drug=live.drug, system="unii", value=unii)
    before = everything()
    refused = []

    counts = add(row("amlodipine", "1J444QC288", line=9), refuse=refused.append)

    assert refused == [
        BadRow(
            9,
            "“Amlodipine” has a monograph here without the UNII 1J444QC288: if it is the same, add it there.",
        )
    ]
    assert counts == Counts(refused=1)
    assert everything() == before
    Identifier.objects.create(drug=live.drug, system="unii", value="1J444QC288")
    assert add(row("amlodipine", "1J444QC288", line=9)) == Counts(unchanged=1)


def test_a_monograph_that_is_being_written_keeps_its_name_too(add):
    builders.written("Amlodipine")

    assert add(row("amlodipine", "1J444QC288")) == Counts(refused=1)


def test_a_drug_that_is_only_a_name_takes_the_code_of_its_name(add):
    component = Drug.objects.create(name="Piperacillin", slug="piperacillin")
    component.names.create(name="Piperacillin", kind="generic")

    counts = add(row("piperacillin", "X00B0D5O0E", rxcui="8339", brands=("PERACIN",)))

    assert Drug.objects.get() == component
    assert codes_of("piperacillin") == [("rxnorm", "8339"), ("unii", "X00B0D5O0E")]
    assert names_of("piperacillin") == [("Piperacillin", "generic", ""), ("Peracin", "brand", "")]
    assert counts == Counts(names=1)


def test_a_second_substance_of_that_name_is_another_drug(add):
    Drug.objects.create(name="Piperacillin", slug="piperacillin").names.create(
        name="Piperacillin", kind="generic"
    )

    add(
        row("piperacillin", "X00B0D5O0E", rxcui="8339"),
        row("piperacillin", "9I628532GX", rxcui="8339", line=3),
    )

    assert codes_of("piperacillin") == [("rxnorm", "8339"), ("unii", "X00B0D5O0E")]
    assert codes_of("piperacillin-2") == [("unii", "9I628532GX")]


@pytest.mark.parametrize("batch", [1, 2, 100])
def test_a_slug_that_is_taken_gets_a_number(add, monkeypatch, batch):
    monkeypatch.setattr(load, "BATCH", batch)
    drug = Drug.objects.create(name="Aspirin salts", slug="aspirin-salts")
    OldSlug.objects.create(slug="aspirin", drug=drug)
    Drug.objects.create(name="Aspirin acid", slug="aspirin-3")

    add(*(row("aspirin", f"SYNTH0000{number}", line=number) for number in range(4)))

    assert list(Drug.objects.filter(name="Aspirin").order_by("pk").values_list("slug", flat=True)) == [
        "aspirin-2",
        "aspirin-4",
        "aspirin-5",
        "aspirin-6",
    ]


def test_a_long_slug_makes_room_for_its_number(add):
    name = "x" * 150

    add(row(name, "SYNTH00001"), row(name, "SYNTH00002", line=3))

    assert set(Drug.objects.values_list("slug", flat=True)) == {"x" * 100, "x" * 98 + "-2"}


def test_rows_of_one_unii_give_names_to_one_drug(add):
    counts = add(row(brands=("TYLENOL",)), row("acetaminophen", line=3, brands=("TYLENOL", "PANADOL")))

    assert [name for name, _, _ in names_of("paracetamol")] == [
        "Paracetamol",
        "Tylenol",
        "Acetaminophen",
        "Panadol",
    ]
    assert counts == Counts(drugs=1, names=4)


def test_spellings_that_are_shown_alike_give_one_name(add):
    add(row(synonyms=(".alpha.1-antitrypsin", "alpha1-antitrypsin", ".alpha.-1 antitrypsin")))

    assert [name for name, _, _ in names_of("paracetamol")] == [
        "Paracetamol",
        "Alpha1-antitrypsin",
        "Alpha-1 antitrypsin",
    ]


def test_two_codes_of_one_drug_do_not_add_a_name_twice(add):
    drug = Drug.objects.create(name="Paracetamol", slug="paracetamol")
    for unii in ("SYNTH00001", "SYNTH00002"):
        Identifier.objects.create(drug=drug, system="unii", value=unii)

    add(row("apap", "SYNTH00001"), row("apap", "SYNTH00002", line=3))

    assert names_of("paracetamol") == [("Apap", "inn", "")]


def test_an_rxcui_stays_with_the_drug_that_has_it(add):
    counts = add(row(rxcui="161"), row("apap crystals", "SYNTH00001", line=3, rxcui="161"))

    assert codes_of("apap-crystals") == [("unii", "SYNTH00001")]
    assert counts.codes_left_out == 1


def test_readers_are_told_only_when_something_was_added(add):
    number = Generation.objects.get().number

    add(row())
    add(row())

    assert Generation.objects.get().number == number + 1


def test_a_person_without_the_role_is_refused(db):
    with pytest.raises(PermissionDenied):
        load_catalogue([row()], name_list=UNII_LIST, by=builders.person("visitor"))

    assert not Drug.objects.exists()


def test_rows_before_the_damage_stay_and_the_damage_is_told(add, monkeypatch):
    monkeypatch.setattr(load, "BATCH", 2)

    def damaged():
        yield from make_catalogue(5)
        raise CatalogueError("damaged")

    counts = Counts()
    with pytest.raises(CatalogueError):
        load_catalogue(
            damaged(), name_list=UNII_LIST, by=builders.person("lead", builders.LEAD), counts=counts
        )

    assert Drug.objects.count() == counts.drugs == 5


def test_a_batch_is_tried_again_when_another_process_was_quicker(add, monkeypatch):
    bulk_create = DrugName.objects.bulk_create
    tries = []

    def quicker(names):
        tries.append(len(names))
        if len(tries) == 1:
            raise IntegrityError
        return bulk_create(names)

    monkeypatch.setattr(DrugName.objects, "bulk_create", quicker)

    assert add(row()) == Counts(drugs=1, names=1)
    assert tries == [1, 1]
    assert Drug.objects.count() == 1


def test_a_batch_that_fails_for_good_writes_nothing_of_itself(add, monkeypatch):
    monkeypatch.setattr(load, "BATCH", 1)
    bulk_create = DrugName.objects.bulk_create

    def failing(names):
        if names[0].name == "Aspirin":
            raise IntegrityError
        return bulk_create(names)

    monkeypatch.setattr(DrugName.objects, "bulk_create", failing)

    with pytest.raises(IntegrityError):
        add(row(), row("aspirin", "R16CO5Y76E", line=3))

    assert [drug.slug for drug in Drug.objects.all()] == ["paracetamol"]


def test_queries_do_not_grow_with_the_rows_of_a_batch(add, django_assert_max_num_queries):
    with django_assert_max_num_queries(40):
        add(*make_catalogue(400))

    assert DrugName.objects.count() == 2_000


def test_memory_does_not_grow_with_the_file(editor, monkeypatch):
    monkeypatch.setattr(load, "BATCH", 100)

    def peak(number):
        tracemalloc.start()
        try:
            load_catalogue(make_catalogue(number, seed=number), name_list=UNII_LIST, by=editor)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(100)

    assert peak(800) < 1.5 * peak(200)


@pytest.fixture
def catalogue(tmp_path):
    """Write a catalogue of these lines."""

    def catalogue(*lines):
        path = tmp_path / "names.csv"
        path.write_text("\n".join((",".join(COLUMNS), *lines)))
        return str(path)

    return catalogue


def test_the_command_says_what_it_added(catalogue, editor, capsys):
    path = catalogue(
        "362O9ITL9D,paracetamol,acetaminophen,161,y,,INN,,,TYLENOL", "R16CO5Y76E,aspirin,,161,,,,,,"
    )

    call_command("import_catalogue", path, "--by", "editor", "--title", "UNII names list (FDA)")

    assert capsys.readouterr().out == (
        "2 drugs and 4 names added, 0 rows unchanged, 0 refused; "
        "left out: 0 names that are a monograph's own, 1 RxCUIs of other drugs.\n"
    )
    assert Source.objects.get().title == "UNII names list (FDA)"


def test_the_command_twice_changes_nothing(catalogue, editor):
    path = catalogue("362O9ITL9D,paracetamol,,,,,INN,,,TYLENOL")
    call_command("import_catalogue", path, "--by", "editor")
    before = everything()

    call_command("import_catalogue", path, "--by", "editor")

    assert everything() == before


def test_the_command_refuses_bad_rows_by_line_and_ends_with_the_counts(catalogue, editor, capsys):
    path = catalogue(
        "362O9ITL9D,paracetamol,,,,,INN,,,", "bad,row", "R16CO5Y76E,,,,,,,,,", "R16CO5Y76E,aspirin,,,,,,,,"
    )

    with pytest.raises(
        CommandError, match="2 drugs and 2 names added, 0 rows unchanged, 2 refused"
    ) as refusal:
        call_command("import_catalogue", path, "--by", "editor")

    assert refusal.value.returncode == 1
    assert (
        capsys.readouterr().err
        == "names.csv, line 3: 2 columns, not 10.\nnames.csv, line 4: the name is missing.\n"
    )


def test_the_command_refuses_a_file_that_is_no_catalogue(tmp_path, editor):
    path = tmp_path / "names.csv"
    path.write_text("a,b\n")

    with pytest.raises(CommandError, match=r"must name the columns.* Before that: 0 drugs"):
        call_command("import_catalogue", str(path), "--by", "editor")
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_catalogue", str(tmp_path / "none.csv"), "--by", "editor")


def test_the_command_needs_a_person_who_may(catalogue):
    path = catalogue("362O9ITL9D,paracetamol,,,,,INN,,,")
    builders.person("visitor")

    with pytest.raises(CommandError, match="There is no active user “nobody”"):
        call_command("import_catalogue", path, "--by", "nobody")
    with pytest.raises(CommandError, match="may not do this"):
        call_command("import_catalogue", path, "--by", "visitor")

    assert not Drug.objects.exists()


@pytest.mark.parametrize(
    "option", [("--url", "http://x.example"), ("--title", "x" * 201), ("--revision", "x" * 61)]
)
def test_the_command_refuses_a_source_that_cannot_stand(catalogue, editor, option):
    with pytest.raises(CommandError, match=r"--url|--title"):
        call_command("import_catalogue", catalogue(), "--by", "editor", *option)
