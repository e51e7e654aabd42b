"""What a step would do to marks, told before it is taken. Nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils import timezone

from monographs.models import LiveDrug, SafetyNotice
from monographs.review.facts import facts_of
from monographs.review.mark import Facts, Mark, Notice, Signed, mark
from monographs.vocabulary import Verdict


@dataclass(frozen=True)
class Turn:
    """A page whose mark in lists would be another."""

    live: LiveDrug
    before: Mark
    after: Mark


def if_noticed(lives: Iterable[LiveDrug], *, at: datetime) -> list[Turn]:
    """Return the pages among these whose marks a new notice would change. Seven queries at most."""
    notice = Notice(0, at, timezone.localdate(at))
    return _turns(lives, at, lambda facts: replace(facts, notices=(*facts.notices, notice)))


def if_notice_ended(notice: SafetyNotice, lives: Iterable[LiveDrug], *, at: datetime) -> list[Turn]:
    """Return the pages among these whose marks the end of a notice would change. Seven queries at most."""

    def ended(facts: Facts) -> Facts:
        rows = (replace(row, ended_at=at) if row.pk == notice.pk else row for row in facts.notices)
        return replace(facts, notices=tuple(rows))

    return _turns(lives, at, ended)


def if_questioned(person: Any, *, at: datetime) -> list[Turn]:
    """Return the pages whose marks would change if all reviews of a person were cancelled. Eight queries at most."""
    approved = {
        "drug__revisions__reviews__reviewer": person.pk,
        "drug__revisions__reviews__verdict": Verdict.APPROVE.value,
    }
    lives = LiveDrug.objects.filter(**approved).distinct().in_order()
    return _turns(
        lives,
        at,
        lambda facts: replace(
            facts,
            signed=tuple(_questioned(row, person, at) for row in facts.signed),
            before=tuple(tuple(_questioned(row, person, at) for row in rows) for rows in facts.before),
        ),
    )


def _questioned(row: Signed, person: Any, at: datetime) -> Signed:
    """Return a verdict as it would be once its signer is questioned."""
    is_theirs = row.reviewer == person.pk and row.questioned_at is None
    return replace(row, questioned_at=at) if is_theirs else row


def _turns(lives: Iterable[LiveDrug], at: datetime, step: Callable[[Facts], Facts]) -> list[Turn]:
    """Return the pages whose marks a step would change."""
    rows = list(lives)
    facts = facts_of(rows)
    turns = (Turn(live, mark(facts[live.pk], at), mark(step(facts[live.pk]), at)) for live in rows)
    return [turn for turn in turns if _in_lists(turn.before) != _in_lists(turn.after)]


def _in_lists(one: Mark) -> tuple[str, list[str]]:
    """Return what lists show of a mark."""
    return one.short, one.also
