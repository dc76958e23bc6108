"""The draft strategy in the tests' site: sections, voices in every standing, answers, drafts, and the pages that show them."""

import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from commons.contributions.actions import Speaking, add_contribution, edit_contribution
from commons.contributions.models import Contribution
from commons.moderation.actions import appeal_verdict, decide_moderation, report_subject
from commons.people.models import User
from panel.actions.deciding import accept_suggestion, make_decision, record_dissent, undo_decision
from panel.actions.drafting import keep_working_copy, open_section, save_draft
from panel.actions.pointing import Pointing, give_to_section
from panel.actions.seats import declare_seat, edit_welcome
from panel.models import Section
from tests.browser.site_page import SitePage, errors
from tests.factories.panel import a_part, a_section, publish, said_to
from tests.factories.people import UserFactory

if TYPE_CHECKING:
    from tests.browser.world import World

HEAD = "The sector will explore a lending desk. It will answer every enquiry within ten working days."
PARAGRAPHS = ("We raise less than we could.", HEAD, "No member should be asked to put up their home.")


def draw_strategy(world: "World") -> None:
    """Everything the pages below show. Each name and text that a person can write comes from `world.tainted`."""
    name = world.tainted
    world.chair = UserFactory(name=name("Halina Chair", 150), roles=["chair"])
    world.panel_member = UserFactory(name=name("Odhran Panel", 150), roles=["panel_member"])
    world.moderator = UserFactory(name=name("Joseph Moderator", 150), roles=["moderator"])
    chair, member = world.chair, world.member
    text = "\n\n".join([*PARAGRAPHS, name("More that we will do.", 2000)])
    section = a_section(text, title=name("Finance that fits", 120), slug="finance", chair=chair)
    own = world.membership.organisation
    said = {"by": member, "body": name("We could not find one lender.", 900)}
    one = said_to(section, paragraph=2, words="explore a lending desk", speaking=Speaking("officer", own), **said)
    two = said_to(section, paragraph=2, words="explore", replacement=name("open by March", 300), **said)
    three = said_to(section, paragraph=2, words="explore a lending", replacement=name("open two lending", 300), **said)
    four = said_to(section, paragraph=3, words="put up their home", **said)
    five = said_to(section, **said)
    reason = name("People asked for a date.", 900)
    accept_suggestion(two, by=chair, reason=reason, votes_for=7, votes_against=5)
    answer = make_decision(section, by=chair, voices=[one], outcome="in_part", reason=reason)
    undone = make_decision(section, by=chair, voices=[five], outcome="no", reason=reason)
    undo_decision(undone, by=chair, reason=name("We had the wrong year.", 900))
    section.draft.refresh_from_db()
    body = section.draft.body.replace("put up their home", name("pledge a house", 200).replace("\n", " "))
    version = publish(section, body, chair=chair)
    record_dissent(section, by=chair, body=reason, is_public=True, version=version, paragraph=2)
    record_dissent(section, by=chair, body=reason, is_public=True, version=version)
    section.refresh_from_db()
    section.draft.refresh_from_db()
    save_draft(
        section,
        by=chair,
        title=name("Finance that fits us", 120),
        body=section.draft.body.replace("ten working days", "three days"),
        based_on=section.draft.revision,
    )
    keep_working_copy(section, by=world.panel_member, title="Mine", body=name("Typed.", 900), based_on=1)
    world.section = Section.objects.get(pk=section.pk)
    world.hidden_section = open_section(a_part("Be open"), by=chair, slug="new-one", title=name("A new section", 120))
    reply = add_contribution(section.thread, by=chair, body=name("Thank you.", 400), parent=one)
    add_contribution(section.thread, by=world.moderator, body=name("Agreed.", 400), parent=reply)
    edit_contribution(one, by=member, body=name("We could not find a lender.", 900), based_on=1)
    add_contribution(section.inside, by=chair, body=name("Between us.", 400))
    world.said = {"answered": one, "open": three, "asked": four, "undone": five, "suggested": two}
    world.answer = answer
    _moderate(world, section)
    seat = world.panel_member.appointments.get()
    declare_seat(seat, by=world.panel_member, represents=name("Housing", 150), about=reason, interests=reason)
    world.seat = seat
    edit_welcome(
        by=chair,
        language="en-gb",
        title=name("Welcome", 120),
        body=reason,
        video_url="https://video.example.coop/welcome",
        transcript=reason,
        based_on=0,
    )


