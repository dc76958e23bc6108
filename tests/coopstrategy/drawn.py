"""What the demo's draft strategy, blog and Congress are drawn on in the tests, and what is counted after them."""

from django.db import models

from blog.models import Author, Byline, Follow, Note, Picture, Post, Proposal, Submission
from blog.models import Draft as PostDraft
from commons.audit.models import Entry
from commons.contributions.models import Contribution, Support, Thread
from commons.digests.models import Notice
from commons.moderation.models import Appeal, Moderation, Verdict
from commons.people.models import Appointment, User
from commons.themes.models import Theme
from consultation.models import (
    Ballot,
    Event,
    EventFeedback,
    EventHelper,
    EventIdea,
    EventMove,
    EventNote,
    EventSession,
    EventTable,
    Mark,
    Phase,
    Registration,
)
from coopstrategy.demo.crowd import needed_organisations
from coopstrategy.demo.people import draw_people
from coopstrategy.demo.register import SET_PIECES
from panel.models import (
    Anchor,
    Approval,
    Change,
    Decision,
    Dissent,
    Draft,
    DraftRevision,
    Seat,
    Section,
    Version,
    Welcome,
    WorkingCopy,
)
from tests.factories.people import OrganisationFactory

ROWS = (
    Contribution, Support, Moderation, Verdict, Appeal, Section, Version, Anchor, Decision, Change, Dissent, Draft, DraftRevision,
    Approval, WorkingCopy, Seat, Welcome, Notice, User, Appointment, Entry, Thread, Theme, Author, Byline, Follow, Note, Picture,
    Post, PostDraft, Proposal, Submission, Event, EventSession, EventTable, EventHelper, EventMove, EventNote, EventIdea,
    EventFeedback, Registration, Ballot, Mark, Phase,
)  # fmt: skip


def draw_ground() -> None:
    """What the strategy is drawn on: the people, and the organisations that somebody speaks for."""
    for register_id in {*SET_PIECES, *needed_organisations()}:
        piece = SET_PIECES.get(register_id)
        OrganisationFactory(register_id=register_id, name=piece.name if piece else f"Society {register_id} Limited")
    draw_people()


def counted() -> dict[str, int]:
    return {model._meta.label: model.objects.count() for model in ROWS}


def left_at_the_drawing() -> dict[str, int]:
    """Every kind of notice that was drawn, and how many of it are told as of the moment of drawing instead of the day of what
    they tell of."""
    began = Entry.objects.earliest("pk").at
    left = models.Count("pk", filter=models.Q(made_at__gte=began))
    return dict(Notice.objects.order_by("kind").values_list("kind").annotate(left=left))
