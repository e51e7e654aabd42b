"""What can be found stays in step with what readers may see."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from monographs import review
from monographs.models import Drug, DrugName, LiveDrug, LookAlike, Passage, SearchHead, SearchKey, SearchName
from monographs.names import keys
from monographs.review import clinical_now
from monographs.review.search_keys import wrong_names
from monographs.search import find, in_text
from monographs.vocabulary import SAFETY_SECTIONS, ChangeKind, LookAlikeState, Part
from tests import builders

pytestmark = pytest.mark.django_db

BRAND = {"name": "Istin", "kind": "brand", "market": "GB", "source": "smpc"}


def names(*more):
    """Return the names of amlodipine and some more."""
    return [*builders.raw()["names"], *more]


def rows(q):
    """Return the names of all that a typed string finds."""
    results = find(q, at=clinical_now())
    opened = [results.redirect.name] if results.redirect else []
    return [*opened, *(row.name for row in (*results.rows, *results.guesses))]


def draft(live, *more):
    """Write more names into the working rows of a drug."""
    review.edit(
        drug=live.drug,
        document=builders.document(names=names(*more)),
        by=builders.person("editor", builders.EDITOR),
        what="a test",
    )


def release_draft(drug, lead):
    """Show readers what the working rows say."""
    revision = review.submit(
        drug=drug, part=Part.MONOGRAPH, by=lead, change_kind=ChangeKind.EDITORIAL, note="Names."
    )
    return review.release(revision=revision, by=lead, reason="Names.", acknowledged=SAFETY_SECTIONS)


@pytest.fixture(autouse=True)
def nothing_is_out_of_step(db):
    """After every test the names are those that making them anew would give."""
    yield
    assert list(wrong_names()) == []
    assert review.is_in_step()


def test_a_drafted_name_is_not_found_before_its_release(lead):
    live = builders.released()
    draft(live, BRAND)
    assert rows("istin") == []

    release_draft(live.drug, lead)
    assert rows("istin") == ["Amlodipine"]


def test_a_drafted_name_does_not_stand_in_the_a_to_z_before_its_release(client, lead):
    live = builders.released()
    draft(live, BRAND)
    assert "Istin" not in client.get("/drugs/", {"letter": "i"}).content.decode()

    release_draft(live.drug, lead)
    assert "Istin" in client.get("/drugs/", {"letter": "i"}).content.decode()


def test_a_name_that_a_draft_takes_out_is_found_until_its_release(lead):
    live = builders.released(names=names(BRAND))
    draft(live)
    assert rows("istin") == ["Amlodipine"]

    release_draft(live.drug, lead)
    assert rows("istin") == []


def test_a_name_drafted_at_another_drug_forbids_to_open_this_one():
    builders.released(names=names(BRAND))
    other = builders.released("Nifedipine")
    review.edit(
        drug=other.drug,
        document=builders.document("Nifedipine", names=[{"name": "Nifedipine", "kind": "inn"}, BRAND]),
        by=builders.person("editor", builders.EDITOR),
        what="a test",
    )
    results = find("istin", at=clinical_now())
    assert results.redirect is None
    assert [row.name for row in results.rows] == ["Amlodipine"]


def test_all_names_of_a_drug_that_was_never_released_find_it():
    builders.written(names=names(BRAND))
    assert rows("istin") == ["Amlodipine"]
    builders.written(names=names())
    assert rows("istin") == []


def test_rolled_back_names_are_found_again(lead):
    live = builders.released(names=names(BRAND))
    first = live.monograph
    draft(live)
    release_draft(live.drug, lead)
    review.roll_back(revision=first, by=lead, reason="Back.", acknowledged=SAFETY_SECTIONS)
    assert rows("istin") == ["Amlodipine"]


def test_a_withdrawn_medicine_is_still_found_by_what_readers_saw_last(lead):
    live = builders.released(names=names(BRAND))
    review.withdraw(drug=live.drug, by=lead, reason="Wrong.")
    (row,) = find("isti", at=clinical_now()).rows
    assert row.mark.is_withdrawn


def test_a_renamed_medicine_is_found_by_its_former_name_for_ever(lead):
    live = builders.released()
    review.rename(
        drug=live.drug, name="Amlodipine besilate", slug="amlodipine-besilate", by=lead, reason="Salt."
    )
    assert rows("amlodipine besilate") == []
    review.edit(
        drug=live.drug,
        document=builders.document(
            "Amlodipine besilate", names=[{"name": "Amlodipine besilate", "kind": "inn"}]
        ),
        by=lead,
        what="a test",
    )
    release_draft(live.drug, lead)
    assert rows("amlodipine") == ["Amlodipine besilate"]
    assert rows("amlodipine besilate") == ["Amlodipine besilate"]


def test_the_names_of_a_merged_medicine_lead_to_the_one_that_it_is_part_of(lead):
    gone, stays = builders.released("Frusemide"), builders.released("Furosemide")
    review.merge(drug=gone.drug, into=stays.drug, by=lead, reason="One medicine.")
    assert rows("frusemide") == ["Furosemide"]


def test_the_names_of_a_split_medicine_lead_to_each_that_took_its_place(lead):
    gone = builders.released("Interferon")
    first, second = builders.released("Interferon alfa"), builders.released("Interferon beta")
    review.split(
        drug=gone.drug, into=[first.drug, second.drug], names={}, codes={}, by=lead, reason="Two medicines."
    )
    results = find("interferon", at=clinical_now())
    assert results.redirect is None
    assert sorted(row.name for row in results.rows) == ["Interferon alfa", "Interferon beta"]


def test_a_component_that_a_text_makes_known_is_found():
    builders.released(
        "Co-amilofruse",
        names=[{"name": "Co-amilofruse", "kind": "ban"}],
        components=[{"slug": "amiloride", "name": "Amiloride"}, {"slug": "furosemide", "name": "Furosemide"}],
    )
    first, second = find("amiloride", at=clinical_now()).rows
    assert (first.name, second.name) == ("Amiloride", "Co-amilofruse")
    assert second.components == ("Amiloride", "Furosemide")
    assert not second.is_exact


def test_a_rebuild_finds_what_is_missing_too_much_and_wrong(capsys):
    live = builders.released(names=names(BRAND))
    SearchName.objects.filter(norm="istin").delete()
    ghost = SearchName.objects.get(norm="amlodipine")
    ghost.pk, ghost.name, ghost.is_first = None, "Ghost", False
    ghost.save()
    SearchKey.objects.filter(tier=keys.Tier.WORD).delete()
    assert len(list(wrong_names())) == 1

    call_command("rebuild_search")

    assert "2 names can be found. Before: 1 of them missing, 1 too many, " in capsys.readouterr().out
    assert rows("istin") == [live.name]
    call_command("rebuild_search")
    assert "0 of them missing, 0 too many, 0 keys wrong" in capsys.readouterr().out


def test_after_a_rebuild_postgresql_knows_how_many_rows_there_are():
    builders.released()

    with CaptureQueriesContext(connection) as asked:
        review.rebuild()

    counted = [query["sql"] for query in asked if query["sql"].startswith("ANALYZE")]
    assert len(counted) == (connection.vendor == "postgresql")
    if counted:
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE relname = %s", [SearchKey._meta.db_table])
            assert cursor.fetchone()[0] == SearchKey.objects.count() > 0


def test_a_rebuild_drops_beginnings_that_no_name_has():
    builders.released()
    SearchHead.objects.create(tier=keys.Tier.HEAD, key=1, head=1)
    call_command("rebuild_search")
    assert not SearchHead.objects.filter(head=1).exists()


def test_readiness_tells_when_fewer_can_be_found_than_there_are(client):
    live = builders.released()
    assert client.get("/readyz").status_code == 200
    SearchName.objects.all().delete()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"not ready: search\n")
    review.make_findable([live.pk])


def test_verifying_the_record_tells_of_names_out_of_step():
    from monographs.review import verify

    live = builders.released()
    SearchName.objects.filter(drug=live.pk).update(name="Other", norm="other")
    assert any("run rebuild_search" in sentence for sentence in verify.broken())
    review.make_findable([live.pk])


def test_a_catalogues_name_of_a_drug_with_a_page_is_found():
    live = builders.released()
    DrugName.objects.create(drug=live.drug, name="Amlor", kind="brand", in_document=False)
    review.make_findable([live.pk])
    assert rows("amlor") == ["Amlodipine"]
    assert LiveDrug.objects.count() == Drug.objects.count() == 1


def test_rebuilding_brings_back_statements_and_look_alikes_and_keeps_decisions(editor):
    builders.released("Carboplatin")
    builders.released("Cisplatin")
    pair = LookAlike.objects.get()
    review.decide_look_alike(
        pair=pair, state=LookAlikeState.CONFIRMED, reason="Reported.", seen=str(pair), by=editor
    )
    builders.released("Oxaliplatin")
    before = list(Passage.objects.order_by("live", "position").values_list("live", "position", "words"))
    Passage.objects.all().delete()

    call_command("rebuild_search")

    assert (
        list(Passage.objects.order_by("live", "position").values_list("live", "position", "words")) == before
    )
    assert LookAlike.objects.get(pk=pair.pk).state == LookAlikeState.CONFIRMED
    assert in_text("ankle", at=clinical_now()).count == 3
