"""Rename, merge, split, and flags of components: a page each, which calls the step in `review`."""

from monographs.admin.steps import Kind

LIFE_STEPS: tuple[Kind, ...] = ()
