"""The admin of editors, reviewers and leads: views without rules; `review` holds those."""

from monographs.admin import (
    classes,
    credentials,
    drug,
    letters,
    links,
    look_alikes,
    missed_words,
    names,
    notices,
    queue,
    record,
    sources,
)

__all__ = [
    "classes",
    "credentials",
    "drug",
    "letters",
    "links",
    "look_alikes",
    "missed_words",
    "names",
    "notices",
    "queue",
    "record",
    "sources",
]
