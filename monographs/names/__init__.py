"""Names of medicines: one spelling to compare them by, their letter, their slug.

Plain Python without Django, so that rows, search and importers share it.
"""

from monographs.names.characters import INVISIBLE
from monographs.names.likeness import ALIKE, alike, likeness
from monographs.names.normal import MAX_LENGTH, normalise, words_of
from monographs.names.order import sort_letter, upper_bound
from monographs.names.slug import slugify_name

__all__ = [
    "ALIKE",
    "INVISIBLE",
    "MAX_LENGTH",
    "alike",
    "likeness",
    "normalise",
    "slugify_name",
    "sort_letter",
    "upper_bound",
    "words_of",
]
