"""`make release`: the same commit gives the same bytes, and each package of the site is in the bill."""

import hashlib
import json
import re
import shutil
import subprocess
import tarfile

import pytest

from tools import release

WHO = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]


@pytest.fixture
def project(tmp_path):
    """A small project in git, with our own requirements."""
    root = tmp_path / "project"
    root.mkdir()
    for name in ("pyproject.toml", "requirements.txt"):
        shutil.copy(release.ROOT / name, root / name)
    for arguments in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "First"]):
        subprocess.run(["git", *WHO, *arguments], cwd=root, check=True)
    return root


def test_the_same_commit_gives_the_same_bytes(project, tmp_path):
    first = [path.read_bytes() for path in release.release(project, tmp_path / "one")]
    second = [path.read_bytes() for path in release.release(project, tmp_path / "two")]

    assert first == second


def test_the_bill_lists_every_package_of_the_site_and_no_other(project, tmp_path):
    _, bill, _ = release.release(project, tmp_path / "dist")

    listed = json.loads(bill.read_text(encoding="utf-8"))
    pinned = re.findall(
        r"^([a-z0-9-]+)(?:\[.*\])?==(\S+)", (project / "requirements.txt").read_text(), re.MULTILINE
    )
    assert {(part["name"], part["version"]) for part in listed["components"]} == set(pinned)
    assert all(part["externalReferences"][0]["hashes"] for part in listed["components"])
    assert listed["metadata"]["component"]["name"] == "clincalc-pro"


def test_the_source_is_what_was_committed_and_the_sums_are_right(project, tmp_path):
    source, bill, sums = release.release(project, tmp_path / "dist")

    with tarfile.open(source) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "requirements.txt"} <= names
    assert ".git" not in names
    said = dict(line.split()[::-1] for line in sums.read_text().splitlines())
    assert said == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (source, bill)}


def test_what_is_not_committed_is_refused(project, tmp_path):
    (project / "notes.txt").touch()

    with pytest.raises(release.NotReleased, match="not committed"):
        release.release(project, tmp_path / "dist")


def test_a_folder_that_is_no_repository_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    with pytest.raises(release.NotReleased, match="not a git repository"):
        release.release(tmp_path, tmp_path / "dist")
