"""The nouns, one file each. Others import them from here."""

from monographs.models.drug import Drug, DrugComponent, DrugFlag, MonographSection, Waiver
from monographs.models.drug_class import DrugClass
from monographs.models.life import OldSlug, Successor
from monographs.models.link import CheckedAddress, CrossLink
from monographs.models.name import DrugName, Identifier, NameConflict
from monographs.models.release import DemoDatabase, Generation, LiveDrug, Release
from monographs.models.revision import Contributor, Edit, Revision, RevisionSource
from monographs.models.source import Citation, Source

__all__ = [
    "CheckedAddress",
    "Citation",
    "Contributor",
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
    "LiveDrug",
    "MonographSection",
    "NameConflict",
    "OldSlug",
    "Release",
    "Revision",
    "RevisionSource",
    "Source",
    "Successor",
    "Waiver",
]
