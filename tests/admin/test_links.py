"""Curated links in the admin: both directions, the list of what is wrong, and the steps that mend."""

import csv
import io

import pytest
from django.contrib.admin.models import LogEntry

from monographs import review
from monographs.admin.links import defused
from monographs.models import CrossLink, Drug
from monographs.related import related_for
from monographs.review import Trouble, clinical_now
from tests import builders, pages
from tests.admin.forms import change_of, errors, onlooker, opened, signed_in
from tests.admin.test_many_rows import links_to, new_rows
from tests.admin.test_registered import MOST, queries
from tests.review.test_links import answered

pytestmark = pytest.mark.django_db
LIST = "/admin/monographs/crosslink/"


@pytest.fixture
def alternative(editor):
    """An alternative that another editor chose and nobody agreed to."""
    live, other = builders.released(), builders.released("Felodipine")
    return answered(live, builders.person("curator", builders.EDITOR), "alternative", to_drug=other.drug)


def page_of(link, step="change"):
    """Return the address of a link's page or step."""
    return f"{LIST}{link.pk}/{step}/"


def shown(client, address=LIST):
    """Return the links that a list shows, with what it says is wrong."""
    found = client.get(address).context["cl"]
    return {str(link): found.model_admin.wrong(link) for link in found.result_list}


def acted(client, action, links, address=LIST):
    """Take an action on chosen links of the list."""
    return client.post(
        address, {"action": action, "_selected_action": [link.pk for link in links]}, follow=True
    )


def said(response):
    """Return the messages of a page."""
    return [str(message) for message in response.context["messages"]]


# The form


def test_who_adds_a_link_in_the_form_answers_for_it(editor):
    drug, other = builders.written(), builders.released("Felodipine").drug
    client = signed_in(editor)

    response = client.post(change_of(drug), opened(client, drug) | new_rows("links", 0, links_to([other])))

    assert response.status_code == 302, errors(response)
    link = drug.links.get()
    assert (link.curator, link.checked_by, link.name_seen) == (editor, editor, "Felodipine")


@pytest.mark.parametrize(
    ("changed", "is_new"), [({"links-0-reason": "Safer."}, True), ({"links-0-position": "4"}, False)]
)
def test_who_changes_what_a_link_says_answers_for_it_and_it_is_agreed_to_anew(
    editor, alternative, changed, is_new
):
    review.accept(link=alternative, by=editor, seen=review.said(alternative))
    drug = alternative.from_drug
    client = signed_in(builders.person("another", builders.EDITOR))

    response = client.post(change_of(drug), opened(client, drug) | changed)

    assert response.status_code == 302, errors(response)
    link = CrossLink.objects.get()
    assert (link.accepted_by is None) == is_new
    assert link.curator.username == ("another" if is_new else "curator")


def test_a_reason_keeps_the_content_rules(editor):
    drug, other = builders.written(), builders.released("Felodipine").drug
    client = signed_in(editor)
    rows = new_rows("links", 0, [{**links_to([other])[0], "reason": "Give 5 mg instead."}])

    response = client.post(change_of(drug), opened(client, drug) | rows)

    assert "amount of medicine" in " ".join(errors(response))
    assert not CrossLink.objects.exists()


# Both directions


def test_the_links_of_a_drug_stand_in_both_directions_with_what_is_wrong(editor, lead):
    live, gone, other = (builders.released(name) for name in ("Amlodipine", "Felodipine", "Nifedipine"))
    answered(live, editor, to_drug=gone.drug)
    answered(live, editor, "used-with", to_drug=other.drug)
    answered(other, editor, "used-with", to_drug=live.drug)
    answered(builders.released("Isradipine"), editor, to_drug=live.drug)
    review.withdraw(drug=gone.drug, by=lead, reason="Wrong.")

    page = signed_in(editor).get(f"/admin/monographs/drug/{live.pk}/links/")

    assert [(target, causes, is_shown) for _, target, causes, is_shown in page.context["own"]] == [
        ("Felodipine", "target withdrawn", False),
        ("Nifedipine", "", True),
    ]
    assert [(str(link.from_drug), back) for link, _, back in page.context["incoming"]] == [
        ("Isradipine", False),
        ("Nifedipine", True),
    ]
    assert [link.name for link in page.context["seen"].chosen] == ["Nifedipine"]


