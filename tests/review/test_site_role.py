"""The role that the site serves with: it can do all that the site does, and nothing to the record besides."""

import io

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from monographs import review
from monographs.models import LiveDrug, Review, Revision
from monographs.review import guards
from monographs.review.guards import roles
from monographs.vocabulary import Part, SectionKind
from tests import builders
from tests.admin.forms import signed_in

ALL = ("UPDATE", "DELETE")
CLOSED = {table: words for table, words in roles.closed(guards.guards("postgresql")).items() if words}


def test_what_is_append_only_is_read_from_the_guards():
    assert CLOSED[Revision._meta.db_table] == CLOSED[Review._meta.db_table] == set(ALL)
    assert CLOSED["monographs_credential"] == CLOSED["monographs_safetynotice"] == {"DELETE"}
    assert LiveDrug._meta.db_table not in CLOSED
    assert len(CLOSED) > 10


def test_the_role_may_write_what_no_guard_closes():
    tables = ["monographs_revision", "monographs_credential", "monographs_livedrug", "django_migrations"]

    rights = roles.rights(tables, guards.guards("postgresql"))

    assert list(rights.values()) == [
        ("SELECT", "INSERT"),
        ("SELECT", "INSERT", "UPDATE"),
        ("SELECT", "INSERT", "UPDATE", "DELETE"),
        ("SELECT",),
    ]


@pytest.mark.django_db
def test_a_role_that_is_no_name_is_refused():
    with pytest.raises(CommandError, match=r"ROLE must be small letters|SQLite has no roles"):
        call_command("grant_site_role", 'site"; DROP TABLE accounts_user')


# From here on: on PostgreSQL


@pytest.fixture
def role_name():
    """The name of a role that is not there yet; what a test makes is rolled back."""
    return f"other_{connection.settings_dict['NAME']}"


def run(statement):
    """Run a statement; return its first row, if it has one."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone() if cursor.description else None


def who():
    """Return the role that the database knows us by."""
    return run("SELECT session_user")[0]


def owner_of(table):
    """Return the owner of a table."""
    return run(f"SELECT tableowner FROM pg_tables WHERE tablename = '{table}'")[0]


def privileges(role):
    """Return what stands of a role in the privileges of all tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, privilege_type FROM information_schema.role_table_grants "
            "WHERE grantee = %s ORDER BY 1, 2",
            [role],
        )
        return cursor.fetchall()


def what_is_too_much(role):
    """Return what a role may that the site's must not."""
    with connection.cursor() as cursor:
        return roles.too_much(cursor, guards.guards("postgresql"), role)


@pytest.mark.postgresql
def test_the_role_takes_every_step_of_a_demonstration(as_site, tmp_path, monkeypatch):
    """Import, submit, sign, renew, revoke, release, roll back, withdraw, notices, credentials, questioning."""
    (tmp_path / "demo").write_text("a password of the demonstration", encoding="utf-8")
    monkeypatch.setenv("DEMO_PASSWORD_FILE", str(tmp_path / "demo"))

    call_command("load_demo", stdout=io.StringIO())

    call_command("verify_reviews", stdout=io.StringIO())
    assert who() == as_site
    assert Review.objects.count() > 10
    assert LiveDrug.objects.count() > 30


@pytest.mark.postgresql
def test_the_role_does_what_a_demonstration_does_not(as_site, client, tmp_path):
    """Drafts, assignments, notes, letters, renaming, merging, imports and exports, sessions, search, pages."""
    lead, pharmacist = builders.person("lead", builders.LEAD), builders.credentialed()
    revision = builders.released().monograph
    drug = revision.drug

    review.take(drug=drug, part=Part.MONOGRAPH, by=pharmacist)
    review.keep_draft(
        revision=revision, by=pharmacist, read=[SectionKind.MONITORING], fields={"comment": "Half."}, seen=""
    )
    builders.approval(revision, by=pharmacist)
    notice = builders.noticed(drug)
    review.keep_notice(notice=notice, check_on=builders.days(20)[0], by=lead)
    review.end_notice(notice=notice, by=lead, reason="Now in the text.")
    review.rename(
        drug=drug, name="Amlodipine besilate", slug="amlodipine-besilate", by=lead, reason="Its name."
    )
    review.write_due_letters(at=review.clinical_now())
    path = tmp_path / "drugs.jsonl"
    call_command("export_monographs", str(path), stdout=io.StringIO())
    call_command("import_monographs", str(path), by="lead", submit=True, stdout=io.StringIO())
    review.merge(
        drug=builders.released("Felodipine").drug,
        into=builders.released("Nicardipine").drug,
        by=lead,
        reason="One medicine.",
    )
    editing = signed_in(lead)
    for address in ("/admin/", "/admin/monographs/drug/", f"/admin/monographs/drug/{drug.pk}/change/"):
        assert editing.get(address).status_code == 200
    for address in ("/", "/drugs/", "/drugs/nicardipine/", "/search/?q=nicar", "/classes/", "/readyz"):
        assert client.get(address).status_code == 200
    editing.post("/admin/logout/")

    assert who() == as_site
    assert not Session.objects.exists()


