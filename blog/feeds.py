"""News for feed readers, as Atom (RFC 4287): of every post, of a theme, of an author, and of what is said to one post.

A feed is made from the same words as the pages, so what is not public any more is gone from the next answer. Addresses are
absolute, from SITE_ADDRESS. The id of an entry is made of its number and never changes.
"""

import datetime as dt
import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.feedgenerator import Atom1Feed, rfc3339_date
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.generic import View

from blog.models import Author, Post
from blog.reports import gone_posts, public_comments, public_posts
from commons.contributions.models import Contribution
from commons.themes.models import Theme

POSTS_IN_A_FEED, COMMENTS_IN_A_FEED = 20, 50
IDS_SINCE = 2026
NOTHING_YET = dt.datetime(IDS_SINCE, 1, 1, tzinfo=dt.UTC)
NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def stable_id(*parts: object) -> str:
    """A tag URI (RFC 4151) that is this thing's for good."""
    return f"tag:{urlsplit(settings.SITE_ADDRESS).hostname},{IDS_SINCE}:{'/'.join(map(str, parts))}"


def words(text: str) -> str:
    """The text without characters that no XML document may hold."""
    return NOT_IN_XML.sub("", text)


class BlogFeed(Atom1Feed):
    """Atom as Django writes it, with several authors, plain-text summaries and the language of each entry."""

    def latest_post_date(self) -> dt.datetime:
        return max((item["updateddate"] for item in self.items), default=NOTHING_YET)

    def item_attributes(self, item: dict[str, Any]) -> dict[str, str]:
        return {"xml:lang": item["language"]} if item["language"] else {}

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        handler.addQuickElement("title", item["title"])
        handler.addQuickElement("link", "", {"href": item["link"], "rel": "alternate", "type": "text/html"})
        handler.addQuickElement("id", item["unique_id"])
        handler.addQuickElement("published", rfc3339_date(item["pubdate"]))
        handler.addQuickElement("updated", rfc3339_date(item["updateddate"]))
        for name, address in item["authors"]:
            handler.startElement("author", {})
            handler.addQuickElement("name", name)
            if address:
                handler.addQuickElement("uri", address)
            handler.endElement("author")
        handler.addQuickElement("summary", item["description"], {"type": "text"})
        for term, label in item["terms"]:
            handler.addQuickElement("category", "", {"term": term, "label": label})


def absolute(path: str) -> str:
    return settings.SITE_ADDRESS + path


class FeedView(View):
    """One feed. A reader that has its latest state already is told so (304)."""

    public = True
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        feed = BlogFeed(
            title=words(self.title()),
            link=absolute(self.page()),
            description="",
            language=get_language(),
            feed_url=absolute(request.path),
            feed_guid=stable_id(*request.path.strip("/").split("/")),
            author_name=_("The independent blog of %(site)s") % {"site": settings.SITE_NAME},
            author_link=absolute(reverse("blog:list")),
        )
        for entry in self.entries():
            feed.add_item(**entry)
        response = HttpResponse(feed.writeString("utf-8"), content_type=BlogFeed.content_type)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["ETag"] = f'"{sha256(response.content).hexdigest()[:32]}"'
        return get_conditional_response(request, etag=response.headers["ETag"], response=response)

    def title(self) -> str:
        return _("%(site)s: the independent blog") % {"site": settings.SITE_NAME}

    def page(self) -> str:
        """The page of which this is the feed."""
        return reverse("blog:list")

    def entries(self) -> Iterable[dict[str, Any]]:
        raise NotImplementedError


class PostFeedView(FeedView):
    """The newest posts of the whole blog."""

    theme: Theme | None = None
    author: Author | None = None

    def entries(self) -> Iterable[dict[str, Any]]:
        posts = public_posts(theme=self.theme, author=self.author).newest_first().defer("body", "search")
        return [entry_of_post(post) for post in posts[:POSTS_IN_A_FEED]]


class ThemeFeedView(PostFeedView):
    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self.theme = get_object_or_404(Theme, slug=self.kwargs["slug"])
        return super().get(request, **kwargs)

    def title(self) -> str:
        return _("%(site)s: blog posts about %(theme)s") % {"site": settings.SITE_NAME, "theme": self.theme}

    def page(self) -> str:
        return reverse("blog:theme", args=[self.theme.slug])


class AuthorFeedView(PostFeedView):
    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self.author = get_object_or_404(Author.objects.visible_to(request.user), slug=self.kwargs["slug"])
        return super().get(request, **kwargs)

    def title(self) -> str:
        return _("%(site)s: blog posts by %(author)s") % {"site": settings.SITE_NAME, "author": self.author}

    def page(self) -> str:
        return self.author.get_absolute_url()


class CommentFeedView(FeedView):
    """The newest comments on one public post. The feed of a post that is gone is gone with it."""

    commented: Post

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        address = {"year": self.kwargs["year"], "slug": self.kwargs["slug"]}
        rows = Post.objects.visible_to(request.user).defer("search", "body").select_related("thread")
        found = rows.filter(**address).first()
        if found is None or not found.is_public:
            if gone_posts().filter(**address).exists():
                return HttpResponse(status=410)
            raise Http404
        self.commented = found
        return super().get(request, **kwargs)

    def title(self) -> str:
        return _("Comments on “%(title)s”") % {"title": self.commented}

    def page(self) -> str:
        return self.commented.get_absolute_url()

    def entries(self) -> Iterable[dict[str, Any]]:
        return [entry_of_comment(row) for row in public_comments(self.commented)[:COMMENTS_IN_A_FEED]]


def entry_of_post(post: Post) -> dict[str, Any]:
    """A post whose authors and themes were fetched along, for `add_item`."""
    authors = [(words(byline.author.name), absolute(byline.author.get_absolute_url())) for byline in post.named]
    return {
        "title": words(post.title),
        "link": absolute(post.get_absolute_url()),
        "description": words(post.summary),
        "unique_id": stable_id("blog", "posts", post.pk),
        "pubdate": post.public_from,
        "updateddate": post.changed_at,
        "authors": authors or [(words(post.name_shown), "")],
        "language": post.language,
        "terms": [(theme.slug, words(str(theme))) for theme in post.themes.all()],
    }


def entry_of_comment(row: Contribution) -> dict[str, Any]:
    """A contribution whose author was fetched along, for `add_item`."""
    return {
        "title": words(Truncator(" ".join(row.body_text.split())).chars(80)) or row.get_kind_display(),
        "link": absolute(row.get_absolute_url()),
        "description": words(row.body_text),
        "unique_id": stable_id("contributions", row.pk),
        "pubdate": row.made_at,
        "updateddate": row.edited_at or row.made_at,
        "authors": [(words(row.name_shown), "")],
        "language": None,
        "terms": [],
    }
