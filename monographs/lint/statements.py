"""Which statements of a section rest on nothing."""

from __future__ import annotations

from itertools import zip_longest

from monographs.document.text import Statement, statements


def statements_without_source(text: str) -> list[str]:
    """Return the statements of a section that have no reference key, in order.

    A statement is one paragraph or bullet, given here on one line. A paragraph
    that only leads in to the bullets below it ("Tell the patient:") says
    nothing that needs a source.
    """
    found = statements(text)
    return [
        _words(statement)
        for statement, following in zip_longest(found, found[1:])
        if not statement.references and not _leads_in(statement, following)
    ]


def _words(statement: Statement) -> str:
    """Return a statement that has no references as one line."""
    return statement.label + "".join(str(run) for run in statement.runs)


def _leads_in(statement: Statement, following: Statement | None) -> bool:
    """Tell whether a paragraph introduces the bullet after it."""
    is_before_bullet = following is not None and following.is_bullet
    return is_before_bullet and not statement.is_bullet and _words(statement).endswith(":")
