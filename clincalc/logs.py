"""Log lines as JSON: one object a line, tracebacks inside it."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

REQUEST_ID = "clincalc.request_id"
"""Where a request's META holds its id."""


class JsonFormatter(logging.Formatter):
    """Write a record as `{"time", "level", "logger", "id", …}` with its message or its own fields.

    A record whose `extra` has `fields` is written with those instead of level,
    logger and message: that is the line of a request.
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
        return json.dumps(line, ensure_ascii=False)


def _request_id(record: logging.LogRecord) -> dict[str, str]:
    """Return the id of the request that the record is about, or nothing."""
    meta = getattr(getattr(record, "request", None), "META", {})
    return {"id": meta[REQUEST_ID]} if REQUEST_ID in meta else {}


def _time(record: logging.LogRecord) -> str:
    """Return when the record was made, in UTC with milliseconds."""
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
