"""Guards stand after what drops them: a table rebuild, a flush, a migrate."""

import pytest
from django.core import checks
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction

from monographs.models import Generation, Release
from monographs.review import guards
from tests import builders


@pytest.mark.django_db(transaction=True)
def test_guards_stand_after_a_migrate_that_rebuilt_a_table():
    builders.released()
    longer = models.TextField(null=True)
    longer.set_attributes_from_name("reason")
    longer.model = Release
    guards.lift(connection) if connection.vendor == "sqlite" else None  # as pre_migrate does
    with connection.schema_editor() as editor:
        editor.alter_field(Release, Release._meta.get_field("reason"), longer)
        editor.alter_field(Release, longer, Release._meta.get_field("reason"))

    call_command("migrate", verbosity=0)

    assert guards.differences(connection) == []
    with pytest.raises(IntegrityError, match="append-only"):
        Release.objects.update(reason="forged")


@pytest.mark.django_db(transaction=True)
def test_a_lifted_guard_is_told_by_the_system_check():
    guards.lift(connection)

    told = checks.run_checks(tags=[checks.Tags.database], databases=["default"])

    assert "monographs.W001" in {message.id for message in told}


@pytest.mark.django_db(transaction=True)
def test_guards_groups_and_generation_stand_after_a_flush():
    guards.lift(connection)

    call_command("flush", verbosity=0, interactive=False)

    assert guards.differences(connection) == []
    assert Generation.objects.get().pk == 1


@pytest.mark.django_db(transaction=True)
def test_the_applications_role_cannot_truncate():
    builders.released()
    if connection.vendor == "sqlite":
        sql = f"DELETE FROM {Release._meta.db_table}"
    else:
        sql = f"TRUNCATE {Release._meta.db_table}"
    with pytest.raises(Exception, match=r"append-only|permission denied"), transaction.atomic():
        connection.cursor().execute(sql)
    assert Release.objects.count() == 1
