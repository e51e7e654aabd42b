"""What readers see of reviews: the mark, who signed, and safety notices, on every page that names a drug."""

import datetime
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.timezone import localdate

from monographs import review
from monographs.models import Credential, DemoDatabase, DrugClass, LiveDrug, Questioned, SafetyNotice, Source
from monographs.presenters.compare import present_comparison
from monographs.presenters.drug import present_drug, present_withdrawn
from monographs.presenters.letters import present_home, present_letters
from monographs.presenters.lists import present_class
from monographs.review import clinical_now
from monographs.vocabulary import SAFETY_SECTIONS, ChangeKind, Part, SectionKind
from tests.builders import (
    EDITOR,
    LEAD,
    SMPC,
    approved,
    credentialed,
    document,
    person,
    raw,
    released,
)
from tests.pages import drug_class, link, live_of, notice, words

pytestmark = pytest.mark.django_db
DEMO = "demonstration, not a real review"
COMPARE = "/classes/calcium-channel-blockers/compare/?section=monitoring&drug=amlodipine&drug=felodipine"
# Every list that shows amlodipine.
LISTS = {
    "A to Z": "/drugs/",
    "one letter": "/drugs/?letter=a",
    "class": "/classes/calcium-channel-blockers/",
    "results": "/search/?q=amlo",
    "class word": "/search/?q=calcium-channel+blockers",
    "related": "/drugs/felodipine/",
}


def day(value):
    """Return a day, or the day of a moment, as pages write it."""
    value = localdate(value) if isinstance(value, datetime.datetime) else value
    return f"{value:%-d %B %Y}"


def drawn(template, page):
    """Return the words of a page that is drawn for another moment."""
    request = RequestFactory().get("/")
    return words(HttpResponse(render_to_string(f"monographs/{template}.html", page, request)))


def page_at(live, at):
    """Return the words of a drug's page at a moment."""
    live = LiveDrug.objects.for_page().get(pk=live.pk)
    return drawn("drug", present_drug(live, at=at, address="http://testserver/"))


def page_of(client, approval):
    """Return the words of the page that was approved."""
    return words(client.get(live_of(approval).get_absolute_url()))


def status(client, approval):
    """Return the markup of the status box."""
    body = client.get(live_of(approval).get_absolute_url()).content.decode()
    return body.split('<div class="status ')[1].split("</div>")[0]


def revoked(approval, comment="The interaction with simvastatin is missing."):
    """Take an approval back, as its signer."""
    review.revoke(revision=approval.revision, by=approval.reviewer, digest=approval.digest, comment=comment)


def shown_by_name(holder):
    """Replace a person's credential by one that shows their name."""
    registrar, old = person("registrar", LEAD), holder.credentials.get()
    review.end_credential(credential=old, by=registrar, reason="The name is shown from now on.")
    columns = ("role", "body", "number", "starts_at", "ends_at", "recorded_by")
    known = {column: getattr(old, column) for column in columns}
    new = Credential.objects.create(person=holder, shows_name=True, **known)
    review.verify_credential(credential=new, by=registrar)


def superseded(lead):
    """Supersede the SmPC that texts cite."""
    old = Source.objects.get(identifier=SMPC["identifier"])
    newer = Source.objects.create(
        kind=old.kind,
        identifier=old.identifier,
        title=old.title,
        jurisdiction=old.jurisdiction,
        url=old.url,
        revision="2 October 2026",
        revised_on=datetime.date(2026, 10, 2),
    )
    review.supersede(source=old, newer=newer, by=lead)


def shown_in_lists(client):
    """Return the words of each list by its name; felodipine, which leads to amlodipine, stands beside it."""
    link(released("Felodipine"), to_drug=LiveDrug.objects.get(slug="amlodipine").drug)
    return {name: words(client.get(address)) for name, address in LISTS.items()}


