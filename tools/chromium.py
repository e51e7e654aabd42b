"""Where the Chromium of this machine is: the browser tests download none."""

import os
import shutil
from pathlib import Path

PLACES = ("/usr/bin/chromium", "chromium", "google-chrome", "chromium-browser", "google-chrome-stable")


def find_chromium() -> str | None:
    """Return the path of $CHROMIUM, or of the first Chromium that is installed, or None."""
    wanted = os.environ.get("CHROMIUM")
    candidates = (wanted, *PLACES) if wanted else PLACES
    found = (shutil.which(candidate) for candidate in candidates)
    return next((str(Path(path)) for path in found if path), None)
