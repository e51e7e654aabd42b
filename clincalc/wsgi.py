"""The site as a WSGI application, for granian and gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from clincalc.env import spoken

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clincalc.settings")

with spoken():
    application = get_wsgi_application()

    from clincalc.start import refuse_false_demo

    refuse_false_demo()
