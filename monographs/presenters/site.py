"""What every page knows of the site."""

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from monographs.models import DemoDatabase


def site(request):
    """Return the site's name, the local help line, and whether this is a demonstration.

    `SITE_NAME`, its first word and the rest for the bar, `LOCAL_HELP`, and
    `is_demo`, which asks the database only when a template reads it. A page
    that knows from its facts passes `is_demo` itself, and nothing is asked.
    """
    first, _, rest = settings.SITE_NAME.partition(" ")
    return {
        "SITE_NAME": settings.SITE_NAME,
        "site_first": first,
        "site_rest": rest,
        "LOCAL_HELP": settings.LOCAL_HELP,
        "is_demo": SimpleLazyObject(DemoDatabase.objects.exists),
    }
