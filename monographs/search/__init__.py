"""Finding the right medicine at once, and never opening the wrong one silently."""

from monographs.search.query import find
from monographs.search.results import Matched, Results, Row

__all__ = ["Matched", "Results", "Row", "find"]
