"""`make release`: what a release is made of, in dist/: the source, its bill of materials, and their checksums.

The same commit gives the same bytes. Run `make lint` and `make test` first,
and look the bill up in a vulnerability service (docs/security.md).
"""

import hashlib
import os
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SUMS = "SHA256SUMS"


class NotReleased(Exception):
    """No release can be made; the text says why."""


def release(root: Path, dist: Path) -> list[Path]:
    """Make the files of a release of the commit that is checked out; return them. Raises NotReleased."""
    if git(root, "status", "--porcelain"):
        raise NotReleased("Something is not committed: a release is made of a commit.")
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name = f"{project['name']}-{project['version']}"
    dist.mkdir(exist_ok=True)
    source, bill = dist / f"{name}.tar.gz", dist / f"{name}.cdx.json"
    git(root, "archive", "--format=tar.gz", f"--prefix={name}/", f"--output={source}", "HEAD")
    write_bill(root, bill, at=git(root, "log", "-1", "--format=%ct").strip())
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in (source, bill)]
    (dist / SUMS).write_text("".join(lines), encoding="utf-8")
    return [source, bill, dist / SUMS]


def write_bill(root: Path, bill: Path, *, at: str) -> None:
    """Write what the site needs to run, with versions and hashes, as CycloneDX. `at` is a Unix time."""
    options = ["--pyproject", "pyproject.toml", "--output-reproducible", "--output-file", str(bill)]
    # Its parts are listed, not how they depend on one another: requirements.txt does not say.
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "cyclonedx_py",
        "requirements",
        "requirements.txt",
        *options,
    ]
    run(command, root, {**os.environ, "SOURCE_DATE_EPOCH": at})


def git(root: Path, *arguments: str) -> str:
    """Return what git says."""
    return run(["git", *arguments], root, dict(os.environ))


def run(command: list[str], root: Path, environment: dict[str, str]) -> str:
    """Return what a program says. Raises NotReleased with its last line when it fails."""
    try:
        done = subprocess.run(command, check=True, cwd=root, env=environment, capture_output=True, text=True)
    except FileNotFoundError:
        raise NotReleased(f"{command[0]} was not found.") from None
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip() or error.stdout.strip() or "no reason given").splitlines()[-1]
        raise NotReleased(f"{Path(command[0]).name} failed: {last}") from None
    return done.stdout


if __name__ == "__main__":
    try:
        print(*release(ROOT, ROOT / "dist"), sep="\n")
    except NotReleased as refusal:
        sys.exit(str(refusal))
