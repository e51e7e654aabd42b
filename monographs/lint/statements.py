"""Which statements of a section rest on nothing."""

from __future__ import annotations

from monographs.document.text import led_in


def statements_without_source(text: str) -> list[str]:
    """Return the statements of a section that have no reference key, in order.

    A statement is one paragraph or bullet, given here on one line. A paragraph
    that only leads in to the bullets below it ("Tell the patient:") says
    nothing that needs a source.
    """
    return [statement.words for _, statement in led_in(text) if not statement.references]
