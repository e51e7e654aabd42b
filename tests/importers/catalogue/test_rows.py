"""Reading a catalogue: typed rows, and refusals with line and reason."""

import gzip
import io
import tracemalloc
import zipfile

import pytest

from monographs.importers.catalogue import rows
from monographs.importers.catalogue.rows import (
    BadRow,
    CatalogueError,
    CatalogueRow,
    count_lines,
    read_catalogue,
)

HEADER = "unii,name,us_name,rxcui,in_dmd,in_ema,tags,ban,synonyms,brands"
# Rows of the FDA's UNII names list, in the public domain; the BAN is added.
ACICLOVIR = "X4HES1O11F,aciclovir,acyclovir,281,y,,INN|JAN|USAN,aciclovir,aciclovirum|novirus,SITAVIG|ZOVIRAX"
TOCOPHEROL = 'WR1WPI7EW8,".alpha.-tocopherol acetate, dl-",,,,,VANDF,,"dl-alpha-tocopheryl acetate",'
DOCETAXEL = "699121PHCA,docetaxel,,,,y,INN,,,TAXOTERE"


@pytest.fixture
def read(tmp_path):
    """Read a file that holds these lines, or these bytes."""

    def read(*lines, data=None, name="names.csv"):
        path = tmp_path / name
        path.write_bytes("\n".join((HEADER, *lines, "")).encode() if data is None else data)
        return list(read_catalogue(path))

    return read


def reasons(found):
    return [(bad.line, bad.reason) for bad in found if isinstance(bad, BadRow)]


def test_a_row_has_types(read):
    assert read(ACICLOVIR) == [
        CatalogueRow(
            line=2,
            unii="X4HES1O11F",
            name="aciclovir",
            us_name="acyclovir",
            rxcui="281",
            ban="aciclovir",
            synonyms=("aciclovirum", "novirus"),
            brands=("SITAVIG", "ZOVIRAX"),
            in_dmd=True,
            in_ema=False,
            tags=("INN", "JAN", "USAN"),
        )
    ]


def test_a_field_may_hold_commas_in_quotation_marks(read):
    (row,) = read(TOCOPHEROL)

    assert row.name == ".alpha.-tocopherol acetate, dl-"
    assert row.synonyms == ("dl-alpha-tocopheryl acetate",)
    assert row.brands == ()


def test_a_quotation_mark_within_a_name_is_doubled(read):
    (row,) = read('699121PHCA,docetaxel,,,,,,,,"HY-PAM ""25"""')

    assert row.brands == ('HY-PAM "25"',)


def test_values_are_trimmed_and_empty_ones_left_out(read):
    (row,) = read("699121PHCA,  docetaxel\u00a0 anhydrous ,,,,,,, a | |b||,")

    assert row.name == "docetaxel anhydrous"
    assert row.synonyms == ("a", "b")


def test_names_come_in_composed_form(read):
    (row,) = read("699121PHCA,cafe\u0301ine,,,,,,,,")

    assert row.name == "café" + "ine"


@pytest.mark.parametrize(
    "data",
    [
        "\ufeff{0}\n{1}\n",
        "{0}\r\n{1}\r\n",
        "\ufeff{0}\r\n{1}",
        "{0}\n\n{1}\n   \n\n",
        "{0}\n{1}",
    ],
    ids=["byte order mark", "CRLF", "both, no line end", "blank lines", "no line end"],
)
def test_the_usual_forms_of_text_files_read_alike(read, data):
    (row,) = read(data=data.format(HEADER, DOCETAXEL).encode())

    assert (row.unii, row.name, row.brands) == ("699121PHCA", "docetaxel", ("TAXOTERE",))


def test_a_gzip_file_is_known_by_its_bytes(read):
    data = gzip.compress(f"{HEADER}\n{DOCETAXEL}\n".encode(), mtime=0)

    assert [row.name for row in read(data=data, name="names.csv")] == ["docetaxel"]


def test_columns_may_stand_in_any_order_and_others_are_passed_over(read):
    header = ",".join(reversed(HEADER.split(","))) + ",more"
    row = ",".join(reversed(DOCETAXEL.split(","))) + ",x"

    (found,) = read(data=f"{header}\n{row}\n".encode())

    assert (found.unii, found.name, found.in_ema) == ("699121PHCA", "docetaxel", True)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",docetaxel,,,,,,,,", "the UNII is missing."),
        ("699121PHCA,,,,,,,,,", "the name is missing."),
        ("699121PHCA,   ,,,,,,,,", "the name is missing."),
        ("699121phca,docetaxel,,,,,,,,", "the UNII '699121phca' is not ten of A-Z and 0-9."),
        ("699121PHC,docetaxel,,,,,,,,", "the UNII '699121PHC' is not ten of A-Z and 0-9."),
        ("699121PHCAA,docetaxel,,,,,,,,", "the UNII '699121PHCAA' is not ten of A-Z and 0-9."),
        ("６99121PHCA,docetaxel,,,,,,,,", "the UNII '６99121PHCA' is not ten of A-Z and 0-9."),
        ("699121PHCA,docetaxel", "2 columns, not 10."),
        (DOCETAXEL + ",more", "11 columns, not 10."),
        ("699121PHCA,doce\x00taxel,,,,,,,,", "the line holds a NUL character."),
        ("699121PHCA,doce\u202etaxel,,,,,,,,", "a name holds the invisible character U+202E."),
        ("699121PHCA,docetaxel,,,,,,,a\u200bb,", "a synonym holds the invisible character U+200B."),
        ("699121PHCA,docetaxel,,,,,,,,X\x07Y", "a brand holds the invisible character U+0007."),
        ("699121PHCA,---,,,,,,,,", "a name has no letter and no digit: '---'."),
        ("699121PHCA,docetaxel,,,,,,,,®", "a brand has no letter and no digit: '®'."),
        (f"699121PHCA,{'x' * 201},,,,,,,,", f"a name has 201 characters, more than 200: {'x' * 30}…"),
        (f"699121PHCA,a,,,,,,,,b|{'x' * 201}", f"a brand has 201 characters, more than 200: {'x' * 30}…"),
        ("699121PHCA,docetaxel,,12a,,,,,,", "the RxCUI '12a' is not a number of at most eight digits."),
        ("699121PHCA,docetaxel,,,yes,,,,,", "in_dmd is 'yes', neither 'y' nor empty."),
        ('699121PHCA,"docetaxel,,,,,,,,', "the line is no CSV record: is a quotation mark not closed on it?"),
        (
            '699121PHCA,"doce"taxel,,,,,,,,',
            "the line is no CSV record: is a quotation mark not closed on it?",
        ),
        (f"699121PHCA,a,,,,,,,{'b|' * 40_000},", "the line is longer than 65,536 bytes."),
    ],
)
def test_a_bad_row_is_refused_with_line_and_reason_and_the_others_go_on(read, line, reason):
    found = read(ACICLOVIR, line, DOCETAXEL)

    assert reasons(found) == [(3, reason)]
    assert [row.line for row in found if isinstance(row, CatalogueRow)] == [2, 4]


