"""The page of signing: what it shows first, what it takes, and what it refuses without losing a word."""

import json
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clincalc.accounts import kept
from clincalc.accounts.models import KeptForm
from monographs import review
from monographs.models import (
    Contributor,
    LiveDrug,
    MonographSection,
    Note,
    Review,
    ReviewDraft,
    SafetyNotice,
    Source,
)
from monographs.review import clinical_now
from monographs.vocabulary import SAFETY_SECTIONS, ChangeKind, Part, SectionKind
from tests import builders, pages
from tests.admin.forms import change_of, onlooker, signed_in

pytestmark = pytest.mark.django_db
MOST = 15
PASSWORD = "a password of tests"
TICKS = {"read_indications": "on", "read_monitoring": "on"}
NAMED = {f"without_{kind.value}": "on" for kind in SAFETY_SECTIONS}
APPROVAL = {"verdict": "approve", "interests": "none", "password": PASSWORD, **TICKS, **NAMED}
WHY = "The interval of blood tests is wrong."


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """Hash passwords at once: what is tested is that one is asked for."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def reviewer(db):
    """A pharmacist with a credential and a password."""
    return with_password(builders.credentialed())


@pytest.fixture
def leader(db):
    """A lead with a credential and a password."""
    return with_password(builders.credentialed("lead", builders.LEAD))


def with_password(person):
    """Give a person the password of these tests."""
    person.set_password(PASSWORD)
    person.save()
    return person


def page_of(revision):
    """Return the address of the page of signing."""
    return f"/admin/monographs/revision/{revision.pk}/sign/"


def filled(page, **changes):
    """Return what a browser sends of the page, with what the person ticks and types."""
    form, context = page.context["form"], page.context
    data = {"digest": context["sheet"].revision.digest, "draft": context["version"]}
    for bound in form:
        value = bound.value()
        if value not in (None, "", False) and bound.name != "password":
            data[bound.html_name] = "on" if value is True else str(value)
    return {**data, **changes}


def sent(person, revision, do="sign", **changes):
    """Open the page and send it; return the answer."""
    client = signed_in(person)
    return client.post(page_of(revision), filled(client.get(page_of(revision)), do=do, **changes))


def said(response):
    """Return the errors of a refused send."""
    return [error for _, _, error in response.context["form"].summary()]


# What stands first


def test_first_it_says_that_one_can_sign(reviewer):
    page = signed_in(reviewer).get(page_of(builders.submitted()))

    assert page.context["sheet"].headline == "You can sign this"
    assert pages.words(page).index("You can sign this") < pages.words(page).index("Why it was changed")


def test_first_it_says_what_one_edited_and_when(editor, reviewer):
    drug = builders.written()
    with review.edit_rows(
        drug=drug, by=reviewer, seen=drug.lock_version, what="edited Monitoring", touched=[MonographSection]
    ):
        review.write_sections(drug, {SectionKind.MONITORING: "Pulse. [smpc 4.4]"})
    revision = review.submit(
        drug=drug, part=Part.MONOGRAPH, by=editor, change_kind=ChangeKind.CLINICAL, note="Pulse."
    )

    page = signed_in(reviewer).get(page_of(revision))

    day = f"{timezone.localdate():%-d %B %Y}"
    assert page.context["sheet"].headline == f"You cannot sign this: you edited Monitoring on {day}."
    assert "You can still ask for changes." in pages.words(page)


def test_without_a_credential_one_reads_and_comments(pharmacist):
    page = signed_in(pharmacist).get(page_of(builders.submitted()))

    assert (
        page.context["sheet"].headline
        == "You can read and comment, not sign. Ask a clinical lead to record your registration."
    )
    assert 'value="comment"' in page.content.decode()
    assert 'value="sign"' not in page.content.decode()
    for name in ("verdict", "interests", "password", "read_monitoring", "without_pregnancy"):
        assert f'name="{name}"' not in page.content.decode()


def test_who_may_only_look_sees_no_field_and_sends_nothing():
    client, revision = signed_in(onlooker()), builders.submitted()

    assert "<textarea" not in client.get(page_of(revision)).content.decode()
    for do in ("sign", "comment", "keep"):
        assert client.post(page_of(revision), {"do": do, "comment": "Hm."}).status_code == 403
    assert not Note.objects.exists()
    assert not ReviewDraft.objects.exists()


def test_a_stranger_and_a_number_that_is_no_revision(client):
    revision = builders.submitted()

    assert client.get(page_of(revision)).status_code == 302
    assert signed_in(builders.person("stranger")).get(page_of(revision)).status_code == 403
    revision.pk += 1
    assert signed_in(builders.person("editor", builders.EDITOR)).get(page_of(revision)).status_code == 404


# What it shows


def second_text(**changes):
    """Return a revision after an approved one, whose indications changed."""
    builders.approved()
    sections = {
        "indications": "Low blood pressure. [smpc 4.1]",
        "monitoring": "- Blood pressure. [smpc 4.4]\n- Ankle swelling. [smpc 4.8]",
    }
    return builders.submitted(**{"sections": sections, "note": "Another use.", **changes})


def test_it_says_why_how_much_and_what_can_do_harm(reviewer):
    old = {"indications": "Not for pain. [smpc 4.1]", "monitoring": "Pulse after 1 hour. [smpc 4.4]"}
    new = {"indications": "For pain. [smpc 4.1]", "monitoring": "Pulse after 10 hour. [smpc 4.4]"}
    builders.approved(sections=old)
    builders.submitted(sections=old, lead="A lead.", note="A better lead.")
    revision = builders.submitted(sections=new, lead="A lead.", note="Pain.")

    page = signed_in(reviewer).get(page_of(revision))

    words = pages.words(page)
    size, slips = page.context["sheet"].summary.split("; ", 1)
    assert size == "2 sections changed, 0 unchanged since revision 1, 16 words"
    assert slips == "1 changed number; 1 removed “not”; 1 changed direction."
    assert "Monitoring: 1 became 10." in words
    assert "Indications: “Not” removed." in words
    assert words.index("A better lead.") < words.index("Pain.")
    assert "by editor: A better lead." in words


def test_changed_sections_stand_side_by_side_and_unchanged_ones_are_folded(reviewer):
    page = signed_in(reviewer).get(page_of(second_text()))

    body = page.content.decode()
    assert [passage.label for passage in page.context["changed"]] == ["Indications"]
    assert [passage.label for passage in page.context["unchanged"]] == ["Monitoring"]
    assert '<del><span class="in-words">removed: </span>High</del>' in body
    assert body.index("<details>") < body.index("Ankle swelling.")
    assert "read_monitoring" not in body


def test_beside_a_section_stand_its_sources_with_place_revision_and_link(reviewer):
    page = signed_in(reviewer).get(page_of(builders.submitted()))

    line = page.context["changed"][-1].sources[0]
    assert line.locators == ("4.4", "4.8")
    assert f'href="{builders.SMPC["url"]}"' in page.content.decode()
    assert "Revised 12 May 2026" in pages.words(page)


def test_warnings_waivers_and_superseded_sources_are_listed(reviewer, editor):
    revision = builders.submitted(
        sections={
            "monitoring": "Give 5 mg daily. [smpc 4.2]",
            "indications": "Pressure ≥ 140 mmHg. [smpc 4.1]",
        },
        waivers=[{"section": "monitoring", "rule": "L30", "reason": "A test amount."}],
    )
    review.supersede(source=Source.objects.get(), newer=None, by=editor)

    page = signed_in(reviewer).get(page_of(revision))

    assert "Content rule, Indications, line 1: write 'less than'" in pages.words(page)
    assert "Waived in Monitoring" in pages.words(page)
    assert "A test amount." in pages.words(page)
    assert "Source [smpc] Amlodipine tablets, SmPC (12 May 2026) was superseded on" in pages.words(page)


def test_earlier_verdicts_and_comments_stand_with_their_answers(reviewer, editor):
    revision = builders.submitted()
    note = review.add_notes(revision=revision, by=reviewer, comment="How often?")[0]
    review.answer_note(note=note, by=editor, answer="Each week.")
    review.request_changes(revision=revision, by=reviewer, digest=revision.digest, comment="Say how often.")
    revision = builders.submitted(lead="Another lead.")

    words = pages.words(signed_in(reviewer).get(page_of(revision)))

    assert "How often?" in words
    assert "Each week." in words
    assert "Ask for changes" in words
    assert "Say how often." in words


def test_the_way_to_the_page_is_on_the_revision_and_on_the_drug(editor):
    builders.submitted()
    revision = builders.submitted(lead="Another lead.")
    client = signed_in(editor)

    assert (
        page_of(revision) in client.get(f"/admin/monographs/revision/{revision.pk}/change/").content.decode()
    )
    form = client.get(change_of(revision.drug)).content.decode()
    assert f'<a href="{page_of(revision)}">Review the newest text</a>' in form


# Approve


def test_the_day_that_policy_proposes_stands_in_the_form(reviewer):
    revision = builders.submitted()

    form = signed_in(reviewer).get(page_of(revision)).context["form"]

    assert form["due_on"].value() == review.task_of(revision, at=clinical_now()).due_on
    assert 'type="date"' in str(form["due_on"])


def test_an_approval_is_signed_with_what_was_shown(reviewer):
    revision = builders.submitted()

    answer = sent(reviewer, revision, **APPROVAL, note_monitoring="Weekly is enough.", task="Add a trial.")

    assert answer.status_code == 302, said(answer)
    row = Review.objects.get()
    assert (row.verdict, row.digest, row.reviewer) == ("approve", revision.digest, reviewer)
    assert row.due_on == review.task_of(revision, at=row.signed_at).due_on
    assert "My interests: none" in row.attestation
    assert [(note.section, note.text, note.is_task) for note in Note.objects.all()] == [
        ("", "Add a trial.", True),
        ("monitoring", "Weekly is enough.", False),
    ]
    assert not ReviewDraft.objects.exists()


def test_a_wrong_password_signs_nothing_and_keeps_everything_typed(reviewer):
    revision = builders.submitted()

    answer = sent(reviewer, revision, **{**APPROVAL, "password": "wrong one"}, comment="A comment to keep.")

    body = answer.content.decode()
    assert said(answer) == ["This is not your password. Everything else is kept as you typed it."]
    assert "A comment to keep." in body
    assert "wrong one" not in body
    assert answer.context["form"]["read_monitoring"].value() is True
    assert not Review.objects.exists()
    assert "wrong one" not in json.dumps(ReviewDraft.objects.get().fields)
    again = signed_in(reviewer).get(page_of(revision)).context["form"]
    assert again["comment"].value() == "A comment to keep."
    assert again["verdict"].value() == "approve"


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("read_monitoring", "Read it against its source, then tick this."),
        ("without_pregnancy", "Acknowledge this by its name."),
        ("interests", "Declare your interests; write “none” when there are none."),
        ("verdict", "Choose a verdict, or send a comment only."),
        ("password", "Enter your password."),
    ],
)
def test_what_is_missing_is_said_beside_its_field(reviewer, missing, sentence):
    revision = builders.submitted()

    answer = sent(reviewer, revision, **{**APPROVAL, missing: ""})

    assert said(answer) == [sentence]
    assert not Review.objects.exists()


def test_everything_that_is_missing_is_said_at_once(reviewer):
    answer = sent(reviewer, builders.submitted(), verdict="approve")

    assert len(said(answer)) == len(TICKS) + len(NAMED) + 2


def test_a_day_beyond_policy_is_refused(reviewer):
    late = clinical_now().date() + timedelta(days=37 * 31)

    answer = sent(reviewer, builders.submitted(), **APPROVAL, due_on=str(late))

    assert "Choose a day from" in said(answer)[0]
    assert not Review.objects.exists()


def editorial():
    """Return the approval of a first text, and a second text that changes words only."""
    first = builders.approved()
    drug = builders.written(lead="Amlodipine is taken for high blood pressure.")
    revision = review.submit(
        drug=drug,
        part=Part.MONOGRAPH,
        by=builders.person("editor", builders.EDITOR),
        change_kind=ChangeKind.EDITORIAL,
        note="Clearer.",
    )
    return first, revision


def test_an_editorial_change_keeps_the_day_and_says_so(reviewer):
    first, revision = editorial()

    page = signed_in(reviewer).get(page_of(revision))
    answer = sent(reviewer, revision, **{**APPROVAL, **dict.fromkeys(TICKS, "")})

    day = f"{first.due_on:%-d %B %Y}"
    assert f"An editorial change keeps the day of the next review: {day}." in pages.words(page)
    assert answer.status_code == 302, said(answer)
    assert Review.objects.last().due_on == first.due_on


def test_the_day_that_an_editorial_change_keeps_cannot_be_another_by_a_crafted_field(reviewer):
    first, revision = editorial()

    answer = sent(reviewer, revision, **APPROVAL, due_on=str(first.due_on + timedelta(days=1)))

    assert "An editorial change keeps the day" in said(answer)[0]
    assert Review.objects.count() == 1


def test_a_kept_day_that_passes_at_midnight_is_not_replaced_unseen(reviewer, monkeypatch):
    first, revision = editorial()
    client = signed_in(reviewer)
    data = filled(client.get(page_of(revision)), do="sign", **APPROVAL)
    later = review.span(first.due_on, first.due_on)[1] + timedelta(minutes=1)
    monkeypatch.setattr("monographs.review.signing.clinical_now", lambda: later)
    for found in ("credential_of", "held_credential_of"):
        monkeypatch.setattr(f"monographs.review.signing.{found}", lambda *_: reviewer.credentials.get())

    answer = client.post(page_of(revision), data)

    assert "renew the review of the text before first" in said(answer)[0]
    assert Review.objects.count() == 1


# What changed while the page was open


def test_a_newer_text_refuses_the_older_and_shows_what_changed(reviewer):
    revision = builders.submitted()
    client = signed_in(reviewer)
    data = filled(client.get(page_of(revision)), do="sign", **APPROVAL, comment="Good.")
    newer = builders.submitted(
        sections={"indications": "High blood pressure. [smpc 4.1]", "monitoring": "Pulse. [smpc 4.4]"},
        by=builders.person("another", builders.EDITOR),
    )

    answer = client.post(page_of(revision), data)

    assert said(answer) == ["A newer text of Amlodipine was submitted: read that one."]
    assert [change.label for change in answer.context["sheet"].newer_changes] == ["Monitoring"]
    assert answer.context["form"]["comment"].value() == "Good."
    assert not Review.objects.exists()
    over = client.get(page_of(newer))
    assert over.context["form"]["read_indications"].value() is True
    assert not over.context["form"]["read_monitoring"].value()
    assert over.context["form"]["comment"].value() == "Good."
    assert "to be read again: Monitoring" in pages.words(over)


def test_another_digest_than_that_which_was_shown_is_refused(reviewer):
    answer = sent(reviewer, builders.submitted(), **APPROVAL, digest="0" * 64)

    assert "This is not the text that you were shown" in said(answer)[0]
    assert not Review.objects.exists()


def test_a_notice_put_up_meanwhile_is_answered_first(reviewer, leader):
    revision = builders.released().monograph
    client = signed_in(reviewer)
    data = filled(client.get(page_of(revision)), do="sign", **APPROVAL)
    notice = review.post_notice(
        on=revision.drug,
        text="Check the pulse first.",
        source=Source.objects.get(),
        check_on=clinical_now().date() + timedelta(days=30),
        by=leader,
    )

    refused = client.post(page_of(revision), data)
    assert said(refused) == ["Answer this notice."]
    assert not Review.objects.exists()

    answer = client.post(page_of(revision), data | {f"notice_{notice.pk}": "In Monitoring."})
    assert answer.status_code == 302, said(answer)
    assert [text for about, text in Review.objects.get().answers if "notice" in about] == ["In Monitoring."]


def test_a_second_tab_cannot_sign_again(reviewer):
    revision = builders.submitted()
    client = signed_in(reviewer)
    first, second = (filled(client.get(page_of(revision)), do="sign", **APPROVAL) for _ in range(2))

    client.post(page_of(revision), first)
    answer = client.post(page_of(revision), second)

    assert "is approved already; renew it instead" in said(answer)[-1]
    assert Review.objects.count() == 1


def test_what_another_tab_has_kept_is_not_lost(reviewer):
    revision = builders.submitted()
    client = signed_in(reviewer)
    first, second = (client.get(page_of(revision)) for _ in range(2))

    client.post(page_of(revision), filled(first, do="keep", read_indications="on", comment="One."))
    client.post(page_of(revision), filled(second, do="keep", read_monitoring="on", comment="Two."))

    form = client.get(page_of(revision)).context["form"]
    assert form["read_indications"].value()
    assert form["read_monitoring"].value()
    assert form["comment"].value() == "One.\n\nTwo."


def test_a_basis_that_is_revoked_meanwhile_makes_more_to_read(reviewer):
    revision = second_text()
    other = builders.credentialed("other")
    client = signed_in(reviewer)
    data = filled(client.get(page_of(revision)), do="sign", **{**APPROVAL, "read_monitoring": ""})
    first = Review.objects.get()
    review.revoke(revision=first.revision, by=other, digest=first.digest, comment="Wrong.")

    answer = client.post(page_of(revision), data)

    assert "Read it against its source, then tick this." in said(answer)
    assert Review.objects.filter(revision=revision).count() == 0


# Keep, comment, answer


def test_ticks_and_texts_are_found_again_after_a_logout(reviewer):
    revision = builders.submitted()
    sent(reviewer, revision, "keep", read_monitoring="on", note_monitoring="Weekly?", verdict="changes")

    form = signed_in(reviewer).get(page_of(revision)).context["form"]

    assert form["read_monitoring"].value()
    assert not form["read_indications"].value()
    assert form["note_monitoring"].value() == "Weekly?"
    assert form["verdict"].value() == "changes"


def test_a_form_that_met_an_expired_login_is_shown_again_without_its_password(reviewer):
    revision = builders.submitted()
    client = signed_in(reviewer)
    page = client.get(page_of(revision))
    data = filled(page, do="sign", **APPROVAL, comment="Not to be lost.")
    Session.objects.all().delete()

    lost = client.post(page_of(revision), data | {kept.DRAWN_FOR: page.context[kept.DRAWN_FOR]})
    client.force_login(reviewer)
    again = client.get(f"{page_of(revision)}?kept=1")

    assert "kept%3D1" in lost.url
    assert "password" not in KeptForm.objects.get().data
    assert again.context["form"]["comment"].value() == "Not to be lost."
    assert again.context["form"]["read_monitoring"].value()
    assert "Nothing is saved yet" in pages.words(again)
    assert not Review.objects.exists()
    answer = client.post(f"{page_of(revision)}?kept=1", filled(again, do="sign", password=PASSWORD))
    assert answer.status_code == 302, said(answer)
    assert Review.objects.get().comment == "Not to be lost."
    assert not KeptForm.objects.exists()


def test_anybody_who_works_on_texts_comments_and_can_still_sign(editor, reviewer):
    revision = builders.submitted()

    for person in (editor, reviewer):
        answer = sent(person, revision, "comment", note_monitoring="Weekly?", read_monitoring="on")
        assert answer.status_code == 302, said(answer)

    assert Note.objects.count() == 2
    assert not Review.objects.exists()
    assert not Contributor.objects.filter(person=reviewer).exists()
    page = signed_in(reviewer).get(page_of(revision))
    assert page.context["sheet"].headline == "You can sign this"
    assert page.context["form"]["read_monitoring"].value()
    assert not page.context["form"]["note_monitoring"].value()


def test_a_comment_without_words_is_refused(reviewer):
    answer = sent(reviewer, builders.submitted(), "comment", comment="  ")

    assert said(answer) == ["Write a comment, on the whole or on a section, or a task."]


def test_a_task_is_closed_once(editor, reviewer):
    revision = builders.submitted()
    note = review.add_notes(revision=revision, by=reviewer, task="Add a trial.")[0]
    address = f"/admin/monographs/revision/{revision.pk}/notes/{note.pk}/"
    client = signed_in(editor)

    assert address in client.get(page_of(revision)).content.decode()
    assert client.post(address, {"answer": "Added in revision 2."}).url == page_of(revision)
    assert "answered this already" in pages.words(client.post(address, {"answer": "Again."}))
    note.refresh_from_db()
    assert (note.answer, note.answered_by) == ("Added in revision 2.", editor)


def test_a_note_of_another_revision_and_a_person_who_may_not_answer(reviewer):
    note = review.add_notes(revision=builders.submitted(), by=reviewer, comment="Hm?")[0]
    other = builders.submitted("Felodipine")

    assert (
        signed_in(reviewer).get(f"/admin/monographs/revision/{other.pk}/notes/{note.pk}/").status_code == 404
    )
    mine = f"/admin/monographs/revision/{note.revision_id}/notes/{note.pk}/"
    assert signed_in(onlooker()).post(mine, {"answer": "No."}).status_code == 403


# Other verdicts


def test_changes_are_asked_for_with_a_comment_only(reviewer):
    revision = builders.submitted()

    refused = sent(reviewer, revision, verdict="changes", password=PASSWORD)
    assert said(refused) == ["Say what is wrong; the authors read it."]

    assert sent(reviewer, revision, verdict="changes", password=PASSWORD, comment=WHY).status_code == 302
    assert Review.objects.get().verdict == "changes"


def test_an_author_asks_for_changes_and_cannot_approve_by_a_crafted_post():
    author = with_password(builders.credentialed("author"))
    revision = builders.submitted(by=author)

    refused = sent(author, revision, **APPROVAL)
    assert "You" in said(refused)[-1]
    assert not Review.objects.exists()

    assert sent(author, revision, verdict="changes", password=PASSWORD, comment=WHY).status_code == 302


def test_a_renewal_answers_each_cited_source(reviewer):
    first = builders.approved(by=builders.credentialed("other"), sources=pages.two_sources())
    renewal = {"verdict": "renew", "interests": "none", "password": PASSWORD, **NAMED}

    refused = sent(reviewer, first.revision, **renewal, source_smpc="Unchanged.")
    assert said(refused) == ["Say what you found in this source."]

    answer = sent(reviewer, first.revision, **renewal, source_smpc="Unchanged.", source_trial="No news.")
    assert answer.status_code == 302, said(answer)
    assert ["Source [smpc]", "Unchanged."] in Review.objects.last().answers


def test_a_reviewer_revokes_and_the_page_stays_under_a_notice(reviewer):
    first = builders.approved(by=builders.credentialed("other"))

    page = signed_in(reviewer).get(page_of(first.revision))
    answer = sent(reviewer, first.revision, verdict="revoke", password=PASSWORD, comment=WHY)

    assert 'name="and_then"' not in page.content.decode()
    assert answer.status_code == 302, said(answer)
    assert SafetyNotice.objects.get().text == WHY
    assert LiveDrug.objects.get().monograph == first.revision


def test_a_comment_that_cannot_be_a_notice_revokes_nothing(reviewer):
    first = builders.approved(by=builders.credentialed("other"))

    answer = sent(reviewer, first.revision, verdict="revoke", password=PASSWORD, comment="x" * 281)

    assert "280 characters" in said(answer)[0]
    assert Review.objects.count() == 1


def test_a_lead_revokes_and_withdraws_or_rolls_back_in_one_step(leader):
    builders.released()
    second = builders.approved(lead="Amlodipine is taken for angina.")
    first = second.revision.drug.revisions.get(number=1)
    page = signed_in(leader).get(page_of(second.revision))
    assert "and roll back to revision 1 (not reviewed): First text." in pages.words(page)
    assert "and I know it: Contra-indications, Interactions, Side-effects and Pregnancy" in pages.words(page)

    answer = sent(
        leader, second.revision, verdict="revoke", password=PASSWORD, comment=WHY, and_then=str(first.pk)
    )

    assert answer.status_code == 302, said(answer)
    assert LiveDrug.objects.get().monograph == first


@pytest.mark.parametrize("then", ["withdraw", "first"])
def test_a_reviewer_who_crafts_a_leads_step_does_nothing(reviewer, then):
    builders.released()
    second = builders.approved(by=builders.credentialed("other"), lead="Amlodipine is taken for angina.")
    first = second.revision.drug.revisions.get(number=1)
    and_then = str(first.pk) if then == "first" else then

    answer = sent(
        reviewer, second.revision, verdict="revoke", password=PASSWORD, comment=WHY, and_then=and_then
    )

    assert answer.status_code == 403
    assert Review.objects.count() == 1
    assert LiveDrug.objects.get().monograph == second.revision


# Who


@pytest.mark.parametrize("verdict", ["approve", "changes"])
@pytest.mark.parametrize("role", [builders.EDITOR, builders.REVIEWER, builders.LEAD, "superuser"])
def test_without_a_credential_no_role_signs_by_a_crafted_post(role, verdict):
    person = with_password(builders.person("crafty", *([] if role == "superuser" else [role])))
    person.is_superuser = role == "superuser"
    person.save()
    revision = builders.submitted()

    answer = sent(person, revision, **{**APPROVAL, "verdict": verdict}, comment=WHY)

    assert answer.status_code == (403 if role == builders.EDITOR else 200)
    assert not Review.objects.exists()


def test_a_credential_that_ended_yesterday_signs_nothing(reviewer):
    revision = builders.submitted()
    client = signed_in(reviewer)
    data = filled(client.get(page_of(revision)), do="sign", **APPROVAL)
    review.end_credential(
        credential=reviewer.credentials.get(), by=builders.person("other", builders.LEAD), reason="Retired."
    )

    answer = client.post(page_of(revision), data)

    assert "Your credential was ended: Retired." in said(answer)[-1]
    assert not Review.objects.exists()
    assert answer.context["form"]["interests"].value() == "none"


def test_the_text_of_a_drug_that_has_ended_is_closed(reviewer, leader):
    revision, into = builders.submitted(), builders.released("Felodipine").drug
    review.merge(drug=revision.drug, into=into, by=leader, reason="The same medicine.")

    answer = sent(reviewer, revision, **APPROVAL)

    assert "its text is closed" in answer.context["sheet"].headline
    assert "its text is closed" in said(answer)[-1]
    assert not Review.objects.exists()


# Queries


def large(number):
    """Return a revision after an approved one, with notes, notices and sources."""
    name = f"Testol {number}"
    builders.approved(name, sections=pages.all_sections(), sources=pages.two_sources())
    sections = {kind: f"{text}\n- Pulse. [smpc 4.4]" for kind, text in pages.all_sections().items()}
    revision = builders.submitted(name, sections=sections, sources=pages.two_sources())
    lead = builders.person("lead", builders.LEAD)
    for row in range(number):
        review.add_notes(revision=revision, by=lead, comment=f"Comment {row}.", task=f"Task {row}.")
        review.post_notice(
            on=revision.drug,
            text=f"Notice {row}.",
            source=Source.objects.first(),
            check_on=clinical_now().date(),
            by=lead,
        )
    return revision


@pytest.mark.parametrize("has_credential", [True, False])
def test_the_page_asks_few_queries_however_many_rows(has_credential):
    person = builders.credentialed() if has_credential else builders.person("other", builders.REVIEWER)
    client = signed_in(person)
    counts = []
    for revision in (large(1), large(6)):
        client.get(page_of(revision))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page_of(revision)).status_code == 200
        counts.append(len(asked))

    assert counts[0] == counts[1] <= MOST


def test_a_section_whose_source_is_another_stands_among_those_to_read(reviewer):
    builders.approved(by=reviewer)
    newer = {**builders.SMPC, "revision": "1 June 2026", "revised_on": "2026-06-01"}
    revision = builders.submitted(sources={"smpc": newer})

    page = signed_in(reviewer).get(page_of(revision))

    assert {"Indications", "Monitoring"} <= {passage.label for passage in page.context["changed"]}
    assert not [passage.label for passage in page.context["unchanged"]]
