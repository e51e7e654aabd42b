"""A demonstration shows reviews in every state that honest clocks allow, and says of each that it is none."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from monographs import review
from monographs.document import parsed
from monographs.lint import lint_document, lint_text
from monographs.models import (
    Assignment,
    Credential,
    CrossLink,
    DemoDatabase,
    LiveDrug,
    Note,
    Release,
    Review,
    ReviewDraft,
    Revision,
    SafetyNotice,
    Source,
)
from monographs.review import State, demo
from monographs.vocabulary import ChangeKind, SectionKind, Verdict
from tests import builders, pages

HONEST = set(State) - {State.OVERDUE, State.LAPSED}
PASSWORD = "a long enough password"


def load(folder, monkeypatch):
    """Run load_demo with a password in this folder."""
    (folder / "password").write_text(PASSWORD, encoding="utf-8")
    monkeypatch.setenv("DEMO_PASSWORD_FILE", str(folder / "password"))
    call_command("load_demo", verbosity=0)


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker, tmp_path_factory):
    """A demonstration for the whole module, rolled back at its end."""
    with (
        django_db_blocker.unblock(),
        pytest.MonkeyPatch.context() as patch,
        transaction.atomic(),
    ):
        load(tmp_path_factory.mktemp("demo"), patch)
        yield
        transaction.set_rollback(True)


def marks(at=None):
    """Return the mark of every drug by its slug, now or at a moment."""
    lives = list(LiveDrug.objects.all())
    facts = review.facts_of(lives)
    return {live.slug: review.mark(facts[live.pk], at or review.clinical_now()) for live in lives}


def newest(slug):
    """Return the newest revision of a drug."""
    return Revision.objects.filter(drug__slug=slug).latest("number")


def everything():
    """Return every row of the application and of the accounts."""
    models = [*apps.get_app_config("monographs").get_models(), get_user_model()]
    return {model: list(model.objects.order_by("pk").values()) for model in models}


def test_every_state_that_honest_clocks_allow_is_there(loaded):
    assert {mark.state for mark in marks().values()} == HONEST


def test_every_starter_monograph_is_there(loaded):
    assert set(marks()) == {path.stem for path in pages.STARTER.glob("*.yaml")} - {"classes"}


def test_every_mark_says_that_it_is_a_demonstration(loaded):
    assert all(mark.is_demo for mark in marks().values())


def test_the_record_verifies(loaded):
    call_command("verify_reviews", verbosity=0)


def test_a_second_load_changes_nothing(loaded, tmp_path, monkeypatch):
    before = everything()
    load(tmp_path, monkeypatch)
    assert everything() == before


def test_several_texts_are_reviewed_and_one_is_due_today(loaded):
    reviewed = [mark for mark in marks().values() if mark.is_reviewed]
    assert len(reviewed) > 3
    assert marks()["omeprazole"].approval.due_on == timezone.localdate()


def test_time_alone_makes_one_overdue_and_tells_of_the_safety_change(loaded):
    later = marks(review.clinical_now() + timedelta(hours=73))
    assert later["omeprazole"].state is State.OVERDUE
    assert later["methotrexate"].short == "Check first: correction waiting"


def test_an_editorial_change_kept_its_day(loaded):
    first, second = Review.objects.filter(revision__drug__slug="bisoprolol")
    assert second.revision.change_kind == ChangeKind.EDITORIAL
    assert second.due_on == first.due_on
    assert LiveDrug.objects.get(slug="bisoprolol").monograph == second.revision


def test_a_text_waits_taken_and_half_read(loaded):
    waiting = newest("metformin")
    task = review.task_of(waiting, at=review.clinical_now())
    reviewer = get_user_model().objects.get(username="demo.reviewer")

    first, _ = task.changed
    assert review.standing(waiting, reviewer, at=review.clinical_now()).may_approve
    assert Assignment.objects.get().person == reviewer
    assert ReviewDraft.objects.get().read == {first.value: waiting.sections[first.value]["digest"]}


def test_changes_were_requested_with_comments(loaded):
    revision = newest("ramipril")
    assert revision.reviews.get().verdict == Verdict.CHANGES
    assert Note.objects.filter(revision=revision).count() == 2


def test_a_safety_change_waits_and_says_nothing_new(loaded):
    waiting = newest("methotrexate")
    shown = LiveDrug.objects.get(slug="methotrexate").monograph
    lines = "\n".join(parsed(shown.document).sections.values()).splitlines()

    assert (waiting.change_kind, waiting.number) == (ChangeKind.SAFETY, shown.number + 1)
    assert {*parsed(waiting.document).sections[SectionKind.MONITORING].splitlines()} <= {*lines}


def test_a_notice_on_a_class_reaches_its_other_drugs(loaded):
    told = marks()
    assert told["atorvastatin"].state is told["citalopram"].state is State.NOTICE
    assert told["sertraline"].also == ["safety notice"]


def test_a_review_was_revoked_and_all_of_a_person_removed_for_cause_questioned(loaded):
    told = marks()
    former = get_user_model().objects.get(username="demo.former")
    assert told["salbutamol"].state is told["lansoprazole"].state is State.CANCELLED
    assert told["salbutamol"].notices
    assert not former.is_active
    assert former.questioned.exists()


def test_a_superseded_source_says_that_the_newer_one_is_none(loaded):
    newer = Source.objects.get(supersedes__isnull=False)
    assert newer.title.startswith("Demonstration: no such revision exists")
    assert newer.revised_on is None


def test_an_alternative_waits_for_a_second_person(loaded):
    rows = review.with_troubles(CrossLink.objects.all(), on=timezone.localdate())
    (link,) = review.having(rows, review.Trouble.UNACCEPTED)
    assert link.curator.username == "demo.editor"


def test_credentials_are_recorded_and_verified_by_different_people(loaded):
    for credential in Credential.objects.all():
        assert len({credential.person, credential.recorded_by, credential.verified_by}) == 3


def test_every_account_says_what_it_is(loaded):
    people = get_user_model().objects.all()
    assert {person.username for person in people} == {*demo.ACCOUNTS, "demo.former"}
    assert all(person.full_name.endswith(" (demo)") for person in people)
    assert all(get_user_model().objects.get(username=name).check_password(PASSWORD) for name in demo.ACCOUNTS)


def said():
    """Return everything that the demonstration says besides the monographs."""
    yield from SafetyNotice.objects.values_list("text", flat=True)
    yield from Review.objects.exclude(comment="").values_list("comment", flat=True)
    yield from Note.objects.values_list("text", flat=True)
    yield from Release.objects.filter(revision=None).values_list("reason", flat=True)
    yield from Revision.objects.filter(number__gt=1).values_list("note", flat=True)
    yield from CrossLink.objects.filter(accepted_by=None, relation="alternative").values_list(
        "reason", flat=True
    )


def test_what_is_said_besides_the_monographs_begins_with_demonstration(loaded):
    assert len(list(said())) > 10
    assert all(text.startswith("Demonstration") for text in said())


def test_no_text_breaks_a_content_rule_or_holds_an_amount(loaded):
    documents = [parsed(revision.document) for revision in Revision.objects.all()]
    hits = [hit for document in documents for hit in lint_document(document)]
    hits += [hit for text in said() for hit in lint_text(text, where="demonstration")]
    assert not [hit for hit in hits if hit.is_error]


@pytest.mark.django_db
@pytest.mark.parametrize("make", [builders.written, lambda: builders.person("somebody")])
def test_a_database_with_somebodys_work_is_refused(tmp_path, monkeypatch, make):
    make()
    with pytest.raises(CommandError, match="cannot become a demonstration"):
        load(tmp_path, monkeypatch)
    assert not DemoDatabase.objects.exists()


@pytest.mark.parametrize("slug", ["bisoprolol", "metformin", "methotrexate"])
def test_a_change_of_the_demonstration_says_nothing_that_was_not_said(loaded, slug):
    first, last = (
        {line for text in parsed(revision.document).sections.values() for line in text.splitlines()}
        for revision in Revision.objects.filter(drug__slug=slug).order_by("number")
    )

    assert first == last


def test_the_readme_names_every_drug_that_is_taken_through_steps():
    readme = (settings.BASE_DIR / "README.md").read_text(encoding="utf-8").lower()
    section = readme.split("## sign your first monograph")[1].split("\n## ")[0]
    slugs = [*(story.slug for story in demo.STORIES), demo.LINK["from_slug"], demo.LINK["to_slug"]]
    assert [slug for slug in slugs if slug not in section] == []
