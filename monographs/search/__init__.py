"""Finding the right medicine at once, and never opening the wrong one silently."""

from monographs.search.query import LONGEST_QUERY, MOST_ROWS, find, suggest
from monographs.search.results import Matched, Results, Row
from monographs.search.text import PAGE, Hit, TextResults, in_text

__all__ = [
    "LONGEST_QUERY",
    "MOST_ROWS",
    "PAGE",
    "Hit",
    "Matched",
    "Results",
    "Row",
    "TextResults",
    "find",
    "in_text",
    "suggest",
]
