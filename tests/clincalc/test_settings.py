"""How the site starts, or refuses to."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from clincalc import env

ROOT = settings.BASE_DIR
PRODUCTION = {
    "SECRET_KEY": "kB2-9wQx_w0vH4zT5mYc7rJ1nL8sD3fG6aP-eUoXiZqA5tR7yN2h",
    "ALLOWED_HOSTS": "www.example.org",
}


def python(*arguments, **variables):
    """Run a Python in the project with only these settings; return the finished process."""
    ours = {name + end for name in env.NAMES for end in ("", "_FILE")}
    environment = {name: value for name, value in os.environ.items() if name not in ours} | variables
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({}, "SECRET_KEY"),
        ({"SECRET_KEY": "x"}, "ALLOWED_HOSTS"),
        (PRODUCTION | {"DEBUG": "perhaps"}, "DEBUG"),
        (PRODUCTION | {"DATABSE_URL": "postgres://db/clincalc"}, "DATABASE_URL"),
        (PRODUCTION | {"EMAIL_URL": "mail.example.org"}, "EMAIL_URL"),
        (PRODUCTION | {"EMAIL_URL": "smtp://mail.example.org"}, "DEFAULT_FROM_EMAIL"),
    ],
    ids=["no secret key", "no hosts", "malformed", "typo", "no mail server", "no sender"],
)
@pytest.mark.parametrize(
    "start", [["manage.py", "check"], ["-c", "import clincalc.wsgi"]], ids=["manage", "wsgi"]
)
def test_a_wrong_environment_is_refused_with_one_sentence(start, variables, named):
    finished = python(*start, **variables)

    assert finished.returncode == 1
    assert named in finished.stderr
    assert finished.stderr.count("\n") == 1
    assert finished.stderr.rstrip()[-1] in ".?"


def test_production_passes_the_deployment_check_without_a_warning():
    finished = python("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert finished.returncode == 0, finished.stderr
    assert "no issues" in finished.stdout


def test_a_folder_that_cannot_be_made_is_refused(tmp_path, monkeypatch):
    from clincalc import settings as module

    (tmp_path / "file").touch()
    monkeypatch.setattr(module, "VAR_DIR", tmp_path / "file" / "var")

    with pytest.raises(env.Refused, match="cannot be made"):
        module._make_var()


def test_a_demo_keeps_its_own_secret_key_for_its_owner_only(tmp_path, monkeypatch):
    from clincalc import settings as module

    monkeypatch.setattr(module, "VAR_DIR", tmp_path / "var")

    first, second = module._kept_secret_key(), module._kept_secret_key()

    assert first == second
    assert len(first) > 50
    assert stat.S_IMODE((tmp_path / "var" / "secret-key").stat().st_mode) == 0o600


def test_readme_example_and_settings_name_the_same_variables():
    readme = set(
        re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    )
    example = set(
        re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    )
    source = (ROOT / "clincalc" / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'env\.(?!refuse)\w+\(\s*"([A-Z_]+)"', source))

    assert readme == example == read == set(env.NAMES)


def test_the_readme_stays_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 250


def test_requirements_name_no_registry_and_few_packages():
    direct = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()

    assert sum(bool(line) and not line.startswith("#") for line in direct) <= 12
    assert all("#" in line for line in direct if line), "each line gives its reason"
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = Path(ROOT / name).read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text
