"""The interchange of monographs: one structure as JSON Lines and as YAML files."""

from monographs.importers.documents.check import Refused
from monographs.importers.documents.read import Bad, Found, Unreadable, count, records
from monographs.importers.documents.run import Counts, run
from monographs.importers.documents.save import Steps

__all__ = ["Bad", "Counts", "Found", "Refused", "Steps", "Unreadable", "count", "records", "run"]