def test_of_forty_links_in_a_class_of_45_readers_see_eight_and_six_and_editors_the_rest(editor, lead, client):
    pages.drug_class("calcium-channel-blockers", "Calcium-channel blocker")
    live = builders.released()
    members = [builders.released(f"Testol {n:02}") for n in range(44)]
    wrong = members[:3]
    for position, target in enumerate(members[:37]):
        answered(live, editor, to_drug=target.drug, position=position)
    for n in range(3):
        answered(live, editor, url=f"https://guide.example/{n}", title=f"Guide {n}", position=40 + n)
    for target in wrong[:2]:
        review.withdraw(drug=target.drug, by=lead, reason="Wrong.")
    heirs = [members[40].drug, members[41].drug]
    review.split(drug=wrong[2].drug, into=heirs, names={}, codes={}, by=lead, reason="Two medicines.")

    found = related_for(live, at=clinical_now())
    page = signed_in(editor).get(f"/admin/monographs/drug/{live.pk}/links/")
    reader = pages.words(client.get(live.get_absolute_url()))

    assert (len(found.chosen), len(found.more), len(found.same_class)) == (8, 29, 6)
    assert f"All {found.total} in this class" in reader
    # The drug that was split has left the class; the withdrawn stay in its list, marked as such.
    assert found.total == 44
    assert not {str(target) for target in wrong} & {link.name for link in [*found.chosen, *found.more]}
    assert [(target, causes) for _, target, causes, is_seen in page.context["own"] if not is_seen] == [
        (str(wrong[0]), "target withdrawn"),
        (str(wrong[1]), "target withdrawn"),
        (str(wrong[2]), "target merged or split"),
    ]


@pytest.mark.parametrize("make", [builders.written, lambda: pages.withdrawn("Amlodipine").drug])
def test_the_page_of_links_says_when_readers_see_none(editor, make):
    page = signed_in(editor).get(f"/admin/monographs/drug/{make().pk}/links/")

    assert "has no public page now" in pages.words(page)


def test_the_page_of_links_asks_few_queries_however_many_rows(editor):
    live = builders.released()
    client = signed_in(editor)
    address = f"/admin/monographs/drug/{live.pk}/links/"
    counts = []
    for n in range(12):
        other = builders.released(f"Testol {n}")
        answered(live, editor, to_drug=other.drug)
        answered(other, editor, to_drug=live.drug)
        counts.append(queries(client, address))

    assert counts[1] == counts[-1] <= MOST, counts


def test_nobody_without_permission_sees_the_page_of_links():
    drug = builders.written()
    stranger = builders.person("stranger")

    assert signed_in(stranger).get(f"/admin/monographs/drug/{drug.pk}/links/").status_code == 403
    assert signed_in(onlooker()).get("/admin/monographs/drug/999/links/").status_code == 404


# The list


def test_the_list_begins_with_what_is_wrong_and_can_show_each_cause_or_all(editor, lead, alternative):
    live, gone = builders.released("Nifedipine"), builders.released("Isradipine")
    answered(live, editor, to_drug=gone.drug)
    answered(live, editor, to_class=pages.drug_class("diuretics"))
    review.withdraw(drug=gone.drug, by=lead, reason="Wrong.")
    client = signed_in(editor)

    assert shown(client) == {
        "Amlodipine: Felodipine": "waits for a second person; alternative in one direction only",
        "Nifedipine: Isradipine": "target withdrawn",
    }
    assert list(shown(client, f"{LIST}?wrong=withdrawn")) == ["Nifedipine: Isradipine"]
    assert shown(client, f"{LIST}?wrong=all")["Nifedipine: Diuretics"] == "nothing"
    for trouble in Trouble:
        assert client.get(f"{LIST}?wrong={trouble.name.lower()}").status_code == 200


def test_the_list_and_a_link_ask_few_queries_however_many_rows(editor):
    live = builders.released()
    client = signed_in(editor)
    link = answered(live, editor, to_drug=builders.written("Felodipine"))
    few = queries(client, LIST)
    for n in range(12):
        answered(live, editor, to_drug=builders.written(f"Testol {n}"))

    assert queries(client, LIST) == few <= MOST
    assert queries(client, page_of(link)) <= MOST


def test_a_link_is_made_changed_and_deleted_only_in_the_form_of_its_drug(lead, alternative):
    client = signed_in(lead)

    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(page_of(alternative), {"reason": "Another."}).status_code == 403
    assert client.post(page_of(alternative, "delete"), {"post": "yes"}).status_code == 403
    acted(client, "delete_selected", [alternative])
    assert CrossLink.objects.get().reason == alternative.reason


