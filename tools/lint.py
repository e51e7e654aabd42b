"""`make lint`: every check that reads the code without running its tests.

All of them run; the exit status is 1 when one has failed.
"""

import os
import secrets
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PRODUCTION = {"SECRET_KEY": secrets.token_urlsafe(50), "ALLOWED_HOSTS": "www.example.org"}
MANAGE = [sys.executable, "manage.py"]

CHECKS = [
    [BIN / "ruff", "check", "."],
    [BIN / "ruff", "format", "--check", "."],
    [BIN / "djlint", "--check", "--quiet", "templates"],
    [BIN / "djlint", "--lint", "--quiet", "templates"],
    [BIN / "mypy"],
    [*MANAGE, "makemigrations", "--check", "--dry-run"],
    [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
]


def main() -> int:
    """Run each check in production's environment, whatever this shell has set."""
    sys.path.insert(0, str(ROOT))
    from clincalc.env import NAMES

    ours = {name + end for name in NAMES for end in ("", "_FILE")}
    environment = {name: value for name, value in os.environ.items() if name not in ours} | PRODUCTION
    failed = [
        check
        for check in CHECKS
        if subprocess.run(list(map(str, check)), check=False, cwd=ROOT, env=environment).returncode
    ]
    for check in failed:
        print("FAILED:", Path(check[0]).name, *check[1:])
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
