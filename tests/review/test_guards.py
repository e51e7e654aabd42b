"""Every attack on a frozen row is refused by the database itself, on both engines.

Each attack is run twice: with the guards it must be refused, without them it
must succeed, so that no test passes for another reason.
"""

import json

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from monographs.models import (
    Contributor,
    DemoDatabase,
    Drug,
    DrugClass,
    Edit,
    LiveDrug,
    OldSlug,
    Release,
    Revision,
    RevisionSource,
    Source,
    Successor,
)
from monographs.review import guards
from tests import builders

pytestmark = pytest.mark.django_db

FROZEN = [Edit, Revision, Contributor, RevisionSource, Release, OldSlug, Successor, DemoDatabase]


@pytest.fixture
def frozen():
    """One row of each frozen model."""
    live = builders.released()
    OldSlug.objects.create(slug="amlodipin", drug=live.drug)
    ended = builders.written("Amlodipine besilate")
    Successor.objects.create(drug=ended, successor=live.drug, by=builders.person("lead"), reason="The same.")
    DemoDatabase.objects.create(pk=1)
    return {model: model.objects.get(pk=model.objects.order_by("-pk").values("pk")[:1]) for model in FROZEN}


def refused(attack):
    """Tell whether the database refuses an attack, leaving no trace of it."""
    try:
        with transaction.atomic():
            attack()
            transaction.set_rollback(True)
    except IntegrityError:
        return True
    return False


def assert_only_the_guard_refuses(attack):
    """Refused with the guards in place, done when they are lifted."""
    assert refused(attack)
    with transaction.atomic():
        guards.lift(connection)
        assert not refused(attack)
        transaction.set_rollback(True)


def column(model):
    """A column to forge, and a value of its type that differs."""
    return {
        Edit: ("what", "something else"),
        Revision: ("note", "something else"),
        Contributor: ("person_id", builders.person("innocent").pk),
        RevisionSource: ("key", "other"),
        Release: ("reason", "something else"),
        OldSlug: ("slug", "something-else"),
        Successor: ("reason", "something else"),
        DemoDatabase: ("since", timezone.now()),
    }[model]


@pytest.mark.parametrize("model", FROZEN)
def test_an_orm_save_is_refused(frozen, model):
    name, value = column(model)
    row = frozen[model]
    setattr(row, name, value)
    assert_only_the_guard_refuses(row.save)


@pytest.mark.parametrize("model", FROZEN)
def test_an_update_is_refused(frozen, model):
    name, value = column(model)
    assert_only_the_guard_refuses(lambda: model.objects.filter(pk=frozen[model].pk).update(**{name: value}))


@pytest.mark.parametrize("model", FROZEN)
def test_a_bulk_update_is_refused(frozen, model):
    name, value = column(model)
    row = frozen[model]
    setattr(row, name, value)
    assert_only_the_guard_refuses(lambda: model.objects.bulk_update([row], [name.removesuffix("_id")]))


@pytest.mark.parametrize("model", FROZEN)
def test_a_bulk_create_over_a_row_is_refused(frozen, model):
    name, value = column(model)
    row = frozen[model]
    setattr(row, name, value)
    others = [field.name for field in model._meta.fields if not field.primary_key]
    assert_only_the_guard_refuses(
        lambda: model.objects.bulk_create(
            [row], update_conflicts=True, update_fields=others, unique_fields=["pk"]
        )
    )


@pytest.mark.parametrize("model", [Contributor, RevisionSource, Release, OldSlug, Successor, DemoDatabase])
def test_a_delete_is_refused(frozen, model):
    LiveDrug.objects.all().delete()
    assert_only_the_guard_refuses(lambda: model.objects.filter(pk=frozen[model].pk).delete())


@pytest.mark.parametrize("model", FROZEN)
def test_raw_sql_is_refused(frozen, model):
    name, value = column(model)

    def update():
        with connection.cursor() as cursor:
            table = model._meta.db_table
            cursor.execute(f"UPDATE {table} SET {name} = %s WHERE id = %s", [value, frozen[model].pk])

    assert_only_the_guard_refuses(update)


@pytest.mark.parametrize("model", [Edit, Revision])
def test_a_raw_delete_is_refused(frozen, model):
    def delete():
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE id = %s", [frozen[model].pk])
            if connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    assert refused(delete)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        delete()