# Steps of one link


def test_a_second_person_agrees_on_a_page_that_shows_what_readers_will_see(editor, alternative):
    client = signed_in(editor)
    page = client.get(page_of(alternative, "accept"))
    assert "Readers of Amlodipine see Felodipine as an alternative." in pages.words(page)

    seen = page.context["step"].form.initial["seen"]
    client.post(page_of(alternative, "accept"), {"seen": seen})

    assert CrossLink.objects.get().accepted_by == editor
    assert LogEntry.objects.get().user == editor
    assert [link.name for link in related_for(alternative.from_drug.live, at=clinical_now()).chosen] == [
        "Felodipine"
    ]


def test_the_page_of_an_own_alternative_says_why_not(alternative):
    client = signed_in(alternative.curator)

    page = client.get(page_of(alternative, "accept"))
    client.post(page_of(alternative, "accept"), {"seen": review.said(alternative)})

    assert "a second person has to agree" in pages.words(page)
    assert CrossLink.objects.get().accepted_by is None


def test_what_changed_since_the_page_was_opened_is_not_agreed_to(editor, alternative):
    client = signed_in(editor)
    old = review.said(alternative)
    CrossLink.objects.update(reason="Another reason.")

    page = client.post(page_of(alternative, "accept"), {"seen": old})

    assert "was changed since you opened the page" in pages.words(page)
    assert "Another reason." in pages.words(page)
    assert CrossLink.objects.get().accepted_by is None


def test_the_way_back_is_added_with_its_own_reason_by_the_content_rules(editor, alternative):
    client = signed_in(editor)

    refused = client.post(page_of(alternative, "reverse"), {"reason": "Give 5 mg."})
    assert "amount of medicine" in pages.words(refused)
    client.post(page_of(alternative, "reverse"), {"reason": "Longer acting."})

    back = CrossLink.objects.exclude(pk=alternative.pk).get()
    assert (str(back), back.relation, back.reason) == (
        "Felodipine: Amlodipine",
        "alternative",
        "Longer acting.",
    )


def test_a_form_of_the_other_drug_that_was_open_meanwhile_is_refused(editor, alternative):
    client = signed_in(editor)
    data = opened(client, alternative.to_drug)
    client.post(page_of(alternative, "reverse"), {"reason": "Of the same class."})

    response = client.post(change_of(alternative.to_drug), data | {"lead": "Another lead."})

    assert "This drug was changed since you opened it. Nothing is saved yet." in " ".join(errors(response))
    assert alternative.to_drug.links.count() == 1


@pytest.mark.parametrize("step", ["accept", "reverse"])
def test_nobody_without_permission_takes_a_step(alternative, step):
    client = signed_in(onlooker())

    assert client.get(page_of(alternative, step)).status_code == 403
    assert client.post(page_of(alternative, step), {"seen": review.said(alternative)}).status_code == 403
    assert CrossLink.objects.count() == 1
    assert signed_in(alternative.curator).get(f"{LIST}999/{step}/").status_code == 404


# Many at once


def test_chosen_links_are_checked_at_once(editor, alternative):
    CrossLink.objects.update(checked_on=None, checked_by=None)

    response = acted(signed_in(editor), "mark_checked", [alternative])

    assert said(response) == ["1 checked, by you and as of today."]
    assert CrossLink.objects.get().checked_by == editor
    assert LogEntry.objects.get().object_id == str(alternative.pk)


def test_a_whole_list_is_checked_at_once(editor):
    live = builders.released()
    links = [answered(live, editor, to_drug=builders.written(f"Testol {n}")) for n in range(60)]
    CrossLink.objects.update(checked_on=None)
    data = {"action": "mark_checked", "select_across": "1", "_selected_action": [links[0].pk]}

    signed_in(editor).post(f"{LIST}?wrong=old", data)

    assert not CrossLink.objects.filter(checked_on=None).exists()


def test_a_link_to_a_drug_that_has_ended_cannot_be_checked_off(editor, lead):
    live, target = builders.released(), builders.released("Felodipine")
    link = answered(live, editor, to_drug=target.drug)
    CrossLink.objects.update(checked_on=None)
    heirs = [builders.released(name).drug for name in ("Nifedipine", "Isradipine")]
    review.split(drug=target.drug, into=heirs, names={}, codes={}, by=lead, reason="Two medicines.")

    response = acted(signed_in(editor), "mark_checked", [link])

    assert "give these another: Amlodipine: Felodipine" in said(response)[0]
    assert CrossLink.objects.get().checked_on is None


