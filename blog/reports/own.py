"""What somebody writes or wrote, and where it stands."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from blog.models import Byline, Post, Submission
from blog.models.writing import Placed
from commons.contributions.models import Mandate, Thread
from commons.contributions.reports import subject_of, with_subjects
from commons.moderation.models import Standing
from commons.themes.models import Theme


@dataclass(frozen=True)
class State:
    """Where a post stands: in two words with the tone of their tag, and what that means for its author."""

    label: str
    text: str
    kind: str = "quiet"


def own_posts(user: Any) -> list[Post]:
    """What somebody writes or wrote, what they touched last first, each with its draft and with `handed`: what was handed
    in, the newest first. Four queries."""
    rows = Post.objects.visible_to(user).written_by(user).select_related("draft").defer("search", "body", "draft__body")
    handed = Prefetch("submissions", Submission.objects.defer("body").order_by("-number"), to_attr="handed")
    named = Prefetch("bylines", Byline.objects.joined().select_related("author"), to_attr="named")
    return list(rows.prefetch_related(handed, named).order_by("-draft__kept_at", "-pk"))


def state_for_author(post: Post) -> State:
    """Where a post stands, of those that `own_posts` fetched."""
    last = next(iter(post.handed), None)
    match post.standing:
        case Standing.DECLINED:
            return State(_("Taken down"), _("A moderator has taken it down. You can appeal."), "error")
        case Standing.WITHDRAWN:
            return State(_("Withdrawn"), _("You took it off the site."))
        case Standing.HELD:
            return State(_("Held"), _("A moderator is looking at it. Until then nobody else can read it."), "warning")
    waits = last is not None and last.is_waiting
    if post.is_public:
        if waits:
            text = _("Everybody can read it. Your new words wait for an editor; the old ones stay until then.")
        elif last is not None and last.outcome in ASKED_OR_DECLINED:
            text = _("Everybody can read it. The editors did not approve your new words; see why.")
        else:
            text = _("Everybody can read it.")
        return State(_("Public"), text, "success")
    if post.is_scheduled:
        when = _moment(post.public_from)
        if waits:
            text = _("It comes out on %(when)s. Your new words wait for an editor.")
        else:
            text = _("It is approved and comes out on %(when)s.")
        return State(_("Scheduled"), text % {"when": when}, "open")
    if last is None:
        return State(_("Not handed in"), _("Only its authors can read it."))
    if waits:
        when = _moment(last.made_at)
        return State(
            _("With the editors"), _("Handed in on %(when)s. An editor will read it.") % {"when": when}, "open"
        )
    return _after_a_decision(last)


def _moment(moment: dt.datetime) -> str:
    moment = timezone.localtime(moment)
    told = {"day": date_format(moment, "j F Y"), "time": date_format(moment, "g:ia").replace(".", "")}
    return _("%(day)s at %(time)s") % told


ASKED_OR_DECLINED = frozenset({Submission.Outcome.CHANGES, Submission.Outcome.DECLINED})


def _after_a_decision(last: Submission) -> State:
    match last.outcome:
        case Submission.Outcome.CHANGES:
            text = _("An editor asks for changes. See what, change it, and hand it in again.")
            return State(_("Changes asked for"), text, "warning")
        case Submission.Outcome.DECLINED:
            return State(_("Declined"), _("The editors do not publish it. See why."), "error")
        case Submission.Outcome.APPROVED:
            return State(
                _("Idea liked"), _("The editors like the idea. Write it, then hand in the whole post."), "success"
            )
        case _:
            return State(_("Taken back"), _("You took it back from the editors. Only its authors can read it."))


def facts_of(written: Placed, *, post: Post, user: Any) -> list[dict[str, Any]]:
    """What is said of a post beside its words: rows of a summary list."""
    themes = Theme.objects.filter(pk__in=written.theme_ids)
    threads = with_subjects(Thread.objects.visible_to(user).filter(pk__in=written.thread_ids)).order_by("pk")
    subjects = [str(subject) for thread in threads if (subject := subject_of(thread)) is not None]
    speaking = str(Mandate.SELF.label)
    if written.mandate != Mandate.SELF and written.organisation is not None:
        speaking = _("For %(organisation)s") % {"organisation": written.organisation}
    return [
        {"label": _("Authors"), "values": [post.name_shown]},
        {"label": _("Speaking"), "values": [speaking]},
        {"label": _("Declared interest"), "values": [written.interest or _("None declared")]},
        {"label": _("Language"), "values": [written.get_language_display()]},
        {"label": _("Themes"), "values": [str(theme) for theme in themes] or [_("None")]},
        {"label": _("Speaks to"), "values": subjects or [_("No section")]},
    ]