def test_a_reviewed_page_says_when_by_whom_and_until_when(client):
    approval = approved()

    page = page_of(client, approval)

    signed, due = day(approval.signed_at), day(approval.due_on)
    assert (
        f"Monograph status: clinician-reviewed ({signed}) by a pharmacist. Next review due {due}. "
        "Dosing is reviewed separately. 2 of 16 sections written. About this review"
    ) in page
    assert (
        f"About this review Monograph Reviewed {signed} Signed by a pharmacist (General Pharmaceutical Council) "
        f"Interests none Signed on {signed} Next due {due} Kind of change Clinical Version 1"
    ) in page
    assert status(client, approval).startswith("status--good")
    assert "not yet clinician-reviewed" not in page


def test_about_a_review_says_what_was_covered_and_what_was_not(client):
    page = page_of(client, approved())

    assert (
        "What was signed is the text of version 1. That does not cover dosing, related links and codes. "
        "Not yet written, as the signer acknowledged: Contra-indications; Interactions; Side-effects; "
        "Pregnancy, breast-feeding and contraception."
    ) in page
    assert (
        "What the signer declared I have read the changed sections of Amlodipine (monograph, revision 1) "
        "against the sources shown. I am competent to review this medicine. I wrote none of this text."
    ) in page


def test_the_signers_name_is_shown_only_when_the_credential_says_so(client):
    shy, open_ = credentialed("shy"), credentialed("open")
    for one in (shy, open_):
        one.full_name = f"{one.username.title()} Signer"
        one.save()
    shown_by_name(open_)

    assert "Shy" not in page_of(client, approved(by=shy))
    assert "Signed by Open Signer, pharmacist (General" in page_of(client, approved("Felodipine", by=open_))


def test_notices_that_were_answered_are_told_with_the_answer_and_without_their_number(client):
    revision = released().monograph
    posted = notice(on=revision.drug)
    approval = review.approve(
        revision=revision,
        by=credentialed(),
        digest=revision.digest,
        interests="none",
        read=tuple(SectionKind),
        acknowledged=SAFETY_SECTIONS,
        answers={posted.pk: "It is in Monitoring"},
    )

    page = page_of(client, approval)

    assert "Safety notice: Check the blood pressure first. The signer’s answer: It is in Monitoring." in page
    assert f"Safety notice {posted.pk}" not in page


def test_a_renewal_says_what_was_found_in_each_source(client):
    approval = approved()
    review.renew(
        revision=approval.revision,
        by=approval.reviewer,
        digest=approval.digest,
        interests="none",
        sources={"smpc": "Read again; nothing has changed."},
        acknowledged=SAFETY_SECTIONS,
    )

    page = page_of(client, approval)

    assert "The sources were read again: [1] Read again; nothing has changed." in page
    assert "I have read the text of Amlodipine" in page


def test_a_page_that_never_had_a_review_says_nothing_of_one(client):
    page = words(client.get(released().get_absolute_url()))

    for claim in ("Signed by", "Signed on", "Next due", "Interests none", "declared", "acknowledged"):
        assert claim not in page


def test_a_later_text_has_no_review_until_it_is_signed(client, lead):
    approval = approved()
    changed = raw()["sections"] | {"monitoring": "Only blood pressure. [smpc 4.4]"}
    review.edit(drug=approval.revision.drug, document=document(sections=changed), by=lead, what="a test")
    second = review.submit(
        drug=approval.revision.drug, part=Part.MONOGRAPH, by=lead, change_kind=ChangeKind.CLINICAL, note="x"
    )
    assert "clinician-reviewed (" in page_of(client, approval)

    review.release(revision=second, by=lead, reason="Shorter.", acknowledged=SAFETY_SECTIONS)

    page = page_of(client, approval)
    assert "Monograph status: not yet clinician-reviewed." in page
    assert "Signed by" not in page


