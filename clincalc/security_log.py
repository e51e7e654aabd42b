"""The security log: one line of JSON for each step that somebody may have to answer for.

    record("release", by=lead, of=revision, drug="amlodipine")

writes `{"time", "log": "security", "action", "actor", "actor_id", "object",
"outcome", "id", …}` on standard output, in production as in a demonstration.
Texts, passwords, tokens, session ids and words that were searched for have no
place in it: callers name things, they do not quote them.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest

from clincalc.clients import address_of
from clincalc.logs import request_id

DONE = "done"
REFUSED = "refused"
COMMAND_LINE = "command line"
"""The actor of a command that asks for no account: who has a shell on the machine."""
LONGEST = 200
"""Characters of a value that are written; what is longer was not made here."""

_is_made_up: ContextVar[bool] = ContextVar("made_up", default=False)
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
    if _is_made_up.get():
        return
    line: dict[str, Any] = {
        "log": "security",
        "action": action,
        "actor": by if isinstance(by, str) else getattr(by, "username", "") or "nobody",
        "actor_id": getattr(by, "pk", None),
        "object": named(of) if isinstance(of, Model) else str(of),
        "outcome": outcome,
        "id": request_id.get(),
        **({"client": address_of(request)} if request else {}),
        **details,
    }
    write = partial(_write, {name: _short(value) for name, value in line.items()})
    if outcome == DONE:
        transaction.on_commit(write)
    else:
        write()


def named(row: Model) -> str:
    """Return a row as the log names it, such as "revision 12": its words may be a text, or a person's number."""
    return f"{row._meta.model_name} {'new' if row.pk is None else row.pk}"


@contextmanager
def made_up() -> Iterator[None]:
    """Write nothing of the steps that a demonstration makes up: nobody took them."""
    before = _is_made_up.set(True)
    try:
        yield
    finally:
        _is_made_up.reset(before)


def _write(fields: dict[str, Any]) -> None:
    """Hand the line to the log."""
    security.info("security", extra={"fields": fields})


def _short(value: Any) -> Any:
    """Return a value without what exceeds a line of log."""
    return value[:LONGEST] if isinstance(value, str) else value
