"""The blog as tables, written by Postgres itself: what everybody may read at the moment the file is made, and nothing else.
Which posts and comments those are is said by the words of their querysets alone. Whatever people typed is guarded against
being run as a formula."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg import sql

from blog.models import Language, Post, Submission
from blog.models.writing import MANDATES
from blog.reports import citations_of
from commons.contributions.exports import SPEAKER_JOINS, speaker_columns
from commons.contributions.models import Audience, Contribution, Mandate, Thread
from commons.contributions.reports import subject_of, with_subjects
from commons.exports.reports import BETWEEN, MINUTE, TableReport, in_words, keys_of, local, register, typed

POSTS = """
SELECT p.id AS number, {address} AS address, p.title, p.summary, p.language, p.mandate, p.interest, p.public_from,
    p.corrected_at, authors.names, themes.names AS themes, sections.names AS sections, comments.number AS comments,
    -- Who writes for themselves names no organisation.
    CASE WHEN p.mandate <> 'self' THEN coalesce(nullif(o.trading_name, ''), o.name) END AS organisation,
    coalesce(cited.number, 0) AS cited,
    regexp_count(p.body, '\\S*\\w\\S*') AS words,
    1 + (SELECT count(*) FROM blog_submission s WHERE s.post_id = p.id AND s.revision < p.revision AND s.id IN ({wordings}))
        AS wordings
FROM blog_post p
JOIN ({posts}) known(id) ON known.id = p.id
LEFT JOIN people_organisation o ON o.id = p.organisation_id
LEFT JOIN ({cited}) cited(post_id, number) ON cited.post_id = p.id
CROSS JOIN LATERAL (
    SELECT coalesce(string_agg(a.name, {between} ORDER BY b.place, b.id), {nobody}) AS names
    FROM blog_byline b JOIN blog_author a ON a.id = b.author_id
    WHERE b.post_id = p.id AND b.joined_at IS NOT NULL
) authors
CROSS JOIN LATERAL (
    SELECT string_agg(t.name, {between} ORDER BY t.place, t.name) AS names
    FROM blog_post_themes link JOIN themes_theme t ON t.id = link.theme_id WHERE link.post_id = p.id
) themes
CROSS JOIN LATERAL (
    SELECT string_agg(subject.name, {between} ORDER BY subject.name) AS names
    FROM blog_post_threads link JOIN ({subjects}) subject(thread_id, name) ON subject.thread_id = link.thread_id
    WHERE link.post_id = p.id
) sections
CROSS JOIN LATERAL (
    SELECT count(*) AS number FROM contributions_contribution c
    WHERE c.thread_id = p.thread_id AND c.id IN ({comments})
) comments
"""
COMMENTS = """
SELECT c.id AS number, p.id AS post, {address} AS address, p.title, c.made_at, c.body, c.mandate, c.support_count,
    c.edited_at, {who} AS who, {organisation} AS organisation,
    CASE WHEN c.parent_id IN ({comments}) THEN c.parent_id::text WHEN c.parent_id IS NOT NULL THEN {gone} END AS replies_to
