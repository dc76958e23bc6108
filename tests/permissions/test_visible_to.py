"""Seeing is a queryset: for every kind of viewer exactly the rows they may see, with a row beside them that could leak.

Who is not named sees nothing.
"""

import pytest
from django.apps import apps

from blog.models import Author, Follow, Picture, Post
from blog.models import Submission as Handed
from census.models import Case, Response, Submission, Wave
from commons.contributions.models import Contribution, Thread
from commons.contributions.reports import subject_of
from commons.digests.models import Digest, Notice, Subscription
from commons.exports.models import ExportJob
from commons.moderation.models import Appeal, Moderation, Verdict
from commons.people.models import Door, Membership, User
from consultation.models import Event, EventNote, Follower, Idea, Registration, Source
from panel.models import Decision, Dissent, Draft, Section, Version
from tests.architecture.tree import PARTS
from tests.permissions.world import VIEWERS

ALL = "every row"
EVENTS = {"congress", "notes-day", *(f"marking-{state}" for state in ("open", "closed", "counted", "public"))}
EVERYBODY = dict.fromkeys(VIEWERS, ALL)
PANEL = dict.fromkeys(("panel_member", "chair"), ALL)
PUBLIC = {
    "Too slow for us.",
    "We could not find one lender w",
    "Never again.",
    "Say who pays.",
    "Reported words.",
    "We did the same in our town.",
    "Words of an idea.",
    "A note of table four.",
    "Give every co-op a loom now.",
}
POSTS = {"What our shop taught us", "Too hard on a neighbour"}
HANDED_IN = {"Waiting for an editor", "Out next week", "Buy my looms"}
GONE = {"I take this back", "Far too hard on a neighbour"}