@pytest.mark.parametrize("model", [*FROZEN, Source, Drug])
def test_insert_or_replace_is_refused(frozen, model):
    row = frozen.get(model) or model.objects.order_by("pk").first()
    fields = model._meta.concrete_fields
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    columns = ", ".join(field.column for field in fields)
    if connection.vendor == "sqlite":
        sql = f"INSERT OR REPLACE INTO {model._meta.db_table} ({columns}) VALUES ({', '.join(['%s'] * len(fields))})"
    else:
        clash = ", ".join(f"{field.column} = EXCLUDED.{field.column}" for field in fields)
        sql = (
            f"INSERT INTO {model._meta.db_table} ({columns}) OVERRIDING SYSTEM VALUE "
            f"VALUES ({', '.join(['%s'] * len(fields))}) ON CONFLICT (id) DO UPDATE SET {clash}"
        )

    def replace():
        with connection.cursor() as cursor:
            cursor.execute(sql, values)

    if connection.vendor == "postgresql" and model in (Source, Drug):
        # An upsert is an update there: a row written back as it was harms nobody.
        assert not refused(replace)
    else:
        assert_only_the_guard_refuses(replace)


@pytest.mark.parametrize("model", [Revision, Release])
def test_loaddata_is_refused(frozen, model, tmp_path):
    fixture = tmp_path / "rows.json"
    call_command("dumpdata", model._meta.label, output=str(fixture), verbosity=0)
    rows = json.loads(fixture.read_text())
    rows[0]["fields"]["note" if model is Revision else "reason"] = "forged"
    fixture.write_text(json.dumps(rows))
    assert_only_the_guard_refuses(lambda: call_command("loaddata", str(fixture), verbosity=0))


def test_a_new_release_with_a_forged_time_is_refused(frozen):
    release = frozen[Release]

    def back_date():
        Release.objects.create(
            drug=release.drug,
            part=release.part,
            revision=None,
            by=release.by,
            reason="Forged.",
            released_at=timezone.now() - timezone.timedelta(days=30),
        )

    assert_only_the_guard_refuses(back_date)


def test_a_revision_whose_digest_is_not_its_text_is_refused(frozen):
    revision = frozen[Revision]

    def forge():
        Revision.objects.create(
            drug=revision.drug,
            part=revision.part,
            number=2,
            schema=1,
            document=revision.document.replace("Blood", "Bad"),
            digest=revision.digest,
            sections=revision.sections,
            change_kind="clinical",
            note="Forged.",
            submitted_by=revision.submitted_by,
        )

    assert_only_the_guard_refuses(forge)


@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_revision_number_that_does_not_follow_is_refused(frozen, number):
    revision = frozen[Revision]
    again = {field.attname: getattr(revision, field.attname) for field in Revision._meta.concrete_fields}
    again |= {"id": None, "number": number}
    del again["submitted_at"]
    assert refused(lambda: Revision.objects.create(**again))
    assert not refused(lambda: Revision.objects.create(**again | {"number": 2}))


def test_a_release_of_another_drugs_revision_is_refused(frozen):
    other = builders.submitted("Nifedipine")
    mine = frozen[Release]
    assert_only_the_guard_refuses(
        lambda: Release.objects.create(
            drug=mine.drug, part=mine.part, revision=other, by=mine.by, reason="Forged."
        )
    )


def test_dosing_is_never_released_without_an_approval(frozen):
    revision = frozen[Revision]
    again = {field.attname: getattr(revision, field.attname) for field in Revision._meta.concrete_fields}
    del again["submitted_at"]
    dosing = Revision.objects.create(**again | {"id": None, "part": "dosing"})
    assert_only_the_guard_refuses(
        lambda: Release.objects.create(
            drug=dosing.drug, part="dosing", revision=dosing, by=dosing.submitted_by, reason="Forged."
        )
    )


def test_a_live_row_shows_only_what_was_released_last(frozen):
    revision = builders.submitted(lead="Another lead.")
    assert_only_the_guard_refuses(
        lambda: LiveDrug.objects.filter(drug=revision.drug).update(monograph=revision)
    )
    assert_only_the_guard_refuses(lambda: LiveDrug.objects.filter(drug=revision.drug).update(monograph=None))


def test_a_cited_source_does_not_change(frozen):
    cited = Source.objects.get()
    assert_only_the_guard_refuses(lambda: Source.objects.filter(pk=cited.pk).update(title="Another title"))
    assert_only_the_guard_refuses(lambda: Source.objects.filter(pk=cited.pk).update(revised_on=None))
    assert not refused(lambda: Source.objects.filter(pk=cited.pk).update(last_checked_on="2026-11-22"))


