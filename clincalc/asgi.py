"""The site as a ASGI application."""

import os

from django.core.asgi import get_asgi_application

from clincalc.env import spoken

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clincalc.settings")

with spoken():
    application = get_asgi_application()

    from clincalc.start import refuse_false_demo

    refuse_false_demo()
