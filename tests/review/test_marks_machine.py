"""A machine of people who do everything in any order, and the mark after each step.

After every step, and at every instant at which a mark can change, what the
site says is compared with `Model`: a second, plain reading of the raw rows
that shares nothing with the code that it judges.
"""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from monographs import review
from monographs.document import parsed
from monographs.models import (
    Contributor,
    Credential,
    Drug,
    DrugClass,
    LiveDrug,
    Questioned,
    Release,
    Review,
    Revision,
    RevisionSource,
    SafetyNotice,
    Source,
)
from monographs.review import Refusal, State, clinical_now, facts_of, mark, verify
from monographs.vocabulary import SAFETY_SECTIONS, ChangeKind, Part, Verdict
from tests import builders

EXAMPLES, STEPS = 9, 75
LEAST_STEPS = 2_000
LONDON = ZoneInfo("Europe/London")
TICK = timedelta(microseconds=1)
DRUGS = {"Amlodipine": "calcium-channel-blockers", "Nifedipine": "dihydropyridines"}
SIGNERS = ("first", "second", "third")
# Who signs, with what can be wrong with them.
PEOPLE = (*SIGNERS, "writer", "root", "ended yesterday", "begins tomorrow", "unverified", "only dosing")
LEADS = ("lead", "writer")

done: Counter[str] = Counter()


