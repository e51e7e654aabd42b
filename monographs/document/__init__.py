"""The monograph document: its shape, canonical text, and the way from and to rows."""

from monographs.document.build import build
from monographs.document.canonical import (
    Problem,
    canonical_text,
    digest,
    normalised,
    parsed,
    section_digests,
    unchanged_since,
)
from monographs.document.diff import diff
from monographs.document.load import load
from monographs.document.shape import SCHEMA, Document
from monographs.document.text import Reference, Statement, led_in, statements, tidy_line

__all__ = [
    "SCHEMA",
    "Document",
    "Problem",
    "Reference",
    "Statement",
    "build",
    "canonical_text",
    "diff",
    "digest",
    "led_in",
    "load",
    "normalised",
    "parsed",
    "section_digests",
    "statements",
    "tidy_line",
    "unchanged_since",
]
