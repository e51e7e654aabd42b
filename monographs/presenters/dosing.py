"""The dosing panel: as long as no dose is published, why, since when, and what to read instead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from monographs.presenters.sources import PLACES, product_of
from monographs.vocabulary import DosingState

if TYPE_CHECKING:
    from monographs.document import Document
    from monographs.models import Drug


@dataclass(frozen=True)
class Smpc:
    """The SmPC that empty sections and the dosing panel point to. `product` is such as "Imnovid"."""

    product: str
    url: str
    revised_on: date | None


@dataclass(frozen=True)
class DosingPanel:
    """Why no dose is shown. `state` is a value of DosingState; `smpc` None when none is known."""

    state: str
    since: date | None
    why: str
    smpc: Smpc | None

    @property
    def heading(self) -> str:
        """The heading, without a date."""
        return {
            DosingState.RE_SOURCING: "Dosing: being independently re-sourced",
            DosingState.SPECIALIST_PROTOCOL: "Dosing: not published here",
            DosingState.SUSPENDED: "Dosing: taken down",
        }[DosingState(self.state)]


def dosing_panel(drug: Drug, smpc: Smpc | None) -> DosingPanel:
    """Return the panel of a drug whose dosing is not published."""
    return DosingPanel(drug.dosing_state, drug.dosing_since, drug.dosing_why, smpc)


def smpc_of(document: Document) -> Smpc | None:
    """Return the SmPC that the document refers to, as it is named in sentences."""
    if document.reference_smpc is None:
        return None
    source = document.sources[document.reference_smpc]
    place = "" if source.jurisdiction == "GB" else f"{PLACES[str(source.jurisdiction)]} "
    return Smpc(place + product_of(source.title), source.url, source.revised_on)