FROM contributions_contribution c
JOIN ({comments}) known(id) ON known.id = c.id
JOIN blog_post p ON p.thread_id = c.thread_id
{speaker}
"""


def _address() -> sql.Composed:
    return sql.SQL("{} || p.year || '/' || p.slug || '/'").format(sql.Literal(f"{settings.SITE_ADDRESS}/blog/"))


def _comments() -> sql.Composed:
    """The keys of what was said, and can be read, to posts that can be read."""
    return keys_of(Contribution.objects.public().filter(thread__post__in=Post.objects.public()))


def _subjects() -> sql.Composable:
    """The subjects that public posts speak to, by their threads. Only the apps above know their names."""
    threads = Thread.objects.filter(posts_about__in=Post.objects.public(), audience=Audience.EVERYONE)
    found = [(thread.pk, subject_of(thread)) for thread in with_subjects(threads.distinct())]
    return _values(
        [(pk, str(subject)) for pk, subject in found if subject is not None and getattr(subject, "is_public", True)],
        empty="SELECT NULL::bigint, NULL::text",
    )


def _cited() -> sql.Composable:
    """How often public posts are cited, by their keys, for those that are. Only the apps above know."""
    found = citations_of(Post.objects.public().only("pk").order_by("pk"))
    return _values(
        [(pk, len(cited)) for pk, cited in found.items() if cited], empty="SELECT NULL::bigint, NULL::bigint"
    )


def _values(pairs: Sequence[tuple[int, Any]], *, empty: str) -> sql.Composable:
    if not pairs:
        return sql.SQL(empty)
    rows = sql.SQL(", ").join(sql.SQL("({}, {})").format(*map(sql.Literal, pair)) for pair in pairs)
    return sql.SQL("VALUES {}").format(rows)


class BlogReport(TableReport):
    permission = "blog.export_posts"


@register
class PostsReport(BlogReport):
    """Every public post. Its text stands at its address: a cell of a spreadsheet could not hold a long one."""

    name = "blog-posts"
    title = gettext_lazy("Posts on the blog")
    description = gettext_lazy(
        "Every post that everybody can read now, one row each: its address, its authors as they are shown, for whom they "
        "write, themes and sections, dates, how much was said to it, and how often it was cited. Nothing that waits, is "
        "scheduled, or was withdrawn or taken down."
    )

    def source(self, params: dict[str, Any]) -> sql.Composed:
        return sql.SQL(POSTS).format(
            address=_address(),
            posts=keys_of(Post.objects.public()),
            comments=_comments(),
            subjects=_subjects(),
            cited=_cited(),
            wordings=keys_of(Submission.objects.wordings()),
            between=sql.Literal(BETWEEN),
            nobody=sql.Literal(_("Somebody who has closed their account")),
        )

    def columns(self) -> dict[str, sql.Composable]:
        plain = sql.Identifier
        return {
            _("Number"): plain("number"),
            _("Address"): plain("address"),
            _("Title"): typed("title"),
            _("Summary"): typed("summary"),
            _("Authors"): typed("names"),
            _("Speaking"): in_words("mandate", MANDATES),
            _("Organisation"): typed("organisation"),
            _("Declared interest"): typed("interest"),
            _("Language"): in_words("language", Language.choices),
            _("Themes"): typed("themes"),
            _("Sections"): typed("sections"),
            _("Public from"): local("public_from", MINUTE),
            _("Corrected at"): local("corrected_at", MINUTE),
            _("Words in it"): plain("words"),
            _("Comments"): plain("comments"),
            _("Wordings that were public"): plain("wordings"),
            _("Times cited"): plain("cited"),
        }


@register
class CommentsReport(BlogReport):
    """Every public comment to a public post, replies too."""

    name = "blog-comments"
    title = gettext_lazy("Comments on the blog")
    description = gettext_lazy(
        "Everything that was said to the posts and that everybody can read now, one row each: the post, the words, and who "
        "says them as they wish to be shown. Nothing that waits for a moderator, was refused or was taken back."
    )

    def source(self, params: dict[str, Any]) -> sql.Composed:
        return sql.SQL(COMMENTS).format(
            address=_address(),
            comments=_comments(),
            speaker=SPEAKER_JOINS,
            gone=sql.Literal(_("Something that is not public any more")),
            **speaker_columns(),
        )

    def columns(self) -> dict[str, sql.Composable]:
        plain = sql.Identifier
        return {
            _("Number"): plain("number"),
            _("Post number"): plain("post"),
            _("Post"): typed("title"),
            _("Address"): plain("address"),
            _("Said at"): local("made_at", MINUTE),
            _("Text"): typed("body"),
            _("Who"): typed("who"),
            _("Organisation"): typed("organisation"),
            _("Speaking"): in_words("mandate", Mandate.choices),
            _("People who agree"): plain("support_count"),
            _("Replies to"): plain("replies_to"),
            _("Changed at"): local("edited_at", MINUTE),
        }
