"""`make bench`: measures, side by side in one run, on this machine as it is now.

usage: python tools/bench.py [clone] [catalogue] [monographs] [pages] [search]

clone       fresh clone to the first page, with a warm package cache
catalogue   100,000 drugs with 500,000 names by import_catalogue, on both engines
monographs  import_monographs --submit --release, drugs a second, on both engines
pages       CPU and queries of one request of each kind of page, against /healthz
search      suggestions as one types at 5,000 and 100,000 drugs, and making the keys anew, on both engines

Ratios and CPU time matter: these machines are noisy. Nothing here is a test.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools import pgtemp

FEW_DRUGS, DRUGS = 5_000, 100_000
MONOGRAPHS = 1_000
REQUESTS = 200
SAFETY = ("contra-indications", "interactions", "side-effects", "pregnancy")


def main() -> int:
    """Run the measures that are named, or all."""
    wanted = sys.argv[1:] or list(MEASURES)
    unknown = [name for name in wanted if name not in MEASURES]
    if unknown:
        print(f"There is no measure “{unknown[0]}”: {', '.join(MEASURES)}.", file=sys.stderr)
        return 1
    print(machine())
    for name in wanted:
        print(f"\n{name}")
        MEASURES[name]()
    return 0


def machine() -> str:
    """Return what the figures were measured on, in one line."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        "",
    )
    memory = next(
        (int(line.split()[1]) // 2**20 for line in _lines("/proc/meminfo") if "MemTotal" in line), 0
    )
    return (
        f"{os.cpu_count()} × {model or platform.processor()}, {memory} GiB, Python {platform.python_version()}, "
        f"load {os.getloadavg()[0]:.1f}"
    )


def clone() -> None:
    """Clone, `make run` with no environment, until the first page answers."""
    with tempfile.TemporaryDirectory() as folder:
        begun = time.monotonic()
        subprocess.run(["git", "clone", "-q", str(ROOT), f"{folder}/site"], check=True)
        address = "http://127.0.0.1:8753/drugs/pomalidomide/"
        command = ["make", "-C", f"{folder}/site", "run", "PORT=8753"]
        environment = {
            name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "DATABASE_URL")
        }
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment, start_new_session=True)
        try:
            while not _answers(address) and server.poll() is None and time.monotonic() - begun < 600:
                time.sleep(0.2)
            print(
                f"  fresh clone to first page: {time.monotonic() - begun:.1f} s, status {server.poll() or 'serving'}"
            )
        finally:
            os.killpg(server.pid, 15)
            server.wait()


