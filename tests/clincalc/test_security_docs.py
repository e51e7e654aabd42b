"""docs/security.md says what is: the tests that it names, and every action that is logged."""

import ast
import re

from django.conf import settings

ROOT = settings.BASE_DIR
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def logged():
    """Yield the name of every action that the code writes to the security log."""
    for room in ("clincalc", "monographs"):
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef) and "step" in map(ast.unparse, node.decorator_list):
                    yield node.name.replace("_", " ")
                elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in (
                    "record",
                    "_record",
                ):
                    first = node.args[0] if node.args else None
                    choices = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
                    yield from (one.value for one in choices if isinstance(one, ast.Constant))


def test_every_test_that_it_names_is_there():
    named = set(re.findall(r"`(tests/\S+?\.py)`", TEXT))

    assert len(named) > 12
    assert not [name for name in sorted(named) if not (ROOT / name).exists()]


def test_every_action_that_is_logged_is_listed():
    actions = set(logged())

    assert {"submit", "login", "import", "send form", "change role"} <= actions
    assert not [action for action in sorted(actions) if f"`{action}`" not in TEXT]
