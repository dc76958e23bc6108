"""Django's name card for the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    name = "commons.audit"
    verbose_name = _("The record")
