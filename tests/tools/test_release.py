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


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A small project in git, with our own requirements."""
    root = tmp_path_factory.mktemp("release") / "project"
    root.mkdir()
    for name in ("pyproject.toml", "requirements.txt"):
        shutil.copy(release.ROOT / name, root / name)
    for arguments in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "First"]):
        subprocess.run(["git", *WHO, *arguments], cwd=root, check=True)
    return root


@pytest.fixture(scope="module")
def made(project):
    """The files of a release of it: the source, the bill and the checksums."""
    return release.release(project, project.parent / "dist")


def test_the_same_commit_gives_the_same_bytes(project, made, tmp_path):
    again = release.release(project, tmp_path / "again")

    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in made]


def test_the_bill_lists_every_package_of_the_site_and_no_other(project, made):
    _, bill, _ = made

    listed = json.loads(bill.read_text(encoding="utf-8"))
    pinned = re.findall(
        r"^([a-z0-9-]+)(?:\[.*\])?==(\S+)", (project / "requirements.txt").read_text(), re.MULTILINE
    )
    assert {(part["name"], part["version"]) for part in listed["components"]} == set(pinned)
    assert all(part["externalReferences"][0]["hashes"] for part in listed["components"])
    assert listed["metadata"]["component"]["name"] == "clincalc-pro"


def test_the_source_is_what_was_committed_and_the_sums_are_right(made):
    source, bill, sums = made

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

    (project / "notes.txt").unlink()


def test_a_folder_that_is_no_repository_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    with pytest.raises(release.NotReleased, match="not a git repository"):
        release.release(tmp_path, tmp_path / "dist")
