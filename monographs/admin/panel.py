"""The panel on a drug's form: how far the text is, and each hit of a content rule beside its section."""

from dataclasses import dataclass, field

from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator

from monographs.document.shape import ClassRef, Document, Flag, WaiverRef
from monographs.lint import Hit, lint_document, statements_without_source
from monographs.vocabulary import FlagKind, SectionKind

# Of a statement without a source, so that it is recognised.
LONGEST = 160


@dataclass(frozen=True)
class Panel:
    """What the working text lacks: written of kinds, hits by section (or None), statements without a source."""

    written: int
    kinds: int
    hits: dict[SectionKind | None, list[Hit]] = field(default_factory=dict)
    bare: dict[SectionKind, list[str]] = field(default_factory=dict)

    @property
    def summary(self):
        """The one line, such as "9 of 16 sections · 2 statements without a source · 1 error in Monitoring"."""
        bare = sum(len(found) for found in self.bare.values())
        return " · ".join(
            [
                f"{self.written} of {self.kinds} sections",
                f"{_counted(bare, 'statement')} without a source",
                *self._errors(),
            ]
        )

    def help_for(self, kind):
        """Return what stands beside a section's field, or "" when nothing is wrong."""
        lines = [
            (
                "Error" if hit.is_error else "Warning",
                f", line {hit.line}: {hit.advice} (“{hit.excerpt}”, rule {hit.rule})",
            )
            for hit in self.hits.get(kind, ())
        ]
        lines += [
            ("Without a source", f": “{Truncator(text).chars(LONGEST)}”") for text in self.bare.get(kind, ())
        ]
        if not lines:
            return ""
        return format_html('<ul class="hits">{}</ul>', format_html_join("", "<li><b>{}</b>{}</li>", lines))

    def _errors(self):
        """Yield how many errors each section has."""
        for kind, hits in self.hits.items():
            count = sum(1 for hit in hits if hit.is_error)
            if count:
                yield f"{_counted(count, 'error')} in {kind.label if kind else 'names, lead or flags'}"


def panel_of(drug, texts, flags, waivers):
    """Return the panel of a drug from rows at hand. No query.

    The rows need not make a document yet, so nothing but what the content
    rules read is filled in.
    """
    document = Document.model_construct(
        name=drug.name,
        drug_class=ClassRef.model_construct(slug="", name=""),
        lead=drug.lead,
        sections=texts,
        flags={
            FlagKind(row.kind): Flag.model_construct(line=row.line, detail=row.detail, locator=row.locator)
            for row in flags
        },
        waivers=tuple(
            WaiverRef.model_construct(section=SectionKind(row.section), rule=row.rule, reason=row.reason)
            for row in waivers
        ),
    )
    hits: dict[SectionKind | None, list[Hit]] = {}
    for hit in lint_document(document):
        hits.setdefault(_section_of(hit.where), []).append(hit)
    bare = {kind: found for kind, text in texts.items() if (found := statements_without_source(text))}
    return Panel(len(texts), len(SectionKind), hits, bare)


def _section_of(where):
    """Return the section of a place such as "sections.monitoring", or None."""
    field_name, _, key = where.partition(".")
    return SectionKind(key) if field_name == "sections" else None


def _counted(number, noun):
    """Return a number with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
