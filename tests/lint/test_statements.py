"""Statements that rest on nothing."""

import pytest

from monographs.lint import statements_without_source


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("", []),
        ("Avoid in pregnancy. [smpc 4.6]", []),
        ("Avoid in pregnancy.", ["Avoid in pregnancy."]),
        ("First. [smpc 4.4]\n\nSecond.", ["Second."]),
        ("First\nline two. [smpc]\n\nThird\nline four.", ["Third line four."]),
        ("- One. [smpc 4.4]\n- Two.\n- Three. [ta427 1.1] [ta658]", ["Two."]),
        ("Tell the patient:\n- One. [smpc 4.4]", []),
        ("Tell the patient:\n\n- One.", ["One."]),
        ("Tell the patient:", ["Tell the patient:"]),
        ("Tell the patient:\n\nOne. [smpc 4.4]", ["Tell the patient:"]),
        ("Pregnancy: Avoid.", ["Pregnancy: Avoid."]),
        ("Pregnancy: Avoid. [smpc 4.6]", []),
        ("Not a key: [4.4] or [SMPC].", ["Not a key: [4.4] or [SMPC]."]),
    ],
)
def test_statements_without_a_reference_key(text, bare):
    assert statements_without_source(text) == bare
