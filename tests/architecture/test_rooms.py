"""Imports run one way between the rooms of `monographs`."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "monographs"

# Each room may import those that stand before it, and itself.
ORDER = [
    {"vocabulary"},
    {"names"},
    {"models", "prepared"},
    {"document"},
    {"lint"},
    {"review"},
    {"related"},
    {"search"},
    {"importers", "presenters", "sitemaps"},
    {"views", "admin", "api", "management", "templatetags"},
    {"urls"},
]
LEVEL = {room: level for level, rooms in enumerate(ORDER) for room in rooms}
OUTSIDE = {"apps", "migrations", "starter"}
# Django wants the app's own wiring in apps.py; the field that keeps a name's normal form imports names.
PURE = {"names", "lint", "vocabulary"}
PURE_FILES = {
    "document/shape.py",
    "document/text.py",
    "document/canonical.py",
    "document/diff.py",
    "document/risk.py",
    "review/mark.py",
}


def room_of(path):
    """Return the room that a file stands in."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(path):
    """Yield every module that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            if node.module == "monographs":
                yield from (f"monographs.{alias.name}" for alias in node.names)


FILES = [path for path in sorted(ROOT.rglob("*.py")) if room_of(path) not in OUTSIDE | {"__init__"}]


def test_there_are_files_to_look_at():
    assert len(FILES) > 30


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_imports_only_rooms_before_it(path):
    room = room_of(path)
    assert room in LEVEL, f"{room} has no place in the order of rooms"
    for module in imports(path):
        parts = module.split(".")
        if parts[0] == "monographs" and len(parts) > 1 and parts[1] != room:
            assert LEVEL[parts[1]] < LEVEL[room], f"{path.name} imports {module}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_plain_python_stays_plain(path):
    if room_of(path) in PURE or path.relative_to(ROOT).as_posix() in PURE_FILES:
        assert not [module for module in imports(path) if module.split(".")[0] == "django"]
