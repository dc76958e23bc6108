"""What is told of the panel's work."""

import datetime as dt
from collections.abc import Callable, Sequence

from django.utils import timezone

from blog.models import Byline
from commons.contributions.models import Contribution
from commons.people.models import User
from panel.actions.deciding import Cited, make_decision, undo_decision
from panel.actions.drafting import save_draft
from panel.actions.pointing import say_if_applies
from panel.actions.publishing import Because, place_of, publish_due, schedule_publication
from panel.comparing import compare
from panel.models import Anchor, Decision, Draft, Section
from tests.factories.blog import a_post
from tests.factories.panel import TEXT, a_section, publish, said_to
from tests.factories.people import UserFactory
from tests.recipients.ground import HIDDEN, nothing, stand
from tests.recipients.scenes import Scene, scene


def a_panel() -> tuple[User, Section]:
    chair = UserFactory(roles=["chair"])
    return chair, a_section(chair=chair)


def decided(
    chair: User, section: Section, *, outcome: str = "no", cites: Sequence[Cited] = ()
) -> tuple[Decision, Contribution, Contribution]:
    """About what two people and the chair said, and another did not."""
    rows = [said_to(section, paragraph=1), said_to(section, paragraph=1), said_to(section, paragraph=1, by=chair)]
    said_to(section, paragraph=1)
    decision = make_decision(section, by=chair, voices=rows, cites=cites, outcome=outcome, reason="No money.")
    return decision, rows[0], rows[1]


def ends_of(row: Contribution, rest: set[User]) -> dict[str, Callable[[], set[User]]]:
    """One takes back what they said, or a moderator does: `rest` is told all the same."""
    return {
        f"what one of them said is {standing}": lambda standing=standing: stand(row, standing) or rest
        for standing in HIDDEN
    }


@scene("answered")
def an_answer() -> Scene:
    chair, section = a_panel()
    decision, one, two = decided(chair, section)
    ends = ends_of(one, {two.author})
    ends["it is taken back"] = lambda: nothing(undo_decision(decision, by=chair, reason="A slip"))
    return Scene({one.author, two.author}, ends)


@scene("answer-undone")
def an_answer_is_taken_back() -> Scene:
    chair, section = a_panel()
    decision, one, two = decided(chair, section)
    undo_decision(decision, by=chair, reason="A slip")
    return Scene({one.author, two.author}, ends_of(one, {two.author}))


@scene("you-said-we-changed")
def words_change_because_of_somebody() -> Scene:
    chair, section = a_panel()
    post = a_post("Looms")
    decision, one, two = decided(chair, section, outcome="accepted", cites=[Cited(post)])
    section.refresh_from_db()
    publish(section, f"{TEXT}\n\nWe will lend looms.", chair=chair, because=Because(decisions=(decision.pk,)))
    ends = ends_of(one, {two.author, post.author})
    ends |= {
        f"the post is {standing}": lambda standing=standing: stand(post, standing) or {one.author, two.author}
        for standing in HIDDEN
    }
    ends["the decision is taken back"] = lambda: nothing(
        Decision.objects.update(undone_at=timezone.now(), undone_reason="A slip")
    )
    return Scene({one.author, two.author, post.author}, ends)


@scene("words-changed")
def words_spoken_of_change() -> Scene:
    chair, section = a_panel()
    words = "explore a lending desk"
    one, two = (said_to(section, paragraph=2, words=words) for _person in range(2))
    said_to(section, paragraph=2, words=words, by=chair)
    said_to(section, paragraph=1)
    publish(section, TEXT.replace(words, "open a desk"), chair=chair, because=Because(note="Plainer"))
    ends = ends_of(one, {two.author})
    anchor = Anchor.objects.filter(contribution=one)
    ends["one has said whether it applies"] = lambda: (
        say_if_applies(anchor.get(), by=one.author, applies=True) and {two.author}
    )
    return Scene({one.author, two.author}, ends)


def cited() -> tuple[User, Decision, Scene]:
    chair, section = a_panel()
    along = UserFactory()
    post = a_post("Looms", along=[along])
    a_post("Spinning")
    decision = make_decision(section, by=chair, cites=[Cited(post)], outcome="no", reason="No money.")
    ends = {f"the post is {standing}": lambda standing=standing: stand(post, standing) for standing in HIDDEN}
    ends["one takes their name away"] = lambda: Byline.objects.filter(author__person=along).delete() and {post.author}
    return chair, decision, Scene({post.author, along}, ends)


@scene("cited")
def a_post_is_cited() -> Scene:
    chair, decision, told = cited()
    told.ends["it is taken back"] = lambda: nothing(undo_decision(decision, by=chair, reason="A slip"))
    return told


@scene("citation-undone")
def a_citation_is_taken_back() -> Scene:
    chair, decision, told = cited()
    undo_decision(decision, by=chair, reason="A slip")
    return told


@scene("not-published")
def a_version_does_not_come_out() -> Scene:
    chair, section = a_panel()
    UserFactory(roles=["panel_member"])
    when = timezone.now() + dt.timedelta(days=2)
    decision = make_decision(
        section, by=chair, voices=[said_to(section, paragraph=2)], outcome="accepted", reason="Yes."
    )
    section.refresh_from_db()
    body = f"{TEXT}\n\nWe will lend looms."
    draft = save_draft(section, by=chair, title=section.title, body=body, based_on=section.draft.revision)
    [change] = [change for change in compare(section.current.body, body) if change.kind != "same"]
    reasons = {place_of(change): Because(decisions=(decision.pk,))}
    schedule_publication(section, by=chair, based_on=draft.revision, reasons=reasons, publish_at=when)
    undo_decision(decision, by=chair, reason="A slip")
    publish_due(by=None, now=when)
    ends = {
        "they are not on the panel any more": lambda: nothing(chair.appointments.all().delete()),
        "the draft is erased": lambda: nothing(Draft.objects.all().delete()),
    }
    return Scene({chair}, ends)