def _moderate(world: "World", section: Section) -> None:
    name = world.tainted
    author = UserFactory(name=name("New Account", 150))
    world.author = author
    held, declined, cut = (_new(section, author, name("Buy my looms.", 900)) for _number in range(3))
    why = {"by": world.moderator, "reason": "advert", "explanation": name("It advertises.", 900)}
    decide_moderation(declined.moderation, outcome="decline", seen=declined.revision, **why)
    shorter = {"body": name("Buy.", 400) + " Shorter."}
    decide_moderation(cut.moderation, outcome="redact", seen=cut.revision, words=shorter, **why)
    world.verdict = declined.moderation.verdicts.get()
    other = _new(section, UserFactory(name=name("Other Account", 150)), name("Buy mine.", 900))
    decide_moderation(other.moderation, outcome="decline", seen=other.revision, **why)
    verdict = other.moderation.verdicts.get()
    world.appeal = appeal_verdict(verdict, by=verdict.author, text=name("I meant well.", 900))
    report_subject(world.said["open"], by=world.moderator, reason="abuse", note=name("Rude.", 900))
    world.held = held


def _new(section: Section, author: User, body: str) -> Contribution:
    version = section.versions.order_by("-number").first().number
    row = give_to_section(section, by=author, pointing=Pointing(version=version), body=body, key=uuid.uuid4())
    return Contribution.objects.select_related("moderation").get(pk=row.pk)


def strategy_pages(world: "World") -> Iterator[SitePage]:
    yield from reading_pages(world)
    yield from saying_pages(world)
    yield from panel_pages(world)
    yield from moderation_pages(world)


def _at(name: str, *args: Any) -> str:
    return reverse(f"panel:{name}", args=args)


def reading_pages(world: "World") -> Iterator[SitePage]:
    slug = world.section.slug
    yield SitePage("strategy", "visitor", _at("framework"))
    yield SitePage("document", "visitor", _at("document"))
    yield SitePage("changes", "visitor", _at("changes"))
    yield SitePage("changes", "visitor", f"{_at('changes')}?outcome=later", "nothing found")
    yield SitePage("section", "visitor", _at("section", slug))
    yield SitePage("section", "member", f"{_at('section', slug)}?paragraph=2&order=discussed", "one paragraph")
    yield SitePage("section", "chair", f"{_at('section', slug)}?marks=off", "without marks")
    yield SitePage("section changes", "visitor", _at("section-changes", slug))
    yield SitePage("versions", "visitor", _at("version-list", slug))
    yield SitePage("version", "visitor", _at("version", slug, 1))
    yield SitePage("compare", "visitor", _at("compare", slug, 1, 2))
    yield SitePage("compare", "visitor", f"{_at('compare', slug, 1, 2)}?view=sides", "side by side")
    yield SitePage("compare", "visitor", _at("compare", slug, 2, 2), "empty")
    yield SitePage("panel", "visitor", _at("panel"))
    yield SitePage("pack", "visitor", _at("pack"))
    yield SitePage("pack to print", "visitor", _at("pack-print"))
    yield SitePage("pack to print", "visitor", f"{_at('pack-print')}?with=changes", "with changes")


def saying_pages(world: "World") -> Iterator[SitePage]:
    slug = world.section.slug
    comment, suggest = _at("comment", slug), _at("suggest", slug)
    yield SitePage("comment on a section", "member", comment)
    yield SitePage("comment on a paragraph", "newcomer", f"{comment}?paragraph=2")
    yield errors(
        "comment on words", "member", f"{comment}?paragraph=2&words=explore", {"body": "", "words": "x y"}, status=422
    )
    yield SitePage("suggest, no paragraph yet", "member", suggest)
    yield SitePage("suggest, no words yet", "member", f"{suggest}?paragraph=2")
    yield SitePage("suggest", "member", f"{suggest}?paragraph=2&words=explore")
    yield errors("suggest", "member", f"{suggest}?paragraph=2&words=explore", {"body": "", "words": ""}, status=422)
    yield SitePage("type in", "scribe", _at("key-in", slug))
    yield errors("type in", "scribe", _at("key-in", slug), {"body": "", "said_by": ""}, status=422)
    applies = _at("still-applies", world.said["asked"].pk)
    yield SitePage("still applies", "member", applies)
    yield errors("still applies", "member", applies, {}, status=422)

    def of(name: str, row: Contribution) -> str:
        return reverse(f"contributions:{name}", args=[row.pk])

    for state, row in world.said.items():
        yield SitePage(f"contribution, {state}", "visitor", of("contribution", row))
    yield SitePage("contribution, one's own", "member", of("contribution", world.said["asked"]))
    yield SitePage("contribution, held", "author", of("contribution", world.held))
    yield SitePage("earlier wording", "visitor", of("history", world.said["answered"]))
    yield SitePage("earlier wording", "visitor", of("history", world.said["open"]), "empty")
    reply = of("reply", world.said["open"])
    yield SitePage("reply", "newcomer", reply)
    yield errors("reply", "member", reply, {"body": ""}, status=422)
    edit = of("contribution-edit", world.said["suggested"])
    yield SitePage("edit what one said", "member", edit)
    yield errors("edit what one said", "member", edit, {"body": "", "based_on": "1"}, status=422)
    yield SitePage("take back", "member", of("contribution-withdraw", world.said["open"]))
    report = of("contribution-report", world.said["answered"])
    yield SitePage("report", "newcomer", report)
    yield errors("report", "newcomer", report, {}, status=422)
    yield SitePage("what one has said", "member", reverse("contributions:own-list"))
    yield SitePage("what one has said", "newcomer", reverse("contributions:own-list"), "empty")


