"""What the life of a review looks like: some starter monographs, each through the real steps to a state.

No text here says anything of a medicine that the starter monographs do not
say already: a change puts a statement elsewhere, or repeats one word for word.
Which one, the text decides, so that a better text breaks no demonstration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from monographs.document import build
from monographs.models import (
    CrossLink,
    Drug,
    LiveDrug,
    Review,
    Revision,
    Source,
)
from monographs.review.actions import edit_and_submit, release, withdraw
from monographs.review.assignments import take
from monographs.review.clock import clinical_now
from monographs.review.credentials import question_reviews_of
from monographs.review.demo.accounts import account, former_reviewer
from monographs.review.drafts import keep_draft
from monographs.review.links import answer_for
from monographs.review.notes import add_notes
from monographs.review.notices import post_notice
from monographs.review.rows import edit_rows
from monographs.review.signing import approve, request_changes, revoke
from monographs.review.sources import supersede
from monographs.vocabulary import SAFETY_SECTIONS, ChangeKind, Part, Relation, SectionKind

INTERESTS = "None: this is a demonstration account."
CHECK_NOTICE = timedelta(days=30)
type Sections = dict[SectionKind, str]


@dataclass(frozen=True)
class Story:
    """A starter monograph, the steps that it is taken through, and what they need to know."""

    slug: str
    steps: Callable[..., None]
    said: Mapping[str, Any] = field(default_factory=dict)


def take_steps() -> None:
    """Take the drugs of the table below through their steps, and leave a link that waits."""
    drugs = {drug.slug: drug for drug in Drug.objects.filter(slug__in=[story.slug for story in STORIES])}
    for story in STORIES:
        story.steps(drugs[story.slug], **story.said)
    link_waiting(**LINK)


def reviewed(drug: Drug) -> None:
    """A reviewer signed the text that readers see."""
    _approve(drug)


def due_today(drug: Drug) -> None:
    """The same, and the next review is due today; from tomorrow on it is overdue."""
    _approve(drug, due_on=_today())


def reordered(drug: Drug, *, note: str) -> None:
    """An editorial change was signed and published; the day of the next review stayed."""
    _approve(drug, due_on=_today() + timedelta(days=400))
    revision = _change(drug, ChangeKind.EDITORIAL, note, _with_last_first(drug, 1))
    _sign(revision, account("demo.reviewer"))
    release(
        revision=revision,
        by=account("demo.lead"),
        reason="Demonstration: the new wording is signed.",
        acknowledged=SAFETY_SECTIONS,
    )


def in_review(drug: Drug, *, note: str) -> None:
    """A newer text waits; a reviewer took it and has read the first of its changed sections."""
    _approve(drug, due_on=_today() + timedelta(days=14))
    changed = _with_last_first(drug, 2)
    revision = _change(drug, ChangeKind.CLINICAL, note, changed)
    reviewer = account("demo.reviewer")
    take(drug=drug, part=Part.MONOGRAPH, by=reviewer)
    keep_draft(revision=revision, by=reviewer, read=list(changed)[:1], fields={})


def changes_requested(drug: Drug, *, comment: str, notes: Mapping[SectionKind, str]) -> None:
    """A reviewer did not sign, and said why."""
    revision, reviewer = _shown(drug), account("demo.reviewer")
    add_notes(revision=revision, by=reviewer, sections=notes)
    request_changes(revision=revision, by=reviewer, digest=revision.digest, comment=comment)


def safety_waiting(drug: Drug, *, note: str) -> None:
    """A safety change waits for a signature; when it has waited 72 hours, readers are told."""
    _approve(drug)
    sections = build(drug).sections
    first, *_ = _lines(sections[SectionKind.CAUTIONS])
    monitoring = "\n\n".join([sections[SectionKind.MONITORING], first])
    _change(drug, ChangeKind.SAFETY, note, {SectionKind.MONITORING: monitoring})


def notice_since(drug: Drug, *, text: str) -> None:
    """A safety notice was put up after the review."""
    _approve(drug)
    _notice(drug, drug, text)


def class_notice_since(drug: Drug, *, text: str) -> None:
    """The same, on the class of the drug."""
    _approve(drug)
    _notice(drug, drug.primary_class, text)


def source_changed(drug: Drug, *, label: str) -> None:
    """A source that the reviewed text cites was superseded. The newer one says that it is none."""
    _approve(drug)
    old = _source_of(drug)
    newer = Source.objects.create(
        kind=old.kind,
        identifier=old.identifier,
        title=f"{label} ({old.identifier})",
        jurisdiction=old.jurisdiction,
        url=old.url,
        revision=label,
    )
    supersede(source=old, newer=newer, by=account("demo.editor"))


def revoked(drug: Drug, *, comment: str) -> None:
    """A reviewer took the approval back; the comment became a notice."""
    revision = _approve(drug).revision
    revoke(revision=revision, by=account("demo.reviewer"), digest=revision.digest, comment=comment)


def questioned(drug: Drug, *, reason: str) -> None:
    """Another reviewer signed, and was removed for cause."""
    former = former_reviewer()
    _sign(_shown(drug), former)
    question_reviews_of(person=former, by=account("demo.lead"), reason=reason)
    get_user_model().objects.filter(pk=former.pk).update(is_active=False)


def withdrawn(drug: Drug, *, reason: str) -> None:
    """A lead took the page down."""
    withdraw(drug=drug, by=account("demo.lead"), reason=reason)


def link_waiting(*, from_slug: str, to_slug: str, reason: str) -> None:
    """An editor named an alternative; readers see it when a second person has agreed."""
    editor = account("demo.editor")
    drug = Drug.objects.get(slug=from_slug)
    link = CrossLink(
        from_drug=drug,
        to_drug=Drug.objects.get(slug=to_slug),
        relation=Relation.ALTERNATIVE.value,
        reason=reason,
        position=drug.links.count(),
    )
    with edit_rows(drug=drug, by=editor, seen=drug.lock_version, what="added a link", touched={CrossLink}):
        answer_for([link], by=editor)
        link.save()


STORIES = (
    Story("amlodipine", reviewed),
    Story("amoxicillin", reviewed),
    Story("levothyroxine", reviewed),
    Story("omeprazole", due_today),
    Story(
        "bisoprolol",
        reordered,
        {"note": "Demonstration: another order, no other words."},
    ),
    Story(
        "metformin",
        in_review,
        {
            "note": "Demonstration: another order, sent in as a clinical change to set a new day of review.",
        },
    ),
    Story(
        "ramipril",
        changes_requested,
        {
            "comment": "Demonstration: the sources were not all at hand. Please see the two comments.",
            "notes": {
                SectionKind.MONITORING: "Demonstration comment: please name the place in each source.",
                SectionKind.COUNSELLING: "Demonstration comment: one of these lines is long. Can it be two?",
            },
        },
    ),
    Story(
        "methotrexate",
        safety_waiting,
        {
            "note": "Demonstration: the first statement of Cautions is repeated under Monitoring.",
        },
    ),
    Story(
        "atorvastatin",
        notice_since,
        {
            "text": "Demonstration notice: this is how a safety notice looks. No new risk is known.",
        },
    ),
    Story(
        "citalopram",
        class_notice_since,
        {
            "text": "Demonstration notice: this is how a safety notice on a class looks. No new risk is known.",
        },
    ),
    Story("apixaban", source_changed, {"label": "Demonstration: no such revision exists"}),
    Story(
        "salbutamol",
        revoked,
        {"comment": "Demonstration: this is how a cancelled review looks. No fault of the text is known."},
    ),
    Story(
        "lansoprazole",
        questioned,
        {
            "reason": "Demonstration: all reviews of one account were cancelled. No fault of the text is known."
        },
    ),
    Story(
        "metronidazole",
        withdrawn,
        {"reason": "Demonstration: this is how a withdrawn page looks. No fault of the text is known."},
    ),
)
LINK = {
    "from_slug": "lisinopril",
    "to_slug": "ramipril",
    "reason": "Demonstration: both are ACE inhibitors. Waits for a second person.",
}


def _approve(drug: Drug, *, due_on: date | None = None) -> Review:
    """Let the demo reviewer sign the text that readers see."""
    return _sign(_shown(drug), account("demo.reviewer"), due_on=due_on)


def _sign(revision: Revision, by: Any, *, due_on: date | None = None) -> Review:
    """Approve a text as somebody who has read all of it."""
    return approve(
        revision=revision,
        by=by,
        digest=revision.digest,
        interests=INTERESTS,
        due_on=due_on,
        read=tuple(SectionKind),
        acknowledged=SAFETY_SECTIONS,
    )


def _change(drug: Drug, kind: ChangeKind, note: str, changed: Sections) -> Revision:
    """Give sections of a drug another text and submit."""
    document = build(drug)
    return edit_and_submit(
        drug=drug,
        document=document.model_copy(update={"sections": {**document.sections, **changed}}),
        by=account("demo.editor"),
        what=f"edited {', '.join(section.label for section in changed)}",
        change_kind=kind,
        note=note,
    )


def _with_last_first(drug: Drug, number: int) -> Sections:
    """Return a drug's last sections of several statements, so many, each with its last statement put first."""
    several = [(kind, lines) for kind, text in build(drug).sections.items() if len(lines := _lines(text)) > 1]
    return {kind: "\n\n".join([lines[-1], *lines[:-1]]) for kind, lines in several[-number:]}


def _lines(text: str) -> list[str]:
    """Return the statements of a section as they are written."""
    return [line for line in text.splitlines() if line.strip()]


def _notice(drug: Drug, on: Any, text: str) -> None:
    """Put up a notice with a source that the drug cites."""
    post_notice(
        on=on, text=text, source=_source_of(drug), check_on=_today() + CHECK_NOTICE, by=account("demo.lead")
    )


def _source_of(drug: Drug) -> Source:
    """Return the source that the drug cites first."""
    return drug.citations.select_related("source").order_by("key")[0].source


def _shown(drug: Drug) -> Revision:
    """Return the text that readers see."""
    return Revision.objects.get(pk__in=LiveDrug.objects.filter(drug=drug).values("monograph"))


def _today() -> date:
    """Return today where the site is."""
    return timezone.localdate(clinical_now())
