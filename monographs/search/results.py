"""What a search gives: plain data, made to be shown."""

from __future__ import annotations

from dataclasses import dataclass

from monographs.models import DrugClass, LiveDrug, NameConflict
from monographs.review import Mark


@dataclass(frozen=True)
class Matched:
    """A name of the drug that the query met."""

    name: str
    kind: str
    market: str


@dataclass(frozen=True)
class Partner:
    """A medicine that is easily taken for the one in the row."""

    name: str
    class_name: str


@dataclass(frozen=True)
class Row:
    """One drug. Without a page `slug` is empty and `mark` is None: only its name is known.

    `components` are the names of what a combination contains; `look_alikes`
    the medicines that must not be taken for this one.
    """

    drug_id: int
    name: str
    slug: str
    class_name: str
    matched: tuple[Matched, ...]
    mark: Mark | None
    is_exact: bool
    components: tuple[str, ...] = ()
    look_alikes: tuple[Partner, ...] = ()


@dataclass(frozen=True)
class Results:
    """All that the results page shows.

    `redirect` is set only for one unambiguous exact name, typed in full;
    `redirect_name` is that name as it is stored. `members_of` is the class that
    the query names; then the rows are its members, and after them the rest.
    `guesses` are what a misspelling may mean: they are only ever offered, never
    above a row. `set_aside` are the words of the query that name no medicine,
    such as "30 mg" and "inj". `is_abbreviation` says that the query is a listed
    error-prone abbreviation: then `rows` are what it can mean.
    """

    query: str
    redirect: LiveDrug | None = None
    redirect_name: str = ""
    members_of: DrugClass | None = None
    rows: tuple[Row, ...] = ()
    guesses: tuple[Row, ...] = ()
    conflicts: tuple[NameConflict, ...] = ()
    set_aside: tuple[str, ...] = ()
    is_abbreviation: bool = False
