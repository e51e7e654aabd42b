"""Guards of the record: what was written, submitted, released; addresses and classes."""

from __future__ import annotations

from collections.abc import Iterator

from monographs import models as nouns
from monographs.review.guards.guard import DEEPEST_CLASS, WRITES, Guard, table_of
from monographs.review.guards.rows import append_only, never_replaced, own_clock
from monographs.review.guards.signing import approved


def rules() -> Iterator[Guard]:
    """Yield the guards of the record, of every engine."""
    for model in (
        nouns.Edit,
        nouns.Revision,
        nouns.Contributor,
        nouns.RevisionSource,
        nouns.Release,
        nouns.OldSlug,
        nouns.Successor,
        nouns.DemoDatabase,
    ):
        yield from append_only(model)
    yield from never_replaced(nouns.Source)
    yield from never_replaced(nouns.Drug)
    for model, column in (
        (nouns.Edit, "at"),
        (nouns.Revision, "submitted_at"),
        (nouns.Release, "released_at"),
        (nouns.OldSlug, "at"),
        (nouns.Successor, "at"),
        (nouns.DemoDatabase, "since"),
    ):
        yield own_clock(model, column)
    yield from _revision()
    yield from _release()
    yield from _live()
    yield from _slug()
    yield from _ended()
    yield from _source()
    yield from _class_tree()


def _revision() -> Iterator[Guard]:
    """The digest is that of the text, and numbers follow one another."""
    table = table_of(nouns.Revision)
    yield Guard(
        f"guard_{table}_digest",
        table,
        "insert",
        "the digest is not that of the document",
        "NEW.digest <> {sha256:NEW.document}",
    )
    yield Guard(
        f"guard_{table}_number",
        table,
        "insert",
        "the revision number does not follow the last",
        f"NEW.number <> 1 + coalesce((SELECT max(number) FROM {table} "
        "WHERE drug_id = NEW.drug_id AND part = NEW.part), 0)",
    )


def _release() -> Iterator[Guard]:
    """A release is of the drug's own revision, and the latest by id."""
    table, revision = table_of(nouns.Release), table_of(nouns.Revision)
    yield Guard(
        f"guard_{table}_own",
        table,
        "insert",
        "the revision is not of this drug and part",
        f"NEW.revision_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {revision} "
        "WHERE id = NEW.revision_id AND drug_id = NEW.drug_id AND part = NEW.part)",
    )
    yield Guard(
        f"guard_{table}_dosing",
        table,
        "insert",
        "dosing is never released without an approval",
        f"NEW.part = 'dosing' AND NEW.revision_id IS NOT NULL AND NOT {approved('NEW.revision_id')}",
    )


def _live() -> Iterator[Guard]:
    """What is live is what was released last."""
    table, release = table_of(nouns.LiveDrug), table_of(nouns.Release)
    latest = (
        f"(SELECT revision_id FROM {release} WHERE drug_id = NEW.drug_id AND part = '{{part}}' "
        "ORDER BY id DESC LIMIT 1)"
    )
    condition = " OR ".join(
        [
            f"NOT EXISTS (SELECT 1 FROM {release} WHERE drug_id = NEW.drug_id AND part = 'monograph')",
            "{differs:NEW.monograph_id|" + latest.replace("{part}", "monograph") + "}",
            "{differs:NEW.dosing_id|" + latest.replace("{part}", "dosing") + "}",
        ]
    )
    for on in WRITES:
        yield Guard(f"guard_{table}_{on}", table, on, "this is not what was released last", condition)


def _slug() -> Iterator[Guard]:
    """An address is never given to another drug, and none is forgotten."""
    drug, old = table_of(nouns.Drug), table_of(nouns.OldSlug)
    yield Guard(
        f"guard_{drug}_slug_insert",
        drug,
        "insert",
        "this address was another drug's",
        f"EXISTS (SELECT 1 FROM {old} WHERE slug = NEW.slug)",
    )
    yield Guard(
        f"guard_{drug}_slug_update",
        drug,
        "update",
        "an address is changed only after the old one was kept, and to one that is no other drug's",
        "NEW.id <> OLD.id OR (NEW.slug <> OLD.slug AND ("
        f"EXISTS (SELECT 1 FROM {old} WHERE slug = NEW.slug AND drug_id <> NEW.id) "
        f"OR NOT EXISTS (SELECT 1 FROM {old} WHERE slug = OLD.slug AND drug_id = OLD.id)))",
    )
    yield Guard(
        f"guard_{old}_taken",
        old,
        "insert",
        "this address is another drug's",
        f"EXISTS (SELECT 1 FROM {drug} WHERE slug = NEW.slug AND id <> NEW.drug_id)",
    )


