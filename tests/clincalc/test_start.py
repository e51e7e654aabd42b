"""What a server refuses to serve, each with one sentence and exit 1; and that it starts when all is well."""

import ipaddress

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError, connection

from clincalc import start
from clincalc.env import Refused
from monographs.models import DemoDatabase
from monographs.review import demo, guards
from tests import builders
from tests.clincalc.test_settings import PRODUCTION, ROOT, python

SERVE = ("-c", "import clincalc.wsgi; print('serves')")
# Of the tests' own process: a subprocess knows it by its URL only.
NOWHERE = "postgres://clincalc@/clincalc?host=/nowhere"


@pytest.fixture
def production(settings):
    """Settings as in production."""
    settings.DEMO, settings.DEBUG, settings.PRODUCTION = False, False, True
    settings.SECRET_KEY = PRODUCTION["SECRET_KEY"]
    settings.ALLOWED_HOSTS = ["www.example.org"]
    return settings


def assert_one_sentence(finished, words):
    """Check exit 1 and one sentence that has these words."""
    assert finished.returncode == 1
    assert words in finished.stderr
    assert finished.stderr.count("\n") == 1
    assert finished.stderr.rstrip().endswith(".")


def url_of(role=""):
    """Return the URL of the tests' database, for a process of its own."""
    place = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{place['NAME']}"
    return f"postgres://{role or place['USER']}@/{place['NAME']}?host={place['HOST']}"


# The environment


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("x", "has 1 characters"),
        ("k" * 49, "has 49 characters"),
        ("abcdefghijk" * 6, "has only 11 different characters"),
        ("fifty-or-more-random-characters", "is a placeholder"),
        ("django-insecure-kB2-9wQx_w0vH4zT5mYc7rJ1nL8sD3fG6aP-eUoXiZqA5tR7yN2h", "is a placeholder"),
        ("please-changeme-kB2-9wQx_w0vH4zT5mYc7rJ1nL8sD3fG6aP-eUoXiZqA5tR7yN2h", "is a placeholder"),
    ],
    ids=["short", "one too few", "few different", "of the example", "of startproject", "changeme"],
)
def test_a_key_that_can_be_guessed_is_refused(production, key, words):
    production.SECRET_KEY = key

    with pytest.raises(Refused, match=f"^SECRET_KEY {words}") as refused:
        start.refuse_unsafe()

    assert len(key) < 5 or key not in str(refused.value)


@pytest.mark.parametrize("module", ["wsgi", "asgi"])
def test_both_ways_to_serve_refuse_with_one_sentence(module):
    finished = python("-c", f"import clincalc.{module}", **PRODUCTION | {"SECRET_KEY": "short"})

    assert_one_sentence(finished, "SECRET_KEY has 5 characters")


def test_the_key_of_the_example_file_is_refused(production):
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    production.SECRET_KEY = example.partition("\nSECRET_KEY=")[2].partition("\n")[0] * 3

    with pytest.raises(Refused, match="placeholder"):
        start.refuse_weak_key()


def test_every_host_name_is_refused():
    assert_one_sentence(python(*SERVE, **PRODUCTION | {"ALLOWED_HOSTS": "*"}), "ALLOWED_HOSTS has “*”")


def test_no_host_name_is_refused(production):
    production.ALLOWED_HOSTS = []

    with pytest.raises(Refused, match="ALLOWED_HOSTS is empty"):
        start.refuse_any_host()


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"ALLOWED_HOSTS": "localhost,www.example.org"}, "ALLOWED_HOSTS has www.example.org"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS has *"),
        ({"TRUSTED_PROXIES": "10.0.0.1"}, "TRUSTED_PROXIES is set"),
    ],
)
def test_tracebacks_for_strangers_are_refused(variables, words):
    assert_one_sentence(python(*SERVE, DEBUG="1", **variables), f"DEBUG is set and {words}")


@pytest.mark.parametrize("hosts", [["localhost", "127.0.0.1", "[::1]"], ["site.localhost"]])
def test_tracebacks_for_the_developer_are_shown(settings, hosts):
    settings.DEBUG, settings.ALLOWED_HOSTS, settings.TRUSTED_PROXIES = True, hosts, []

    start.refuse_public_debug()


def test_trusted_proxies_are_no_fault_in_production(production):
    production.TRUSTED_PROXIES = [ipaddress.ip_network("10.0.0.1")]

    start.refuse_public_debug()


# Demonstrations


def test_a_demo_is_refused_on_a_database_that_has_not_even_tables(tmp_path):
    finished = python(*SERVE, DEMO="1", DATABASE_URL=f"sqlite:///{tmp_path / 'empty.sqlite3'}")

    assert_one_sentence(finished, "DEMO is set, but the database is not a demo database")


@pytest.mark.django_db
def test_a_demo_is_refused_on_a_database_that_is_no_demo(settings):
    settings.DEMO = True

    with pytest.raises(Refused, match="not a demo database"):
        start.refuse_false_demo()


@pytest.mark.django_db
def test_a_demo_is_served_from_a_demo_database_whatever_its_key(settings):
    settings.DEMO = True
    DemoDatabase.objects.create(pk=1)

    start.refuse_unsafe()


@pytest.mark.django_db
@pytest.mark.parametrize("username", sorted({*demo.ACCOUNTS, "demo.former"}))
def test_an_account_of_a_demonstration_is_refused_elsewhere(production, username):
    builders.person(username)

    with pytest.raises(Refused, match=f"The demo account {username} is active"):
        start.refuse_demo_accounts()


