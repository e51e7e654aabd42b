"""Words in the texts that readers see: whole statements, in the order of drugs and sections.

The engine's own full text; what counts as a word is ours, so that both engines
find the same. Never asked while somebody types.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monographs.models import Passage
from monographs.names import words_of
from monographs.review import Mark, facts_of, mark
from monographs.vocabulary import SectionKind

PAGE = 20
MOST_PAGES = 50
LONGEST_QUERY = 100
MOST_WORDS = 10
# A word is found by its beginning, so a plural finds the singular when its s is gone; not that of "gas" or "dialysis".
SHORTEST_PLURAL = 5
# They stand in nearly every sentence and tell nothing of what is looked for.
SMALL_WORDS = frozenset(
    "a an and are as at be by for from in is it of on or the to with".split()  # noqa: SIM905 - as it is read
)


@dataclass(frozen=True)
class Hit:
    """A statement, whole, with the drug and the section that it stands in."""

    name: str
    slug: str
    class_name: str
    mark: Mark
    kind: SectionKind
    text: str


@dataclass(frozen=True)
class TextResults:
    """One page of hits. `words` are those that were looked for; without any there are no hits."""

    query: str
    words: tuple[str, ...] = ()
    hits: tuple[Hit, ...] = ()
    count: int = 0
    page: int = 1
    pages: int = 1


def in_text(q: str, *, at: datetime, page: int = 1) -> TextResults:
    """Return the statements in which every word of a query begins a word: of the text, or of its drug or section.

    A page beyond the last is the last. A fixed number of queries.
    """
    query = "".join(sign for sign in q[:LONGEST_QUERY] if sign.isprintable()).strip()
    words = _words(query)
    if not words:
        return TextResults(query)
    rows = Passage.objects.filter(words__begun_by=words)
    count = rows.count()
    pages = min(-(-count // PAGE) or 1, MOST_PAGES)
    page = min(max(page, 1), pages)
    shown = rows.select_related("live__drug_class").order_by("live__sort_key", "live_id", "position")
    passages = list(shown[(page - 1) * PAGE : page * PAGE])
    facts = facts_of({row.live_id: row.live for row in passages}.values())
    hits = tuple(
        Hit(
            row.live.name,
            row.live.slug,
            row.live.drug_class.name,
            mark(facts[row.live_id], at),
            SectionKind(row.kind),
            row.text,
        )
        for row in passages
    )
    return TextResults(query, words, hits, count, page, pages)


def _words(query: str) -> tuple[str, ...]:
    """Return the words to look for, each once; a long one without the s of a plural."""
    found = [word for word in words_of(query).split() if word not in SMALL_WORDS]
    return tuple(dict.fromkeys(_stem(word) for word in found))[:MOST_WORDS]


def _stem(word: str) -> str:
    """Return the beginning by which a word is found."""
    is_plural = len(word) >= SHORTEST_PLURAL and word.endswith("s") and not word.endswith(("ss", "is", "us"))
    return word[:-1] if is_plural else word
