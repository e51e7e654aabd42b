"""Results in words."""

import pytest
from django.template.loader import render_to_string

from monographs import review
from monographs.models import LiveDrug
from monographs.presenters.search import present_results, short_mark
from monographs.presenters.words import with_article
from monographs.review import clinical_now, facts_of, mark
from monographs.search import Matched, Results, Row
from tests.builders import LEAD, approved, person, released
from tests.pages import live_of, notice, withdrawn


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("chelating agent", "a chelating agent"),
        ("immunomodulator", "an immunomodulator"),
        ("ACE inhibitor", "an ACE inhibitor"),
        ("SGLT2 inhibitor", "an SGLT2 inhibitor"),
        ("H2-receptor antagonist", "an H2-receptor antagonist"),
        ("uricosuric", "a uricosuric"),
        ("urinary antiseptic", "a urinary antiseptic"),
        ("statin", "a statin"),
        ("heparin", "a heparin"),
        ("opioid", "an opioid"),
        ("Histamine antagonist", "a Histamine antagonist"),
    ],
)
def test_a_class_has_the_article_that_it_is_spoken_with(name, said):
    assert with_article(name) == said


@pytest.mark.django_db
def test_the_short_mark_of_the_box_is_the_one_of_every_list():
    lives = [
        released(),
        live_of(approved("Nicardipine")),
        withdrawn("Nifedipine"),
        live_of(approved("Nimodipine")),
    ]
    notice(on=lives[-1].drug)
    cancelled = approved("Lercanidipine")
    review.revoke(
        revision=cancelled.revision, by=cancelled.reviewer, digest=cancelled.digest, comment="Wrong."
    )
    review.withdraw(drug=live_of(approved("Felodipine")).drug, by=person("lead", LEAD), reason="Wrong.")
    lives = list(LiveDrug.objects.all())
    facts = facts_of(lives)

    for live in lives:
        its_mark = mark(facts[live.pk], clinical_now())
        drawn = render_to_string("components/mark.html", {"mark": its_mark, "form": "short"})
        assert f">{short_mark(its_mark)}<" in drawn
    assert len(lives) == 6


def test_many_names_that_matched_are_counted_after_the_sixth():
    names = tuple(Matched(f"Brand {number}", "brand", "GB") for number in range(9))
    row = Row(1, "Amlodipine", "", "", names, None, False)

    [found] = present_results(Results("brand", rows=(row,)), "brand")["found"]

    assert found.matched.endswith("Brand 5 (brand) · 3 more")