def catalogue() -> None:
    """Import a seeded catalogue on both engines."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "catalogue.csv"
        _manage("make_catalogue", str(DRUGS), str(file), url=f"sqlite:///{folder}/none.sqlite3")
        for engine, url in _engines(folder):
            _ready(url, folder)
            spent = _manage("import_catalogue", str(file), "--by", "demo.lead", url=url)
            print(f"  {engine}: {DRUGS:,} drugs in {spent['seconds']:.0f} s, {spent['megabytes']} MB at most")


def monographs() -> None:
    """Import monographs as long as the starter's, submit and release each, on both engines."""
    with tempfile.TemporaryDirectory() as folder:
        files = {count: _monographs_file(Path(folder), count) for count in (MONOGRAPHS // 4, MONOGRAPHS)}
        for engine, url in _engines(folder):
            _ready(url, folder)
            for count, file in files.items():
                flags = ("--submit", "--release", "--acknowledge", *SAFETY)
                spent = _manage("import_monographs", str(file), "--by", "demo.lead", *flags, url=url)
                print(
                    f"  {engine}: {count:,} drugs, {count / spent['seconds']:.0f} a second, "
                    f"{1000 * spent['cpu'] / count:.0f} ms of CPU each, {spent['megabytes']} MB at most"
                )


def pages() -> None:
    """Time one request of each kind of page in this process, each against /healthz."""
    with tempfile.TemporaryDirectory() as folder:
        for engine, url in _engines(folder):
            _ready(url, folder)
            _manage("collectstatic", "--noinput", url=url)
            _print_of("bench_pages.py", engine=engine, url=url)


def search() -> None:
    """Ask for suggestions in a small and a large catalogue, and rebuild the keys, on both engines."""
    for drugs in (FEW_DRUGS, DRUGS):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "catalogue.csv"
            _manage("make_catalogue", str(drugs), str(file), url=f"sqlite:///{folder}/none.sqlite3")
            for engine, url in _engines(folder):
                _ready(url, folder)
                _manage("collectstatic", "--noinput", url=url)
                _manage("import_catalogue", str(file), "--by", "demo.lead", url=url)
                _print_of("bench_search.py", engine=f"{engine}, {drugs:,} drugs", url=url)
                spent = _manage("rebuild_search", url=url)
                print(
                    f"  {engine}, {drugs:,} drugs: rebuild_search in {spent['seconds']:.0f} s "
                    f"({spent['cpu']:.0f} s of CPU), {spent['megabytes']} MB at most"
                )


MEASURES = {
    "clone": clone,
    "catalogue": catalogue,
    "monographs": monographs,
    "pages": pages,
    "search": search,
}


def _print_of(script: str, *, engine: str, url: str) -> None:
    """Run a script of this folder against a database, and print its lines."""
    command = [sys.executable, str(ROOT / "tools" / script), str(REQUESTS)]
    # One client asks for all of them, faster than anybody types.
    environment = {**os.environ, "DATABASE_URL": url, "DEBUG": "0", "DEMO": "1", "SUGGEST_RATE": ""}
    told = subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE, text=True).stdout
    print("\n".join(f"  {engine}: {line}" for line in told.splitlines()))


def _engines(folder: str) -> Iterator[tuple[str, str]]:
    """Yield the name and URL of an empty database of each engine."""
    yield "SQLite", f"sqlite:///{folder}/bench.sqlite3"
    with pgtemp.ended_politely(), pgtemp.cluster() as url:
        yield "PostgreSQL", url


def _ready(url: str, folder: str) -> None:
    """Make a demonstration in an empty database."""
    (Path(folder) / "password").write_text("a password for the bench")
    _manage("migrate", url=url)
    _manage("load_demo", url=url, DEMO_PASSWORD_FILE=f"{folder}/password")


def _manage(*arguments: str, url: str, **more: str) -> dict[str, float]:
    """Run manage.py in a process of its own. Returns its seconds, CPU seconds and megabytes at most."""
    environment = {**os.environ, "DEBUG": "0", "DEMO": "1", "DATABASE_URL": url, **more}
    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), *arguments], env=environment, stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"manage.py {arguments[0]} failed.")
    return {
        "seconds": time.monotonic() - begun,
        "cpu": usage.ru_utime + usage.ru_stime,
        "megabytes": usage.ru_maxrss // 1024,
    }


def _monographs_file(folder: Path, count: int) -> Path:
    """Write monographs made from the starter's, each under an invented name of its own. Returns the file."""
    import yaml

    from monographs.importers.catalogue.generate import make_catalogue

    starter = ROOT / "monographs" / "starter"
    texts = [
        yaml.safe_load(file.read_text()) for file in sorted(starter.glob("*.yaml")) if file.stem != "classes"
    ]
    file = folder / f"{count}.jsonl"
    with file.open("w", encoding="utf-8") as stream:
        for number, row in enumerate(make_catalogue(count, seed=count)):
            record = texts[number % len(texts)]
            name = row.name
            monograph = {**record["monograph"], "name": name, "names": [{"name": name, "kind": "inn"}]}
            line = {"schema": 1, "slug": f"bench-{count}-{number}", "monograph": monograph}
            stream.write(json.dumps(line, default=str) + "\n")
    return file


def _answers(address: str) -> bool:
    """Tell whether an address of this machine answers with a page."""
    from urllib.error import URLError
    from urllib.request import urlopen

    try:
        return urlopen(address, timeout=5).status == 200
    except (URLError, OSError):
        return False


def _lines(path: str) -> list[str]:
    """Return the lines of a file, none when there is no such file."""
    file = Path(path)
    return file.read_text().splitlines() if file.exists() else []


if __name__ == "__main__":
    sys.exit(main())