class Model:
    """What may be said of a drug's review, read from the raw rows alone."""

    def __init__(self, drug):
        self.reviews = list(Review.objects.filter(revision__drug=drug).order_by("id").values())
        self.revisions = {row["id"]: row for row in Revision.objects.filter(drug=drug).values()}
        self.credentials = {row["id"]: row for row in Credential.objects.values()}
        self.questioned = list(Questioned.objects.values())
        self.wrote = set(Contributor.objects.filter(revision__drug=drug).values_list("revision", "person"))
        last = Release.objects.filter(drug=drug).order_by("id").values().last()
        self.shown = self.revisions.get(last["revision_id"]) if last else None
        classes = {row["id"]: row["parent_id"] for row in DrugClass.objects.values()}
        above, todo = set(), list(LiveDrug.objects.get(drug=drug).classes.values_list("pk", flat=True))
        while todo:
            above.add(pk := todo.pop())
            todo += [classes[pk]] if classes[pk] else []
        self.notices = [
            row
            for row in SafetyNotice.objects.values()
            if row["drug_id"] == drug.pk or row["drug_class_id"] in above
        ]
        cited = RevisionSource.objects.filter(revision=self.shown["id"] if self.shown else None)
        sources = {row["id"]: row for row in Source.objects.values()}
        self.changes = []
        for key, source in cited.values_list("key", "source"):
            while source is not None and (at := sources[source]["superseded_at"]):
                self.changes.append((key, at))
                source = sources[source]["superseded_by_id"]

    def instants(self):
        """Every moment at which a mark can change, and the ones beside it."""
        found = {row["signed_at"] for row in self.reviews} | {row["at"] for row in self.questioned}
        found |= {row["posted_at"] for row in self.notices} | {row["ended_at"] for row in self.notices}
        found |= {at for _, at in self.changes}
        for row in self.revisions.values():
            found |= {row["submitted_at"], row["submitted_at"] + timedelta(hours=72)}
        for row in self.reviews:
            found |= {self.overdue(row), self.lapsed(row)} if row["due_on"] else set()
        found.discard(None)
        now = clinical_now()
        return sorted({near for at in found for near in (at - TICK, at, at + TICK)} | {now})

    @staticmethod
    def overdue(row):
        """The end of the day on which a review is due, in London."""
        return datetime.combine(row["due_on"] + timedelta(days=1), time(), LONDON).astimezone(UTC)

    @staticmethod
    def lapsed(row):
        """Twelve months later."""
        due = row["due_on"]
        day = 28 if (due.month, due.day) == (2, 29) else due.day
        day = date(due.year + 1, due.month, day) + timedelta(days=1)
        return datetime.combine(day, time(), LONDON).astimezone(UTC)

    def counting(self, revision, at, before=None):
        """The approval of a revision that counts at a moment, or None."""
        rows = [row for row in self.reviews if row["revision_id"] == revision and row["signed_at"] <= at]
        rows = [row for row in rows if before is None or row["id"] < before]
        if not rows or rows[-1]["verdict"] != "approve":
            return None
        mine = [row["at"] for row in self.questioned if row["person_id"] == rows[-1]["reviewer_id"]]
        return None if any(rows[-1]["signed_at"] <= asked <= at for asked in mine) else rows[-1]

    def rests(self, row, at):
        """Whether every approval that this one rests on, text by text, still counts; a renewal rests on none."""
        while "Source [" not in str(row["answers"]):
            number, signed = self.revisions[row["revision_id"]]["number"], row["signed_at"]
            older = sorted(
                (one["number"], pk) for pk, one in self.revisions.items() if one["number"] < number
            )
            bases = [base for _, pk in reversed(older) if (base := self.counting(pk, signed, row["id"]))]
            if not bases:
                return True
            row = bases[0]
            if self.counting(row["revision_id"], at) is None:
                return False
        return True

    def is_sound(self, row):
        """Whether the signer might sign, and saw this text."""
        text, held = self.revisions[row["revision_id"]], self.credentials[row["credential_id"]]
        at = row["signed_at"]
        earlier = [one for one in self.revisions.values() if one["number"] < text["number"]]
        base = max((one["number"] for one in earlier if self.counting(one["id"], at, row["id"])), default=0)
        own = [pk for pk, one in self.revisions.items() if base < one["number"] <= text["number"]]
        return (
            row["digest"] == text["digest"]
            and held["person_id"] == row["reviewer_id"]
            and held["may_sign_monographs"]
            and held["verified_by_id"] not in (None, row["reviewer_id"])
            and held["verified_at"] <= at
            and held["starts_at"] <= at < held["ends_at"]
            and (held["ended_at"] is None or held["ended_at"] >= at)
            and not any((pk, row["reviewer_id"]) in self.wrote for pk in own)
            and (held["role"], held["body"]) == (row["printed_role"], row["printed_body"])
            and row["due_on"] <= row["signed_at"].date() + timedelta(days=3 * 366)
            and row["interests"] != ""
            and all(f"Safety notice {pk}:" in str(row["answers"]) for pk in self.open(at - TICK))
        )

    def state(self, at):
        """What the headline is at a moment, by words of WORDING's table."""
        if self.shown is None:
            return State.WITHDRAWN
        rows = [row for row in self.reviews if row["revision_id"] == self.shown["id"]]
        if not any(row["verdict"] == "approve" and row["signed_at"] <= at for row in rows):
            return State.NOT_REVIEWED
        approval = self.counting(self.shown["id"], at)
        if approval is None:
            return State.CANCELLED
        assert self.is_sound(approval), approval
        if not self.rests(approval, at):
            return State.CANCELLED
        since = approval["signed_at"]
        if any(since <= row["posted_at"] <= at and not self.has_ended(row, at) for row in self.notices):
            return State.NOTICE
        said = str(approval["answers"])
        if any(
            changed <= at and (since <= changed or f"Source [{key}]" not in said)
            for key, changed in self.changes
        ):
            return State.SOURCE_CHANGED
        if self.lapsed(approval) <= at:
            return State.LAPSED
        return State.OVERDUE if self.overdue(approval) <= at else State.REVIEWED

    @staticmethod
    def has_ended(row, at):
        """Whether a notice was taken down by a moment."""
        return row["ended_at"] is not None and row["ended_at"] <= at

    def open(self, at):
        """The notices that are up at a moment."""
        return {row["id"] for row in self.notices if row["posted_at"] <= at and not self.has_ended(row, at)}

    def correction(self, at):
        """Since when a safety change has been waiting for 72 hours."""
        if self.shown is None:
            return None
        waiting = [
            row["submitted_at"]
            for row in self.revisions.values()
            if row["change_kind"] == "safety" and row["number"] > self.shown["number"]
        ]
        return min((since for since in waiting if since + timedelta(hours=72) <= at), default=None)


def people():
    """Make everybody, and the two drugs, once."""
    for name in SIGNERS:
        builders.credentialed(name)
    builders.credentialed("writer", builders.LEAD)
    get_user_model().objects.create_superuser("root", password=None)
    for name, first, last in (("ended yesterday", -30, -1), ("begins tomorrow", 1, 30)):
        builders.credentialed(name)
        starts_at, ends_at = review.span(*builders.days(first, last))
        replaced(name, starts_at=starts_at, ends_at=ends_at)
    builders.credentialed("unverified")
    replaced("unverified", verified=False)
    builders.credentialed("only dosing")
    replaced("only dosing", may_sign_monographs=False, may_sign_dosing=True)
    parent = DrugClass.objects.create(slug="calcium-channel-blockers", name="Calcium-channel blocker")
    DrugClass.objects.create(slug="dihydropyridines", name="Dihydropyridine", parent=parent)
    for name in DRUGS:
        builders.released(name, **text(name, 0))