def test_a_cancelled_review_says_since_when_and_why_and_stands_under_its_notice(client):
    approval = approved()
    revoked(approval)

    page = page_of(client, approval)

    today = day(localdate())
    comment = "The interaction with simvastatin is missing."
    assert f"Monograph status: review cancelled on {today}. Do not rely on it. Reason: {comment}" in page
    assert (
        f"Safety notice, {today} {comment} Source: the reviewer who cancelled the review. "
        f"We check this notice again by {day(SafetyNotice.objects.get().check_on)}."
    ) in page
    assert page.index("Safety notice,") < page.index("Monograph status:")
    assert (
        f"Monograph Not reviewed: cancelled · safety notice Cancelled {today} Signed by a pharmacist" in page
    )
    assert "Next due" not in page
    assert status(client, approval).startswith("status--check")


def test_the_reviews_of_a_person_who_is_questioned_say_that_reason(client, lead):
    approval = approved()
    review.question_reviews_of(person=approval.reviewer, by=lead, reason="The registration was false.")

    assert "Do not rely on it. Reason: The registration was false." in page_of(client, approval)


def test_a_notice_since_the_review_heads_the_page_and_the_mark(client):
    approval = approved()
    notice(on=live_of(approval).drug)

    page = page_of(client, approval)

    today, check = day(localdate()), day(localdate() + timedelta(days=60))
    assert (
        f"Safety notice, {today} Check the blood pressure first. "
        f"Source: MHRA Drug Safety Update, 30 October 2026. We check this notice again by {check}."
    ) in page
    assert (
        f"Monograph status: safety notice since review. Read the notice of {today} first. "
        f"Clinician-reviewed {day(approval.signed_at)}."
    ) in page
    assert page.index("Safety notice,") < page.index("Calcium-channel blocker")
    assert status(client, approval).startswith("status--check")


def test_a_notice_is_shown_on_an_unreviewed_page_too(client):
    live = released()
    notice(on=live.drug)

    page = words(client.get(live.get_absolute_url()))

    assert f"Safety notice, {day(localdate())} Check the blood pressure first." in page
    assert "About this review Monograph Not reviewed · safety notice Version 1" in page


@pytest.mark.parametrize("slug", ["calcium-channel-blockers", "antihypertensives"])
def test_a_notice_of_a_class_and_of_the_class_above_it_says_which_class(client, slug):
    top = drug_class("antihypertensives", "Antihypertensive")
    own = drug_class("calcium-channel-blockers", "Calcium-channel blocker", parent=top)
    live = released()
    notice(on=DrugClass.objects.get(slug=slug))

    for address in (live.get_absolute_url(), own.get_absolute_url()):
        body = client.get(address)
        name = "antihypertensive" if slug == top.slug else "calcium-channel blocker"
        assert f"Check the blood pressure first. About the class {name}. Source: MHRA" in words(body)
        assert f'About the class <a href="/classes/{slug}/">' in body.content.decode()


def test_a_notice_of_another_class_or_of_one_below_is_not_shown(client):
    own = drug_class("calcium-channel-blockers", "Calcium-channel blocker")
    notice(on=drug_class("dihydropyridines", "Dihydropyridine", parent=own))
    notice(on=drug_class("diuretics", "Diuretic"))
    live = released()

    for address in (live.get_absolute_url(), own.get_absolute_url()):
        assert "Safety notice" not in words(client.get(address))


def test_two_notices_stand_in_full_above_the_page_and_the_others_further_down(client):
    live = released()
    posted = [notice(on=live.drug, text=f"Warning number {one}.") for one in ("one", "two", "three", "four")]

    body = client.get(live.get_absolute_url()).content.decode()
    page = words(client.get(live.get_absolute_url()))

    today = day(localdate())
    head, rest = page.split("Also open: ")
    assert head.index("Warning number four.") < head.index("Warning number three.")
    assert "Warning number two." not in head
    assert rest.startswith(f"safety notice, {today}; safety notice, {today}.")
    assert f"Other safety notices Safety notice, {today} Warning number two." in rest
    for one in posted:
        assert body.count(f'id="notice-{one.pk}"') == 1
    assert body.count('href="#notice-') == 2


