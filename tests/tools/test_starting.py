"""`make run` and its environment: what they refuse, in one sentence."""

import os
import re
import shutil
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from monographs.review import demo
from tools import run

ROOT = Path(run.__file__).resolve().parent.parent


def started(tmp_path, *arguments):
    """Run a copy of tools/run.py in an empty project; return the finished process."""
    (tmp_path / "tools").mkdir()
    script = shutil.copy(ROOT / "tools" / "run.py", tmp_path / "tools")
    command = [sys.executable, str(script), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def assert_refused(finished, sentence):
    """Check exit 1 and one sentence."""
    assert finished.returncode == 1
    assert sentence in finished.stderr
    assert finished.stderr.count("\n") == 1


def test_a_taken_port_is_refused(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        finished = started(tmp_path, str(port))

    assert_refused(finished, f"Port {port} cannot be used")


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_what_is_no_port_is_refused(tmp_path, port):
    assert_refused(started(tmp_path, port), "PORT must be a number")


def test_a_var_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "var").write_text("not a folder", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    assert_refused(started(tmp_path, str(port)), f"The folder {tmp_path / 'var'} cannot be written")


def test_the_password_of_the_demo_accounts_is_made_once_for_its_owner(tmp_path):
    path = tmp_path / "demo-password"

    first, second = run.demo_password(path), run.demo_password(path)

    assert first == second
    assert len(first) >= 12
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_logins_name_each_account_its_role_and_the_password():
    told = run.logins("http://127.0.0.1:8000/admin/", "secret")

    assert told.startswith("Log in at http://127.0.0.1:8000/admin/ with the password secret as:\n")
    for username, role in demo.ACCOUNTS.items():
        assert re.search(rf"^  {username} +{role}$", told, re.MULTILINE)


def programs(tmp_path, *names):
    """Make a folder with only these programs of the system; return it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in names:
        (folder / name).symlink_to(shutil.which(name))
    return folder


def venv(tmp_path, path, target="venv"):
    """Run tools/venv.sh with that PATH; return the finished process."""
    (tmp_path / "requirements.txt").write_text("", encoding="utf-8")
    return subprocess.run(
        [
            "/bin/sh",
            str(ROOT / "tools" / "venv.sh"),
            str(tmp_path / target),
            str(tmp_path / "requirements.txt"),
        ],
        env={"PATH": str(path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_no_fitting_python_is_refused(tmp_path):
    assert_refused(
        venv(tmp_path, programs(tmp_path, "dirname", "mkdir")), "No Python 3.12 or newer was found"
    )


def test_a_python_that_does_not_run_is_passed_over(tmp_path):
    folder = programs(tmp_path, "dirname", "mkdir")
    shim = folder / "python3.13"
    shim.write_text("#!/bin/sh\nexit 127\n", encoding="utf-8")
    shim.chmod(0o755)
    (folder / "python3.12").symlink_to(os.path.realpath(sys.executable))

    finished = venv(tmp_path, folder)

    assert finished.returncode == 0, finished.stderr
    assert (tmp_path / "venv" / "bin" / "pip").exists()


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")

    finished = venv(tmp_path, programs(tmp_path, "dirname", "mkdir"), "file/venv")

    assert_refused(finished, "cannot be written")
