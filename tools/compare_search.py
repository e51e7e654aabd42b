"""Ask both engines every query of every set, and compare the lists.

usage: python tools/compare_search.py CATALOGUE QUERIES

Runs `bench_search --lists` in an empty database of each engine, and ends with
status 1 when one query listed anything else, or in another order. Prints the
figures of both.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools import pgtemp


def main() -> int:
    """Compare; 0 only when every list is the same."""
    if len(sys.argv) != 3:
        print("usage: python tools/compare_search.py CATALOGUE QUERIES", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        ours = _lists("SQLite", f"sqlite:///{folder}/compare.sqlite3", Path(folder))
        with pgtemp.ended_politely(), pgtemp.cluster() as url:
            others = _lists("PostgreSQL", url, Path(folder))
    differing = [pair for pair in zip(ours, others, strict=False) if pair[0] != pair[1]]
    for ours_of_one, others_of_one in differing[:20]:
        print(f"SQLite:     {ours_of_one}\nPostgreSQL: {others_of_one}")
    is_same = not differing and len(ours) == len(others)
    print(f"{len(ours):,} queries, {len(differing):,} of which list something else on the other engine.")
    return 0 if is_same else 1


def _lists(engine: str, url: str, folder: Path) -> list[str]:
    """Return one line for each query: its set, itself, and what it listed."""
    file = folder / f"{engine}.jsonl"
    _manage("migrate", "--verbosity", "0", url=url)
    print(f"{engine}:", flush=True)
    asked = ("--catalogue", sys.argv[1], "--queries", sys.argv[2], "--lists", str(file), "--no-brute-force")
    _manage("bench_search", *asked, url=url)
    return file.read_text(encoding="utf-8").splitlines()


def _manage(*arguments: str, url: str) -> None:
    """Run manage.py in a process of its own."""
    environment = {
        **os.environ,
        "DEMO": "1",
        "DATABASE_URL": url,
        "SECRET_KEY": "of a database that is dropped",
    }
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    # The command itself says what was wrong.
    if subprocess.run(command, check=False, env=environment).returncode:
        sys.exit(1)


if __name__ == "__main__":
    sys.exit(main())