def test_an_ended_notice_says_for_thirty_days_where_it_went(client, lead):
    live = released()
    posted = notice(on=live.drug)
    of_class = notice(on=live.drug_class)
    for one in (posted, of_class):
        review.end_notice(notice=one, by=lead, reason="now in Monitoring (version 8)")
    now, today = clinical_now(), f"{localdate():%-d %B}"

    page = page_at(live, now)

    assert f"Safety notice of {today}: now in Monitoring (version 8)." in page
    assert (
        f"Safety notice of {today} about the class calcium-channel blocker: now in Monitoring (version 8)."
        in page
    )
    assert "Check the blood pressure first." not in page
    assert "Safety notice of" in page_at(live, now + timedelta(days=29))
    assert "Safety notice of" not in page_at(live, now + timedelta(days=31))


def test_an_ended_notice_of_another_year_says_the_year(lead):
    live = released()
    review.end_notice(notice=notice(on=live.drug), by=lead, reason="now in Monitoring")
    row = present_drug(LiveDrug.objects.for_page().get(), at=clinical_now(), address="http://testserver/")[
        "notices"
    ].ended[0]

    for at, said in (
        (row.on, f"{row.on:%-d %B}:"),
        (row.on.replace(year=row.on.year + 1), f"{day(row.on)}:"),
    ):
        noon = datetime.datetime.combine(at, datetime.time(12), datetime.UTC)
        text = render_to_string("components/notices.html", {"notices": {"ended": [row]}, "at": noon}).replace(
            "\u00a0", " "
        )
        assert f"Safety notice of {said} now in Monitoring." in text


def test_an_earlier_moment_knows_no_later_notice():
    live = released()
    before = clinical_now()
    notice(on=live.drug)

    assert "Safety notice" not in page_at(live, before)


def test_a_changed_source_names_the_sections_and_flags_that_rest_on_it(client, lead):
    flags = {"high-risk": {"source": "smpc", "checked_on": "2026-11-01"}}
    plain, flagged = approved(), approved("Felodipine", flags=flags)
    superseded(lead)

    page = page_of(client, plain)

    assert (
        "Monograph status: a source has changed since review. "
        f"Clinician-reviewed {day(plain.signed_at)}; SmPC revised 2 October 2026. "
        "Check: Indications, Monitoring."
    ) in page
    assert "Check: Flags, Indications, Monitoring." in page_of(client, flagged)
    assert status(client, plain).startswith("status--check")


def test_a_review_grows_old_by_itself():
    approval = approved()
    live = live_of(approval)
    due = datetime.datetime.combine(approval.due_on, datetime.time(12), datetime.UTC)

    assert "Monograph status: clinician-reviewed (" in page_at(live, due)
    overdue = page_at(live, due + timedelta(days=1))
    assert f"Monograph status: review overdue since {day(approval.due_on)}." in overdue
    assert "Monograph Check first: review overdue Signed by" in overdue
    lapsed = page_at(live, due + timedelta(days=367))
    assert f"due again by {day(approval.due_on)}. Treat as not reviewed." in lapsed
    assert "Monograph Not reviewed: lapsed Signed by" in lapsed


def test_lists_grow_old_with_the_page():
    approval = approved()
    lives = [live_of(approval), live_of(approved("Felodipine"))]
    at = datetime.datetime.combine(approval.due_on + timedelta(days=95), datetime.time(12), datetime.UTC)
    own = lives[0].drug_class

    for text in (
        drawn("drug_index", present_letters("", "", at=at)),
        drawn("class", present_class(own, "", at=at)),
    ):
        assert text.count("Check first: review overdue") == 2
    lives = list(LiveDrug.objects.for_page())
    page = present_comparison(lives, SectionKind.MONITORING, at=at, address="http://testserver/")
    assert [column.mark.look for column in page["columns"]] == ["check", "check"]


