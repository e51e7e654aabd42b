"""Autocompletes that a forged value cannot break; the fields behind them are in `clincalc.ids`."""

from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple

from clincalc.ids import is_id


class OnlyIds:
    """An autocomplete that draws a forged value as nothing chosen, where Django's own would fail.

    It has a name for screen readers while it is empty.
    """

    def build_attrs(self, base_attrs, extra_attrs=None):
        """Say what to do in the empty field."""
        return {**super().build_attrs(base_attrs, extra_attrs), "data-placeholder": "Type a name"}  # type: ignore[misc]

    def optgroups(self, name, value, attr=None):
        """Return the chosen options."""
        ids = [one for one in value if not one or is_id(one)]
        return super().optgroups(name, ids, attr)  # type: ignore[misc]


class KnownSelects(OnlyIds, AutocompleteSelectMultiple):
    """An autocomplete of several."""


class KnownSelect(OnlyIds, AutocompleteSelect):
    """Django's autocomplete, which asks nothing for the row that is at hand already."""

    known: Any = None

    def optgroups(self, name, value, attr=None):
        """Return the chosen option, from the row at hand where it is that one."""
        if self.known is None or [str(one) for one in value] != [str(self.known.pk)]:
            return super().optgroups(name, value, attr)
        options = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        options.append(self.create_option(name, self.known.pk, str(self.known), True, len(options)))
        return [(None, options, 0)]
