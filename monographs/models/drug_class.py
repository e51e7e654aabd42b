"""Classes of medicines: a tree."""

from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse

from monographs.models.fields import NormalisedNameField

SLUG = RegexValidator(r"^[a-z0-9]+(?:-[a-z0-9]+)*\Z", "Use lower-case letters, digits and single hyphens.")


class DrugClass(models.Model):
    """A class of medicines. Its description is a definition, never advice."""

    name = models.CharField(max_length=200, help_text="In the singular, as the class line shows it.")
    norm = NormalisedNameField(of="name", db_index=True)
    slug = models.CharField(max_length=100, unique=True, validators=[SLUG], help_text="Address of the class.")
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        help_text="The class that this one belongs to; none at the top.",
    )
    description = models.CharField(
        max_length=200, blank=True, help_text="A definition of at most 200 characters; no advice."
    )
    atc = models.CharField(
        "ATC code", max_length=7, blank=True, help_text="Typed by editors, never imported."
    )

    class Meta:
        verbose_name_plural = "drug classes"
        ordering = ("name",)

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        """Return the address of the class page."""
        return reverse("class", args=[self.slug])
