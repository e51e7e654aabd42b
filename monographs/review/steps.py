"""A step is one transaction, and the security log says how it ended."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import signature

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Model

from clincalc.security_log import DONE, REFUSED, named, record
from monographs.review.refusals import Refusal


def step[**P, R](action: Callable[P, R]) -> Callable[P, R]:
    """Return an action as one transaction that leaves a line in the security log, under its own name.

    The line names the first row that the action takes and the row that it
    makes. A refusal, by us or by a guard of the database, is written at once.
    """
    name, takes = action.__name__.replace("_", " "), signature(action)

    @wraps(action)
    def taken(*args: P.args, **kwargs: P.kwargs) -> R:
        given = takes.bind(*args, **kwargs).arguments
        by = given.pop("by", None)
        of = next((value for value in given.values() if isinstance(value, Model)), "")
        try:
            with transaction.atomic():
                made = action(*args, **kwargs)
        except (Refusal, PermissionDenied, IntegrityError) as error:
            record(name, by=by, of=of, outcome=REFUSED, why=type(error).__name__)
            raise
        new = {"made": named(made)} if isinstance(made, Model) else {}
        record(name, by=by, of=of, outcome=DONE, request=None, **new)
        return made

    return taken