@pytest.mark.django_db
def test_an_account_of_a_demonstration_that_is_no_longer_active_is_no_fault(production):
    builders.person("demo.lead")
    get_user_model().objects.update(is_active=False)

    start.refuse_demo_accounts()


@pytest.mark.django_db
def test_the_accounts_of_a_demonstration_are_at_home_in_one(production):
    DemoDatabase.objects.create(pk=1)
    builders.person("demo.lead")

    start.refuse_demo_accounts()


# The database


def dropped(pick):
    """Run the statements that `pick` gives for the first guard; return its name."""
    engine = guards.ENGINES[connection.vendor]
    with connection.cursor() as cursor:
        name, table, definition = min(engine.standing(cursor))
        for statement in pick(engine, name, table, definition):
            cursor.execute(statement)
    return name


@pytest.mark.django_db
def test_a_missing_guard_is_refused(production):
    name = dropped(lambda engine, name, table, _: engine.drop(name, table))

    with pytest.raises(Refused, match=f"The guard {name} is missing: run manage.py migrate"):
        start.refuse_missing_guards()


@pytest.mark.django_db
def test_a_guard_that_was_changed_is_refused(production):
    def weakened(engine, name, table, definition):
        if connection.vendor == "sqlite":
            return [*engine.drop(name, table), definition.replace("BEFORE", "AFTER")]
        return [f"ALTER TABLE {table} DISABLE TRIGGER {name}"]

    name = dropped(weakened)

    with pytest.raises(Refused, match=f"The guard {name} was changed"):
        start.refuse_missing_guards()


@pytest.mark.django_db
def test_several_missing_guards_are_counted(production):
    guards.lift(connection)

    with pytest.raises(Refused, match=r"is missing \(\d+ more\)"):
        start.refuse_missing_guards()


@pytest.mark.django_db
def test_a_missing_migration_is_refused(production):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'monographs'")

    with pytest.raises(Refused, match=r"lacks migrations \(\d+, the first is monographs 0001_initial\)"):
        start.refuse_unfit_database()


def test_an_empty_database_is_refused(tmp_path):
    finished = python(*SERVE, DATABASE_URL=f"sqlite:///{tmp_path / 'empty.sqlite3'}", **PRODUCTION)

    assert_one_sentence(finished, "The database lacks migrations")


def test_a_database_that_does_not_answer_is_refused_without_its_password():
    url = NOWHERE.replace("clincalc@", "clincalc:hunter2@")

    finished = python(*SERVE, DATABASE_URL=url, **PRODUCTION)

    assert_one_sentence(finished, "The database does not answer")
    assert "hunter2" not in finished.stderr


@pytest.mark.django_db
def test_a_database_that_goes_away_meanwhile_is_refused(production, monkeypatch):
    def gone():
        raise OperationalError("server closed the connection\nunexpectedly")

    monkeypatch.setattr(start, "refuse_missing_migrations", gone)

    with pytest.raises(Refused, match=r"does not answer \(server closed the connection\)"):
        start.refuse_unfit_database()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_the_owner_of_the_tables_is_refused():
    finished = python(*SERVE, DATABASE_URL=url_of(), **PRODUCTION)

    assert_one_sentence(finished, "The role of DATABASE_URL owns monographs_")


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_superuser_is_refused():
    finished = python(*SERVE, DATABASE_URL=url_of("postgres"), **PRODUCTION)

    assert_one_sentence(finished, "The role of DATABASE_URL is a superuser")


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("right", "words"),
    [
        ("UPDATE (comment) ON monographs_review", "has UPDATE on monographs_review"),
        ("DELETE ON monographs_safetynotice", "has DELETE on monographs_safetynotice"),
        ("TRUNCATE ON monographs_release", "has TRUNCATE on monographs_release"),
        ("TRIGGER ON monographs_release", "has TRIGGER on monographs_release"),
        ("CREATE ON SCHEMA public", "may create in the schema"),
    ],
)
def test_a_role_with_one_right_too_many_is_refused(site_role, right, words):
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT {right} TO {site_role}")

    finished = python(*SERVE, DATABASE_URL=url_of(site_role), **PRODUCTION)

    assert_one_sentence(finished, f"The role of DATABASE_URL {words}: serve with one")


@pytest.mark.postgresql
def test_the_role_of_the_site_serves(site_role):
    finished = python(*SERVE, DATABASE_URL=url_of(site_role), **PRODUCTION)

    assert (finished.returncode, finished.stdout) == (0, "serves\n"), finished.stderr


@pytest.mark.django_db(transaction=True)
def test_on_sqlite_the_site_serves_and_says_what_it_cannot_check(tmp_path):
    url = f"sqlite:///{tmp_path / 'site.sqlite3'}"
    migrated = python("manage.py", "migrate", "--verbosity", "0", DATABASE_URL=url, **PRODUCTION)

    finished = python(*SERVE, DATABASE_URL=url, **PRODUCTION)

    assert migrated.returncode == finished.returncode == 0, finished.stderr
    warning, last = finished.stdout.splitlines()
    assert "nothing can tell whether the guards were lifted" in warning
    assert last == "serves"


def test_the_server_ends_when_the_site_refuses():
    command = [
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--port",
        "0",
        "--workers",
        "1",
        "clincalc.wsgi:application",
    ]

    finished = python(*command, **PRODUCTION | {"SECRET_KEY": "short"})

    assert finished.returncode != 0
    assert "SECRET_KEY has 5 characters" in finished.stderr
    assert "Traceback" not in finished.stderr + finished.stdout
