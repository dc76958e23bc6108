"""The door for WSGI servers (gunicorn)."""

import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

from coopstrategy.logs import shown_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coopstrategy.settings")
_site = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The site. What the server's own log may say of an address is left for it in `shown_path`."""
    environ["shown_path"] = shown_path(environ.get("PATH_INFO", ""))
    return _site(environ, start_response)
