"""Making a catalogue of invented names, for load tests."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from math import gcd
from typing import TextIO

from monographs.importers.catalogue.rows import COLUMNS, CatalogueRow

NAMES_PER_DRUG = 5
MOST = 1_000_000

_ONSETS = "b bl br c cl cr d dr f fl g gl gr l m n p pl pr r s st t tr v z".split()  # noqa: SIM905
_FIRST = [onset + vowel for onset in _ONSETS for vowel in "aeiou"]
_LATER = [onset + vowel for onset in "bcdfglmnprstvx" for vowel in "aeiou"]
# Names that begin with one of these have three syllables before the stem, others two.
_LONG_STARTS = frozenset("bcdlmprst")

# Stems of international non-proprietary names (WHO, "The use of stems in the
# selection of INN", 2018), each with a consonant first, so that any syllable
# can stand before it.
_STEM_WORDS = (
    "barbital bactam bendazole bufene buvir caine ciclib ciclovir cillin citabine conazole cycline "
    "dipine dotinib dronate farin fenacin fibrate floxacin fungin gatran gestrel gliflozin gliptin glitazone "
    "glutide grastim grel kacin kinra kiren lisib lukast lutamide metacin mycin navir nazepam nidazole nolol "
    "parib parin penem peridol perone platin poetin prazole pressin pril profen prost quine racetam rafenib "
    "relix rubicin sartan semide sentan setron sidone sonide statin stigmine taxel tecan tegravir tepa terol "
    "thiazide tidine tinib tocin toin toran triptan trombopag tumab vaptan vastatin verine vudine xaban "
    "xetine ximab zepam zolam zolamide zosin zumab"
)
_STEMS = _STEM_WORDS.split()
_BRAND_ENDS = "bex dyx fex gard jex kor lex max nexo plex quor rix sys tive vex vix xil zaro zix".split()  # noqa: SIM905
_SALTS = "hydrochloride sodium acetate maleate mesilate phosphate sulfate tartrate citrate fumarate".split()  # noqa: SIM905
_UNII_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def make_catalogue(n: int, seed: int = 0) -> Iterator[CatalogueRow]:
    """Return an iterator of `n` rows of invented medicines with five names each, all of them different.

    The same seed gives the same rows, and the first rows of a longer catalogue
    are those of a shorter one. Each name is its number spelled in syllables
    after a shuffle that can be undone, so nothing has to be remembered: memory
    stays flat. UNIIs begin with SYNTH and stand for nothing; there is no RxCUI.

    Raises ValueError unless 1 <= n <= 1,000,000.
    """
    if not 1 <= n <= MOST:
        raise ValueError(f"The number of drugs must be from 1 to {MOST:,}, not {n}.")
    return _rows(n, seed)


def _rows(n: int, seed: int) -> Iterator[CatalogueRow]:
    """Yield the rows of a catalogue."""
    draw = random.Random(seed)  # noqa: S311
    generic = _Shuffle(_SPACE, draw)
    brand = _Shuffle(len(_FIRST) * len(_LATER) ** 2 * len(_BRAND_ENDS), draw)
    for index in range(n):
        yield _row(index, generic, brand, random.Random(f"{seed}/{index}"))  # noqa: S311


def write_catalogue(rows: Iterator[CatalogueRow], stream: TextIO) -> None:
    """Write rows as the CSV that `read_catalogue` reads. Open the stream with newline=""."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_fields(row) for row in rows)


def _fields(row: CatalogueRow) -> list[str]:
    """Return the fields of a row in the order of COLUMNS."""
    fields = {column: getattr(row, column) for column in COLUMNS}
    fields |= {column: "y" if fields[column] else "" for column in ("in_dmd", "in_ema")}
    fields |= {column: "|".join(fields[column]) for column in ("tags", "synonyms", "brands")}
    return [fields[column] for column in COLUMNS]


class _Shuffle:
    """A seeded order of the numbers below `size`: each number stands in one place."""

    def __init__(self, size: int, draw: random.Random) -> None:
        self.size = size
        self.step = draw.randrange(size // 3, size)
        while gcd(self.step, size) != 1:
            self.step += 1
        self.start = draw.randrange(size)

    def __getitem__(self, index: int) -> int:
        return (self.start + index * self.step) % self.size


def _row(index: int, generic: _Shuffle, brand: _Shuffle, draw: random.Random) -> CatalogueRow:
    """Return the drug of this number."""
    name = _generic_name(generic[3 * index])
    us_name = _generic_name(generic[3 * index + 1]) if draw.random() < 0.2 else name
    ban = _generic_name(generic[3 * index + 2]) if draw.random() < 0.1 else ""
    others = NAMES_PER_DRUG - 1 - (us_name != name) - bool(ban)
    brands = draw.randint(1, others)
    salts = draw.sample(_SALTS, others - brands)
    return CatalogueRow(
        line=index + 2,
        unii=_unii(index),
        name=name,
        us_name=us_name,
        ban=ban,
        synonyms=tuple(f"{name} {salt}" for salt in salts),
        brands=tuple(_brand_name(brand[NAMES_PER_DRUG * index + place]) for place in range(brands)),
        in_dmd=draw.random() < 0.35,
        in_ema=draw.random() < 0.2,
        tags=("INN", "SYNTHETIC"),
    )


def _unii(index: int) -> str:
    """Return ten characters in the form of a UNII that no register would give."""
    digits = []
    for _ in range(5):
        index, digit = divmod(index, len(_UNII_DIGITS))
        digits.append(_UNII_DIGITS[digit])
    return "SYNTH" + "".join(reversed(digits))


# How many roots there are of each length; a root's first syllable says how long
# it is, so no two numbers spell the same name.
_LONG = [syllable for syllable in _FIRST if syllable[0] in _LONG_STARTS]
_SHORT = [syllable for syllable in _FIRST if syllable[0] not in _LONG_STARTS]
_SHORT_ROOTS = len(_SHORT) * len(_LATER)
_LONG_ROOTS = len(_LONG) * len(_LATER) ** 2
_SPACE = (_SHORT_ROOTS + _LONG_ROOTS) * len(_STEMS)


def _generic_name(number: int) -> str:
    """Return the name of a number below _SPACE."""
    root, stem = divmod(number, len(_STEMS))
    if root < _SHORT_ROOTS:
        return _root(root, _SHORT, 1) + _STEMS[stem]
    return _root(root - _SHORT_ROOTS, _LONG, 2) + _STEMS[stem]


def _brand_name(number: int) -> str:
    """Return the brand of a number, in capitals as brand lists have it."""
    root, end = divmod(number, len(_BRAND_ENDS))
    return (_root(root, _FIRST, 2) + _BRAND_ENDS[end]).upper()


def _root(number: int, firsts: list[str], later: int) -> str:
    """Return a first syllable and this many later ones that spell the number."""
    number, first = divmod(number, len(firsts))
    spelled = [firsts[first]]
    for _ in range(later):
        number, place = divmod(number, len(_LATER))
        spelled.append(_LATER[place])
    return "".join(spelled)
