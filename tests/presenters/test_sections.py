"""The three rules of what is not yet written."""

from monographs.presenters.sections import unwritten_block
from monographs.vocabulary import SAFETY_SECTIONS, SectionKind
from tests.builders import document


def written_but(*kinds):
    """Return a document in which only these kinds are empty."""
    return document(sections={kind.value: "Text. [smpc 4.1]" for kind in SectionKind if kind not in kinds})


def test_many_empty_kinds_stand_in_one_block_without_the_safety_sections():
    block = unwritten_block(document())

    assert len(block) == len(SectionKind) - 2 - len(SAFETY_SECTIONS)
    assert not set(block) & set(SAFETY_SECTIONS)


def test_two_empty_kinds_stay_in_place():
    assert unwritten_block(written_but(SectionKind.CAUTIONS, SectionKind.HANDLING)) == []


def test_three_empty_kinds_make_a_block_in_the_order_of_the_page():
    empty = (SectionKind.HANDLING, SectionKind.CAUTIONS, SectionKind.STOPPING)

    assert unwritten_block(written_but(*empty)) == [
        SectionKind.CAUTIONS,
        SectionKind.STOPPING,
        SectionKind.HANDLING,
    ]


def test_safety_sections_do_not_count_towards_the_block():
    assert unwritten_block(written_but(*SAFETY_SECTIONS, SectionKind.CAUTIONS)) == []