def panel_pages(world: "World") -> Iterator[SitePage]:
    slug = world.section.slug
    desk, answer = _at("desk"), f"{_at('decision-make')}?c={world.said['open'].pk}"
    yield SitePage("desk", "chair", desk)
    yield SitePage("desk", "chair", f"{desk}?q=zzzz", "nothing found")
    yield SitePage("desk", "panel_member", f"{desk}?state=answered", "answered")
    yield SitePage("answer", "chair", answer)
    yield SitePage("answer two", "chair", f"{answer}&c={world.said['asked'].pk}")
    own_form = {"status": 422, "form": "main form[data-draft]"}
    yield errors("answer", "chair", answer, {"reason": "", "votes_for": "3"}, **own_form)
    undo = _at("decision-undo", world.answer.pk)
    yield SitePage("undo an answer", "chair", undo)
    yield errors("undo an answer", "chair", undo, {"reason": ""}, status=422)
    edit = _at("section-edit", slug)
    yield SitePage("edit", "chair", edit)
    yield SitePage("edit, with words kept", "panel_member", edit)
    yield SitePage("edit, nothing written", "chair", _at("section-edit", world.hidden_section.slug), "empty")
    yield errors("edit", "chair", edit, {"title": ""}, status=422)
    mine = {"title": "Mine", "body": "Mine alone.", "based_on": "1"}
    yield SitePage("edit", "chair", edit, "clash", send=mine, status=409)
    yield SitePage("wordings", "chair", _at("draft-revisions", slug))
    yield SitePage("wordings", "chair", f"{_at('draft-revisions', slug)}?number=2", "compared")
    yield SitePage("inside", "chair", _at("inside", slug))
    yield errors("inside", "chair", _at("inside", slug), {"body": ""}, status=422)
    yield SitePage("inside", "chair", _at("inside", world.hidden_section.slug), "empty")
    yield SitePage("dissent", "panel_member", _at("dissent-record", slug))
    yield errors("dissent", "panel_member", _at("dissent-record", slug), {"body": ""}, status=422)
    publication = _at("section-publish", slug)
    yield SitePage("publish", "chair", publication)
    yield SitePage("publish", "panel_member", publication)
    yield errors("publish", "chair", publication, {"note": "x" * 600}, status=422)
    yield SitePage("arrange", "chair", _at("section-arrange", slug))
    yield SitePage("open a section", "chair", _at("section-open"))
    yield errors("open a section", "chair", _at("section-open"), {"title": "", "slug": "pack"}, status=422)
    declare = _at("seat-declare", world.seat.pk)
    yield SitePage("declare", "panel_member", declare)
    yield SitePage("welcome", "chair", _at("welcome-edit"))
    yield errors("welcome", "chair", _at("welcome-edit"), {"title": "", "body": ""}, status=422)


def moderation_pages(world: "World") -> Iterator[SitePage]:
    decide = reverse("moderation:moderation-decide", args=[world.held.moderation_id])
    yield SitePage("queue", "moderator", reverse("moderation:queue"))
    yield SitePage("ledger", "visitor", reverse("moderation:ledger"))
    yield SitePage("decide", "moderator", decide)
    yield errors("decide", "moderator", decide, {"outcome": "decline", "explanation": ""}, status=422)
    appeal = reverse("moderation:appeal-decide", args=[world.appeal.pk])
    yield SitePage("decide an appeal", "second_moderator", appeal)
    yield errors("decide an appeal", "second_moderator", appeal, {"explanation": ""}, status=422)
    verdict = reverse("moderation:verdict-appeal", args=[world.verdict.pk])
    yield SitePage("appeal", "author", verdict)
    yield errors("appeal", "author", verdict, {"text": ""}, status=422)
