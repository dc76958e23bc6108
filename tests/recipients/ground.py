"""Replies, exports and what moderators did."""

import datetime as dt

from allauth.mfa.models import Authenticator
from django.utils import timezone

from blog.models import Byline
from commons import queues
from commons.contributions.actions import announce_contributions
from commons.exports.actions import ask_for_export, complete_export, fail_export, reopen_export
from commons.exports.exports import OUR_FAULT
from commons.exports.models import ExportJob
from commons.moderation.actions import appeal_verdict, decide_appeal, decide_moderation, hold, report_subject
from commons.moderation.models import Appeal, Moderated, Report, Standing, Verdict
from commons.people.models import User
from tests.factories.blog import a_post
from tests.factories.contributions import ContributionFactory
from tests.factories.people import UserFactory
from tests.recipients.scenes import Scene, scene

HIDDEN = (Standing.HELD, Standing.DECLINED, Standing.WITHDRAWN)


@scene("reply")
def a_reply() -> Scene:
    said, panels = ContributionFactory(), ContributionFactory(author__roles=["chair"], thread__audience="panel")
    reply = ContributionFactory(parent=said)
    post = a_post("Looms")
    commenter = UserFactory()
    ContributionFactory(parent=ContributionFactory(thread=post.thread, author=commenter))
    ContributionFactory(parent=said, author=said.author)
    ContributionFactory(parent=panels, author__roles=["panel_member"])
    announce_contributions(by=None)
    chair = panels.author
    ends = {
        f"the reply is {standing}": lambda standing=standing: stand(reply, standing) or {chair, commenter}
        for standing in HIDDEN
    }
    ends |= {
        f"the post is {standing}": lambda standing=standing: stand(post, standing) or {said.author, chair}
        for standing in HIDDEN
    }
    ends["the reply is erased"] = lambda: reply.delete() and {chair, commenter}
    ends["the chair leaves the panel"] = lambda: chair.appointments.all().delete() and {said.author, commenter}
    return Scene({said.author, commenter, chair}, ends)


def stand(row: Moderated, standing: str) -> None:
    type(row).objects.filter(pk=row.pk).update(standing=standing)


def an_export() -> tuple[User, ExportJob]:
    """Of somebody on the staff, in the hand of a worker; a colleague asked for nothing."""
    UserFactory(roles=["staff"])
    person = UserFactory(roles=["staff"])
    asked = ask_for_export("drill-numbers", {"rows": "3"}, by=person)
    return person, queues.claim(ExportJob.objects.filter(pk=asked.pk))


@scene("export-ready")
def an_export_is_ready() -> Scene:
    person, job = an_export()
    complete_export(job, by=None, rows=3, size=10, sha256="0" * 64, extension="csv")
    jobs, late = ExportJob.objects.filter(pk=job.pk), timezone.now() - dt.timedelta(minutes=1)
    ends = {
        "they are not on the staff any more": lambda: nothing(person.appointments.all().delete()),
        "they have no second step any more": lambda: nothing(Authenticator.objects.filter(user=person).delete()),
        "the file was deleted": lambda: nothing(jobs.update(removed_at=late)),
        "its time is over": lambda: nothing(jobs.update(expires_at=late)),
        "this kind of file is not offered any more": lambda: nothing(jobs.update(report="drill-never-there")),
        "the job is erased": lambda: nothing(jobs.delete()),
    }
    return Scene({person}, ends)


@scene("export-failed")
def an_export_failed() -> Scene:
    person, job = an_export()
    fail_export(job, OUR_FAULT, by=None)
    ends = {
        "it is tried again": lambda: nothing(reopen_export(job, by=None)),
        # Often that is just why it failed.
        "they are not on the staff any more": lambda: person.appointments.all().delete() and {person},
    }
    return Scene({person}, ends)


def nothing(_done: object) -> None:
    """Nobody is told any more."""


def decided() -> tuple[Verdict, User, User]:
    """About a post of two authors that a reader reported: it was taken down."""
    along = UserFactory()
    post = a_post("Looms", along=[along])
    report_subject(post, by=UserFactory(), reason="abuse")
    hold(post, by=None, cause="report")
    verdict = decide_moderation(
        post.moderation,
        by=UserFactory(roles=["moderator"]),
        outcome="decline",
        seen=type(post).objects.get(pk=post.pk).revision,
        reason="abuse",
        explanation="This insults a colleague.",
    )
    return verdict, post.author, along


@scene("verdict")
def a_verdict() -> Scene:
    verdict, author, along = decided()
    ends = {
        "somebody else thinks otherwise": lambda: nothing(appealed(verdict, by=author, outcome="overturned")),
        "somebody else thinks so too": lambda: appealed(verdict, by=author, outcome="upheld") and {author, along},
        "one of them takes their name away": lambda: Byline.objects.filter(author__person=along).delete() and {author},
    }
    return Scene({author, along}, ends, at_once={author, along})


def appealed(verdict: Verdict, *, by: User, outcome: str) -> Appeal:
    appeal = appeal_verdict(verdict, by=by, text="It was meant kindly.")
    moderator = UserFactory(roles=["moderator"])
    return decide_appeal(appeal, by=moderator, outcome=outcome, explanation="I have read it twice.")


@scene("appeal")
def an_appeal() -> Scene:
    verdict, author, along = decided()
    appealed(verdict, by=author, outcome="upheld")
    ends = {
        "one of them takes their name away": lambda: Byline.objects.filter(author__person=along).delete() and {author},
        "it waits again": lambda: nothing(Appeal.objects.update(decided_at=None, outcome="")),
    }
    return Scene({author, along}, ends)


@scene("report")
def a_report() -> Scene:
    moderator, readers = UserFactory(roles=["moderator"]), [UserFactory(), UserFactory()]
    row = ContributionFactory()
    for person in (*readers, moderator):
        report_subject(row, by=person, reason="abuse")
    decide_moderation(row.moderation, by=moderator, outcome="keep", seen=1)
    ends = {"a report is erased": lambda: Report.objects.filter(by=readers[0]).delete() and {readers[1]}}
    return Scene(set(readers), ends)
