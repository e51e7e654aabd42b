"""Log lines as JSON: one object a line, tracebacks inside it."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest

REQUEST_ID = "clincalc.request_id"
"""Where a request's META holds its id."""

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that is being answered, for what is written far from it; "" in a command."""


class JsonFormatter(logging.Formatter):
    """Write a record as `{"time", "level", "logger", "id", …}` with its message or its own fields.

    A record whose `extra` has `fields` is written with those instead of level,
    logger and message: that is the line of a request, or of the security log.
    Everything but plain ASCII is escaped: no line separator, direction mark or
    half character can make a line read as two, or as another.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {"time": _time(record)}
        if fields := getattr(record, "fields", None):
            line |= fields
        else:
            line |= {"level": record.levelname, "logger": record.name, "message": record.getMessage()}
            line |= _request_id(record)
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line).replace("\x7f", "\\u007f")


def path_of(request: HttpRequest) -> str:
    """Return the path that was asked for, without its query string and without a token that it carries."""
    match = request.resolver_match
    token = str(match.kwargs.get("token", "")) if match else ""
    return request.path.replace(token, "…") if token else request.path


def _request_id(record: logging.LogRecord) -> dict[str, str]:
    """Return the id of the request that the record is about, or nothing."""
    meta = getattr(getattr(record, "request", None), "META", {})
    return {"id": meta[REQUEST_ID]} if REQUEST_ID in meta else {}


def _time(record: logging.LogRecord) -> str:
    """Return when the record was made, in UTC with milliseconds."""
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
