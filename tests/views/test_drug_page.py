"""What stands on the drug page, and what stands at its address when there is none."""

import datetime

import pytest

from monographs import review
from monographs.models import DemoDatabase, LiveDrug, OldSlug, Release
from monographs.vocabulary import SAFETY_SECTIONS, ChangeKind, Part
from tests.builders import EDITOR, LEAD, SMPC, document, person, raw, released
from tests.pages import all_sections, known, link, starter, two_sources, withdrawn, words

pytestmark = pytest.mark.django_db


def page_of(client, live):
    """Return the words of a drug's page."""
    return words(client.get(live.get_absolute_url()))


def test_pomalidomide_shows_every_element_of_the_page_that_was_asked_for(client):
    starter()

    response = client.get("/drugs/pomalidomide/")

    page = words(response)
    in_order = [
        "Skip to content",
        "ClinCalc Pro",
        "Menu",
        "Immunomodulator (thalidomide analogue)",
        "Pomalidomide Specialist drug",
        "Brand names: Imnovid",
        "Causes birth defects: Pregnancy Prevention Programme.",
        "Monograph status: not yet clinician-reviewed.",
        "of 16 sections written.",
        "Dosing: being independently re-sourced",
        "Contra-indications Interactions Side-effects All sections",
        "Pomalidomide is an immunomodulator",
        "For adults, UK",
        "Specialist drug: started and supervised by a specialist team.",
        "Clinical monograph",
        "How it works",
        "Prescribing in practice",
        "Monitoring",
        "Counselling the patient",
        "Evidence & guidelines",
        "About this review",
        "Related",
        "Chosen by our editors",
        "Same class (listed automatically)",
        "Related links are not part of the clinical review.",
        "Sources",
        "TA427",
        "TA658",
        "Names and codes",
        "Name matched in RxNorm (code 1369713, checked 22 November 2026).",
        "This confirms the name, not the text.",
        "For healthcare professionals. Check the SmPC and your local formulary before you prescribe.",
    ]
    end = 0
    for element in in_order:
        assert element in page[end:], element
        end = page.index(element, end) + len(element)


def test_the_text_is_that_of_the_released_revision(client):
    live = released()
    review.edit(
        drug=live.drug,
        document=document(sections={"monitoring": "Not released. [smpc 4.4]"}),
        by=person("editor", EDITOR),
        what="a test",
    )

    page = page_of(client, live)

    assert "Ankle swelling." in page
    assert "Not released." not in page


def test_statements_become_paragraphs_bullets_and_labels(client):
    live = released(
        sections={"pregnancy": "Pregnancy: avoid. [smpc 4.6]\n\n- One.\n- Two.", "monitoring": "Text. [smpc]"}
    )

    body = client.get(live.get_absolute_url()).content.decode()

    assert "<p><b>Pregnancy:</b> avoid. <a" in body
    assert body.count("<li>One.</li>") == 1
    assert "<li>Two.</li>" in body


def test_a_reference_leads_to_its_source_and_back(client):
    body = client.get(released().get_absolute_url()).content.decode()

    assert '<a class="ref" href="#s1">[1:&nbsp;4.4]</a>' in body
    assert '<li id="s1">' in body
    assert '<a href="#monitoring">Monitoring</a>' in body[body.index('<li id="s1">') :]


def test_a_source_says_when_it_was_revised_and_read_and_what_is_cited(client):
    page = page_of(client, released())

    assert "Amlodipine tablets, SmPC emc/1 · Revised 12 May 2026 · read 1 November 2026" in page
    assert "Places: 4.1, 4.4, 4.8 Cited in Indications, Monitoring" in page


def test_a_section_says_since_when_its_text_is_unchanged(client, lead):
    live = released()
    first = live.monograph.submitted_at
    changed = raw()["sections"] | {"monitoring": "Only blood pressure. [smpc 4.4]"}
    review.edit(drug=live.drug, document=document(sections=changed), by=lead, what="a test")
    second = review.submit(
        drug=live.drug, part=Part.MONOGRAPH, by=lead, change_kind=ChangeKind.CLINICAL, note="Shorter."
    )
    review.release(revision=second, by=lead, reason="Shorter.", acknowledged=SAFETY_SECTIONS)

    sections = client.get(live.get_absolute_url()).context["sections"]

    since = {section.kind.value: section.since for section in sections if section.blocks}
    assert since == {"indications": first, "monitoring": second.submitted_at}


