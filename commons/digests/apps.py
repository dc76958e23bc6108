"""Names the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DigestsConfig(AppConfig):
    name = "commons.digests"
    verbose_name = _("Notices and e-mail")
