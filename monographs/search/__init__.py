"""Finding the right medicine at once, and never opening the wrong one silently."""

from monographs.search.query import find, suggest
from monographs.search.results import Matched, Results, Row
from monographs.search.text import Hit, TextResults, in_text

__all__ = ["Hit", "Matched", "Results", "Row", "TextResults", "find", "in_text", "suggest"]
