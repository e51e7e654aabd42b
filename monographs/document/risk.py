"""What a change could do harm with, in words: numbers, units, negations, directions, flags, names; plain Python."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum

from monographs.document.diff import diff
from monographs.document.shape import Document, Flag
from monographs.document.text import REFERENCE
from monographs.vocabulary import FlagKind, NameKind, SectionKind


class Danger(Enum):
    """A kind of word whose change can turn a statement round. The value is the noun of one change."""

    NUMBER = "changed number"
    NEGATION = "changed negation"
    UNIT = "changed unit or interval"
    DIRECTION = "changed direction"


# A date or a range is read number by number; "1.5" and "1,000" are one.
NUMBER = re.compile(
    r"\d+(?:[.,]\d+)*|\b(?:half|once|twice|double|one|two|three|four|five|six|seven|eight|nine|ten|twelve)\b",
    re.IGNORECASE,
)
NEGATION = re.compile(
    r"\b(?:not|no|never|none|nor|neither|without|unless|except|cannot|avoid(?:s|ed|ing)?|stop(?:s|ped)?|"
    r"withhold|withheld|contra-?indicat(?:ed|es|ion|ions)|unsafe|unsuitable|rarely)\b|n[’']t\b",
    re.IGNORECASE,
)
UNIT = re.compile(
    r"\b(?:micrograms?|milligrams?|nanograms?|grams?|kg|mg|g|mL|L|litres?|millilitres?|mmol/L|mmol|"
    r"micromol/L|units?|hours?|days?|weeks?|months?|years?|hourly|daily|weekly|monthly|yearly|annually)\b|%"
)
DIRECTION = re.compile(
    r"[<>≤≥]|\b(?:increas(?:e|es|ed|ing)|decreas(?:e|es|ed|ing)|reduc(?:e|es|ed|ing)|rais(?:e|es|ed|ing)|"
    r"more|less|above|below|before|after|high|higher|low|lower|maximum|minimum|safe|always|only)\b",
    re.IGNORECASE,
)
PATTERNS = {
    Danger.NUMBER: NUMBER,
    Danger.NEGATION: NEGATION,
    Danger.UNIT: UNIT,
    Danger.DIRECTION: DIRECTION,
}


@dataclass(frozen=True)
class Slip:
    """A word that went, came, or became another, at a place as people call it."""

    danger: Danger
    place: str
    old: str = ""
    new: str = ""

    def __str__(self) -> str:
        """Return what happened as a sentence."""
        if self.old and self.new:
            return f"{self.place}: {self.old} became {self.new}."
        return f"{self.place}: “{self.new or self.old}” {'added' if self.new else 'removed'}."

    @property
    def briefly(self) -> str:
        """What to count it as, such as "changed number" or "removed “not”"."""
        if self.danger is Danger.NEGATION:
            return f"added “{self.new.lower()}”" if self.new else f"removed “{self.old.lower()}”"
        return self.danger.value


@dataclass(frozen=True)
class Risk:
    """The size of a change and what of it can do harm.

    `words` counts those that were added and removed; `slips` are within texts
    that both documents have; `others` are sentences on flags, names and the
    like, and on sections that came or went.
    """

    words: int
    slips: tuple[Slip, ...]
    others: tuple[str, ...]

    @property
    def summary(self) -> str:
        """The change in one line, such as "212 words; 2 changed numbers; 1 removed “not”; flag added"."""
        counts = Counter(slip.briefly for slip in self.slips)
        said = [
            counted(self.words, "word"),
            *(_counted_slip(number, what) for what, number in counts.items()),
        ]
        for begin, noun, verb in (("Flag ", "flag", "changed"), ("Section removed", "section", "removed")):
            if number := sum(1 for one in self.others if one.startswith(begin)):
                said.append(f"{counted(number, noun)} {verb}")
        return "; ".join(said)

    @property
    def sentences(self) -> list[str]:
        """Everything that can do harm, a sentence each; flags and names first."""
        became = [slip for slip in self.slips if slip.old and slip.new]
        return [*self.others, *map(str, became), *self._came_or_went()]

    def _came_or_went(self) -> list[str]:
        """Return what came and what went, a sentence for each place and danger."""
        found: dict[tuple[Danger, str, str], list[str]] = {}
        for slip in self.slips:
            if not (slip.old and slip.new):
                verb = "added" if slip.new else "removed"
                found.setdefault((slip.danger, slip.place, verb), []).append(f"“{slip.new or slip.old}”")
        return [f"{place}: {', '.join(words)} {verb}." for (_, place, verb), words in found.items()]


def risk(old: Document | None, new: Document) -> Risk:
    """Return what the change from one document to another can do harm with. Without an old one all is new."""
    slips: list[Slip] = []
    number = 0
    for change in diff(old, new):
        group, _, key = change.place.partition(".")
        if group != "sections" and change.place != "lead":
            continue
        number += sum(len(piece.text.split()) for piece in change.pieces if piece.change != "same")
        if change.old and change.new:
            label = SectionKind(key).label if key else "Lead"
            slips += slips_of(label, change.old, change.new)
    slips += _in_flags(old, new)
    order = list(Danger)
    return Risk(
        number,
        tuple(sorted(slips, key=lambda slip: order.index(slip.danger))),
        tuple(_others(old, new)) if old else (),
    )


def slips_of(place: str, old: str, new: str) -> list[Slip]:
    """Return every dangerous word that differs between two texts, references apart, in reading order."""
    a, b = (REFERENCE.sub(" ", text).split() for text in (old, new))
    found: list[Slip] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag != "equal":
            before, after = " ".join(a[a1:a2]), " ".join(b[b1:b2])
            for danger, pattern in PATTERNS.items():
                found += _slips(danger, place, pattern.findall(before), pattern.findall(after))
    return found


def counted(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _slips(danger: Danger, place: str, old: list[str], new: list[str]) -> Iterator[Slip]:
    """Yield what differs between the dangerous words of one run of words."""
    a, b = ([word.lower() for word in found] for found in (old, new))
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        gone, come = old[a1:a2], new[b1:b2]
        if danger is Danger.NEGATION or len(gone) != len(come):
            yield from (Slip(danger, place, old=word) for word in gone)
            yield from (Slip(danger, place, new=word) for word in come)
        else:
            yield from (Slip(danger, place, old=x, new=y) for x, y in zip(gone, come, strict=True))


def _in_flags(old: Document | None, new: Document) -> Iterator[Slip]:
    """Yield the dangerous words that differ in the lines of flags that both documents have."""
    for kind in FlagKind:
        if old and kind in old.flags and kind in new.flags:
            yield from slips_of(f"Flag “{kind.label}”", _line(old.flags[kind]), _line(new.flags[kind]))


def _line(flag: Flag) -> str:
    """Return what a flag says beside its kind."""
    return f"{flag.detail} {flag.line}".strip()


def _others(old: Document, new: Document) -> Iterator[str]:
    """Yield a sentence for each flag, name, section, source or field about the whole that differs."""
    yield from _flags(old, new)
    for kind in SectionKind:
        if kind in old.sections and kind not in new.sections:
            yield f"Section removed: {kind.label}."
        if kind in new.sections and kind not in old.sections:
            yield f"New section: {kind.label}."
    yield from _names(old, new)
    for what, before, after in (
        ("The name", old.name, new.name),
        ("The class", old.drug_class.name, new.drug_class.name),
        ("Whom it covers", old.population.label, new.population.label),
        ("Specialist drug", _yes(old.is_specialist), _yes(new.is_specialist)),
    ):
        if before != after:
            yield f"{what}: {before} became {after}."
    yield from _sources(old, new)


def _flags(old: Document, new: Document) -> Iterator[str]:
    """Yield a sentence for each flag that came, went or says something else."""
    for kind in FlagKind:
        before, after = old.flags.get(kind), new.flags.get(kind)
        if before is None and after is not None:
            yield f"Flag added: {kind.label}."
        elif before is not None and after is None:
            yield f"Flag removed: {kind.label}."
        elif before is not None and after is not None and _line(before) != _line(after):
            yield f"Flag changed: {kind.label}."


def _names(old: Document, new: Document) -> Iterator[str]:
    """Yield a sentence for each name that came or went, or is sold no more."""
    before, after = (
        {(name.name, name.kind, str(name.market)): name for name in document.names} for document in (old, new)
    )
    for key in [*(one for one in before if one not in after), *(one for one in after if one not in before)]:
        name, kind, market = key
        what = ", ".join(filter(None, (NameKind(kind).label.lower(), market)))
        yield f"Name {'added' if key in after else 'removed'}: {name} ({what})."
    for key in before:
        if key in after and before[key].is_current != after[key].is_current:
            yield f"Name {key[0]} is {'current again' if after[key].is_current else 'not current any more'}."


def _sources(old: Document, new: Document) -> Iterator[str]:
    """Yield a sentence for each source that came, went or is another revision."""
    for key in sorted({*old.sources, *new.sources}):
        before, after = old.sources.get(key), new.sources.get(key)
        if before is None and after is not None:
            yield f"Source added: [{key}] {after.title}."
        elif after is None and before is not None:
            yield f"Source removed: [{key}] {before.title}."
        elif before and after and (before.identifier, before.revision) != (after.identifier, after.revision):
            yield (
                f"Source [{key}]: {before.title}, {before.revision or 'no revision'}, "
                f"became {after.title}, {after.revision or 'no revision'}."
            )


def _yes(is_so: bool) -> str:
    """Return a yes or no."""
    return "yes" if is_so else "no"


def _counted_slip(number: int, what: str) -> str:
    """Return how often something happened, such as "2 changed numbers" or "1 removed “not”"."""
    if "“" in what:
        return f"{number} {what}"
    if number > 1 and what == Danger.UNIT.value:
        return f"{number} changed units or intervals"
    return counted(number, what)
