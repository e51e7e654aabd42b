"""The A to Z: drugs, and the names that lead to them, in one alphabetical list."""

from __future__ import annotations

import string
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, F, Q, Value
from django.db.models.functions import Left
from django.utils.http import urlencode

from monographs.models import LiveDrug, NameConflict, SearchName
from monographs.names import slugify_name, sort_letter, upper_bound
from monographs.presenters.lists import PER_PAGE, Row, class_tree, demo_of, rows_of
from monographs.presenters.names import kind_in
from monographs.presenters.notices import front_notices
from monographs.presenters.words import unique
from monographs.vocabulary import NameKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet

OTHER = "other"
SIGN = "#"
# An abbreviation can mean more than one medicine, so it leads nowhere by itself.
POINTING = [kind.value for kind in NameKind if kind is not NameKind.ABBREVIATION]


@dataclass(frozen=True)
class Letter:
    """A letter of the A to Z, its value in the address, how many drugs it has, and whether names lead on from it."""

    letter: str
    value: str
    drugs: int
    has_names: bool


@dataclass(frozen=True)
class Entry:
    """One line: a drug or, with `name`, a name that leads to it.

    `note` says what kind of name it is, such as "brand in the United States";
    `is_shared` that the name also means another medicine.
    """

    row: Row
    url: str
    name: str = ""
    note: str = ""
    is_shared: bool = False


def present_letters(letter: str, page: str, *, at: datetime) -> dict[str, Any]:
    """Return the A to Z: letters, and the lines of one letter or, when the drugs are few, all.

    `letter` is as the address has it, in any case; an unknown one counts as
    none. letters (Letter …), chosen (Letter or None), total (drugs), page (a
    page of Entry, or None when only letters are shown). Twelve queries at most.
    """
    letters = letters_with_counts()
    total = sum(each.drugs for each in letters)
    chosen = next((each for each in letters if each.value == letter.lower()), None)
    shown = None
    if chosen or total <= PER_PAGE:
        shown = Paginator(_keys(chosen), PER_PAGE).get_page(page)
        shown.object_list = _entries(list(shown.object_list), at=at)
    rows = [entry.row for entry in shown] if shown else []
    return {"letters": letters, "chosen": chosen, "total": total, "page": shown, **demo_of(rows)}


def present_home(*, at: datetime) -> dict[str, Any]:
    """Return the front page: letters (Letter …), branches (Branch …), notices (FrontNotice …), has_more.

    Four queries.
    """
    return {"letters": letters_with_counts(), "branches": class_tree(), **front_notices(at)}


def letters_with_counts() -> list[Letter]:
    """Return A to Z, and at the end other signs where a name begins with one. Two queries.

    Names are looked for only under the letters that have no drug.
    """
    counts = dict(LiveDrug.objects.values_list("letter").annotate(Count("drug_id")).order_by())
    named = _letters_of_names([each for each in (*string.ascii_uppercase, SIGN) if each not in counts])
    letters = [
        Letter(each, each.lower(), counts.get(each, 0), each in named) for each in string.ascii_uppercase
    ]
    if SIGN in counts or SIGN in named:
        letters.append(Letter(SIGN, OTHER, counts.get(SIGN, 0), SIGN in named))
    return letters


def pointing_names() -> QuerySet[SearchName]:
    """Return the current names that lead to a drug with a page.

    The names of the text that readers see, not those that only help search: a
    catalogue's 50,000 brands were read by nobody.
    """
    names = SearchName.objects.filter(in_document=True, is_current=True, kind__in=POINTING, has_page=True)
    return names.exclude(norm=F("drug__live__sort_key"))


def _letters_of_names(letters: list[str]) -> set[str]:
    """Return those of the letters under which a name leads to a drug. At most one query."""
    anywhere = Q()
    for letter in letters:
        anywhere |= _begins_with(letter)
    if not letters:
        return set()
    names = pointing_names().filter(anywhere).annotate(first=Left("norm", 1))
    return {sort_letter(first) for first in names.values_list("first", flat=True).distinct().order_by()}


def _begins_with(letter: str) -> Q:
    """Return the condition of names under a letter: a range of the index."""
    if letter == SIGN:
        return Q(norm__lt="a") | Q(norm__gte=upper_bound("z"))
    return Q(norm__gte=letter.lower(), norm__lt=upper_bound(letter.lower()))


def _keys(chosen: Letter | None) -> QuerySet[Any]:
    """Return (normalised name, drug's id, whether it is a name that leads on) in order, each once."""
    drugs, names = LiveDrug.objects.all(), pointing_names()
    if chosen:
        drugs, names = drugs.filter(letter=chosen.letter), names.filter(_begins_with(chosen.letter))
    drugs = drugs.annotate(key=F("sort_key"), leads=Value(0))
    names = names.annotate(key=F("norm"), leads=Value(1))
    columns = ("key", "drug_id", "leads")
    return drugs.values_list(*columns).union(names.values_list(*columns)).order_by("key", "leads", "drug_id")


def _entries(keys: list[tuple[str, int, int]], *, at: datetime) -> list[Entry]:
    """Return the lines of one page. Eight queries at most."""
    ids = {drug_id for _, drug_id, _ in keys}
    lives = LiveDrug.objects.filter(pk__in=ids).select_related("drug_class")
    rows = {live.pk: row for live, row in zip(lives, rows_of(lives, at=at), strict=True)}
    norms = {key for key, _, leads in keys if leads}
    names: dict[tuple[str, int], list[SearchName]] = defaultdict(list)
    for name in pointing_names().filter(drug__in=ids, norm__in=norms).order_by("kind", "market"):
        names[name.norm, name.drug_id].append(name)
    shared = set(NameConflict.objects.filter(norm__in=norms).values_list("norm", flat=True))
    return [
        _pointer(names[key, drug_id], rows[drug_id], is_shared=key in shared)
        if leads
        else Entry(rows[drug_id], rows[drug_id].url)
        for key, drug_id, leads in keys
    ]


def _pointer(names: list[SearchName], row: Row, *, is_shared: bool) -> Entry:
    """Return the line of a name that leads to a drug."""
    name = names[0].name
    came_from = urlencode({"from": slugify_name(name)})
    return Entry(row, f"{row.url}?{came_from}", name, ", ".join(_notes(names)), is_shared)


def _notes(names: Iterable[SearchName]) -> list[str]:
    """Return what kinds of name one name is; where it is used elsewhere only when it is not used at home."""
    home = settings.HOME_MARKET
    at_home = [name for name in names if name.market in ("", home)]
    return unique(kind_in(name.kind, name.market, home) for name in at_home or names)