def test_a_source_that_nothing_cites_may_be_corrected(frozen):
    source = Source.objects.get()
    source.pk, source.identifier = None, "emc/2"
    source.save()
    assert not refused(lambda: Source.objects.filter(pk=source.pk).update(title="Another title"))


def test_an_address_is_never_given_to_another_drug(frozen):
    other = builders.written("Nifedipine")
    mine = frozen[OldSlug].drug
    assert_only_the_guard_refuses(lambda: Drug.objects.create(name="Amlodipin", slug="amlodipin"))
    assert_only_the_guard_refuses(lambda: Drug.objects.filter(pk=other.pk).update(slug="nifedipin"))
    OldSlug.objects.create(slug=other.slug, drug=other)
    assert_only_the_guard_refuses(lambda: Drug.objects.filter(pk=other.pk).update(slug="amlodipin"))
    assert_only_the_guard_refuses(lambda: OldSlug.objects.create(slug=mine.slug, drug=other))
    assert not refused(lambda: Drug.objects.filter(pk=other.pk).update(slug="nifedipin"))


def test_a_drug_that_ended_is_shown_no_more(frozen):
    lead = builders.person("lead")
    revision = builders.submitted("Felodipine")
    Successor.objects.create(drug=revision.drug, successor=frozen[Successor].successor, by=lead, reason="x")
    show = {"drug": revision.drug, "part": "monograph", "by": lead, "reason": "A forged release."}

    assert_only_the_guard_refuses(lambda: Release.objects.create(revision=revision, **show))
    assert not refused(lambda: Release.objects.create(revision=None, **show))
    Release.objects.create(revision=None, **show)
    row = dict(LiveDrug.objects.values().get(), slug=revision.drug.slug, monograph_id=None)
    row["drug_id"] = revision.drug_id
    assert_only_the_guard_refuses(lambda: LiveDrug.objects.create(**row))


def test_a_drug_ends_only_without_a_page_and_into_one_that_has_not_ended(frozen):
    ended, live = frozen[Successor].drug, frozen[Release].drug
    other, by = builders.written("Felodipine"), builders.person("lead")

    assert_only_the_guard_refuses(
        lambda: Successor.objects.create(drug=live, successor=other, by=by, reason="x")
    )
    assert_only_the_guard_refuses(
        lambda: Successor.objects.create(drug=other, successor=ended, by=by, reason="x")
    )
    assert not refused(lambda: Successor.objects.create(drug=other, successor=live, by=by, reason="x"))


def test_no_class_is_above_itself(db):
    top = DrugClass.objects.create(slug="top", name="Top")
    middle = DrugClass.objects.create(slug="middle", name="Middle", parent=top)
    low = DrugClass.objects.create(slug="low", name="Low", parent=middle)
    for above in (top, middle, low):
        assert_only_the_guard_refuses(
            lambda above=above: DrugClass.objects.filter(pk=top.pk).update(parent=above)
        )
    assert not refused(lambda: DrugClass.objects.filter(pk=low.pk).update(parent=top))


def test_a_class_tree_has_a_bottom(db):
    parent = None
    for level in range(guards.DEEPEST_CLASS):
        parent = DrugClass.objects.create(slug=f"level-{level}", name=f"Level {level}", parent=parent)
    assert_only_the_guard_refuses(
        lambda: DrugClass.objects.create(slug="deeper", name="Deeper", parent=parent)
    )


def test_missing_changed_and_foreign_guards_are_told(db):
    assert guards.differences(connection) == []
    table = Release._meta.db_table
    with connection.cursor() as cursor:
        engine = guards.ENGINES[connection.vendor]
        for statement in engine.drop(f"guard_{table}_delete", table):
            cursor.execute(statement)
        weak = guards.Guard(f"guard_{table}_update", table, "update", "nothing", "1 = 0")
        for statement in [*engine.drop(weak.name, table), *engine.create(weak)]:
            cursor.execute(statement)
        for statement in engine.create(guards.Guard("guard_foreign", table, "delete", "nothing")):
            cursor.execute(statement)
    assert guards.differences(connection) == [
        f"The guard guard_{table}_delete is missing.",
        "The guard guard_foreign is not ours.",
        f"The guard guard_{table}_update was changed.",
    ]
    guards.install(connection)
    assert guards.differences(connection) == []
