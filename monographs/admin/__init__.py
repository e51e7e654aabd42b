"""The admin of editors, reviewers and leads: views without rules; `review` holds those."""

from monographs.admin import classes, drug, letters, links, names, record, sources

__all__ = ["classes", "drug", "letters", "links", "names", "record", "sources"]
