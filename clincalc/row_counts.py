"""A form with rows says how many it has; one that says more than it sends is refused before any row is made."""

import re
from collections import defaultdict
from collections.abc import Mapping

from django.core.exceptions import SuspiciousOperation, ValidationError
from django.forms import IntegerField

SAYS = "-TOTAL_FORMS"
ROW = re.compile(r"(?P<rows>.+?)-(?P<number>[0-9]+)-")


class TooManyRows(SuspiciousOperation):
    """The form says that it has rows that it does not send."""


def refuse_rows_not_sent(data: Mapping[str, str]) -> None:
    """Raise TooManyRows for a form that says it has more rows than it sends.

    Each row that it says it has would be made and drawn, sent or not, which
    takes a worker minutes for a number that costs its sender nothing.
    """
    sent = defaultdict(set)
    for found in filter(None, map(ROW.match, data)):
        sent[found["rows"]].add(found["number"])
    for name in data:
        rows = name.removesuffix(SAYS)
        if rows != name and _number(data[name]) > len(sent[rows]):
            raise TooManyRows(name)


def _number(said: str) -> int:
    """Return the number as the form's own field reads it; what is none is left to that field to refuse."""
    try:
        return IntegerField(required=False).clean(said) or 0
    except ValidationError:
        return 0
