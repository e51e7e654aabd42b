"""What names a row gives, and how they are shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monographs.importers.catalogue.display import display_name
from monographs.importers.catalogue.naming import CatalogueName, names_of
from monographs.importers.catalogue.rows import CatalogueRow
from monographs.names import normalise
from monographs.vocabulary import NameKind


@pytest.mark.parametrize(
    ("listed", "shown"),
    [
        ("POMALYST", "Pomalyst"),
        ("pomalidomide", "Pomalidomide"),
        ("abacavir sulfate", "Abacavir sulfate"),
        ("Imnovid", "Imnovid"),
        ("NovoRapid", "NovoRapid"),
        ("insulin degludec", "Insulin degludec"),
        (".alpha.-tocopherol", "Alpha-tocopherol"),
        (".BETA.-CAROTENE", "Beta-Carotene"),
        (".alpha.1-proteinase inhibitor human", "Alpha1-proteinase inhibitor human"),
        ("3,3'-diindolylmethane", "3,3'-Diindolylmethane"),
        ("ACE", "ACE"),
        ("FML", "FML"),
        ("ACTH", "ACTH"),
        ("BSS PLUS", "BSS Plus"),
        ("BIAXIN XL", "Biaxin XL"),
        ("M.V.I. ADULT (PHARMACY BULK PACKAGE)", "M.V.I. Adult (Pharmacy Bulk Package)"),
        ("M.V.I.-12", "M.V.I.-12"),
        ("NEO-HYDELTRASOL", "Neo-Hydeltrasol"),
        ("MEN'S ROGAINE", "Men's Rogaine"),
        ("CHILDREN’S ADVIL", "Children’s Advil"),
        ("DEXTROSE 5% IN PLASTIC CONTAINER", "Dextrose 5% in Plastic Container"),
        ("WITHOUT PAIN", "Without Pain"),
        ("LIPOSYN III 30%", "Liposyn III 30%"),
        ("ESCALOL 557NB", "Escalol 557NB"),
        ("CU-7", "CU-7"),
        ("K+10", "K+10"),
        ("RID MOUSSE", "Rid Mousse"),
        ("ÉLUDRIL", "Éludril"),
        ("АСПИРИН", "Аспирин"),
        ("阿司匹林", "阿司匹林"),
        (" padded ", "Padded"),
        ("123", "123"),
        ("", ""),
    ],
)
def test_a_name_is_shown_as_people_write_it(listed, shown):
    assert display_name(listed) == shown


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_a_shown_name_is_shown_again_as_it_is(name):
    assert display_name(display_name(name)) == display_name(name)


@given(st.text(st.characters(codec="latin-1"), max_size=200))
def test_showing_a_name_does_not_lengthen_it(name):
    assert len(display_name(name)) <= len(name)


def row(**changes):
    return CatalogueRow(
        **({"line": 2, "unii": "362O9ITL9D", "name": "paracetamol", "tags": ("INN",)} | changes)
    )


def kinds(**changes):
    return [(name.name, name.kind.value, name.market) for name in names_of(row(**changes))]


def test_each_column_gives_its_kind_and_the_drugs_own_name_comes_first():
    assert kinds(us_name="acetaminophen", ban="acetamol", brands=("TYLENOL",), synonyms=("apap",)) == [
        ("Paracetamol", "inn", ""),
        ("Acetamol", "ban", "GB"),
        ("Acetaminophen", "usan", "US"),
        ("Tylenol", "brand", ""),
        ("Apap", "synonym", ""),
    ]


@pytest.mark.parametrize(
    ("tags", "kind", "market"),
    [
        (("INN", "USAN"), "inn", ""),
        (("USAN", "VANDF"), "usan", "US"),
        (("VANDF",), "generic", ""),
        ((), "generic", ""),
        (("INNM",), "generic", ""),
    ],
)
def test_a_name_is_an_inn_only_where_the_list_says_so(tags, kind, market):
    assert kinds(tags=tags) == [("Paracetamol", kind, market)]


def test_one_spelling_gives_one_name():
    names = names_of(
        row(
            us_name="Paracetamol",
            ban="paracetamol",
            synonyms=("PARACETAMOL", "para-cetamol"),
            brands=("Para Cetamol",),
        )
    )

    assert names == [
        CatalogueName("Paracetamol", "paracetamol", NameKind.INN),
        CatalogueName("Para Cetamol", "para cetamol", NameKind.BRAND),
    ]


@pytest.mark.parametrize("brand", ["DEXAMETHASONE", "Dexamethasone Sodium"])
def test_a_brand_that_begins_the_drugs_own_name_is_left_out(brand):
    assert kinds(name="dexamethasone sodium phosphate", brands=(brand, "DEXA", "DECADRON"))[1:] == [
        ("Dexa", "brand", ""),
        ("Decadron", "brand", ""),
    ]


def test_a_brand_weighs_more_than_a_synonym():
    assert kinds(synonyms=("tylenol",), brands=("TYLENOL",))[1:] == [("Tylenol", "brand", "")]


@given(st.lists(st.text(min_size=1, max_size=8).filter(normalise), max_size=6))
def test_no_two_names_of_a_drug_compare_equal(names):
    norms = [name.norm for name in names_of(row(synonyms=tuple(names), brands=tuple(reversed(names))))]

    assert len(norms) == len(set(norms))
    assert all(name.norm == normalise(name.name) for name in names_of(row(synonyms=tuple(names))))
