"""Nobody signs with a credential that another person is just ending, on either engine."""

import threading
import time

import pytest
from django.db import connections, transaction

from monographs import review
from monographs.models import LiveDrug, Review
from monographs.review import clinical_now
from monographs.vocabulary import SAFETY_SECTIONS, SectionKind
from tests import builders

# As long as an ending stays open, while somebody signs.
OPEN_SECONDS = 0.5


def end(signer, lead):
    """End the signer's credential."""
    review.end_credential(credential=signer.credentials.get(), by=lead, reason="Left.")


def question(signer, lead):
    """Cancel all reviews of the signer."""
    review.question_reviews_of(person=signer, by=lead, reason="Not registered.")


def approve(revision, signer):
    """Approve a text whose sections were all read."""
    review.approve(
        revision=revision,
        by=signer,
        digest=revision.digest,
        interests="none",
        read=[kind for kind in SectionKind if kind.value in revision.sections],
        acknowledged=SAFETY_SECTIONS,
    )


def words():
    """Return what lists show of every page."""
    facts = review.facts_of(LiveDrug.objects.all())
    return {review.mark(one, clinical_now()).short for one in facts.values()}


def beside(step):
    """Begin a step in a thread of its own, which stays open for a while. Returns once it has begun."""
    begun = threading.Event()

    def run():
        try:
            with transaction.atomic():
                step()
                begun.set()
                time.sleep(OPEN_SECONDS)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    assert begun.wait(30)
    return thread


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ending", [end, question])
def test_who_signs_while_their_credential_is_being_ended_has_signed_nothing(ending):
    lead, signer = builders.person("lead", builders.LEAD), builders.credentialed()
    revision = builders.released().monograph
    thread = beside(lambda: ending(signer, lead))

    with pytest.raises(review.NoCredential):
        approve(revision, signer)

    thread.join()
    assert not Review.objects.exists()
    assert words() == {"Not reviewed"}


@pytest.mark.django_db(transaction=True)
def test_what_is_being_signed_while_a_persons_reviews_are_cancelled_is_cancelled_too():
    lead, signer = builders.person("lead", builders.LEAD), builders.credentialed()
    revision = builders.released().monograph
    thread = beside(lambda: approve(revision, signer))

    question(signer, lead)

    thread.join()
    assert words() == {"Not reviewed: cancelled"}
