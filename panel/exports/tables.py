"""What was said and answered as tables, written by Postgres itself. Whatever people typed is guarded against being run as a
formula."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg import sql

from commons.contributions.models import Channel, Kind, Mandate
from commons.exports.reports import MINUTE, Report, in_words, local, register, typed
from commons.people.models import Nation, Sector
from panel.exports.cited import spoken_and_cited, spoken_and_cited_count
from panel.exports.spoken import spoken, spoken_count
from panel.models import Anchor, Decision, Section

DAY = "YYYY-MM-DD"


class SpokenReport(Report):
    """A table with a row for each contribution. A subclass says in `columns` what each column is called and how it is written,
    from the columns of `spoken` named in `read`."""

    read: tuple[str, ...]

    def may_run(self, user: Any, params: dict[str, Any]) -> bool:
        return user.has_perm("panel.export_contributions")

    def columns(self) -> Mapping[str, sql.Composable]:
        raise NotImplementedError

    def section_in(self, params: dict[str, Any]) -> int | None:
        return int(params["section"]) if params.get("section") else None

    def count(self, cursor: Any, params: dict[str, Any]) -> int:
        cursor.execute(self.counted(self.section_in(params)))
        return cursor.fetchone()[0]

    def counted(self, section: int | None) -> sql.Composed:
        return spoken_count(section=section)

    def rows(self, section: int | None) -> sql.Composed:
        return spoken(self.read, section=section)

    def header(self, params: dict[str, Any]) -> list[str]:
        return list(self.columns())

    def query(self, params: dict[str, Any]) -> tuple[sql.Composable, None]:
        chosen = sql.SQL(", ").join(self.columns().values())
        rows = self.rows(self.section_in(params))
        return sql.SQL("SELECT {} FROM ({}) one ORDER BY number, answer, voice").format(chosen, rows), None


@register
class ContributionsReport(SpokenReport):
    """Every public contribution to a section, comments and replies alike, and what else the panel answers, with all that can be
    said about it."""

    name = "panel-contributions"
    title = gettext_lazy("What was said to the panel")
    description = gettext_lazy(
        "Every public contribution to a section, every big idea, and what was said or written down at events: where, in which "
        "words, who says it as they wish to be shown, the panel’s answer, and the words that changed. One row each; what was "
        "answered in several sections has a row for each of them. Nothing that waits for a moderator, was declined or was taken "
        "back."
    )
    read = (
        "number", "made_at", "kind", "said_in", "section_number", "section_title", "section_slug", "paragraph", "version",
        "paragraph_then", "quote", "state", "words_now", "title", "body", "replacement", "who", "organisation", "sector",
        "nation", "mandate", "agreed_on", "votes_for", "votes_against", "votes_entitled", "channel", "support_count",
        "replies_to", "reply_by", "outcome", "reason", "decided_at", "decided_for", "decided_against", "before", "after",
        "changed_in", "answer", "voice",
    )  # fmt: skip

    def columns(self) -> dict[str, sql.Composable]:
        plain = sql.Identifier
        return {
            _("Number"): plain("number"),
            _("Said at"): local("made_at", MINUTE),
            _("Kind"): in_words("kind", Kind.choices),
            _("Where it was said"): typed("said_in"),
            _("Section number"): plain("section_number"),
            _("Section"): typed("section_title"),
            _("Section address"): typed("section_slug"),
            _("Paragraph"): plain("paragraph"),
            _("Said to version"): plain("version"),
            _("Paragraph in that version"): plain("paragraph_then"),
            _("Words it is about"): typed("quote"),
            _("What became of those words"): in_words("state", Anchor.State.choices),
            _("Words that stand there now"): typed("words_now"),
            _("Title"): typed("title"),
            _("Text"): typed("body"),
            _("Suggested words"): typed("replacement"),
            _("Who"): typed("who"),
            _("Organisation"): typed("organisation"),
            _("Sector of the organisation"): in_words("sector", Sector.choices),
            _("Nation of the organisation"): in_words("nation", Nation.choices),
            _("Speaking"): in_words("mandate", Mandate.choices),
            _("Agreed on"): plain("agreed_on"),
            _("Members for it"): plain("votes_for"),
            _("Members against it"): plain("votes_against"),
            _("Members who could vote"): plain("votes_entitled"),
            _("How it came"): in_words("channel", Channel.choices),
            _("People who agree"): plain("support_count"),
            _("Replies to"): plain("replies_to"),
            _("Answer promised by"): plain("reply_by"),
            _("Answer"): in_words("outcome", Decision.Outcome.choices),
            _("Reason"): typed("reason"),
            _("Answered at"): local("decided_at", MINUTE),
            _("Panel votes for"): plain("decided_for"),
            _("Panel votes against"): plain("decided_against"),
            _("Words before"): typed("before"),
            _("Words after"): typed("after"),
            _("Changed in"): typed("changed_in"),
        }


class SectionForm(forms.Form):
    section = forms.ModelChoiceField(
        queryset=Section.objects.published().in_order(),
        label=gettext_lazy("Section"),
        required=False,
        empty_label=gettext_lazy("All sections"),
        error_messages={"invalid_choice": gettext_lazy("Choose a section in the list.")},
    )


@register
class AnswersReport(SpokenReport):
    """The table of comments and answers, and of the blog posts and sources that answers rest on."""

    name = "panel-answers"
    title = gettext_lazy("Comments and answers")
    description = gettext_lazy(
        "Each public comment, suggestion and big idea, what was said at events, and each blog post and source that the panel "
        "cites; what the panel answered and why, and the words that changed because of it. The strategy pack, which everybody "
        "can download, holds the same table."
    )
    form_class = SectionForm
    asks_purpose = False
    read = (
        "number", "said_in", "section_number", "section_title", "paragraph", "who", "organisation", "mandate", "made_at",
        "quote", "title", "body", "replacement", "cited_title", "cited_url", "outcome", "reason", "before", "after",
        "changed_in", "answer", "voice",
    )  # fmt: skip

    def counted(self, section: int | None) -> sql.Composed:
        return spoken_and_cited_count(section=section)

    def rows(self, section: int | None) -> sql.Composed:
        return spoken_and_cited(self.read, section=section)

    def title_for(self, params: dict[str, Any]) -> str:
        section = Section.objects.filter(pk=self.section_in(params)).first()
        return f"{self.title}: {section}" if section else str(self.title)

    def columns(self) -> dict[str, sql.Composable]:
        place = sql.SQL("section_number || coalesce('.' || paragraph, '') || ' ' || section_title")
        return {
            _("Number"): sql.Identifier("number"),
            # It begins with a digit, so it is no formula.
            _("Place"): place,
            _("Where it was said"): typed("said_in"),
            _("Who"): typed("who"),
            _("Organisation"): typed("organisation"),
            _("Speaking"): in_words("mandate", Mandate.choices),
            _("Said on"): local("made_at", DAY),
            _("Words it is about"): typed("quote"),
            _("Title"): typed("title"),
            _("What was said"): typed("body"),
            _("Suggested words"): typed("replacement"),
            _("Post or source"): typed("cited_title"),
            _("Its address"): sql.SQL("{} || cited_url").format(sql.Literal(settings.SITE_ADDRESS)),
            _("Answer"): in_words("outcome", Decision.Outcome.choices),
            _("Reason"): typed("reason"),
            _("Words before"): typed("before"),
            _("Words after"): typed("after"),
            _("Changed in"): typed("changed_in"),
        }
