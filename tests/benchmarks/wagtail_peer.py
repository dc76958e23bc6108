"""A blog made with Wagtail as its tutorial makes one: a page type with a summary and a text, and a list page that shows them, the
newest first. Run by the Python of a throw-away environment that holds Wagtail, never imported here.

    python wagtail_peer.py FOLDER HOST USER POSTS WORDS

makes the site in FOLDER with a database of its own on the server at HOST, puts POSTS posts of WORDS words into it, and prints the
seconds that its pages take, as JSON.
"""

import datetime as dt
import json
import os
import random
import sys
import time
from pathlib import Path
from statistics import median

DATABASE = "wagtail_peer"
SETTINGS = """
SECRET_KEY = "peer"
ALLOWED_HOSTS = ["*"]
USE_TZ = True
ROOT_URLCONF = "peer.urls"
STATIC_URL = "/static/"
WAGTAIL_SITE_NAME = "Peer"
WAGTAILADMIN_BASE_URL = "http://testserver"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "peer", "wagtail.contrib.forms", "wagtail.contrib.redirects", "wagtail.embeds", "wagtail.sites", "wagtail.users",
    "wagtail.snippets", "wagtail.documents", "wagtail.images", "wagtail.search", "wagtail.admin", "wagtail", "modelcluster",
    "taggit", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
    "django.contrib.staticfiles", "django_filters",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware", "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware", "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]},
}]
# Written all at once, after the pages.
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database", "AUTO_UPDATE": False}}
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "%(name)s", "HOST": "%(host)s", "USER": "%(user)s"}}
"""
MODELS = """
from django.core.paginator import Paginator
from django.db import models
from wagtail.fields import RichTextField
from wagtail.models import Page
from wagtail.search import index


class BlogIndexPage(Page):
    def get_context(self, request):
        context = super().get_context(request)
        posts = BlogPage.objects.child_of(self).live()
        if request.GET.get("q"):
            posts = posts.search(request.GET["q"])
        else:
            posts = posts.order_by("-first_published_at")
        context["posts"] = Paginator(posts, 20).get_page(request.GET.get("page"))
        return context


class BlogPage(Page):
    date = models.DateField()
    intro = models.CharField(max_length=250)
    author = models.CharField(max_length=100)
    body = RichTextField()
    search_fields = [*Page.search_fields, index.SearchField("intro"), index.SearchField("body")]
"""
URLS = """
from django.urls import include, path
from wagtail import urls

urlpatterns = [path("", include(urls))]
"""
BASE = """{% load wagtailcore_tags %}<!doctype html><html lang="en">
<head><meta charset="utf-8"><title>{{ page.title }}</title></head>
<body><main><h1>{{ page.title }}</h1>{% block content %}{% endblock %}</main></body></html>"""
INDEX = """{% extends "peer/base.html" %}{% load wagtailcore_tags %}{% block content %}{% for post in posts %}
<article><h2><a href="{% pageurl post %}">{{ post.title }}</a></h2><p>{{ post.intro }}</p>
<p>{{ post.author }}, {{ post.date }}</p></article>
{% endfor %}<p>{{ posts.number }} of {{ posts.paginator.num_pages }}</p>{% endblock %}"""
POST = """{% extends "peer/base.html" %}{% load wagtailcore_tags %}{% block content %}<p>{{ page.author }}, {{ page.date }}</p>
<p>{{ page.intro }}</p>{{ page.body|richtext }}{% endblock %}"""
WORDS = [
    "shop", "member", "vote", "rent", "wind", "share", "tin", "meeting", "freezer", "lorry", "boat",
    "boiler", "path", "lamp", "book", "number", "key", "hall", "tide", "roof",
]  # fmt: skip


def write_site(folder: Path, host: str, user: str) -> None:
    peer = folder / "peer"
    (peer / "templates" / "peer").mkdir(parents=True)
    (peer / "migrations").mkdir()
    for name, text in {
        "__init__.py": "",
        "migrations/__init__.py": "",
        "settings.py": SETTINGS % {"name": DATABASE, "host": host, "user": user},
        "models.py": MODELS,
        "urls.py": URLS,
        "templates/peer/base.html": BASE,
        "templates/peer/blog_index_page.html": INDEX,
        "templates/peer/blog_page.html": POST,
    }.items():
        (peer / name).write_text(text)


def seconds_of(client, url: str, rounds: int = 7) -> float:
    assert client.get(url).status_code == 200
    times = []
    for _round in range(rounds):
        began = time.perf_counter()
        client.get(url)
        times.append(time.perf_counter() - began)
    return median(times)


def main(folder: Path, host: str, user: str, posts: int, words: int) -> None:
    write_site(folder, host, user)
    sys.path.insert(0, str(folder))
    os.environ["DJANGO_SETTINGS_MODULE"] = "peer.settings"
    import psycopg  # noqa: PLC0415 - only this environment has them, once its settings are written

    with psycopg.connect(host=host, user=user, dbname="postgres", autocommit=True) as line:
        line.execute(f"CREATE DATABASE {DATABASE}")
    import django  # noqa: PLC0415

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection, transaction  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext, setup_test_environment  # noqa: PLC0415
    from peer.models import BlogIndexPage, BlogPage  # noqa: PLC0415
    from wagtail.models import Page, Site  # noqa: PLC0415
    from wagtail.signal_handlers import disable_reference_index_auto_update  # noqa: PLC0415

    setup_test_environment()
    call_command("makemigrations", "peer", verbosity=0)
    call_command("migrate", verbosity=0)
    dice = random.Random(1)
    with transaction.atomic(), disable_reference_index_auto_update():
        index = Page.objects.get(depth=1).add_child(instance=BlogIndexPage(title="Blog", slug="blog"))
        Site.objects.update_or_create(
            is_default_site=True, defaults={"root_page": index, "hostname": "testserver", "port": 80}
        )
        for number in range(posts):
            body = "".join(
                f"<p>{' '.join(dice.choices(WORDS, k=60)).capitalize()}.</p>" for _paragraph in range(words // 60)
            )
            page = BlogPage(
                title=f"Post {number} about a {dice.choice(WORDS)}",
                date=dt.date(2026, 1, 1),
                intro=" ".join(dice.choices(WORDS, k=20)),
                author="Ann Example",
                body=body,
                first_published_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=number),
            )
            index.add_child(instance=page)
    call_command("update_index", verbosity=0)
    with connection.cursor() as cursor:
        # Table by table: the catalogue that all databases share is being read by the run that waits for this one.
        cursor.execute("ANALYZE wagtailcore_page, peer_blogpage, wagtailsearch_indexentry")
    client = Client()
    post = BlogPage.objects.latest("pk").get_url()
    told = {}
    for name, url in {"list": "/", "post": post, "search": "/?q=freezer+lorry"}.items():
        told[name] = seconds_of(client, url)
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        told[f"{name} queries"] = len(captured)
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