def replaced(name, *, verified=True, **columns):
    """End somebody's credential and record another."""
    registrar = builders.person("registrar", builders.LEAD)
    old = Credential.objects.filter(person__username=name).latest("pk")
    if old.ended_at is None:
        review.end_credential(credential=old, by=registrar, reason="Replaced.")
    kept = {field: getattr(old, field) for field in ("person", "role", "body", "number", "recorded_by")}
    kept |= {"starts_at": old.starts_at, "ends_at": old.ends_at}
    row = Credential.objects.create(**{**kept, **columns})
    if verified:
        review.verify_credential(credential=row, by=registrar)


def text(name, turn):
    """What a monograph says at one of its turns; only a few, so that texts come back."""
    revision = (
        Source.objects.filter(kind="smpc", superseded_at=None).values_list("revision", flat=True).last()
    )
    sources = {"smpc": {**builders.SMPC, "revision": revision or builders.SMPC["revision"]}}
    slug = DRUGS[name]
    known = DrugClass.objects.get(slug=slug).name
    return {
        "lead": f"{name} is taken by mouth, as text {turn} says.",
        "sources": sources,
        "class": {"slug": slug, "name": known},
    }


class Machine(RuleBasedStateMachine):
    """Several people, two drugs, every step. What a rule does may be refused, and is then undone."""

    def __init__(self):
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()

    def teardown(self):
        try:
            assert list(verify.broken()) == []
        finally:
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)

    def attempt(self, label, step, /, **given):
        """Take a step that may be refused with a sentence, but never by the database."""
        try:
            step(**given)
        except (Refusal, PermissionDenied):
            done[f"{label}: refused"] += 1
        else:
            done[label] += 1

    def shown(self, drug):
        """The revision that readers see, or the newest."""
        return LiveDrug.objects.get(drug=drug).monograph or self.newest(drug)

    def newest(self, drug):
        """The newest revision."""
        return drug.revisions.order_by("number").last()

    drugs = st.sampled_from(list(DRUGS))
    anybody = st.sampled_from([*SIGNERS, *PEOPLE])
    signers = st.sampled_from(SIGNERS)
    leads = st.sampled_from(LEADS)
    which = st.sampled_from(["shown", "newest", "first"])

    def revision(self, name, which):
        """A revision of a drug."""
        drug = Drug.objects.get(slug=name.lower())
        if which == "first":
            return drug.revisions.order_by("number").first()
        return self.shown(drug) if which == "shown" else self.newest(drug)

    @initialize(signed=st.sampled_from([(), ("Amlodipine",), tuple(DRUGS)]))
    def begin(self, signed):
        """Most examples begin with a text that was approved."""
        for name in signed:
            self.approve(name, "first", 60)

    @rule(name=drugs, by=st.sampled_from(["editor", "writer", *SIGNERS[:2]]), turn=st.integers(0, 3))
    def edit(self, name, by, turn):
        drug = Drug.objects.get(slug=name.lower())
        known = document_of(name, turn)
        self.attempt("edit", review.edit, drug=drug, document=known, by=someone(by), what="edited a lead")

    @rule(
        name=drugs, by=st.sampled_from(["editor", "writer", "third"]), kind=st.sampled_from(list(ChangeKind))
    )
    def submit(self, name, by, kind):
        drug = Drug.objects.get(slug=name.lower())
        self.attempt(
            "submit",
            review.submit,
            drug=drug,
            part=Part.MONOGRAPH,
            by=someone(by),
            change_kind=kind,
            note="x",
        )

    @rule(name=drugs, by=signers, turn=st.integers(0, 3))
    def write(self, name, by, turn):
        """Somebody who signs writes a text themselves."""
        self.edit(name, by, turn)
        self.submit(name, by, ChangeKind.CLINICAL)

    @rule(name=drugs, by=anybody, which=which, wrong=st.sampled_from(["", "", "", "digest", "unread"]))
    def approve_by_anybody(self, name, by, which, wrong):
        given = {"": {}, "digest": {"digest": "0" * 64}, "unread": {"acknowledged": ()}}[wrong]
        revision = self.revision(name, which)
        self.attempt("approve", builders.approval, revision=revision, by=someone(by), **given)

    def approve(self, name, by, due):
        """Approve what readers see, with a due day so many days ahead."""
        revision = self.revision(name, "shown")
        due_on = builders.days(due)[0]
        self.attempt("approve", builders.approval, revision=revision, by=someone(by), due_on=due_on)

    @rule(name=drugs, by=signers, due=st.integers(0, 1095))
    def approve_what_is_shown(self, name, by, due):
        self.approve(name, by, due)

    @rule(name=drugs, by=anybody, which=which)
    def renew(self, name, by, which):
        revision = self.revision(name, which)
        task = review.task_of(revision, at=clinical_now())
        self.attempt(
            "renew",
            review.renew,
            revision=revision,
            by=someone(by),
            digest=revision.digest,
            interests="none",
            sources=dict.fromkeys(task.keys, "It still says so."),
            acknowledged=task.unwritten,
            answers={notice.pk: "It is in the text." for notice in task.notices},
        )

    @rule(name=drugs, by=anybody, which=which)
    def request_changes(self, name, by, which):
        revision = self.revision(name, which)
        said = {"digest": revision.digest, "comment": "The lead is wrong."}
        self.attempt("changes", review.request_changes, revision=revision, by=someone(by), **said)

    @rule(name=drugs, by=anybody, which=which)
    def revoke(self, name, by, which):
        revision = self.revision(name, which)
        said = {"digest": revision.digest, "comment": "The lead is wrong."}
        self.attempt("revoke", review.revoke, revision=revision, by=someone(by), **said)

    @rule(name=drugs, by=leads, which=which, step=st.sampled_from([review.release, review.roll_back]))
    def release(self, name, by, which, step):
        self.attempt(
            step.__name__,
            step,
            revision=self.revision(name, which),
            by=someone(by),
            reason="x",
            acknowledged=SAFETY_SECTIONS,
        )

    @rule(name=drugs)
    def come_back(self, name):
        """Show the text that readers see as a new revision, after another one."""
        drug = Drug.objects.get(slug=name.lower())
        old, called = parsed(self.shown(drug).document), DrugClass.objects.get(slug=DRUGS[name]).name
        back = old.model_copy(update={"drug_class": old.drug_class.model_copy(update={"name": called})})
        for document in (document_of(name, 4), back):
            self.attempt("edit", review.edit, drug=drug, document=document, by=someone("editor"), what="x")
            self.submit(name, "editor", ChangeKind.CLINICAL)
        self.release(name, "lead", "newest", review.release)

    @rule(name=drugs, by=leads)
    def withdraw(self, name, by):
        drug = Drug.objects.get(slug=name.lower())
        self.attempt("withdraw", review.withdraw, drug=drug, by=someone(by), reason="The text was wrong.")

    @rule(on=st.sampled_from([*DRUGS, *DRUGS.values()]), by=st.sampled_from([*LEADS, "first"]))
    def post_notice(self, on, by):
        target = Drug.objects.filter(slug=on.lower()).first() or DrugClass.objects.get(slug=on)
        check_on = builders.days(30)[0]
        source = Source.objects.first()
        said = {"text": "Do not use with grapefruit.", "source": source, "check_on": check_on}
        self.attempt("post notice", review.post_notice, on=target, by=someone(by), **said)

    @rule(place=st.integers(0, 2), by=leads)
    def end_notice(self, place, by):
        for notice in SafetyNotice.objects.order_by("ended_at", "pk")[place : place + 1]:
            self.attempt(
                "end notice", review.end_notice, notice=notice, by=someone(by), reason="In the text."
            )

    @rule(by=st.sampled_from(["lead", "lead", "first"]))
    def question(self, by):
        last = Review.objects.order_by("pk").last()
        said = {"person": last.reviewer if last else someone("second"), "by": someone(by)}
        self.attempt("question", review.question_reviews_of, **said, reason="The signer was not registered.")

    @rule(who=signers)
    def end_credential(self, who):
        row = Credential.objects.filter(person__username=who).latest("pk")
        said = {"credential": row, "by": someone("lead"), "reason": "They left."}
        self.attempt("end credential", review.end_credential, **said)

    @rule(who=signers)
    def record_credential(self, who):
        self.attempt("record credential", replaced, name=who)

    @rule(slug=st.sampled_from(list(DRUGS.values())), name=st.sampled_from(["Blocker", "Channel blocker"]))
    def rename_class(self, slug, name):
        DrugClass.objects.filter(slug=slug).update(name=name)

    @rule(name=drugs)
    def supersede(self, name):
        old = self.revision(name, "shown").cited.get().source
        newer = Source.objects.get(pk=old.pk)
        newer.pk, newer.revision = None, f"revision {Source.objects.count()}"
        newer.superseded_at = newer.superseded_by = None
        newer.save(force_insert=True)
        self.attempt("supersede", review.supersede, source=old, newer=newer, by=someone("editor"))

    @rule(name=drugs, by=st.sampled_from(PEOPLE), which=which)
    def forge_reviews(self, name, by, which):
        """Write approvals past the actions; whatever the database takes, the model judges."""
        revision, signer = self.revision(name, which), someone(by)
        open_notices = SafetyNotice.objects.filter(ended_at=None).values_list("pk", flat=True)
        row = {
            "revision": revision,
            "digest": revision.digest,
            "reviewer": signer,
            "credential": signer.credentials.order_by("pk").last() or Credential.objects.first(),
            "verdict": Verdict.APPROVE.value,
            "interests": "none",
            "attestation": "I have read the text.",
            "answers": [[f"Safety notice {pk}: text", "Read."] for pk in open_notices],
            "printed_role": "pharmacist",
            "printed_body": "General Pharmaceutical Council",
            "due_on": builders.days(30)[0],
        }
        flaws = [
            {"digest": "0" * 64},
            {"printed_role": "professor"},
            {"answers": []},
            {"interests": ""},
            {"due_on": builders.days(2000)[0]},
            {"due_on": None},
            {"signed_at": clinical_now() - timedelta(days=1)},
            {"signed_at": clinical_now() + timedelta(days=1)},
            {"credential": someone("first").credentials.order_by("pk").last()},
        ]
        for flaw in (*flaws, {}):
            self.forge("review", lambda flaw=flaw: Review.objects.create(**{**row, **flaw}))

    @rule(
        columns=st.sampled_from(
            [
                (Review, {"verdict": "approve"}),
                (Review, {"digest": "0" * 64}),
                (SafetyNotice, {"posted_at": timezone.now() - timedelta(days=9)}),
                (SafetyNotice, {"drug_class": None}),
                (SafetyNotice, {"ended_at": timezone.now() - timedelta(days=9), "ended_because": "x"}),
                (Credential, {"ends_at": timezone.now() + timedelta(days=9999)}),
                (Credential, {"ended_at": None, "ended_by": None}),
                (Questioned, {"at": timezone.now() - timedelta(days=9)}),
                (Source, {"superseded_at": None}),
            ]
        )
    )
    def forge_an_update(self, columns):
        """Change what stands; a change that harms no review may pass."""
        model, values = columns
        values = {**values, **({"ended_by": someone("lead")} if values.get("ended_because") else {})}
        self.forge("update", lambda: model.objects.filter(pk__gt=0).update(**values))

    @rule(model=st.sampled_from([Review, SafetyNotice, Credential, Questioned, Contributor, RevisionSource]))
    def forge_a_delete(self, model):
        """Take rows away. A table without rows has none to guard."""

        def delete():
            with connection.cursor() as cursor:
                cursor.execute(f"DELETE FROM {model._meta.db_table}")
            assert model is not Contributor, "contributors were deleted"

        self.forge("delete", delete)

    def forge(self, what, write):
        """Write past the actions; the database may refuse."""
        try:
            with transaction.atomic():
                write()
        except IntegrityError:
            done[f"forge {what}: refused"] += 1
        else:
            done[f"forge {what}: taken"] += 1

    @invariant()
    def what_is_said_is_what_holds(self):
        lives = list(LiveDrug.objects.all())
        facts = facts_of(lives)
        for live in lives:
            model = Model(live.drug)
            counting = (model.counting(pk, clinical_now()) for pk in model.revisions)
            assert all(model.is_sound(row) for row in counting if row)
            for at in model.instants():
                told, true = mark(facts[live.pk], at), model.state(at)
                past = told.is_withdrawn is False and model.shown is None and at < clinical_now()
                if past:
                    assert not told.is_reviewed
                    continue
                assert told.state is true, (live, at)
                assert told.is_reviewed == (true is State.REVIEWED)
                assert {row.pk for row in told.notices} == model.open(at)
                assert told.correction_since == model.correction(at)
                done[true.name] += 1
        done["step"] += 1


def document_of(name, turn):
    """A monograph at one of its turns."""
    return builders.document(name, **text(name, turn))


def someone(name):
    """A person of this machine, with their permissions as they stand."""
    return get_user_model().objects.get(username=name)


@pytest.mark.django_db
def test_no_order_of_steps_makes_the_mark_lie():
    people()
    builders.person("editor", builders.EDITOR)
    builders.person("lead", builders.LEAD)
    done.clear()
    how = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        # A failure is told as it was met: to make it smaller takes minutes on two engines.
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )

    while done["step"] < LEAST_STEPS:
        run_state_machine_as_test(Machine, settings=how)

    assert not [state.name for state in State if not done[state.name]]
