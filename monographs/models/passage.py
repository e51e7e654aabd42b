"""What the search in the text finds: the statements of the texts that readers see."""

from django.db import models

from monographs.models.fields import choices
from monographs.models.release import LiveDrug
from monographs.models.words import WordsField
from monographs.vocabulary import SectionKind


class Passage(models.Model):
    """One statement (a paragraph or bullet) of a live monograph, whole.

    Written with the live row, and as little worth keeping: it may be dropped
    and rebuilt. `words` are the normalised words of the drug's name, the
    section's heading and the statement, parted by spaces.
    """

    live = models.ForeignKey(LiveDrug, on_delete=models.CASCADE, related_name="passages")
    kind = models.CharField(**choices(SectionKind))
    position = models.PositiveIntegerField(help_text="Its place among all statements of the text.")
    text = models.TextField()
    words = WordsField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["live", "position"], name="passage_once")]

    def __str__(self):
        return self.text
