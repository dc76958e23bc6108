"""Digests of a busy week into a mail server that takes everything, beside what smtplib alone can hand to it, and beside one mail
at a time."""

import datetime as dt
import smtplib
import time
from itertools import cycle

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from blog.models import Follow
from commons.contributions.models import Contribution
from commons.digests.actions import begin_digests, claim_digests
from commons.digests.models import Digest, Frequency, Notice, Subscription
from commons.digests.reports import headings, next_period, still_so
from commons.digests.tasks import send_digests
from commons.digests.tasks.letters import Lines, digest_messages
from commons.digests.tasks.sending import BATCH
from commons.people.models import User
from tests.benchmarks.measure import gauge, tell
from tests.benchmarks.sink import sink
from tests.factories.blog import a_comment, a_post
from tests.factories.contributions import ContributionFactory, ThreadFactory

pytestmark = pytest.mark.django_db(transaction=True)
FEW, MANY, ONE_BY_ONE, RAW = 1_000, 10_000, 200, 3_000
REPLIES, COMMENTS = 200, 50


@pytest.fixture
def mail_server(settings):
    with sink() as port:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", port, False
        settings.MAILS_PER_MINUTE = 1_000_000
        yield port


class Week:
    """What happened: replies in a thread, two posts that everybody follows, and what was said to them."""

    def __init__(self) -> None:
        thread = ThreadFactory()
        author = ContributionFactory(thread=thread).author
        rows = (Contribution(thread=thread, author=author, body="Our club does it.") for _row in range(REPLIES))
        self.replies = Contribution.objects.bulk_create(rows)
        self.posts = [a_post(title) for title in ("Looms", "Spinning")]
        self.comments = [a_comment(self.posts[0]) for _row in range(COMMENTS)]

    def told_to(self, people: list[User]) -> None:
        """Five replies, two posts and three comments for each of them."""
        replies, comments = cycle(self.replies), cycle(self.comments)
        made_at = timezone.now() - dt.timedelta(hours=1)
        Follow.objects.bulk_create(Follow(person=person) for person in people)
        Follow.objects.bulk_create(Follow(person=person, post=self.posts[0]) for person in people)
        since = timezone.now() - dt.timedelta(days=9)
        Subscription.objects.bulk_create(
            Subscription(person=person, frequency=Frequency.WEEKLY, chosen_at=since) for person in people
        )
        facts = (
            (person, kind, row)
            for person in people
            for kind, row in [
                *(("reply", next(replies)) for _time in range(5)),
                *(("blog-post", post) for post in self.posts),
                *(("blog-comment", next(comments)) for _time in range(3)),
            ]
        )
        Notice.objects.bulk_create(
            (
                Notice(
                    recipient=person,
                    kind=kind,
                    key=f"{kind}:{row.pk}",
                    about_id=row.pk,
                    subject=f"Somebody replied to what you said about number {row.pk}",
                    text="Halina Nowak replied. Open the page to read it.",
                    path=f"/somewhere/{kind}/{row.pk}/",
                    thing=f"post:{self.posts[0].pk}" if kind == "blog-comment" else "",
                    made_at=made_at,
                )
                for person, kind, row in facts
            ),
            batch_size=5_000,
        )


def people(count: int, name: str) -> list[User]:
    return User.objects.bulk_create(
        User(email=f"{name}{number}@example.coop", name=f"{name} {number}", password="!") for number in range(count)
    )


class Pace:
    """How many mails went out in a second, and what each took of this processor, in milliseconds."""

    def __init__(self) -> None:
        self.began, self.worked = time.perf_counter(), time.process_time()

    def of(self, mails: int) -> tuple[float, float]:
        return mails / (time.perf_counter() - self.began), 1000 * (time.process_time() - self.worked) / mails


def raw_limit(port: int, message: EmailMultiAlternatives) -> tuple[float, float]:
    """What smtplib hands over on one connection, written once."""
    written = message.message().as_bytes(linesep="\r\n")
    with smtplib.SMTP("127.0.0.1", port) as line:
        pace = Pace()
        for _mail in range(RAW):
            line.sendmail("us@example.coop", ["them@example.coop"], written)
        return pace.of(RAW)


def one_at_a_time(some: list[User]) -> tuple[float, float]:
    """The plain way: for each person their notices, both parts, and a connection."""
    pace = Pace()
    for person in User.objects.filter(pk__in=[person.pk for person in some]):
        notices = list(
            still_so(Notice.objects.filter(recipient=person), among=["reply", "blog-post", "blog-comment"])[:20]
        )
        context = {
            "recipient": person,
            "headings": [(heading, [Lines().of(line) for line in heading.lines]) for heading in headings(notices, {})],
            "subject": notices[0].subject,
            "since": notices[-1].made_at,
            "frequency": "weekly",
            "next_period": next_period("weekly", timezone.now()),
            "page_url": "/",
            "why_url": "/",
            "stop_url": "/",
        }
        message = EmailMultiAlternatives(
            subject=notices[0].subject, body=render_to_string("emails/digest.txt", context), to=[person.email]
        )
        message.attach_alternative(render_to_string("emails/digest.html", context), "text/html")
        message.send()
        Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(mailed_at=timezone.now())
    return pace.of(len(some))


def send_all() -> None:
    """One run stops before a minute is over, and the next goes on."""
    send_digests()
    while Digest.objects.filter(mail_state="waiting").exists():
        send_digests()


def next_week(weeks: int) -> time_machine.travel:
    return time_machine.travel(timezone.now() + dt.timedelta(days=7 * weeks), tick=True)


def test_digests_beside_the_limit_of_the_mail_server(mail_server):
    week = Week()
    few, many = people(FEW, "few"), people(MANY, "many")
    week.told_to(few)
    plain = one_at_a_time(few[:ONE_BY_ONE])
    with next_week(1):
        begin_digests("weekly", by=None, most=BATCH)
        batch = claim_digests(by=None, most=BATCH)
        with CaptureQueriesContext(connection) as one:
            [message] = [write() for write in digest_messages(batch[:1]).values()]
        with CaptureQueriesContext(connection) as all_of_it:
            for write in digest_messages(batch).values():
                write()
        Digest.objects.update(mail_claimed_at=None)
        with gauge() as small:
            send_all()
        week.told_to(many)
    with next_week(2):
        raw = raw_limit(mail_server, message)
        pace = Pace()
        with gauge() as large:
            send_all()
        ours = pace.of(MANY)
    sent = Digest.objects.filter(mail_state="sent").count()
    assert (sent, len(one), len(all_of_it)) == (FEW + MANY, len(all_of_it), len(one))
    for what, (a_second, each) in {
        "smtplib alone, one connection": raw,
        "one at a time, a connection each": plain,
        f"digests of {MANY:,} people, begun, written and sent": ours,
    }.items():
        tell(what, a_second, "mails/s")
        tell("  of this processor for each", each, "ms")
    tell("of what smtplib alone can hand over", ours[0] / raw[0], "x", "at least 0.4")
    tell("beside one at a time", ours[0] / plain[0], "x", "at least 3")
    tell(f"memory above idle, {FEW:,} people", small.peak_mb, "MB")
    tell(f"memory above idle, {MANY:,} people", large.peak_mb, "MB", "as before")
    tell(f"queries to write a batch of {BATCH}", len(all_of_it), "", "as for one")
