"""The admin of editors, reviewers and leads: views without rules; `review` holds those."""

from monographs.admin import classes, drug, links, names, queue, record, sources

__all__ = ["classes", "drug", "links", "names", "queue", "record", "sources"]
