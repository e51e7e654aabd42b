"""What a reviewer has begun is found again: after a logout, in a second tab, at a newer text."""

import pytest
from django.core.exceptions import PermissionDenied

from monographs import review
from monographs.models import ReviewDraft
from monographs.vocabulary import SAFETY_SECTIONS, SectionKind
from tests import builders
from tests.pages import two_sources

pytestmark = pytest.mark.django_db
EIGHT = list(SectionKind)[:8]
TEXTS = {kind.value: f"{kind.label} as written. [smpc 4.4]" for kind in EIGHT}


@pytest.fixture
def reviewer(db):
    """A pharmacist who may sign monographs."""
    return builders.credentialed()


def kept(revision, person, read=(), seen="", **fields):
    """Keep a draft; return it."""
    return review.keep_draft(revision=revision, by=person, read=read, fields=fields, seen=seen)


def test_what_was_kept_is_found_again(reviewer):
    revision = builders.submitted(sections=TEXTS)

    kept(revision, reviewer, EIGHT[:5], comment="Half way.", verdict="approve")

    found = review.draft_of(revision, reviewer)
    assert found.read == tuple(EIGHT[:5])
    assert found.fields == {"comment": "Half way.", "verdict": "approve"}
    assert found.again == ()


def test_ticks_come_over_to_a_newer_text_but_for_sections_that_changed(reviewer):
    first = builders.submitted(sections=TEXTS)
    kept(first, reviewer, EIGHT[:5], comment="Half way.", verdict="approve")
    changed = {**TEXTS, EIGHT[1].value: "Another text. [smpc 4.4]"}

    second = builders.submitted(sections=changed)

    found = review.draft_of(second, reviewer)
    assert found.read == (EIGHT[0], *EIGHT[2:5])
    assert found.again == (EIGHT[1],)
    assert found.fields == {"comment": "Half way."}
    assert found.number == 1


def test_a_draft_that_came_over_replaces_the_older_one(reviewer):
    first = builders.submitted(sections=TEXTS)
    kept(first, reviewer, EIGHT[:5])
    second = builders.submitted(sections={**TEXTS, EIGHT[1].value: "Another text. [smpc 4.4]"})

    kept(second, reviewer, EIGHT[:2])

    assert ReviewDraft.objects.get().revision == second


def test_two_tabs_lose_nothing_of_each_other(reviewer):
    revision = builders.submitted(sections=TEXTS)
    seen = kept(revision, reviewer, EIGHT[:1], comment="First.").version
    kept(revision, reviewer, EIGHT[:2], seen, comment="First. Second.", interests="none")

    found = kept(revision, reviewer, EIGHT[2:3], seen, comment="Third.")

    assert found.read == tuple(EIGHT[:3])
    assert found.fields == {"comment": "First. Second.\n\nThird.", "interests": "none"}


def test_in_one_tab_a_tick_is_taken_back(reviewer):
    revision = builders.submitted(sections=TEXTS)
    seen = kept(revision, reviewer, EIGHT[:2]).version

    assert kept(revision, reviewer, EIGHT[:1], seen).read == tuple(EIGHT[:1])


def test_a_tick_for_what_is_not_written_is_not_kept(reviewer):
    revision = builders.submitted()

    assert kept(revision, reviewer, [SectionKind.CAUTIONS]).read == ()


def test_drafts_of_others_are_not_seen(reviewer):
    revision = builders.submitted()
    kept(revision, reviewer, comment="Mine.")

    assert review.draft_of(revision, builders.person("other", builders.REVIEWER)) == review.Draft()


def test_who_may_not_comment_keeps_no_draft():
    with pytest.raises(PermissionDenied):
        kept(builders.submitted(), builders.person("stranger"))
    assert not ReviewDraft.objects.exists()


def test_signing_ends_the_drafts_of_the_part(reviewer):
    first = builders.submitted(sections=TEXTS, sources=two_sources())
    kept(first, reviewer, EIGHT[:1])
    second = builders.submitted(sections=TEXTS)

    review.approve(
        revision=second,
        by=reviewer,
        digest=second.digest,
        interests="none",
        read=EIGHT,
        acknowledged=SAFETY_SECTIONS,
    )

    assert not ReviewDraft.objects.exists()
