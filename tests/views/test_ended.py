"""Renamed, merged and split drugs, as readers meet them: every old address leads somewhere true."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from monographs import review
from monographs.models import LiveDrug, OldSlug
from monographs.review import clinical_now
from tests import builders, pages
from tests.pages import words

pytestmark = pytest.mark.django_db
INSULINS = ("Insulin glargine", "Insulin lispro")


def renamed(live, lead, name="Amlodipinum", slug="amlodipinum"):
    """Give a drug another name and address."""
    review.rename(drug=live.drug, name=name, slug=slug, by=lead, reason="The name was changed.")
    return LiveDrug.objects.get(pk=live.pk)


def merged(one, two, lead):
    """Merge a drug into another."""
    review.merge(drug=one.drug, into=two.drug, by=lead, reason="They are one medicine.")


def split(old, into, lead):
    """Split a drug."""
    review.split(
        drug=old.drug, into=[one.drug for one in into], names={}, codes={}, by=lead, reason="They are two."
    )


def test_an_old_address_leads_to_the_new_one_for_ever(client, lead):
    renamed(builders.released(), lead)

    answer = client.get("/drugs/amlodipine/")

    assert (answer.status_code, answer.url) == (301, "/drugs/amlodipinum/")


def test_the_former_name_stands_on_the_page_once_the_heading_is_new(client, lead):
    live = renamed(builders.released(), lead)
    assert "Formerly" not in words(client.get(live.get_absolute_url()))

    live = builders.released("Amlodipinum", slug="amlodipinum")

    page = client.get(live.get_absolute_url())
    assert "<h1>Amlodipinum" in page.content.decode()
    assert "Formerly Amlodipine." in words(page)


@pytest.mark.parametrize(("days", "stands"), [(0, True), (729, True), (731, False)])
def test_formerly_stands_for_24_months(client, lead, monkeypatch, days, stands):
    renamed(builders.released(), lead)
    live = builders.released("Amlodipinum", slug="amlodipinum")
    monkeypatch.setattr("monographs.views.drug.clinical_now", lambda: clinical_now() + timedelta(days=days))

    assert ("Formerly Amlodipine." in words(client.get(live.get_absolute_url()))) is stands


def test_a_merged_drug_says_of_which_it_is_part(client, lead):
    merged(builders.released("Amlodipin"), builders.released(), lead)

    page = client.get("/drugs/amlodipin/")

    assert page.status_code == 200
    said = words(page)
    assert "Amlodipin is now part of Amlodipine." in said
    assert "Reason: They are one medicine." in said
    assert "Not reviewed" in said
    assert 'href="/drugs/amlodipine/"' in page.content.decode()
    assert '<meta name="robots" content="noindex">' in page.content.decode()


def test_a_split_drug_is_a_choice_and_never_leads_to_one_by_itself(client, lead):
    old, *into = (builders.released(name) for name in ("Insulin", *INSULINS))
    split(old, into, lead)

    page = client.get("/drugs/insulin/")
    found = client.get("/search/", {"q": "insulin"})

    assert page.status_code == 200
    assert "Insulin is now on 2 pages. Choose the one you mean." in words(page)
    assert found.status_code == 200
    for one in into:
        assert f'href="{one.get_absolute_url()}"' in page.content.decode()
        assert one.get_absolute_url() in found.content.decode()


def test_a_chain_of_mergers_leads_to_the_page_that_stands_now(client, lead):
    one, two, three = (builders.released(name) for name in ("Amlodipin", "Amlodipine", "Felodipine"))
    merged(one, two, lead)
    merged(two, three, lead)

    assert "Amlodipin is now part of Felodipine." in words(client.get("/drugs/amlodipin/"))


def test_a_drug_that_took_the_place_and_was_withdrawn_says_so(client, lead):
    two = builders.released()
    merged(builders.released("Amlodipin"), two, lead)
    review.withdraw(drug=two.drug, by=lead, reason="The text was wrong.")

    assert "Withdrawn" in words(client.get("/drugs/amlodipin/"))


def test_an_ended_drug_stands_in_no_list(client, lead):
    merged(builders.released("Amlodipin"), builders.released(), lead)

    assert "/drugs/amlodipin/" not in client.get("/sitemap-drugs.xml").content.decode()
    assert "/drugs/amlodipin/" not in client.get("/drugs/").content.decode()
    assert "/drugs/amlodipin/" not in client.get("/classes/calcium-channel-blockers/").content.decode()
    assert "Amlodipin" in words(client.get("/drugs/"))  # as a name that leads to amlodipine


def test_queries_do_not_grow_with_the_number_that_took_the_place(client, lead, django_assert_max_num_queries):
    old = builders.released("Insulin")
    split(old, [builders.released(f"Insulin {n}") for n in range(8)], lead)

    with django_assert_max_num_queries(12):
        client.get("/drugs/insulin/")


def links_of(page):
    """Return the site's own addresses that a page links to, without fragments."""
    found = re.findall(r'href="(/[^"#]*)', page.content.decode())
    return {address for address in found if not address.startswith(("/static/", "/admin/"))}


