"""The addresses that robots may index: drugs that can be read, classes, A to Z, policies."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from monographs.models import DrugClass, LiveDrug

MOST = 10_000


class DrugSitemap(Sitemap):
    """Every drug page that is not withdrawn."""

    limit = MOST

    def items(self):
        """Return the drugs in the order of the A to Z."""
        return LiveDrug.objects.readable().only("slug").in_order()


class ClassSitemap(Sitemap):
    """Every class page."""

    limit = MOST

    def items(self):
        """Return the classes by slug."""
        return DrugClass.objects.only("slug").order_by("slug")


class PageSitemap(Sitemap):
    """The front page, the lists and the policies."""

    def items(self):
        """Return the names of the addresses."""
        return ["home", "drugs", "classes", "about", "editorial-policy", "accessibility", "privacy"]

    def location(self, item):
        """Return the address of a named page."""
        return reverse(item)


SITEMAPS: dict[str, type[Sitemap] | Sitemap] = {
    "pages": PageSitemap,
    "drugs": DrugSitemap,
    "classes": ClassSitemap,
}
