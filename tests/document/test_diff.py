"""What differs, by place and by word."""

from hypothesis import given
from hypothesis import strategies as st

from monographs.document import diff, normalised
from monographs.document.diff import Piece, words
from tests import builders
from tests.document.strategies import raw_documents


@given(raw_documents(), raw_documents())
def test_a_difference_gives_both_texts_and_nothing_else(one, other):
    old, new = normalised(one), normalised(other)
    assert diff(old, old) == []
    for change in diff(old, new):
        assert change.old != change.new
        assert "".join(piece.text for piece in change.pieces if piece.change != "added") == change.old
        assert "".join(piece.text for piece in change.pieces if piece.change != "removed") == change.new
    assert bool(diff(old, new)) == (old != new)


@given(st.text(max_size=40), st.text(max_size=40))
def test_words_lose_nothing(old, new):
    pieces = words(old, new)
    assert "".join(piece.text for piece in pieces if piece.change != "added") == old
    assert "".join(piece.text for piece in pieces if piece.change != "removed") == new


def test_a_deleted_not_is_one_removed_word():
    old = builders.document(sections={"monitoring": "Do not stop it."})
    new = builders.document(sections={"monitoring": "Do stop it."})
    (change,) = diff(old, new)
    assert change.place == "sections.monitoring"
    assert [piece.text.strip() for piece in change.pieces if piece.change == "removed"] == ["not"]
    assert not [piece for piece in change.pieces if piece.change == "added"]


def test_a_section_that_came_is_all_added():
    sections = builders.raw()["sections"]
    old, new = builders.document(), builders.document(sections={**sections, "cautions": "Take care."})
    (change,) = diff(old, new)
    assert (change.place, change.old, change.pieces) == (
        "sections.cautions",
        "",
        (Piece("added", "Take care."),),
    )