def test_after_rename_merge_and_split_no_link_is_dead_and_every_old_name_is_found(lead):
    one, two, old, *into = (
        builders.released(name) for name in ("Amlodipin", "Amlodipine", "Insulin", *INSULINS)
    )
    third = builders.released("Felodipine")
    one.drug.names.create(name="Istin", kind="brand", market="GB", in_document=False)
    old.drug.names.create(name="Isophane", kind="brand", market="GB", in_document=False)
    for target in (one, old, two):
        pages.link(third, to_drug=target.drug)
    pages.link(one, to_drug=third.drug)
    pages.link(old, to_drug=third.drug)
    merged(one, two, lead)
    split(old, into, lead)
    renamed(third, lead, "Felodipinum", "felodipinum")

    client, seen = Client(), {}
    waiting = {"/", "/drugs/", "/classes/", "/drugs/amlodipin/", "/drugs/insulin/", "/drugs/felodipine/"}
    waiting |= {f"/search/?q={name}" for name in ("amlodipin", "insulin", "istin", "isophane", "felodipine")}
    while waiting:
        address = waiting.pop()
        page = client.get(address, follow=True)
        seen[address] = page.status_code
        waiting |= links_of(page) - seen.keys()
    sitemap = client.get("/sitemap-drugs.xml").content.decode()
    for address in re.findall(r"<loc>https?://[^/]+(/[^<]*)</loc>", sitemap):
        seen[address] = client.get(address).status_code

    assert {address: status for address, status in seen.items() if status != 200} == {}
    assert len(seen) > 20
    for name, page in (("amlodipin", two), ("istin", two), ("felodipine", LiveDrug.objects.get(pk=third.pk))):
        found = client.get(f"/search/?q={name}", follow=True)
        assert page.name in words(found), name
    for name in ("insulin", "isophane"):
        assert all(live.name in words(client.get(f"/search/?q={name}")) for live in into)
    assert OldSlug.objects.get().slug == "felodipine"
    assert one.drug.revisions.exists()
    assert old.drug.revisions.exists()


@pytest.mark.parametrize("ends", [False, True])
def test_a_drug_that_came_back_to_its_old_address_never_leads_to_itself(client, lead, ends):
    live, heirs = builders.released(), [builders.released(name) for name in INSULINS]
    live = renamed(live, lead)
    live = renamed(live, lead, "Amlodipine", "amlodipine")
    if ends:
        split(live, heirs, lead)

    there = client.get("/drugs/amlodipine/")
    other = client.get("/drugs/amlodipinum/")

    assert there.status_code == 200
    assert (other.status_code, other.url) == (301, "/drugs/amlodipine/")


def test_a_draft_that_came_back_to_its_old_address_is_a_known_name(client, lead):
    drug = builders.written()
    review.rename(drug=drug, name="Amlodipinum", slug="amlodipinum", by=lead, reason="New name.")
    review.rename(drug=drug, name="Amlodipine", slug="amlodipine", by=lead, reason="Old name.")

    assert client.get("/drugs/amlodipine/").status_code == 404
    assert client.get("/drugs/amlodipinum/").url == "/drugs/amlodipine/"
