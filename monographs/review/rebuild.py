"""Making anew all that a search looks in."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from monographs.document import parsed
from monographs.models import Drug, LiveDrug
from monographs.review import search_keys
from monographs.review.look_alikes import find_look_alikes
from monographs.review.passages import write_passages


def rebuild(*, advance: Any = lambda drugs: None) -> search_keys.Difference:
    """Make names and keys anew, then the statements of the texts that readers see, then the look-alikes.

    Returns what differed of the names. Some drugs in each transaction; what
    editors decided of look-alikes stays.
    """
    found = search_keys.rebuild(advance=advance)
    lives = set(LiveDrug.objects.values_list("pk", flat=True))
    for pk in sorted(lives):
        with transaction.atomic():
            # A release of this drug waits, so that its statements are not written twice.
            Drug.objects.select_for_update().get(pk=pk)
            live = LiveDrug.objects.select_related("monograph").filter(pk=pk).first()
            write_passages(pk, parsed(live.monograph.document) if live and live.monograph else None)
    find_look_alikes(lives)
    return found