def test_a_safety_correction_that_waits_too_long_is_told(client):
    approval = approved()
    changed = raw()["sections"] | {"monitoring": "Blood pressure, every day. [smpc 4.4]"}
    editor = person("editor", EDITOR)
    drug = approval.revision.drug
    review.edit(drug=drug, document=document(sections=changed), by=editor, what="a test")
    waiting = review.submit(
        drug=drug, part=Part.MONOGRAPH, by=editor, change_kind=ChangeKind.SAFETY, note="Safety."
    )

    later = page_at(live_of(approval), waiting.submitted_at + timedelta(hours=72))

    since = day(waiting.submitted_at)
    assert f"A safety correction to this page has been waiting for review since {since}." in later
    assert "Check first: correction waiting" in later
    assert "correction" not in page_of(client, approval)


def test_every_list_shows_the_mark_in_its_own_look(client, lead):
    approval = approved()
    signed = day(approval.signed_at)

    pages = shown_in_lists(client)

    for name, page in pages.items():
        assert f"Reviewed {signed}" in page, name
    for name, address in LISTS.items():
        assert 'class="state state--good"' in client.get(address).content.decode(), name
    superseded(lead)
    for name, address in LISTS.items():
        body = client.get(address).content.decode()
        assert 'class="state state--check">Check first: source changed</span>' in body, name
    revoked(approval)
    for name, address in LISTS.items():
        page = words(client.get(address))
        assert "Not reviewed: cancelled · safety notice" in page, name
        assert 'class="state state--check"' in client.get(address).content.decode(), name


def test_every_list_tells_a_notice_whatever_the_review(client):
    live = released()
    notice(on=live.drug)

    for name, page in shown_in_lists(client).items():
        assert "Not reviewed · safety notice" in page, name


def test_a_withdrawn_medicine_stands_in_lists_in_its_own_look(client, lead):
    approval = approved()
    review.withdraw(drug=approval.revision.drug, by=lead, reason="Wrong.")

    for name, address in LISTS.items():
        if name != "related":
            assert 'class="state state--gone">Withdrawn</span>' in client.get(address).content.decode(), name


def test_a_withdrawn_page_keeps_its_notices(client, lead):
    live = released()
    for one in ("one", "two", "three"):
        notice(on=live.drug_class, text=f"Warning number {one}.")
    review.withdraw(drug=live.drug, by=lead, reason="Wrong.")

    response = client.get(live.get_absolute_url())

    page = words(response)
    assert response.status_code == 410
    assert page.index("Warning number three.") < page.index("page withdrawn on")
    assert "About the class calcium-channel blocker." in page
    assert "Other safety notices" in page
    live = LiveDrug.objects.for_page().get()
    assert not present_withdrawn(live, at=live.drug.releases.first().released_at)["notices"].shown


def test_a_comparison_shows_each_mark_and_notice_on_screen_and_in_print(client, lead):
    approval = approved()
    notice(on=released("Felodipine").drug)
    superseded(lead)

    page = words(client.get(COMPARE))

    first, second = page.split("Felodipine calcium-channel blocker")
    assert "Check: Indications, Monitoring." in first
    assert "Safety notice" not in first
    assert f"Safety notice, {day(localdate())}. Check the blood pressure first." in second
    assert "Amlodipine: Check first: source changed. Felodipine: Not reviewed · safety notice." in second
    body = client.get(COMPARE).content.decode()
    assert 'class="status status--check"' in body
    assert 'class="status status--none"' in body
    assert approval.digest not in body


def test_a_print_carries_the_whole_short_mark(client):
    approval = approved()
    assert f"version 1. Status on {day(localdate())}" in page_of(client, approval)
    assert f": Reviewed {day(approval.signed_at)}. Current status:" in page_of(client, approval)

    revoked(approval)

    assert ": Not reviewed: cancelled · safety notice. Current status:" in page_of(client, approval)


