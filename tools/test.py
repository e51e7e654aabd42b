"""`make test`: the whole suite on SQLite, then on PostgreSQL. Browser tests run on SQLite only.

usage: python tools/test.py [pytest arguments or paths]
PostgreSQL is never skipped, and tests of database roles run there only.
Without a Chromium the browser tests are left out, loudly; with CI=true that is
an error.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

# Run as a file, so that the folder of the project is not on the path by itself.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools import pgtemp
from tools.chromium import find_chromium

PYTEST = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadfile", "-q"]
NO_TEST = 5
"""What pytest answers when the arguments select no test, such as a browser test alone."""


def on_sqlite(arguments: list[str]) -> int:
    """Run the suite on SQLite; return pytest's status."""
    marks = []
    if not find_chromium():
        print("NO CHROMIUM: the browser tests are left out. Install chromium or set CHROMIUM to its path.")
        if os.environ.get("CI") == "true":
            return 1
        marks = ["-m", "not browser"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_URL")}
    print("SQLite:", flush=True)
    return subprocess.run([*PYTEST, *marks, *arguments], check=False, env=environment).returncode


def on_postgresql(arguments: list[str]) -> int:
    """Run all but the browser tests in a throw-away cluster; return pytest's status."""
    try:
        with pgtemp.ended_politely(), pgtemp.cluster() as url:
            environment = {**os.environ, "DATABASE_URL": url}
            environment.pop("DATABASE_URL_FILE", None)
            print("PostgreSQL:", flush=True)
            command = [*PYTEST, "-m", "not browser", *arguments]
            return subprocess.run(command, check=False, env=environment).returncode
    except pgtemp.NoServer as refusal:
        print(refusal, file=sys.stderr)
        return 1


def main() -> int:
    """Run both engines, the second also when the first has failed; 0 only when both are green."""
    begun = time.monotonic()
    statuses = [on_sqlite(sys.argv[1:]), on_postgresql(sys.argv[1:])]
    if sys.argv[1:] and NO_TEST in statuses and set(statuses) == {0, NO_TEST}:
        statuses = [0]
    failed = any(statuses)
    print(f"Both engines: {'FAILED' if failed else 'green'} in {time.monotonic() - begun:.0f} s.")
    return int(failed)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
