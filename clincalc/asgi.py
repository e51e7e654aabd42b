"""The site as an ASGI application."""

import os

import django
from django.core.asgi import get_asgi_application
from django.db import connections

from clincalc.env import spoken

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clincalc.settings")

with spoken():
    django.setup()

    from clincalc.start import refuse_unsafe

    refuse_unsafe()
    connections.close_all()

application = get_asgi_application()
