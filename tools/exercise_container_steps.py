"""The steps of Dockerfile and compose.yaml on this machine, without a container engine.

usage: python tools/exercise_container_steps.py
In a copy that holds what the image would hold: install, collect static files,
migrate PostgreSQL as the owner and prepare the role of the site, make a
superuser and serve as that role with the image's own command and secrets from
files, ask as the health check and as a proxy would, stop.
Prints each step with its time; exit 1 at the first that fails.
"""

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools import pgtemp

with socket.create_server(("127.0.0.1", 0)) as free:
    PORT = str(free.getsockname()[1])
BASE = f"http://127.0.0.1:{PORT}"


def image_files() -> list[str]:
    """Return what .dockerignore lets through."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    return [line[1:] for line in lines if line.startswith("!")]


def serve_command() -> list[str]:
    """Return the image's own command, on this script's address and port."""
    found = re.search(r"^CMD (\[.*\])$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    if not found:
        raise SystemExit("The Dockerfile has no CMD.")
    replaced = {"0.0.0.0": "127.0.0.1", "8000": PORT}
    return [replaced.get(word, word) for word in json.loads(found[1])]


def step(said: str, command: list[str], environment: dict[str, str], folder: Path) -> None:
    """Run one step and print how long it took; leave with status 1 when it fails."""
    begun = time.monotonic()
    status = subprocess.run(command, check=False, cwd=folder, env=environment).returncode
    if status:
        raise SystemExit(f"FAILED: {said} (status {status})")
    print(f"{said}: {time.monotonic() - begun:.1f} s", flush=True)


def ask(path: str, headers: dict[str, str]) -> int:
    """Return the status of an address, redirects not followed, 0 when nobody answers."""

    class Stay(urllib.request.HTTPRedirectHandler):
        """Follow nothing."""

        def redirect_request(self, *_: object) -> None:
            """Refuse to follow."""

    request = urllib.request.Request(BASE + path, headers=headers)
    try:
        return urllib.request.build_opener(Stay).open(request, timeout=5).status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def expect(said: str, wanted: int, path: str, headers: dict[str, str]) -> None:
    """Leave with status 1 when an address does not answer as it should."""
    found = ask(path, headers)
    if found != wanted:
        raise SystemExit(f"FAILED: {said}: {found}, not {wanted}")
    print(f"{said}: {found}", flush=True)


def exercise(folder: Path, url: str) -> None:
    """Run every step in the folder against the cluster at the URL."""
    plain = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "PYTHONUNBUFFERED": "1"}
    (folder / "owner_url").write_text(url, encoding="utf-8")
    (folder / "database_url").write_text(url.replace("clincalc@", "clincalc_site@"), encoding="utf-8")
    (folder / "site_password").write_text(secrets.token_urlsafe(20), encoding="utf-8")
    (folder / "secret_key").write_text(secrets.token_urlsafe(50), encoding="utf-8")
    (folder / "email_url").touch()
    live = plain | {
        "DATABASE_URL_FILE": str(folder / "database_url"),
        "SECRET_KEY_FILE": str(folder / "secret_key"),
        "EMAIL_URL_FILE": str(folder / "email_url"),
        "ALLOWED_HOSTS": "www.example.org",
        "TRUSTED_PROXIES": "127.0.0.1",
    }
    owner = live | {"DATABASE_URL_FILE": str(folder / "owner_url")}
    superuser = {"DJANGO_SUPERUSER_USERNAME": "admin", "DJANGO_SUPERUSER_EMAIL": "admin@example.org"}
    superuser["DJANGO_SUPERUSER_PASSWORD"] = secrets.token_urlsafe(20)
    app = folder / "app"
    python = str(folder / "venv" / "bin" / "python")
    manage = [python, "manage.py"]
    step("install", [str(ROOT / "tools" / "venv.sh"), str(folder / "venv"), "requirements.txt"], plain, app)
    step(
        "collect static files",
        [*manage, "collectstatic", "--noinput", "--verbosity", "0"],
        plain | {"DEMO": "1", "SECRET_KEY": "build"},
        app,
    )
    step("migrate", [*manage, "migrate", "--noinput", "--verbosity", "0"], owner, app)
    grant = [*manage, "grant_site_role", "clincalc_site", "--password-file", str(folder / "site_password")]
    step("prepare the role of the site", grant, owner, app)
    step(
        "create the superuser",
        [*manage, "createsuperuser", "--noinput", "--verbosity", "0"],
        live | superuser,
        app,
    )
    step("verify reviews", [*manage, "verify_reviews"], live, app)
    serve(app, [python, "-m", *serve_command()], live)


def serve(app: Path, command: list[str], environment: dict[str, str]) -> None:
    """Serve, ask, stop with SIGTERM as an engine does."""
    begun = time.monotonic()
    server = subprocess.Popen(command, cwd=app, env=environment)
    try:
        while ask("/healthz", {}) != 200:
            if time.monotonic() - begun > 30 or server.poll() is not None:
                raise SystemExit("FAILED: the server does not answer /healthz")
            time.sleep(0.1)
        print(f"serve: {time.monotonic() - begun:.1f} s", flush=True)
        proxied = {"Host": "www.example.org", "X-Forwarded-Proto": "https"}
        expect("health check, by the machine's own address", 200, "/readyz", {})
        expect("home page through the proxy", 200, "/", proxied)
        expect("home page over plain HTTP goes to HTTPS", 301, "/", {"Host": "www.example.org"})
        expect("another host name", 400, "/", proxied | {"Host": "evil.example"})
    finally:
        begun = time.monotonic()
        server.terminate()
        status = server.wait(timeout=30)
    if status != 0 or time.monotonic() - begun > 10:
        raise SystemExit(f"FAILED: stop (status {status} after {time.monotonic() - begun:.1f} s)")
    print(f"stop: {time.monotonic() - begun:.1f} s")


def main() -> None:
    """Copy what the image holds, start a cluster, run the steps, leave nothing."""
    with (
        pgtemp.ended_politely(),
        tempfile.TemporaryDirectory(prefix="cc-image-") as name,
        pgtemp.cluster() as url,
    ):
        folder = Path(name)
        (folder / "app").mkdir()
        for item in image_files():
            source = ROOT / item
            if source.is_dir():
                shutil.copytree(source, folder / "app" / item, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, folder / "app" / item)
        exercise(folder, url)


if __name__ == "__main__":
    main()
