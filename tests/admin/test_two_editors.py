"""Two editors save the same drug at the same moment, again and again: no text is lost."""

import pytest

from monographs.models import Drug
from tests import builders
from tests.admin.forms import change_of, errors, opened, signed_in
from tests.review.test_races import at_once

ROUNDS = 100


@pytest.mark.django_db(transaction=True)
def test_of_two_saves_at_once_one_stands_whole_and_the_other_is_told():
    drug = builders.written()
    clients = [signed_in(builders.person(name, builders.EDITOR)) for name in ("one", "other")]
    # Each changes a field of its own, so that a mixture would show.
    fields = ("lead", "section_monitoring")

    def sends(place, data, answers):
        def send():
            answers[place] = clients[place].post(change_of(drug), data)

        return send

    for turn in range(ROUNDS):
        texts = [f"Lead {turn}.", f"Monitoring {turn}. [smpc 4.4]"]
        before = _standing(drug)
        data = opened(clients[0], drug)
        answers = [None, None]

        raised = at_once(
            *(sends(place, data | {field: texts[place]}, answers) for place, field in enumerate(fields))
        )

        assert raised == [None, None]
        assert sorted(answer.status_code for answer in answers) == [200, 302]
        won = [answer.status_code for answer in answers].index(302)
        assert _standing(drug) == [texts[place] if place == won else before[place] for place in (0, 1)]
        told = " ".join(errors(answers[1 - won]))
        assert "This drug was changed since you opened it." in told
        assert texts[1 - won] in answers[1 - won].content.decode()


def _standing(drug):
    """Return the lead and the monitoring section as they stand."""
    return [Drug.objects.get(pk=drug.pk).lead, drug.sections.get(kind="monitoring").text]
