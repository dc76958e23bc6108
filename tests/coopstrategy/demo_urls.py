"""The site's addresses with those of the demo, which are there only while DEMO is set."""

from django.urls import include, path

from coopstrategy.urls import handler400, handler403, handler404, handler500
from coopstrategy.urls import urlpatterns as without_demo

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [*without_demo, path("", include("coopstrategy.demo.urls"))]
