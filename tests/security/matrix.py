"""The table of who gets in, as `matrix.md` has it, and what an answer says of it."""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

FILE = Path(__file__).parent / "matrix.md"
ROW = re.compile(r"\| `(?P<route>[^`]+)` \| (?P<reads>[^|]+) \| (?P<sends>[^|]+) \|")
LEADS = ("lead", "superuser")
SIGNERS = ("reviewer", "signer", *LEADS)
TEAM = ("editor", *SIGNERS)
STAFF = ("stranger", *TEAM)
GROUPS = {
    "everyone": ("anonymous", *STAFF),
    "staff": STAFF,
    "team": TEAM,
    "signers": SIGNERS,
    "leads": LEADS,
    "nobody": (),
}


@dataclass(frozen=True)
class Row:
    """Who reads and who sends at the addresses of a route."""

    route: str
    reads: frozenset[str]
    sends: frozenset[str]

    def is_for(self, method, role):
        """Tell whether a role gets in by a method."""
        return role in (self.sends if method == "POST" else self.reads)


def declared():
    """Return {route: Row} of the whole table."""
    rows = [ROW.match(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
    return {row["route"]: Row(row["route"], _who(row["reads"]), _who(row["sends"])) for row in rows if row}


def row_for(route, table):
    """Return the row of a route: its own, or the one with a `*` that fits, or None."""
    if route in table:
        return table[route]
    steps = route.count("/")
    fits = (one for name, one in table.items() if "*" in name and name.count("/") == steps)
    return next((one for one in fits if fnmatchcase(route, one.route)), None)


def is_in(response, route):
    """Tell whether an answer lets somebody in: it neither refuses nor leads to the login or back to the index."""
    to = response.headers.get("Location", "")
    is_led_away = to.startswith("/admin/login/") or (to == "/admin/" and route != "/admin/login/")
    return response.status_code < 400 and not is_led_away


def _who(words):
    """Return the roles that a cell names."""
    return frozenset(role for word in words.split(", ") for role in GROUPS.get(word.strip(), (word.strip(),)))
