"""Why a step is refused: exceptions that carry a sentence for the person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monographs.vocabulary import SectionKind


class Refusal(Exception):
    """A step that cannot be taken now. `str()` gives the sentence."""


class ContentErrors(Refusal):
    """The text breaks content rules; `places` says which and where."""

    def __init__(self, places: Sequence[str]) -> None:
        """Take one sentence for each place."""
        super().__init__("Content rules are broken: " + "; ".join(places) + ".")
        self.places = list(places)


class TextChanged(Refusal):
    """The text is not the one that the person was shown."""


class NothingChanged(Refusal):
    """The text equals that of the newest revision."""


class BelowTheFloor(Refusal):
    """The revision lacks what every released text must have."""


class NotAcknowledged(Refusal):
    """A safety section is not written, and the releaser did not say so by name."""

    def __init__(self, kinds: Iterable[SectionKind]) -> None:
        """Take the sections that wait to be acknowledged."""
        self.kinds = tuple(kinds)
        names = ", ".join(kind.label for kind in self.kinds)
        super().__init__(f"Not yet written, and to be acknowledged by name before release: {names}.")


class AlreadyLive(Refusal):
    """Readers see this already."""


class NotLive(Refusal):
    """There is no public page to change."""


class NeedsReason(Refusal):
    """The step needs a reason in words."""


class ChangedMeanwhile(Refusal):
    """Somebody saved the working rows since they were read; `now` is their present version."""

    def __init__(self, now: int) -> None:
        """Take the version that stands now."""
        super().__init__("This drug was changed since you opened it. Nothing is saved yet.")
        self.now = now


class Ended(Refusal):
    """Another drug took the place of this one: its text is closed."""


class AddressTaken(Refusal):
    """The address is, or was, another drug's."""


class NotPossible(Refusal):
    """The step does not fit these drugs or links; the sentence says why."""


class NoCredential(Refusal):
    """The person has no credential that is valid now for this part."""


class SelfReview(Refusal):
    """Who contributed to a text since its last approval cannot approve it."""


class NotRead(Refusal):
    """Something has to be read, answered or acknowledged before the text can be approved."""


class OutOfOrder(Refusal):
    """The verdict does not fit what was signed of this revision before."""


class BadDay(Refusal):
    """A day that policy does not allow; the sentence names the days between which it lies."""


class Taken(Refusal):
    """Somebody else is at it."""