# model: how a row is named here, then who sees which.
SEEN = {
    Wave: (lambda row: row.slug, {**{viewer: {"needs"} for viewer in VIEWERS}, "staff": ALL, "analyst": ALL}),
    Case: (
        lambda row: f"{row.organisation.name.split()[0]} in {row.wave.slug}",
        {
            "member": {"Rivermead in needs", "Rivermead in later"},
            "other": {"Siop in needs"},
            "staff": ALL,
            "analyst": ALL,
        },
    ),
    Response: (lambda row: row.case.name.split()[0], {"member": {"Rivermead"}, "other": {"Siop"}, "analyst": ALL}),
    Submission: (
        lambda row: row.response.case.name.split()[0],
        {"member": {"Rivermead"}, "other": {"Siop"}, "analyst": ALL},
    ),
    User: (lambda row: row.name, {**{viewer: {viewer} for viewer in VIEWERS[2:]}, "staff": ALL}),
    Door: (lambda row: row.label, {"staff": ALL}),
    Membership: (lambda row: row.user.name, {"member": {"member"}, "other": {"other"}, "staff": ALL}),
    ExportJob: (
        lambda row: f"{row.report} {row.state} of {row.asked_by}",
        {
            "person": {"census-responses done of person"},
            "staff": {"census-letters done of staff"},
            "analyst": {"census-responses done of analyst", "census-responses waiting of analyst"},
        },
    ),
    Subscription: (lambda row: str(row.person), {"member": {"member"}, "other": {"other"}}),
    Digest: (lambda row: str(row.person), {"member": {"member"}, "other": {"other"}}),
    Notice: (
        lambda row: f"{row.kind} to {row.recipient}",
        {
            "member": {
                "told to member",
                "census-sent to member",
                "words-changed to member",
                "answered to member",
                "answer-undone to member",
                "blog-decision to member",
                "report to member",
            },
            "other": {"census-sent to other", "verdict to other", "blog-decision to other"},
            "person": {"blog-coauthor to person"},
            "staff": {"told to staff"},
        },
    ),
    # What is public is for everybody, what is held or declined for its author and moderators, the panel's own talk for the panel.
    Contribution: (
        lambda row: row.body[:30],
        {
            **dict.fromkeys(VIEWERS, PUBLIC),
            "person": PUBLIC | {"Held words of the person.", "Held words to a post.", "Held words of an idea."},
            "other": PUBLIC | {"Declined words of other."},
            "panel_member": PUBLIC | {"Between us."},
            "chair": PUBLIC | {"Between us."},
            "moderator": PUBLIC
            | {
                "Held words of the person.",
                "Held words to a post.",
                "Held words of an idea.",
                "Held words of the room.",
            }
            | {*(f"Declined words of {who}." for who in ("other", "colleague", "asking"))},
        },
    ),
    Thread: (
        lambda row: f"{row.audience}, {'a post' if hasattr(row, 'post') else subject_of(row)}",
        {
            **{
                viewer: {
                    "everyone, 1 Finance that fits",
                    "everyone, 2 A secret plan",
                    "everyone, a post",
                    "everyone, A bank of looms",
                    "everyone, A held idea",
                    "everyone, Money",
                    "everyone, A secret session",
                }
                for viewer in VIEWERS
            },
            **PANEL,
        },
    ),
    Idea: (
        str,
        {
            **{viewer: {"A bank of looms"} for viewer in VIEWERS},
            "person": {"A bank of looms", "A held idea"},
            "moderator": ALL,
        },
    ),
    # Who may read a note is said by its contribution.
    EventNote: (
        lambda row: row.contribution.body,
        {**{viewer: {"A note of table four."} for viewer in VIEWERS}, "moderator": ALL},
    ),
    Source: (lambda row: row.title, {**{viewer: {"How clubs borrow"} for viewer in VIEWERS}, "staff": ALL}),
    Event: (
        lambda row: row.slug,
        {**dict.fromkeys(VIEWERS, EVENTS), "staff": ALL},
    ),
    Registration: (
        lambda row: f"{row.person} {row.state}",
        {"person": {"person in"}, "member": {"member waiting"}, "staff": ALL},
    ),
    Section: (lambda row: row.title, {**{viewer: {"Finance that fits"} for viewer in VIEWERS}, **PANEL}),
    Version: (str, EVERYBODY),
    Decision: (lambda row: row.reason, EVERYBODY),
    Draft: (lambda row: row.title, PANEL),
    Dissent: (lambda row: row.body, {**{viewer: {"I would have said no."} for viewer in VIEWERS}, **PANEL}),
    Moderation: (str, {"moderator": ALL}),
    Verdict: (lambda row: f"{row.author}", {"moderator": ALL, "other": {"other"}}),
    Appeal: (lambda row: f"{row.by}", {"moderator": ALL}),
    Author: (lambda row: row.name, {**{viewer: {"other"} for viewer in VIEWERS}, "member": ALL}),
    Post: (
        lambda row: row.draft.title,
        {
            **dict.fromkeys(VIEWERS, POSTS),
            "member": POSTS | HANDED_IN | {"A secret plan for the mill"},
            "other": POSTS | GONE,
            "editor": POSTS | HANDED_IN | GONE,
        },
    ),
    Handed: (
        lambda row: row.post.draft.title,
        {"member": HANDED_IN, "other": POSTS | GONE, "editor": ALL},
    ),
    Picture: (
        lambda row: row.alt,
        {**{viewer: {"The shop"} for viewer in VIEWERS}, "member": ALL},
    ),
    Follower: (lambda row: row.person.name, {"person": {"person"}, "staff": {"staff"}}),
    Follow: (
        lambda row: f"{row.person} {row.theme or row.post}",
        {"member": {"member Finance"}, "other": {"other What our shop taught us"}},
    ),
}


def test_every_row_that_is_chosen_by_the_viewer_is_tried():
    ours = {model for model in apps.get_models() if model.__module__.split(".")[0] in PARTS}
    assert set(SEEN) == {model for model in ours if hasattr(model._default_manager, "visible_to")}


@pytest.mark.parametrize("model", SEEN, ids=lambda model: model.__name__)
def test_everybody_sees_their_rows_and_no_others(model, world):
    name_of, seen = SEEN[model]
    everything = sorted({name_of(row) for row in model.objects.all()})
    assert len(everything) > 1
    found = {
        viewer: sorted({name_of(row) for row in model.objects.visible_to(person)})
        for viewer, person in world.people.items()
    }
    told = {viewer: seen.get(viewer, set()) for viewer in VIEWERS}
    assert found == {viewer: everything if rows == ALL else sorted(rows) for viewer, rows in told.items()}