def test_the_foot_of_a_section_names_places_and_date(client):
    page = page_of(client, released())
    today = datetime.datetime.now(tz=datetime.UTC)

    assert f"Amlodipine SmPC 4.4, 4.8 · text unchanged since {today.day} {today:%B} {today.year}" in page


def test_unwritten_safety_sections_stay_in_place_with_their_sentence(client):
    page = page_of(client, released())

    assert page.count("Not yet written. This does not mean there are none. Read section") == 3
    assert (
        "Not yet written. This does not mean there are none. Read section 4.3 of the Amlodipine SmPC." in page
    )
    assert "Not yet written. This does not mean there is no concern. Read section 4.6 of the" in page


def test_other_unwritten_kinds_stand_in_one_block_with_an_anchor_each(client):
    response = client.get(released().get_absolute_url())

    page = words(response)
    assert (
        "Clinical monograph Not yet written Nothing here about these yet. That does not mean there is" in page
    )
    assert "Renal impairment (SmPC 4.2)" in page
    assert '<li id="renal-impairment">' in response.content.decode()
    assert page.index("Renal impairment (SmPC 4.2)") < page.index("High blood pressure.")


def test_every_link_within_the_page_lands_somewhere(client):
    body = client.get(released(sources=two_sources()).get_absolute_url()).content.decode()

    targets = {part.split('"')[0] for part in body.split('href="#')[1:]}
    assert {target for target in targets if f'id="{target}"' not in body} == set()


def test_without_an_smpc_the_page_says_so_and_invents_no_link(client):
    page = page_of(client, released(reference_smpc=None))

    assert "There is no UK SmPC on record here. Ask pharmacy." in page
    assert "Not yet written. This does not mean there are none. Read section 4.3 of the SmPC." in page


@pytest.mark.parametrize(
    ("state", "sentences"),
    [
        (
            "re-sourcing",
            [
                "Dosing: being independently re-sourced",
                "No dose is published here yet (since 22 November 2026).",
                "Read the dose: Amlodipine SmPC, section 4.2 (revised 12 May 2026)",
                "Or use your local protocol. Ask pharmacy on 1234.",
                "We are taking each dose again from primary sources such as the SmPC. "
                "A clinician signs it before it appears.",
            ],
        ),
        (
            "suspended",
            [
                "Dosing: taken down on 22 November 2026",
                "Do not use doses printed or copied from here before then. Reason: A slip.",
                "Amlodipine SmPC, section 4.2",
            ],
        ),
        (
            "specialist-protocol",
            [
                "Dosing: not published here",
                "Given under specialist protocols. Use your local protocol, or SmPC section 4.2.",
                "Ask pharmacy on 1234.",
            ],
        ),
    ],
)
def test_the_dosing_panel_says_why_no_dose_is_shown(client, settings, state, sentences):
    settings.LOCAL_HELP = "Ask pharmacy on 1234."
    live = released()
    live.drug.dosing_state = state
    live.drug.dosing_since = datetime.date(2026, 11, 22)
    live.drug.dosing_why = "A slip" if state == "suspended" else ""
    live.drug.save()

    page = page_of(client, live)

    for sentence in sentences:
        assert sentence in page


def test_interactions_say_that_they_are_selected(client):
    sections = {"interactions": "Grapefruit. [smpc 4.5]"}

    page = page_of(client, released(sections=sections))

    assert "Interactions Selected interactions only. Not an interaction checker. Grapefruit." in page


def test_codes_are_names_that_were_matched_away_from_the_mark(client):
    live = released()
    live.drug.identifiers.create(system="rxnorm", value="17767", verified_on=datetime.date(2026, 11, 20))
    live.drug.identifiers.create(system="atc", value="C08CA01")

    page = page_of(client, live)

    assert (
        "Name matched in RxNorm (code 17767, checked 20 November 2026). This confirms the name, not the text."
        in page
    )
    assert "Not checked: ATC C08CA01." in page


