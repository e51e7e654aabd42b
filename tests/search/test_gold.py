"""The gold set: what a clinician types, and what must be opened or stand first, in order.

Written by engineers; a pharmacist may improve it. `lists` are the first rows
and guesses, in order; a query of the group of nonsense lists nothing.
"""

import pytest

from monographs.review import clinical_now
from monographs.search import find, suggest
from tests.search.gold.world import make_world, questions

pytestmark = pytest.mark.django_db
FEWEST = 200


def test_the_gold_set_is_large_enough_and_asks_nothing_twice():
    asked = [row["query"] for row in questions()]
    assert len(asked) >= FEWEST
    assert len(asked) == len(set(asked))


def test_each_query_opens_or_lists_what_is_wanted():
    make_world()
    wrong = [told for row in questions() if (told := _what_is_wrong(row))]
    assert wrong == []


def _what_is_wrong(row):
    """Return what a query gave instead of what is wanted, or nothing."""
    at = clinical_now()
    results = find(row["query"], at=at)
    opened = results.redirect.name if results.redirect else ""
    listed = [one.name for one in (*results.rows, *results.guesses)]
    wanted = [name for name in row["lists"].split("|") if name]
    if opened != row["opens"]:
        return row["query"], "opens", opened, listed[:5]
    is_listed = listed[: len(wanted)] == wanted if wanted else not listed
    if not is_listed:
        return row["query"], "lists", listed[:6]
    suggested = [one.name for one in suggest(row["query"], at=at)]
    if suggested != listed[:8] and not opened:
        return row["query"], "suggests", suggested
    return suggested[:1] != [opened] and (row["query"], "suggests first", suggested[:1]) if opened else None
