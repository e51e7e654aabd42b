"""Reading texts and documents against the content rules."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from monographs.document.text import REFERENCE
from monographs.lint.rule import Rule, Severity
from monographs.lint.rules import HOW_IT_WORKS_WORDS, LEAD_WORDS, RULES
from monographs.names import INVISIBLE
from monographs.vocabulary import FlagKind, SectionKind

if TYPE_CHECKING:
    from monographs.document.shape import Document

# A locator such as 4.2.10 is no date, and a reference may follow any word.
WITHOUT_REFERENCES = frozenset({"L17", "L18", "L34"})
AT_THE_END = frozenset({"L34"})
LONGEST_ENDING = 10
# These look at the characters as they were typed.
AS_TYPED = frozenset({"L33", "L37"})
AMOUNTS = frozenset({"L30", "L42"})
# A name may hold a number with a unit or a trade mark, but never these.
FOR_NAMES = ("L33", "L36", "L37")
# Titles are others' words.
FOR_TITLES = ("L33",)
OWN_WORDS = tuple(rule for rule in RULES if rule != "L38")

DIGIT = re.compile(r"[0-9]")
PLAIN_REFERENCE = re.compile(r"\[[a-z][a-z0-9-]*(?: [0-9., ]+)?\]")

EXCERPT = 40
CONTEXT = 15


@dataclass(frozen=True)
class Hit:
    """One place that breaks a rule.

    `where` is a place such as "sections.monitoring"; `line` counts from 1
    within that text; `excerpt` is what stands there with some words around it,
    invisible characters as U+ numbers; `drug` is whose text it is, if known.
    """

    rule: str
    severity: Severity
    where: str
    line: int
    excerpt: str
    advice: str
    drug: str = ""

    @property
    def is_error(self) -> bool:
        """Whether the hit refuses a submit."""
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        """Return the hit as one line for people."""
        place = f"{self.drug}, {self.where}" if self.drug else self.where
        return f"{place}, line {self.line}: {self.rule} {self.severity}: {self.advice} (“{self.excerpt}”)"


def lint_text(
    text: str, *, where: str, drug: str = "", amounts_allowed: bool = False, once_weekly: bool = False
) -> list[Hit]:
    """Return the hits of every rule for our own words in one text, in reading order.

    `amounts_allowed` is for texts that state doses; `once_weekly` is for a
    medicine with that flag, where "daily" is refused. Takes time linear in the
    length of the text; never raises.
    """
    rules = [rule for rule in OWN_WORDS if not (amounts_allowed and rule in AMOUNTS)]
    if once_weekly:
        rules.append("L38")
    return _Reading(text, where, drug).hits(rules)


def lint_document(document: Document, *, with_waived: bool = False) -> list[Hit]:
    """Return the hits in all texts of a monograph, in the page's order.

    Hits that a waiver of the document covers (its section and its rule) are
    left out, unless `with_waived`. What stands outside the sections cannot be
    waived. Names are searched for invisible characters and markup only,
    others' titles for invisible characters only.
    """
    waived = {(f"sections.{waiver.section.value}", waiver.rule) for waiver in document.waivers}
    hits = [*_hits_in_names(document), *_hits_in_our_words(document), *_hits_in_titles(document)]
    return [hit for hit in hits if with_waived or (hit.where, hit.rule) not in waived]


def _hits_in_our_words(document: Document) -> Iterator[Hit]:
    """Yield the hits in lead, flags and sections."""
    once_weekly = FlagKind.ONCE_WEEKLY in document.flags
    texts = [(f"flags.{kind.value}.line", flag.line) for kind, flag in document.flags.items()]
    texts.append(("lead", document.lead))
    texts += [
        (f"sections.{kind.value}", document.sections[kind])
        for kind in SectionKind
        if kind in document.sections
    ]
    for where, text in texts:
        yield from lint_text(text, where=where, drug=document.name, once_weekly=once_weekly)
        yield from _too_long(text, where, document.name)


def _hits_in_names(document: Document) -> Iterator[Hit]:
    """Yield the hits in names and in the short texts beside our own words."""
    texts = [("name", document.name), ("class", document.drug_class.name)]
    texts += [(f"other_classes.{index}", ref.name) for index, ref in enumerate(document.other_classes)]
    texts += [(f"components.{index}", ref.name) for index, ref in enumerate(document.components)]
    texts += [(f"names.{index}", name.name) for index, name in enumerate(document.names)]
    texts += [(f"flags.{kind.value}.detail", flag.detail) for kind, flag in document.flags.items()]
    texts += [(f"waivers.{index}.reason", waiver.reason) for index, waiver in enumerate(document.waivers)]
    for where, text in texts:
        yield from _Reading(text, where, document.name).hits(FOR_NAMES)


def _hits_in_titles(document: Document) -> Iterator[Hit]:
    """Yield the hits in what others wrote."""
    texts = [(f"flags.{kind.value}.locator", flag.locator) for kind, flag in document.flags.items()]
    for key, source in document.sources.items():
        texts += [
            (f"sources.{key}.identifier", source.identifier),
            (f"sources.{key}.title", source.title),
            (f"sources.{key}.revision", source.revision),
        ]
    for where, text in texts:
        yield from _Reading(text, where, document.name).hits(FOR_TITLES)


def _too_long(text: str, where: str, drug: str) -> Iterator[Hit]:
    """Yield a hit when the lead or the section on how it works has too many words."""
    limits = {
        "lead": ("L40", LEAD_WORDS),
        f"sections.{SectionKind.HOW_IT_WORKS.value}": ("L41", HOW_IT_WORKS_WORDS),
    }
    if where not in limits:
        return
    rule, most = limits[where]
    words = len(REFERENCE.sub(" ", text).split())
    if words > most:
        yield Hit(rule, RULES[rule].severity, where, 1, f"{words} words", RULES[rule].advice, drug)


def _one_to_one() -> dict[int, str]:
    """Return the characters that stand for an ASCII one, such as full-width digits.

    One for one, so that a place in the folded text is the place in the text.
    """
    folded = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    for code in range(0x80, 0x20000):
        kind = unicodedata.category(chr(code))
        if kind == "Nd":
            folded[code] = str(unicodedata.digit(chr(code)))
        elif kind == "Zs":
            folded[code] = " "
        elif kind == "Pd" or code == ord("−"):
            folded[code] = "-"
    return folded | dict.fromkeys(map(ord, "⁄∕"), "/")


_ONE_TO_ONE = _one_to_one()


class _Reading:
    """One text in the forms that rules read, and where its lines end."""

    def __init__(self, text: str, where: str, drug: str) -> None:
        self.text = text
        self.where = where
        self.drug = drug
        self.folded = text.translate(_ONE_TO_ONE)
        self.bare = REFERENCE.sub(lambda match: " " * len(match[0]), self.folded)
        self.lowered = self.folded.lower()
        self.line_ends = [index for index, char in enumerate(text) if char == "\n"]
        self.numbered = list(self._lines_with_numbers())

    def hits(self, rules: tuple[str, ...] | list[str]) -> list[Hit]:
        """Return the hits of these rules by place, then by rule."""
        found = [(start, rule_id, end) for rule_id in rules for start, end in self._spans(RULES[rule_id])]
        return [self._hit(RULES[rule_id], start, end) for start, rule_id, end in sorted(found)]

    def _spans(self, rule: Rule) -> Iterator[tuple[int, int]]:
        if rule.id == "L37":
            return self._not_composed()
        if not rule.may_break(self.lowered):
            return iter(())
        if rule.id in AS_TYPED:
            return rule.spans(self.text)
        if rule.id in AT_THE_END:
            return rule.spans(self.bare, len(self.bare.rstrip()) - LONGEST_ENDING)
        read = self.bare if rule.id in WITHOUT_REFERENCES else self.folded
        if rule.in_numbers:
            return chain.from_iterable(rule.spans(read, start, end) for start, end in self.numbered)
        return rule.spans(read)

    def _lines_with_numbers(self) -> Iterator[tuple[int, int]]:
        """Yield the lines that hold a digit beyond those of references such as [smpc 4.4].

        A line that ends in a number is read together with the next one: its
        unit may stand there.
        """
        begin, start = -1, 0
        for line in self.folded.split("\n"):
            if begin < 0 and DIGIT.search(PLAIN_REFERENCE.sub("", line)):
                begin = start
            if begin >= 0 and not line.rstrip().endswith(tuple("0123456789-")):
                yield begin, start + len(line)
                begin = -1
            start += len(line) + 1
        if begin >= 0:
            yield begin, start

    def _not_composed(self) -> Iterator[tuple[int, int]]:
        """Yield the first line that is not NFC."""
        if unicodedata.is_normalized("NFC", self.text):
            return
        start = 0
        for line in self.text.splitlines(keepends=True):
            if not unicodedata.is_normalized("NFC", line):
                yield start, start + len(line.rstrip())
                return
            start += len(line)

    def _hit(self, rule: Rule, start: int, end: int) -> Hit:
        line = bisect_left(self.line_ends, start) + 1
        excerpt = self._excerpt(start, end, line)
        return Hit(rule.id, rule.severity, self.where, line, excerpt, rule.advice, self.drug)

    def _excerpt(self, start: int, end: int, line: int) -> str:
        """Return what stands there and its line's words around it, on one line."""
        line_start = self.line_ends[line - 2] + 1 if line > 1 else 0
        first = max(line_start, start - CONTEXT)
        end = min(end, start + EXCERPT)
        before, after = self.text[first:start], self.text[end : end + CONTEXT]
        if first > line_start:
            before = f"…{before.partition(' ')[2]}"
        after, cut, _ = after.partition("\n")
        if not cut and end + CONTEXT < len(self.text):
            after = f"{after.rpartition(' ')[0]}…"
        words = INVISIBLE.sub(lambda match: f"U+{ord(match[0]):04X}", before + self.text[start:end] + after)
        return " ".join(words.split())
