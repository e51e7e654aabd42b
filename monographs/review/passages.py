"""The statements of the texts that readers see, one row each, for the search in the text."""

from __future__ import annotations

from collections.abc import Iterator

from monographs.document import Document, led_in, tidy_line
from monographs.models import Passage
from monographs.names import words_of
from monographs.vocabulary import SectionKind


def write_passages(live_id: int, document: Document | None) -> None:
    """Write the statements of a text that readers see from now on, or of none. The caller holds the drug's lock."""
    Passage.objects.filter(live=live_id).delete()
    if document is not None:
        Passage.objects.bulk_create(Passage(live_id=live_id, **columns) for columns in passages_of(document))


def passages_of(document: Document) -> Iterator[dict[str, object]]:
    """Yield the columns of each statement, in the page's order; one without a word is left out."""
    about = words_of(document.name)
    position = 0
    for kind in SectionKind:
        heading = words_of(kind.label)
        for lead, statement in led_in(document.sections.get(kind, "")):
            # A bullet says the opposite without its "Do not use in:".
            said = tidy_line(f"{lead} {statement.words}")
            words = words_of(said)
            if words:
                position += 1
                yield {
                    "kind": kind.value,
                    "position": position,
                    "text": said,
                    "words": " ".join([about, heading, words]),
                }
