"""The plugin that every run of pytest loads first: variables, static files, no skipped test."""

import os

import pytest

from clincalc.env import NAMES

for name in NAMES:
    os.environ.pop(f"{name}_FILE", None)
    if name != "DATABASE_URL":
        os.environ.pop(name, None)
os.environ |= {"DEMO": "1", "SECRET_KEY": "the key of the tests, which protects nothing"}

NOT_RUN = ("skipped", "xfailed", "xpassed")


@pytest.fixture(scope="session", autouse=True)
def static_files(tmp_path_factory):
    """Collect the static files once, under hashed names, so that a missing one fails a test."""
    from django.core.management import call_command
    from django.test import override_settings

    storages = {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    with override_settings(STATIC_ROOT=tmp_path_factory.mktemp("static"), STORAGES=storages):
        call_command("collectstatic", interactive=False, verbosity=0)
        yield


def pytest_collection_modifyitems(config, items):
    """Leave out on SQLite what is about roles: it has none."""
    from django.conf import settings

    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        only = [item for item in items if item.get_closest_marker("postgresql")]
        config.hook.pytest_deselected(items=only)
        items[:] = [item for item in items if item not in only]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """Fail a run in which a test was skipped or was expected to fail: what is not run proves nothing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and any(reporter.stats.get(outcome) for outcome in NOT_RUN):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    """Say which tests made the run fail without being run."""
    for outcome in NOT_RUN:
        for report in terminalreporter.stats.get(outcome, []):
            terminalreporter.write_line(
                f"NOT RUN ({outcome}), which fails the run: {report.nodeid}", red=True
            )
