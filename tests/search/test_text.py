"""Words in the texts that readers see: whole statements, the same on both engines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monographs import review
from monographs.models import LiveDrug, Passage
from monographs.review import clinical_now
from monographs.search import in_text
from monographs.vocabulary import SAFETY_SECTIONS, SectionKind
from tests import builders

pytestmark = pytest.mark.django_db


def said(q, **asked):
    """Return the statements that a query finds."""
    return [hit.text for hit in in_text(q, at=clinical_now(), **asked).hits]


def test_a_statement_is_shown_whole():
    builders.released(
        sections={"cautions": "Do not stop it suddenly: the blood pressure may rise. [smpc 4.4]"}
    )

    (hit,) = in_text("blood pressure stop", at=clinical_now()).hits

    assert hit.text == "Do not stop it suddenly: the blood pressure may rise."
    assert (hit.name, hit.slug, hit.kind) == ("Amlodipine", "amlodipine", SectionKind.CAUTIONS)
    assert hit.mark.short == "Not reviewed"


def test_a_bullet_is_never_shown_without_the_words_that_lead_in_to_it():
    text = "Do not use in:\n- porphyria; [smpc 4.3]\n- hypotension. [smpc 4.3]\n\nAsk about falls. [smpc 4.4]"
    builders.released(sections={"cautions": text})

    assert said("porphyria") == ["Do not use in: porphyria;"]
    assert said("hypotension") == ["Do not use in: hypotension."]
    assert said("falls") == ["Ask about falls."]


@pytest.mark.parametrize(
    "q",
    [
        "ankles",
        "SWELL",
        "amlodipine swelling",
        "monitoring ankle",
        "the swelling of ankle",
        "  ankle,   swelling!  ",
        'ankle "swelling" AND * NEAR( \'',
    ],
)
def test_words_are_found_by_their_beginning_in_any_order_and_with_drug_or_section(q):
    builders.released()

    found = said(q.replace("AND", "").replace("NEAR(", ""))

    assert found == ["Ankle swelling."]


@pytest.mark.parametrize("q", ["", " ", "the of", "swelling kidney", "welling", "ankle swelling NOT", "smpc"])
def test_what_does_not_stand_there_is_not_found(q):
    builders.released()

    assert said(q) == []


def test_only_what_readers_see_is_found(lead):
    live = builders.released()
    builders.submitted(sections={"cautions": "Grapefruit juice. [smpc 4.4]"})

    assert said("grapefruit") == []
    review.release(
        revision=live.drug.revisions.get(number=2), by=lead, reason="New.", acknowledged=SAFETY_SECTIONS
    )
    assert said("grapefruit") == ["Grapefruit juice."]
    assert said("ankle") == []
    review.withdraw(drug=live.drug, by=lead, reason="Unsafe.")
    assert said("grapefruit") == []


def test_hits_are_in_the_order_of_drugs_and_sections_and_paged():
    bullets = "\n".join(f"- Sign number {number} of oedema. [smpc 4.8]" for number in range(25))
    builders.released("Nifedipine", sections={"side-effects": bullets, "cautions": "Oedema. [smpc 4.4]"})
    builders.released("Amlodipine", sections={"monitoring": "Oedema of the ankle. [smpc 4.4]"})

    first, last = (in_text("oedema", at=clinical_now(), page=page) for page in (1, 9))

    assert [hit.text for hit in first.hits][:3] == [
        "Oedema of the ankle.",
        "Oedema.",
        "Sign number 0 of oedema.",
    ]
    assert (first.count, first.page, first.pages, len(first.hits)) == (27, 1, 2, 20)
    assert (last.page, len(last.hits)) == (2, 7)


def test_other_scripts_and_units_are_words_too():
    builders.released(
        sections={"monitoring": "Keep potassium below 5.5 mmol/L, β-blockers aside; 血圧. [smpc 4.4]"}
    )

    for q in ("5 mmol", "β-blocker", "beta blocker", "血圧", "potassium <5.5"):
        assert len(said(q)) == 1, q


def test_the_queries_do_not_grow_with_hits(django_assert_num_queries):
    builders.released()
    with django_assert_num_queries(6):
        in_text("amlodipine", at=clinical_now())
    for name in ("Nifedipine", "Felodipine", "Lacidipine"):
        builders.released(name)
    with django_assert_num_queries(6):
        assert in_text("pressure", at=clinical_now()).count == 8


def test_a_forged_passage_is_found_by_verify():
    builders.released()
    Passage.objects.filter(position=1).update(text="Something else.")

    assert [*review.live.wrong_rows()] == [
        "Amlodipine: the search in the text does not hold the released text."
    ]


def test_a_row_that_goes_takes_its_passages_along():
    builders.released()
    LiveDrug.objects.all().delete()

    assert not Passage.objects.exists()
    assert said("ankle") == []


@given(q=st.text(max_size=120))
def test_no_query_breaks_it(q):
    in_text(q, at=clinical_now())
