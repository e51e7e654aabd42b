"""Two steps on one drug at the same moment never interleave, on either engine."""

import contextlib
import threading

import pytest
from django.db import connection, connections

from monographs import review
from monographs.models import Generation, LiveDrug, Release, Revision
from monographs.review import Refusal, verify
from monographs.vocabulary import SAFETY_SECTIONS, ChangeKind, Part
from tests import builders

THREADS = 4
ROUNDS = 5


def at_once(*works):
    """Run each work in a thread of its own, all let go together. Returns what each raised, or None."""
    barrier = threading.Barrier(len(works))
    raised = [None] * len(works)

    def run(place, work):
        try:
            barrier.wait()
            work()
        except Exception as error:
            raised[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


@pytest.mark.django_db(transaction=True)
def test_edits_and_submits_at_once_give_every_revision_its_own_number_and_text():
    drug = builders.written()
    editor = builders.person("editor", builders.EDITOR)

    def work(name):
        def steps():
            for turn in range(ROUNDS):
                text = builders.document(lead=f"Lead {name} {turn}.")
                review.edit(drug=drug, document=text, by=editor, what="a race")
                with contextlib.suppress(review.NothingChanged):  # another thread submitted our text
                    review.submit(
                        drug=drug,
                        part=Part.MONOGRAPH,
                        by=editor,
                        change_kind=ChangeKind.CLINICAL,
                        note="Race.",
                    )

        return steps

    raised = at_once(*(work(name) for name in range(THREADS)))

    assert raised == [None] * THREADS
    numbers = list(Revision.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert list(verify.broken()) == []


@pytest.mark.django_db(transaction=True)
def test_releases_and_withdrawals_at_once_leave_the_live_row_in_step():
    lead = builders.person("lead", builders.LEAD)
    live = builders.released()
    second = builders.submitted(lead="Another lead.")
    before = Generation.objects.get().number
    steps = [
        lambda: review.release(revision=second, by=lead, reason="Race.", acknowledged=SAFETY_SECTIONS),
        lambda: review.withdraw(drug=live.drug, by=lead, reason="Race."),
        lambda: review.roll_back(
            revision=live.monograph, by=lead, reason="Race.", acknowledged=SAFETY_SECTIONS
        ),
    ]

    raised = [error for _ in range(ROUNDS) for error in at_once(*steps)]

    assert all(error is None or isinstance(error, Refusal) for error in raised), raised
    done = raised.count(None)
    assert Release.objects.count() == 1 + done
    assert Generation.objects.get().number == before + done
    assert LiveDrug.objects.get().monograph == Release.objects.latest("id").revision
    assert list(verify.broken()) == []


@pytest.mark.django_db(transaction=True)
def test_a_step_that_dies_before_its_end_leaves_nothing(monkeypatch):
    revision = builders.submitted()
    lead = builders.person("lead", builders.LEAD)

    def die():
        connection.close()
        raise KeyboardInterrupt

    monkeypatch.setattr("monographs.review.actions.raise_generation", die)
    with pytest.raises(KeyboardInterrupt):
        review.release(revision=revision, by=lead, reason="First.", acknowledged=SAFETY_SECTIONS)

    assert (Release.objects.count(), LiveDrug.objects.count()) == (0, 0)
