"""The server's own limits, as the image, the README and `make run` set them."""

import contextlib
import http.client
import os
import re
import shlex
import socket
import subprocess
import sys
import time

import pytest

from tools import exercise_container_steps as image
from tools import run

ROOT = image.ROOT
LIMITS = "--http 1 --no-ws --http1-buffer-size 16384 --http1-header-read-timeout 10000"


@pytest.fixture(scope="module")
def port():
    """A server as in the image, on a developer's machine: it needs no database to say that it lives."""
    command = [sys.executable, "-m", *image.serve_command()]
    names = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_URL")}
    server = subprocess.Popen(
        command, cwd=ROOT, env={**names, "DEMO": "0", "DEBUG": "1"}, stdout=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 60
        while image.ask("/healthz", {}) != 200:
            assert time.monotonic() < deadline, "the server does not answer"
            assert server.poll() is None
            time.sleep(0.2)
        yield int(image.PORT)
    finally:
        server.terminate()
        server.wait(timeout=30)


def asked(port, path, headers):
    """Return the status of an answer, or 0 where the connection is cut."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        try:
            connection.request("GET", path, headers=headers)
            return connection.getresponse().status
        except OSError:
            return 0


def test_a_head_of_usual_size_is_answered(port):
    assert asked(port, "/healthz?" + "a" * 4000, {"X-Long": "a" * 4000}) == 200


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/healthz?" + "a" * 40_000, {}),
        ("/healthz", {"X-Long": "a" * 40_000}),
        ("/healthz", {f"X-{n}": "a" for n in range(120)}),
    ],
    ids=["address", "one header", "many headers"],
)
def test_a_head_that_is_too_large_is_refused(port, path, headers):
    assert asked(port, path, headers) in (0, 431)


def test_a_client_that_never_ends_its_head_is_let_go(port):
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n")
        begun = time.monotonic()
        assert client.recv(100) == b""

    assert 5 < time.monotonic() - begun < 25


def test_every_way_to_serve_sets_the_same_limits():
    readme = re.sub(r"\\\n\s+", "", (ROOT / "README.md").read_text(encoding="utf-8"))

    assert LIMITS in shlex.join(image.serve_command())
    assert LIMITS in readme
    assert shlex.join(run.LIMITS) == LIMITS