@pytest.mark.parametrize(
    "raw",
    [b"699121PHCA,doc\xe9taxel,,,,,,,,", b"699121PHCA,doc\xed\xa0\x80,,,,,,,,"],
    ids=["Latin-1", "a lone surrogate"],
)
def test_bytes_that_are_not_utf8_cost_their_line_only(read, raw):
    found = read(data=b"\n".join([HEADER.encode(), raw, DOCETAXEL.encode()]))

    assert reasons(found) == [(2, "byte 15 of the line is not UTF-8 text.")]
    assert found[1].name == "docetaxel"


def test_a_quotation_mark_that_is_never_closed_does_not_swallow_the_rest(read):
    found = read('699121PHCA,"docetaxel,,,,,,,,', *[DOCETAXEL] * 3)

    assert [row.line for row in found] == [2, 3, 4, 5]
    assert len(reasons(found)) == 1


def test_a_refusal_reads_as_a_line():
    assert str(BadRow(7, "the name is missing.")) == "line 7: the name is missing."


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "missing: unii, name, us_name"),
        (b"\n", "missing: unii, name"),
        (b"unii,name\n", "missing: us_name, rxcui, in_dmd, in_ema, tags, ban, synonyms, brands."),
        (f"{HEADER},name\n".encode(), "names a column twice: name."),
        (DOCETAXEL.encode(), "line 1 must name the columns"),
        (HEADER.encode("utf-16"), "UTF-16 text: save it as UTF-8"),
        (b"\xff\xffunii", "line 1: byte 1 of the line is not UTF-8 text."),
        (b"x" * 70_000, "line 1: the line is longer than 65,536 bytes."),
        (b"<html><body>Not found</body></html>", "line 1 must name the columns"),
        (gzip.compress(HEADER.encode(), mtime=0)[:-9], "the gzip data are damaged or end too early"),
        (b"\x1f\x8bnonsense", "the gzip data are damaged or end too early"),
        (gzip.compress(gzip.compress(HEADER.encode(), mtime=0), mtime=0), "line 1"),
    ],
)
def test_a_file_that_is_no_catalogue_is_refused_whole(read, data, sentence):
    with pytest.raises(CatalogueError, match=sentence):
        read(data=data)


def test_a_zip_archive_is_refused_whole(read):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("names.csv", HEADER)

    with pytest.raises(CatalogueError, match="a zip archive: unpack it first"):
        read(data=stream.getvalue())


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CatalogueError, match=r"none\.csv: No such file"):
        list(read_catalogue(tmp_path / "none.csv"))
    with pytest.raises(CatalogueError, match="Is a directory"):
        list(read_catalogue(tmp_path))


def test_rows_before_the_damage_are_read(tmp_path):
    path = tmp_path / "names.csv.gz"
    lines = [f"SYNTH{number:05},name{number},,,,,,,," for number in range(50_000)]
    path.write_bytes(gzip.compress("\n".join([HEADER, *lines]).encode(), mtime=0)[:-2_000])
    found = read_catalogue(path)

    assert next(found).name == "name0"
    with pytest.raises(CatalogueError, match="damaged or end too early"):
        list(found)


def test_a_line_without_end_is_given_up_in_flat_memory(tmp_path):
    path = tmp_path / "bomb.csv.gz"
    with gzip.open(path, "wb") as stream:
        stream.write(HEADER.encode() + b"\n")
        for _ in range(64):
            stream.write(b"0" * 1024 * 1024)
    assert path.stat().st_size < 100_000

    tracemalloc.start()
    try:
        with pytest.raises(
            CatalogueError, match="line 2 is longer than 8,388,608 bytes: this is no catalogue"
        ):
            list(read_catalogue(path))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 4_000_000


def test_a_file_that_unpacks_without_end_is_given_up(read, monkeypatch):
    monkeypatch.setattr(rows, "LONGEST_FILE", 10_000)

    with pytest.raises(CatalogueError, match="the file holds more than 10,000 bytes of text"):
        read(data=gzip.compress(f"{HEADER}\n".encode() + b"\n" * 1_000_000, mtime=0))


def test_lines_are_counted(tmp_path):
    path = tmp_path / "names.csv"
    path.write_text(f"{HEADER}\n{DOCETAXEL}\n{ACICLOVIR}")

    assert count_lines(path) == 3
