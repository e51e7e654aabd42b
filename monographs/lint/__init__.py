"""Content rules: what a text may not say, and how it is written."""

from monographs.lint.check import Hit, lint_document, lint_text
from monographs.lint.rule import Rule, Severity
from monographs.lint.rules import RULES
from monographs.lint.statements import statements_without_source

__all__ = ["RULES", "Hit", "Rule", "Severity", "lint_document", "lint_text", "statements_without_source"]
