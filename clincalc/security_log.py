"""The security log: one line of JSON for each step that somebody may have to answer for.

    record("release", by=lead, of=revision, drug="amlodipine")

writes `{"time", "log": "security", "action", "actor", "actor_id", "object",
"outcome", "id", …}` on standard output, in production as in a demonstration.
Texts, passwords, tokens, session ids and words that were searched for have no
place in it: callers name things, they do not quote them.
"""

import logging
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest

from clincalc.logs import request_id

DONE = "done"
REFUSED = "refused"
LONGEST = 200
"""Characters of a value that are written; what is longer was not made here."""

security = logging.getLogger("clincalc.security")


def record(
    action: str,
    *,
    by: Any = None,
    of: object = "",
    outcome: str = DONE,
    request: HttpRequest | None = None,
    **details: str | int,
) -> None:
    """Write who did what to which object, and how it ended.

    `by` is an account, or the name of what acts without one. What is done is
    written when its transaction is committed, and not at all when that is
    rolled back; every other outcome is written at once. The id of the request
    is known without `request`: that is for the few lines that tell the
    client's address, those of signing in and of forms that were refused.
    """
    line: dict[str, Any] = {
        "log": "security",
        "action": action,
        "actor": by if isinstance(by, str) else getattr(by, "username", "") or "nobody",
        "actor_id": getattr(by, "pk", None),
        "object": f"{of._meta.model_name} {of.pk}" if isinstance(of, Model) else str(of),
        "outcome": outcome,
        "id": request_id.get(),
        **({"client": request.META.get("REMOTE_ADDR", "")} if request else {}),
        **details,
    }
    write = partial(_write, {name: _short(value) for name, value in line.items()})
    if outcome == DONE:
        transaction.on_commit(write)
    else:
        write()


def _write(fields: dict[str, Any]) -> None:
    """Hand the line to the log."""
    security.info("security", extra={"fields": fields})


def _short(value: Any) -> Any:
    """Return a value without what exceeds a line of log."""
    return value[:LONGEST] if isinstance(value, str) else value
