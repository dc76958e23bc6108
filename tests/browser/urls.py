"""The site's addresses, with those of the demo, and with two that go wrong, so that the pages for that can be looked at."""

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from coopstrategy.urls import handler400, handler403, handler404, handler500
from coopstrategy.urls import urlpatterns as site
from tests.architecture.tree import ROOT

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def break_down(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("broken on purpose, to look at the page for it")


def refuse(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation("refused on purpose, to look at the page for it")


urlpatterns = [
    path("trial/broken/", break_down, name="trial-broken"),
    path("trial/refused/", refuse, name="trial-refused"),
    *site,
]
if (ROOT / "coopstrategy/demo/urls.py").is_file():
    urlpatterns.append(path("", include("coopstrategy.demo.urls")))
