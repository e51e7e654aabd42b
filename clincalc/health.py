"""`/healthz`: the process answers. `/readyz`: the database does too, migrated, guarded and searchable."""

import logging
from collections.abc import Callable

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse

from monographs.review import is_in_step
from monographs.review.guards import differences

faults = logging.getLogger("clincalc.faults")


class Probes:
    """Answer the two addresses before the host name is looked at: probes use the machine's own address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep what answers everything else."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return "ok", 503 with what is wrong in a word or two, or the answer of the site."""
        if request.method in {"GET", "HEAD"} and request.path_info in {"/healthz", "/readyz"}:
            wrong = what_is_not_ready() if request.path_info == "/readyz" else ""
            return _plain(f"not ready: {wrong}" if wrong else "ok", 503 if wrong else 200)
        return self.get_response(request)


def what_is_not_ready() -> str:
    """Return "database", "migrations", "guards" or "search", or "" when all is well; the log has the details."""
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return "migrations"
        missing = differences(connection)
        if not missing and not is_in_step():
            faults.error("Other names can be found than should be: run manage.py rebuild_search.")
            return "search"
    except DatabaseError:
        faults.exception("The database does not answer.")
        return "database"
    for sentence in missing:
        faults.error(sentence)
    return "guards" if missing else ""


def _plain(text: str, status: int) -> HttpResponse:
    """Return a line of text that nobody stores."""
    return HttpResponse(
        f"{text}\n",
        status=status,
        content_type="text/plain; charset=utf-8",
        headers={"Cache-Control": "no-store"},
    )
