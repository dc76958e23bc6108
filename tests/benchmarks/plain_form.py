"""The peer of the census page: the smallest Django project that shows the same fields and stores what was sent as one row.

Django's own defaults and nothing else: no sign-in, no sections, no revisions, no routing, no look. `PLAIN_FORM_PAGES` names a
JSON file {path: [{name, label, control, choices, max_length}]}; the test makes it from the questionnaire, and makes the table.
"""

import json
import os
from pathlib import Path

from django import forms
from django.conf import settings

settings.configure(
    SECRET_KEY="only for benchmarks",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": os.environ["PLAIN_FORM_DATABASE"],
            "USER": "app",
            "HOST": os.environ["PLAIN_FORM_SOCKETS"],
            "OPTIONS": {"pool": {"min_size": 1, "max_size": 8}},
        }
    },
    # What `startproject` writes.
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    (
                        "django.template.loaders.cached.Loader",
                        [
                            (
                                "django.template.loaders.locmem.Loader",
                                {
                                    "form.html": "<!doctype html><title>Form</title><h1>Form</h1><form method='post'>"
                                    "{% csrf_token %}{{ form.as_div }}<button>Save</button></form>"
                                },
                            )
                        ],
                    )
                ],
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ],
            },
        }
    ],
)

from django.core.wsgi import get_wsgi_application  # noqa: E402 - settings first

application = get_wsgi_application()

from django.db import models  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.shortcuts import redirect, render  # noqa: E402
from django.urls import path  # noqa: E402


class Row(models.Model):
    page = models.TextField()
    answers = models.JSONField()

    class Meta:
        app_label = "plain_form"
        managed = False

    def __str__(self):
        return self.page


def field_of(about: dict) -> forms.Field:
    given = {"label": about["label"], "required": False}
    choices = about["choices"]
    match about["control"]:
        case "radios":
            return forms.ChoiceField(widget=forms.RadioSelect, choices=choices, **given)
        case "checkboxes":
            return forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, choices=choices, **given)
        case "select":
            return forms.ChoiceField(choices=[("", "-"), *choices], **given)
        case "figures":
            return forms.IntegerField(**given)
        case "area":
            return forms.CharField(widget=forms.Textarea, max_length=about["max_length"], **given)
        case _:
            return forms.CharField(max_length=about["max_length"], **given)


def view_of(address: str, fields: list[dict]):
    form_class = type("PlainForm", (forms.Form,), {about["name"]: field_of(about) for about in fields})

    def view(request):
        form = form_class(request.POST or None)
        if request.method == "POST" and form.is_valid():
            Row.objects.create(page=address, answers=form.cleaned_data)
            return redirect(request.path)
        return render(request, "form.html", {"form": form}, status=422 if form.errors else 200)

    return view


urlpatterns = [
    path("health/live/", lambda request: HttpResponse("live")),
    *(
        path(address.lstrip("/"), view_of(address, fields))
        for address, fields in json.loads(Path(os.environ["PLAIN_FORM_PAGES"]).read_text()).items()
    ),
]