def _ended() -> Iterator[Guard]:
    """A drug that another took the place of is shown no more, and nothing is merged into it."""
    successor = table_of(nouns.Successor)
    shown = f"EXISTS (SELECT 1 FROM {successor} WHERE drug_id = NEW.drug_id)"
    for model, name, condition in (
        (nouns.Release, "ended", f"NEW.revision_id IS NOT NULL AND {shown}"),
        (nouns.LiveDrug, "ended", shown),
    ):
        table = table_of(model)
        yield Guard(
            f"guard_{table}_{name}", table, "insert", "another drug took the place of this one", condition
        )
    live = table_of(nouns.LiveDrug)
    yield Guard(
        f"guard_{successor}_living",
        successor,
        "insert",
        "a drug ends without a public page, and goes on in a drug that has not ended",
        f"EXISTS (SELECT 1 FROM {successor} WHERE drug_id = NEW.successor_id) "
        f"OR EXISTS (SELECT 1 FROM {live} WHERE drug_id = NEW.drug_id)",
    )


def _source() -> Iterator[Guard]:
    """A cited source stands as it was cited, and is superseded once, now."""
    table, cited = table_of(nouns.Source), table_of(nouns.RevisionSource)
    may_change = {"superseded_by_id", "superseded_at", "last_checked_on"}
    columns = [field.column for field in nouns.Source._meta.fields if field.column not in may_change]
    changed = " OR ".join(f"{{differs:NEW.{column}|OLD.{column}}}" for column in columns)
    yield Guard(
        f"guard_{table}_superseded",
        table,
        "update",
        "a source is superseded once, now",
        "{differs:NEW.superseded_at|OLD.superseded_at} AND (OLD.superseded_at IS NOT NULL "
        "OR NEW.superseded_at <> {now})",
    )
    yield Guard(
        f"guard_{table}_fresh",
        table,
        "insert",
        "a new source is superseded by none",
        "NEW.superseded_at IS NOT NULL",
    )
    yield Guard(
        f"guard_{table}_cited",
        table,
        "update",
        "a source that a revision cites does not change; a new revision of it is a new row",
        f"EXISTS (SELECT 1 FROM {cited} WHERE source_id = OLD.id) AND ({changed})",
    )
    # UPDATE OR REPLACE would put it in the place of a cited one, with no delete for a trigger to see.
    yield Guard(f"guard_{table}_key", table, "update", "a source keeps its key", "NEW.id <> OLD.id")


def _class_tree() -> Iterator[Guard]:
    """No class is above itself.

    Triggers of SQLite know no recursive query, so the tree is walked a fixed
    number of steps, which is also its greatest depth.
    """
    table = table_of(nouns.DrugClass)
    top = DEEPEST_CLASS - 2
    joins = " ".join(
        f"LEFT JOIN {table} a{step + 1} ON a{step + 1}.id = a{step}.parent_id" for step in range(top)
    )
    loop = " OR ".join(f"a{step}.id = NEW.id" for step in range(top + 1))
    condition = (
        f"NEW.parent_id IS NOT NULL AND (NEW.parent_id = NEW.id OR EXISTS (SELECT 1 FROM {table} a0 {joins} "
        f"WHERE a0.id = NEW.parent_id AND ({loop} OR a{top}.parent_id IS NOT NULL)))"
    )
    for on in WRITES:
        yield Guard(
            f"guard_{table}_{on}",
            table,
            on,
            f"a class cannot stand above itself, nor more than {DEEPEST_CLASS} levels deep",
            condition,
        )