def test_the_target_of_chosen_links_is_replaced_after_a_preview(editor):
    old, new = builders.released("Felodipine"), builders.released("Nifedipine")
    links = [answered(builders.released(name), editor, to_drug=old.drug) for name in ("Alpha", "Beta")]
    links.append(answered(new, editor, to_drug=old.drug))
    client = signed_in(editor)

    asked = acted(client, "replace_target", links, f"{LIST}?wrong=all")
    address = f"{asked.request['PATH_INFO']}?{asked.request['QUERY_STRING']}"
    assert "To which drug do they lead from now on?" in pages.words(asked)
    preview = client.get(f"{address}&into={new.pk}")
    assert "Alpha: Felodipine leads to Nifedipine from now on" in pages.words(preview)
    assert "Nifedipine: Felodipine stays as it is: it would lead to itself." in pages.words(preview)
    done = client.post(
        f"{address}&into={new.pk}", {"seen": preview.context["step"].form.initial["seen"]}, follow=True
    )

    assert said(done) == ["3 links: 2 lead to Nifedipine now."]
    assert sorted(map(str, CrossLink.objects.all())) == [
        "Alpha: Nifedipine",
        "Beta: Nifedipine",
        "Nifedipine: Felodipine",
    ]
    assert LogEntry.objects.count() == 2


def test_a_preview_that_is_out_of_date_changes_nothing(editor):
    old, new = builders.released("Felodipine"), builders.released("Nifedipine")
    link = answered(builders.released("Alpha"), editor, to_drug=old.drug)
    client = signed_in(editor)
    address = f"{LIST}replace/?links={link.pk}&into={new.pk}"
    seen = client.get(address).context["step"].form.initial["seen"]
    CrossLink.objects.update(reason="Another reason.")

    page = client.post(address, {"seen": seen})

    assert "were changed since you opened the page" in pages.words(page)
    assert CrossLink.objects.get().to_drug == old.drug


@pytest.mark.parametrize("query", ["", "?links=x,²,", "?links=1&into=x", "?links=1&into=999"])
def test_a_forged_address_of_a_replacement_asks_again(editor, query):
    assert signed_in(editor).get(f"{LIST}replace/{query}").status_code == 200


def test_too_many_links_at_once_are_refused_in_words(editor):
    live = builders.released()
    columns = {"from_drug": live.drug, "curator": editor, "relation": "guideline", "title": "A guide"}
    CrossLink.objects.bulk_create(CrossLink(url=f"https://guide.example/{n}", **columns) for n in range(201))
    first = CrossLink.objects.first()

    response = signed_in(editor).post(
        LIST,
        {"action": "replace_target", "select_across": "1", "_selected_action": [first.pk]},
        follow=True,
    )

    assert said(response) == ["Choose at most 200 links at once; nothing was changed."]


def test_the_table_has_every_chosen_link_and_no_formula(editor):
    live = builders.released()
    link = answered(live, editor, url="https://guide.example/", title="=HYPERLINK(1)")
    CrossLink.objects.update(reason="+1 is a sum", checked_on=None)

    response = acted(signed_in(editor), "export_csv", [link], f"{LIST}?wrong=all")
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert (rows[0]["from"], rows[0]["to"], rows[0]["reason"]) == (
        "Amlodipine",
        "'=HYPERLINK(1)",
        "'+1 is a sum",
    )
    assert rows[0]["wrong"] == "not checked within 24 months"


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_begins_a_formula_is_text(first):
    assert defused(f"{first}1") == f"'{first}1"


def test_who_only_reads_may_take_the_table_and_nothing_else(alternative):
    client = signed_in(onlooker())
    before = CrossLink.objects.values().get()

    for action in ("mark_checked", "replace_target"):
        acted(client, action, [alternative])
    assert client.get(f"{LIST}replace/?links={alternative.pk}").status_code == 403

    assert CrossLink.objects.values().get() == before
    assert acted(client, "export_csv", [alternative])["Content-Type"] == "text/csv; charset=utf-8"


def test_the_form_of_a_drug_leads_to_its_links(editor):
    drug = builders.written()

    page = signed_in(editor).get(change_of(drug))

    assert f"/admin/monographs/drug/{Drug.objects.get().pk}/links/" in page.content.decode()
