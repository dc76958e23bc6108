"""Names the app, and lets the apps above say where a post was cited."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class BlogConfig(AppConfig):
    name = "blog"
    verbose_name = _("The independent blog")

    def ready(self) -> None:
        autodiscover_modules("reports")