def test_the_front_page_lists_open_notices_newest_first(client, lead):
    assert "safety notices" not in words(client.get("/"))
    live = released()
    own = notice(on=live.drug, text="Warning about one medicine.")
    notice(on=live.drug_class, text="Warning about a class.")

    response = client.get("/")

    page, today = words(response), day(localdate())
    assert (
        f"All classes Open safety notices Calcium-channel blocker Warning about a class. About the class. {today} "
        f"Amlodipine Warning about one medicine. {today} Home"
    ) in page
    assert f'<a href="{live.get_absolute_url()}">Amlodipine</a>' in response.content.decode()
    assert f'<a href="{live.drug_class.get_absolute_url()}">Calcium' in response.content.decode()
    review.end_notice(notice=own, by=lead, reason="Done.")
    assert "Warning about one medicine." not in words(client.get("/"))


def test_the_front_page_lists_six_notices_and_says_that_there_are_more(client):
    live = released()
    for number in range(6):
        notice(on=live.drug, text=f"Warning {number}.")
    assert "More are open" not in words(client.get("/"))

    notice(on=live.drug, text="Warning 6.")

    page = words(client.get("/"))
    assert page.count("Warning") == 6
    assert "Warning 0." not in page
    assert "More are open: each stands above the page of its medicine or class." in page


def test_a_notice_about_a_medicine_without_a_page_is_told_without_a_link(client):
    drug = released().drug
    LiveDrug.objects.all().delete()
    notice(on=drug)

    assert "Amlodipine Check the blood pressure first." in words(client.get("/"))
    assert 'href="/drugs/amlodipine/"' not in client.get("/").content.decode()
    before = clinical_now() - timedelta(days=1)
    assert not present_home(at=before)["notices"]


def test_a_demonstration_says_so_beside_every_claim_of_a_review(client):
    approval = approved()
    DemoDatabase.objects.create(pk=1)
    signed = day(approval.signed_at)

    page = page_of(client, approval)

    assert f"Dosing is reviewed separately. · {DEMO} 2 of 16" in page
    assert (
        f"Monograph Reviewed {signed} (demo) Signed by a pharmacist (General Pharmaceutical Council) · {DEMO}"
        in page
    )
    assert f"Status on {day(localdate())}" in page
    assert f": Reviewed {signed} · {DEMO}. Current status:" in page
    for name, text in shown_in_lists(client).items():
        assert f"Reviewed {signed} (demo)" in text, name
    compared = words(client.get(COMPARE))
    assert compared.count(f"Dosing is reviewed separately. · {DEMO}") == 1
    assert f"Amlodipine: Reviewed {signed} · {DEMO}." in compared


def test_markup_in_a_reason_and_in_interests_is_shown_and_does_nothing(client, lead):
    revision, signer = released().monograph, credentialed()
    hostile = "<img src=x> & more."
    review.approve(
        revision=revision,
        by=signer,
        digest=revision.digest,
        interests="none & more",
        read=tuple(SectionKind),
        acknowledged=SAFETY_SECTIONS,
    )
    # A reason with markup is refused by the step; the template must hold without it.
    Questioned.objects.create(person=signer, by=lead, reason=f"Forged {hostile}")

    body = client.get("/drugs/amlodipine/").content.decode()

    assert "<img" not in body
    assert "Forged &lt;img src=x&gt; &amp; more." in body
    assert "none &amp; more" in body


def test_pages_with_reviews_and_notices_set_no_cookie_and_have_nothing_inline(client):
    approval = approved()
    notice(on=live_of(approval).drug)

    for address in (live_of(approval).get_absolute_url(), "/", *LISTS.values()):
        response = client.get(address)
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")
        assert " style=" not in response.content.decode()
        assert "<script>" not in response.content.decode()
