"""The nouns, one file each. Others import them from here."""

from monographs.models.credential import Credential, Questioned
from monographs.models.drug import Drug, DrugComponent, DrugFlag, MonographSection, Waiver
from monographs.models.drug_class import DrugClass
from monographs.models.letter import Letter
from monographs.models.life import OldSlug, Successor
from monographs.models.link import CheckedAddress, CrossLink
from monographs.models.look_alike import LookAlike
from monographs.models.missed_word import MissedWord
from monographs.models.name import DrugName, Identifier, NameConflict
from monographs.models.notice import SafetyNotice
from monographs.models.passage import Passage
from monographs.models.release import DemoDatabase, Generation, LiveDrug, Release
from monographs.models.review import Assignment, Note, Review, ReviewDraft
from monographs.models.revision import Contributor, Edit, Revision, RevisionSource
from monographs.models.search import SearchHead, SearchKey, SearchName
from monographs.models.source import Citation, Source

__all__ = [
    "Assignment",
    "CheckedAddress",
    "Citation",
    "Contributor",
    "Credential",
    "CrossLink",
    "DemoDatabase",
    "Drug",
    "DrugClass",
    "DrugComponent",
    "DrugFlag",
    "DrugName",
    "Edit",
    "Generation",
    "Identifier",
    "Letter",
    "LiveDrug",
    "LookAlike",
    "MissedWord",
    "MonographSection",
    "NameConflict",
    "Note",
    "OldSlug",
    "Passage",
    "Questioned",
    "Release",
    "Review",
    "ReviewDraft",
    "Revision",
    "RevisionSource",
    "SafetyNotice",
    "SearchHead",
    "SearchKey",
    "SearchName",
    "Source",
    "Successor",
    "Waiver",
]