def test_the_name_by_which_the_reader_came_is_explained_in_its_stored_spelling(client):
    names = [*raw()["names"], {"name": "Istin", "kind": "brand", "market": "GB"}]
    live = released(names=names)

    assert "Istin is a brand of amlodipine." in words(client.get("/drugs/amlodipine/?from=ISTIN"))
    for other in ("imnovid", "amlodipine", "", "%00", "<b>", "-"):
        assert " is a brand of " not in words(client.get(f"{live.get_absolute_url()}?from={other}"))


def test_the_mark_and_the_count_stand_in_the_status_and_the_panel(client):
    page = page_of(client, released())

    assert "Written by editors from the sources below. 2 of 16 sections written. About this review" in page
    assert "About this review Monograph Not reviewed Version 1 Published" in page


def test_a_print_carries_version_mark_date_and_address(client):
    page = page_of(client, released())

    assert "Amlodipine, version 1. Status on " in page
    assert "Current status: http://testserver/drugs/amlodipine/. Later changes and withdrawals" in page


def test_a_demonstration_says_so_beside_the_mark_and_in_a_banner(client):
    live = released()
    DemoDatabase.objects.create(pk=1)

    page = page_of(client, live)

    assert "Demonstration site. Reviews here were made by demo accounts, not by clinicians." in page
    assert "from the sources below. · demonstration, not a real review" in page


def test_markup_in_a_text_is_shown_and_does_nothing(client):
    hostile = "<script>alert(1)</script> & more"
    live = released(sources={"smpc": {**SMPC, "identifier": "emc/2", "title": hostile}})
    link(live, to_class=None, url="https://guideline.example/", title=hostile)
    gone = released("Nifedipine")
    # A reason with markup is refused by the step; the template must hold without it.
    Release.objects.create(drug=gone.drug, part="monograph", by=person("lead", LEAD), reason=hostile)
    LiveDrug.objects.filter(pk=gone.pk).update(monograph=None)

    for address in (live.get_absolute_url(), gone.get_absolute_url()):
        body = client.get(address).content.decode()
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in body
        assert "<script>" not in body


def test_a_withdrawn_page_is_gone_and_says_why(client):
    response = client.get(withdrawn("Amlodipine").get_absolute_url())

    page = words(response)
    assert response.status_code == 410
    assert "page withdrawn on" in page
    assert "Do not use earlier prints or copies. Reason: The text was wrong. Use the Amlodipine SmPC" in page
    assert "High blood pressure" not in page
    assert '<meta name="robots" content="noindex">' in response.content.decode()


def test_a_known_name_without_a_page_says_so(client):
    known("Nivolumab")

    response = client.get("/drugs/nivolumab/")

    assert response.status_code == 404
    assert (
        "Nivolumab: we know this name but have no page on it yet. Use the SmPC or your local formulary."
        in words(response)
    )
    assert 'role="search"' in response.content.decode()


def test_an_old_address_leads_to_the_present_one_for_ever(client):
    live = released()
    OldSlug.objects.create(slug="norvasc", drug=live.drug)

    response = client.get("/drugs/norvasc/")

    assert (response.status_code, response["Location"]) == (301, "/drugs/amlodipine/")


def test_capitals_in_the_address_lead_to_the_page(client):
    released()

    response = client.get("/drugs/Amlodipine/")

    assert (response.status_code, response["Location"]) == (301, "/drugs/amlodipine/")


def test_every_page_of_every_kind_of_monograph_is_drawn(client):
    for live in [*starter(), released(sections=all_sections(), sources=two_sources())]:
        assert client.get(live.get_absolute_url()).status_code == 200


def test_the_page_is_drawn_from_the_live_rows_only(client):
    live = released()
    LiveDrug.objects.filter(pk=live.pk).delete()

    assert client.get("/drugs/amlodipine/").status_code == 404


def test_the_smpc_of_another_country_says_which(client):
    live = released(sources={"smpc": {**SMPC, "jurisdiction": "EU"}})

    assert "Read the dose: EU Amlodipine SmPC, section 4.2" in page_of(client, live)
