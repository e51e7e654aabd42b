"""What differs between two texts, as people read it side by side."""

import json
from dataclasses import dataclass, replace

from monographs.document import diff
from monographs.document.diff import Piece, words
from monographs.vocabulary import FlagKind, SectionKind

LABELS = {
    "class": "Class",
    "other_classes": "Other classes",
    "is_specialist": "Specialist drug",
    "population": "Whom it covers",
    "reference_smpc": "Reference SmPC",
}


@dataclass(frozen=True)
class Shown:
    """One place that differs: its label, and the words of both texts."""

    label: str
    pieces: tuple

    @property
    def before(self):
        """The words that stayed and went."""
        return _joined([piece for piece in self.pieces if piece.change != "added"])

    @property
    def after(self):
        """The words that stayed and came."""
        return _joined([piece for piece in self.pieces if piece.change != "removed"])


def shown_changes(old, new):
    """Return the places at which two documents differ, in the page's order."""
    kinds = [f"sections.{kind.value}" for kind in SectionKind]
    found = sorted(
        diff(old, new), key=lambda change: kinds.index(change.place) if change.place in kinds else -1
    )
    return [
        Shown(
            _label(change.place),
            words(_readable(change.place, change.old), _readable(change.place, change.new)),
        )
        for change in found
    ]


def _joined(pieces):
    """Return the pieces of one side with neighbours that changed in one: only white space parts them."""
    found: list[Piece] = []
    for piece in pieces:
        if len(found) > 1 and _is_changed(piece) and _is_changed(found[-2]) and found[-1].text.isspace():
            gap = found.pop()
            piece = replace(piece, text=found.pop().text + gap.text + piece.text)
        elif found and _is_changed(piece) and _is_changed(found[-1]):
            piece = replace(piece, text=found.pop().text + piece.text)
        found.append(piece)
    return found


def _is_changed(piece):
    """Tell whether a piece was added or removed."""
    return piece.change != "same"


def _label(place):
    """Return a place as people call it."""
    group, _, key = place.partition(".")
    if group == "sections":
        return SectionKind(key).label
    if group == "flags":
        return f"Flag: {FlagKind(key).label}"
    if group == "sources":
        return f"Source [{key}]"
    return LABELS.get(place, place.replace("_", " ").capitalize())


def _readable(place, text):
    """Return a value without the marks of JSON, one row a line."""
    if not text or place.startswith("sections.") or place in ("name", "lead", "population", "reference_smpc"):
        return text
    value = json.loads(text)
    rows = value if isinstance(value, list) else [value]
    return "\n".join(_row(row) for row in rows)


def _row(row):
    """Return one row as words."""
    if not isinstance(row, dict):
        return {True: "yes", False: "no"}.get(row, str(row))
    return ", ".join(
        f"{key.replace('_', ' ')}: {_row(value)}" for key, value in row.items() if value not in ("", None)
    )
