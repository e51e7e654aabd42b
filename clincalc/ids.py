"""Fields that choose rows by their ids: a number that no row can have is no choice, and no fault."""

from typing import Any

from django import forms

# Digits of the largest id that a column holds, less one.
LONGEST_ID = 18


def is_id(value: Any) -> bool:
    """Tell whether a value can be a row's id: digits, and no more of them than a column holds."""
    return str(value).isdecimal() and len(str(value)) <= LONGEST_ID


class OneField(forms.ModelChoiceField):
    """A row by its id; a number that can be no id is no choice."""

    def to_python(self, value: Any) -> Any:
        """Return the row."""
        return super().to_python(value if not value or is_id(value) else "none")


class SeveralField(forms.ModelMultipleChoiceField):
    """Several rows by their ids."""

    def clean(self, value: Any) -> Any:
        """Return the rows."""
        for one in value or ():
            if not is_id(one):
                raise forms.ValidationError(
                    self.error_messages["invalid_choice"], "invalid_choice", {"value": one}
                )
        return super().clean(value)
