"""Edit distance over every name: as good as a ranking by edits can be, and far too slow to serve."""

from __future__ import annotations

from collections import defaultdict

from monographs.models import SearchName
from monographs.names import normalise
from monographs.names.distance import edits
from monographs.names.keys import joined
from monographs.search.bench.sets import Names
from monographs.search.rank import closeness, edits_allowed


class BruteForce:
    """Every name, and every run of words within one, at hand by its length."""

    def __init__(self, names: Names) -> None:
        """Take the names apart once."""
        self.by_length: dict[int, list[tuple[str, int]]] = defaultdict(list)
        self.rows: dict[str, list[SearchName]] = defaultdict(list)
        for row in names.rows:
            for text in _texts(row.norm):
                self.rows[text].append(row)
        for text in self.rows:
            self.by_length[len(text)].append((text, _letters(text)))

    def drugs(self, query: str) -> list[int]:
        """Return the drugs near a query, the nearest first, each once."""
        norm = normalise(query)
        most = edits_allowed(norm)
        near = {row.pk: row for text in self._near(norm, most) for row in self.rows[text]}
        ranked = [
            (close, row.drug_id) for row in near.values() if (close := closeness(norm, row, most)) is not None
        ]
        return list(dict.fromkeys(drug for _, drug in sorted(ranked)))

    def _near(self, norm: str, most: int) -> set[str]:
        """Return every text at most so many edits away, spaces minded or not."""
        found = set()
        for typed in {norm, joined(norm)}:
            letters = _letters(typed)
            for length in range(len(typed) - most, len(typed) + most + 1):
                for text, its_letters in self.by_length.get(length, ()):
                    # One edit takes or brings at most two kinds of letter.
                    is_possible = (letters ^ its_letters).bit_count() <= 2 * most
                    if is_possible and edits(typed, text, most) <= most:
                        found.add(text)
        return found


def _texts(norm: str) -> set[str]:
    """Return a name, the name without spaces, and every run of its words."""
    words = norm.split()
    runs = {
        " ".join(words[begin:end]) for begin in range(len(words)) for end in range(begin + 1, len(words) + 1)
    }
    return {norm, joined(norm), *runs}


def _letters(text: str) -> int:
    """Return which kinds of letter a text has, one bit for each."""
    found = 0
    for char in text:
        found |= 1 << (ord(char) % 64)
    return found
