"""The site as a WSGI application, for granian and gunicorn."""

import os

import django
from django.core.wsgi import get_wsgi_application
from django.db import connections

from clincalc.env import spoken

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clincalc.settings")

with spoken():
    django.setup()

    from clincalc.start import refuse_unsafe

    refuse_unsafe()
    connections.close_all()

application = get_wsgi_application()
