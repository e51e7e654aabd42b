"""`make run PORT=8000`: a demonstration of the site on this machine, over plain HTTP.

The first start makes an SQLite file under `var/` (or uses DATABASE_URL), loads
the starter monographs, accounts and reviews; later starts keep what was changed.
`load_demo` reads the accounts' password from the file that DEMO_PASSWORD_FILE
names: `var/demo-password`, made here, one for each installation.
"""

import hashlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
ADDRESS = "127.0.0.1"
LIMITS = ["--http", "1", "--no-ws", "--http1-buffer-size", "16384", "--http1-header-read-timeout", "10000"]
"""A request says who it is within ten seconds and 16 KB, or is answered 431."""
COLLECTED = VAR / "static" / ".collected"


class NotStarted(Exception):
    """The demonstration cannot start; the text says why."""


def port_from(arguments: list[str]) -> int:
    """Return the port that was asked for. Raises NotStarted for what is no port."""
    text = arguments[0] if arguments else "8000"
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise NotStarted(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def refuse_taken(port: int) -> None:
    """Raise NotStarted when something else listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError as error:
            raise NotStarted(
                f"Port {port} cannot be used ({error.strerror}): try another, such as make run PORT={port + 1}."
            ) from error


def refuse_unwritable(folder: Path) -> None:
    """Raise NotStarted when the folder cannot be made or written. Tried, not asked: root may write anywhere."""
    try:
        folder.mkdir(exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise NotStarted(f"The folder {folder} cannot be written ({error.strerror}).") from error


def demo_password(path: Path) -> str:
    """Return the password of the demo accounts, made on the first start and readable by its owner only."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(12) + "\n", encoding="ascii")
    return path.read_text(encoding="ascii").strip()


def prepare_database() -> None:
    """Migrate, and load the demonstration unless this database is one."""
    from django.core.management import call_command

    from monographs.models import DemoDatabase

    call_command("migrate", verbosity=0, interactive=False)
    if not DemoDatabase.objects.exists():
        print("First start: loading the starter monographs.", flush=True)
        call_command("load_demo")


def logins(address: str, password: str) -> str:
    """Return the lines that tell who may log in where, and as what."""
    from monographs.review.demo import ACCOUNTS

    width = max(map(len, ACCOUNTS))
    lines = [f"  {username:{width}}  {role}" for username, role in ACCOUNTS.items()]
    return "\n".join([f"Log in at {address} with the password {password} as:", *lines])


def collect_static() -> None:
    """Collect the static files when one of them, or a package that makes them, has changed."""
    from django.core.management import call_command

    print_of_files = _fingerprint()
    if COLLECTED.exists() and COLLECTED.read_text(encoding="ascii") == print_of_files:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    COLLECTED.write_text(print_of_files, encoding="ascii")


def _fingerprint() -> str:
    """Return a digest of every static file's path, size and time, and of what processes them."""
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for finder in get_finders():
        for path, storage in finder.list([]):
            about = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{about.st_size}\0{about.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def serve(port: int) -> int:
    """Run the server until it ends or Ctrl-C ends it; return its status.

    One process: SQLite has one writer, and four threads keep two cores busy.
    It stands in a session of its own, because granian's worker hangs when the
    terminal's Ctrl-C and its parent's signal reach it together.
    """
    options = ["--interface", "wsgi", "--host", ADDRESS, "--port", str(port), "--workers", "1"]
    more = ["--blocking-threads", "4", "--workers-kill-timeout", "10", "--log-level", "warning"]
    command = [sys.executable, "-m", "granian", *options, *more, *LIMITS, "clincalc.wsgi:application"]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
    try:
        return server.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        server.terminate()
        server.wait()


def main() -> int:
    """Check, prepare, say where it is, serve; return the server's status."""
    port = port_from(sys.argv[1:])
    refuse_taken(port)
    refuse_unwritable(VAR)
    password_file = VAR / "demo-password"
    password = demo_password(password_file)
    os.environ |= {
        "DEMO": "1",
        "DEMO_PASSWORD_FILE": str(password_file),
        "DJANGO_SETTINGS_MODULE": "clincalc.settings",
    }

    sys.path.insert(0, str(ROOT))
    import django
    from django.core.management import CommandError
    from django.db import connections

    from clincalc.env import spoken

    with spoken():
        django.setup()
    try:
        prepare_database()
    except CommandError as error:
        raise NotStarted(str(error)) from error
    collect_static()
    connections.close_all()

    print(f"ClinCalc Pro: http://{ADDRESS}:{port}/ (Ctrl-C ends it)")
    print(logins(f"http://{ADDRESS}:{port}/admin/", password), flush=True)
    return serve(port)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except NotStarted as refusal:
        sys.exit(str(refusal))
    except KeyboardInterrupt:
        sys.exit(130)
