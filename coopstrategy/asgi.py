"""The door for ASGI servers; the site itself is served over WSGI."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coopstrategy.settings")
application = get_asgi_application()