def forbidden():
    """Yield statements that the role must not be able to run, each with a name."""
    for table, words in sorted(CLOSED.items()):
        if "UPDATE" in words:
            yield f"UPDATE {table} SET id = id"
        yield f"DELETE FROM {table}"
        yield f"TRUNCATE {table} CASCADE"
    table = Revision._meta.db_table
    yield f"DROP TRIGGER guard_{table}_update ON {table}"
    yield f"ALTER TABLE {table} DISABLE TRIGGER ALL"
    yield f"ALTER TABLE {table} ADD COLUMN extra integer"
    yield f"CREATE OR REPLACE FUNCTION guard_{table}_update() RETURNS trigger LANGUAGE sql AS 'SELECT 1'"
    yield f"CREATE TRIGGER another BEFORE INSERT ON {table} EXECUTE FUNCTION guard_{table}_update()"
    yield f"DROP TABLE {table}"
    yield f"CREATE TEMPORARY TABLE {table} (id integer)"
    yield "CREATE TABLE another (id integer)"
    yield "CREATE SCHEMA another"
    yield "SET session_replication_role = replica"
    yield "SET ROLE {owner}"
    yield "DELETE FROM django_migrations"


def is_refused(statement):
    """Return whether the database refuses a statement for want of a right, not for a guard."""
    try:
        run(statement)
    except DatabaseError as error:
        return any(word in str(error) for word in ("permission denied", "must be owner", "must be a member"))
    return False


@pytest.mark.postgresql
def test_the_role_cannot_touch_the_record_or_what_guards_it(as_site):
    owner = owner_of(Revision._meta.db_table)
    statements = [statement.format(owner=owner) for statement in forbidden()]

    let_through = [statement for statement in statements if not is_refused(statement)]

    assert len(statements) > 40
    assert let_through == []


@pytest.mark.postgresql
def test_the_same_again_changes_nothing_and_says_the_same(site_role):
    def told():
        out = io.StringIO()
        call_command("grant_site_role", site_role, stdout=out)
        return out.getvalue()

    first, before = told(), privileges(site_role)

    assert told() == first
    assert privileges(site_role) == before
    assert "adds, and neither changes nor deletes, in 1" in first
    assert "monographs_revision" in first


@pytest.mark.postgresql
def test_rights_that_were_given_besides_are_taken_again(site_role):
    run(f"GRANT ALL ON monographs_release TO {site_role}")
    run("GRANT DELETE ON monographs_review TO PUBLIC")

    call_command("grant_site_role", site_role, stdout=io.StringIO())

    assert what_is_too_much(site_role) == []


@pytest.mark.postgresql
@pytest.mark.django_db
def test_the_owner_is_told_that_it_could_drop_guards():
    [sentence] = [word for word in what_is_too_much("") if word.startswith("owns")]

    assert sentence.endswith("could drop its guards")


@pytest.mark.postgresql
@pytest.mark.django_db
def test_a_role_that_may_too_much_is_refused_and_nothing_is_granted(role_name):
    run(f"CREATE ROLE {role_name} CREATEROLE")

    with pytest.raises(CommandError, match="may make other roles"):
        call_command("grant_site_role", role_name)

    assert privileges(role_name) == []


@pytest.mark.postgresql
@pytest.mark.django_db
def test_the_owner_is_no_role_to_serve_with_and_keeps_its_rights():
    owner = connection.settings_dict["USER"]
    before = privileges(owner)

    with pytest.raises(CommandError, match=f"{owner} owns monographs_"):
        call_command("grant_site_role", owner)

    assert privileges(owner) == before


@pytest.mark.postgresql
@pytest.mark.django_db
def test_a_role_that_is_not_there_is_refused(role_name):
    with pytest.raises(CommandError, match=f"There is no role {role_name}"):
        call_command("grant_site_role", role_name)


@pytest.mark.postgresql
@pytest.mark.django_db
def test_the_password_reaches_the_server_as_a_secret_only(role_name, tmp_path):
    path = tmp_path / "password"
    path.write_text("a password of a role", encoding="utf-8")

    with CaptureQueriesContext(connection) as asked:
        call_command("grant_site_role", role_name, password_file=path, stdout=io.StringIO())

    statements = " ".join(str(query["sql"]) for query in asked)
    assert "SCRAM-SHA-256" in statements
    assert "a password of a role" not in statements


@pytest.mark.postgresql
@pytest.mark.parametrize("content", [None, " \n"])
@pytest.mark.django_db
def test_a_password_that_cannot_be_read_or_is_none_is_refused(role_name, tmp_path, content):
    path = tmp_path / "password"
    if content is not None:
        path.write_text(content, encoding="utf-8")

    with pytest.raises(CommandError, match="--password-file"):
        call_command("grant_site_role", role_name, password_file=path)
