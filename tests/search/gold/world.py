"""The medicines that the gold set is asked of: real names, as they are in 2026, in a small database."""

import csv
from pathlib import Path

from django.utils.text import slugify

from monographs import review
from monographs.models import Drug, DrugName, Identifier, NameConflict, Source
from tests import builders

FOLDER = Path(__file__).parent


def make_world():
    """Write the medicines of the file: a released page, or known names; one conflict, some codes, one rename."""
    for row in _rows("medicines.csv"):
        if row["page"]:
            _release(row)
        else:
            _make_known(row)
    drug = Drug.objects.get(name="Pomalidomide")
    Identifier.objects.create(drug=drug, system="rxnorm", value="1369713")
    Identifier.objects.create(drug=drug, system="unii", value="D2UX06XLB5")
    Identifier.objects.create(drug=drug, system="atc", value="L04AX06")
    NameConflict.objects.create(
        name="Dilacor", market="RS", substance="digoxin", source=Source.objects.first()
    )
    review.rename(
        drug=Drug.objects.get(name="Pethidine"),
        name="Pethidine hydrochloride",
        slug="pethidine-hydrochloride",
        by=builders.person("lead", builders.LEAD),
        reason="The name of the salt.",
    )


def questions():
    """Return the gold set: [{group, query, opens, lists}]."""
    return _rows("questions.csv")


def _rows(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _release(row):
    """Release a small monograph of a medicine."""
    components = [{"slug": slugify(name), "name": name} for name in row["contains"].split("|") if name]
    builders.released(
        row["name"],
        **{"class": {"slug": slugify(row["class"]), "name": row["class"]}},
        names=list(_names(row)),
        components=components,
    )


def _make_known(row):
    """Write a medicine of which only names are known."""
    drug, _ = Drug.objects.get_or_create(slug=slugify(row["name"]), defaults={"name": row["name"]})
    drug.names.all().delete()
    DrugName.objects.bulk_create(DrugName(drug=drug, in_document=False, **name) for name in _names(row))
    for name in filter(None, row["contains"].split("|")):
        component, _ = Drug.objects.get_or_create(slug=slugify(name), defaults={"name": name})
        drug.components.create(component=component)
    review.make_findable([drug.pk])


def _names(row):
    """Yield the names of a medicine, written as kind/market:name."""
    for text in row["names"].split("|"):
        what, _, name = text.partition(":")
        kind, _, market = what.partition("/")
        yield {"name": name, "kind": kind, "market": market}
