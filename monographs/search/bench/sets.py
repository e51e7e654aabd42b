"""The sets of queries: those of a file by confidence, and sets made from the names with a fixed seed."""

from __future__ import annotations

import random
import string
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from monographs.models import Identifier, SearchName
from monographs.models.search import COMPONENT
from monographs.names import normalise
from monographs.vocabulary import IdentifierSystem, NameKind

SEED = 20_261_126
MOST_QUERIES = 1_000
SHORTEST_PREFIX = 4
SHORTEST_ONE, SHORTEST_TWO = 5, 6
LETTERS = string.ascii_lowercase


@dataclass(frozen=True)
class Asked:
    """One query and the drugs that are right; of a shared name, every one that bears it must be listed."""

    query: str
    right: frozenset[int]
    all_wanted: bool = False


class Names:
    """All names, and who bears them."""

    def __init__(self) -> None:
        """Read every name once."""
        self.rows = list(
            SearchName.objects.exclude(kind=COMPONENT).order_by("norm", "drug", "kind", "market")
        )
        self.owners: dict[str, set[int]] = defaultdict(set)
        for row in self.rows:
            self.owners[row.norm].add(row.drug_id)

    def of_one(self, kinds: Iterable[str]) -> list[str]:
        """Return the names of these kinds that one drug alone bears, each once, in order."""
        chosen = set(kinds)
        found = {
            row.norm: row.name for row in self.rows if row.kind in chosen and len(self.owners[row.norm]) == 1
        }
        return [found[norm] for norm in sorted(found)]

    def shared(self) -> list[str]:
        """Return the names that several drugs bear."""
        return sorted(norm for norm, drugs in self.owners.items() if len(drugs) > 1)

    def right_for(self, name: str, unii: int | None) -> frozenset[int]:
        """Return the drugs that are right for an expected name and code.

        The drug of the code, and every drug of that very name. Some expected
        names are in no list (the import leaves out a brand that is the first
        word of its drug's own name, such as penicillin of penicillin G
        potassium): then drugs with a name that begins with it, word for word.
        """
        norm = normalise(name)
        found = set(self.owners.get(norm, ()))
        if not found:
            found = {row.drug_id for row in self.rows if row.norm.startswith(f"{norm} ")}
        return frozenset(found | ({unii} if unii else set()))


def sets_of(names: Names, queries: Iterable[Mapping[str, str]]) -> Iterator[tuple[str, list[Asked]]]:
    """Yield (name, queries) for each set: the file's by confidence, then those made from the names."""
    yield from _of_file(names, queries)
    generated = {
        "exact": (NameKind.INN, NameKind.BAN, NameKind.USAN, NameKind.GENERIC),
        "brand": (NameKind.BRAND,),
        "synonym": (NameKind.SYNONYM,),
    }
    for label, kinds in generated.items():
        chosen = _sample(label, names.of_one(kind.value for kind in kinds))
        yield label, [Asked(name, names.right_for(name, None)) for name in chosen]
    yield (
        "shared",
        [
            Asked(norm, frozenset(names.owners[norm]), all_wanted=True)
            for norm in _sample("shared", names.shared())
        ],
    )
    own = names.of_one(kind.value for kind in generated["exact"])
    begun = {_beginning(name): name for name in reversed(own)}
    cut = sorted(each for each in begun if each not in names.owners)
    yield "prefix", [Asked(each, names.right_for(begun[each], None)) for each in _sample("prefix", cut)]
    yield "one-edit", _edited(names, "one-edit", 1, SHORTEST_ONE)
    yield "two-edit", _edited(names, "two-edit", 2, SHORTEST_TWO)


def _of_file(names: Names, queries: Iterable[Mapping[str, str]]) -> Iterator[tuple[str, list[Asked]]]:
    """Yield the sets of the file, by confidence, in alphabetical order."""
    codes = Identifier.objects.filter(system=IdentifierSystem.UNII.value)
    by_unii = dict(codes.values_list("value", "drug"))
    found: dict[str, list[Asked]] = defaultdict(list)
    for row in queries:
        right = names.right_for(row["expected_name"], by_unii.get(row["unii"]))
        found[row["confidence"]].append(Asked(row["query"], right))
    yield from sorted(found.items())


def _sample(label: str, names: list[str]) -> list[str]:
    """Return at most a thousand names, the same ones in every run."""
    if len(names) <= MOST_QUERIES:
        return names
    return random.Random(f"{SEED} {label}").sample(names, MOST_QUERIES)  # noqa: S311 - no secret


def _beginning(name: str) -> str:
    """Return the first half of a name."""
    norm = normalise(name)
    return norm[: max(SHORTEST_PREFIX, (len(norm) + 1) // 2)].strip()


def _edited(names: Names, label: str, edits: int, shortest: int) -> list[Asked]:
    """Return misspelled names: so many random slips in names of at least so many letters.

    A slip that gives another name that is in the list, or none at all, is made anew.
    """
    chance = random.Random(f"{SEED} {label}")  # noqa: S311 - no secret
    norms = [norm for norm in sorted(names.owners) if len(norm) >= shortest]
    found: list[Asked] = []
    while norms and len(found) < MOST_QUERIES:
        norm = chance.choice(norms)
        slipped = norm
        for _ in range(edits):
            slipped = slip(slipped, chance)
        slipped = normalise(slipped)
        if slipped and slipped not in names.owners:
            found.append(Asked(slipped, frozenset(names.owners[norm])))
    return found


def slip(text: str, chance: random.Random) -> str:
    """Return a text with one random slip: a letter more, less, another, or two changed about."""
    place, letter = chance.randrange(len(text)), chance.choice(LETTERS)
    kind = chance.choice(("more", "less", "other", "swapped"))
    if kind == "more":
        return text[:place] + letter + text[place:]
    if kind == "other":
        return text[:place] + letter + text[place + 1 :]
    if kind == "swapped" and place + 1 < len(text):
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    return text[:place] + text[place + 1 :]
