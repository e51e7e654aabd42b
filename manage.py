#!/usr/bin/env python
"""Django's command line for this site."""

import os
import sys

from django.core.management import execute_from_command_line

from clincalc.env import spoken


def main() -> None:
    """Run one command; a refusal of the settings is one sentence and exit 1."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clincalc.settings")
    with spoken():
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
