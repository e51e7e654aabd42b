"""Finding the right medicine at once, and never opening the wrong one silently."""

from monographs.search.query import LONGEST_QUERY, MOST_ROWS, find, suggest
from monographs.search.results import Matched, Partner, Results, Row

__all__ = ["LONGEST_QUERY", "MOST_ROWS", "Matched", "Partner", "Results", "Row", "find", "suggest"]
