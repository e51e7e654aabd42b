"""Finding the right medicine at once, and never opening the wrong one silently."""

from monographs.search.query import find, suggest
from monographs.search.results import Matched, Partner, Results, Row

__all__ = ["Matched", "Partner", "Results", "Row", "find", "suggest"]
