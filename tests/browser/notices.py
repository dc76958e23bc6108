"""How people of the small site wish to be told, and every page about it."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils import timezone

from commons.digests.actions import stop_address
from commons.digests.models import Digest, MailingList, MailState, Stop
from tests.browser.site_page import SitePage, errors
from tests.factories.notices import greet, tell, wish
from tests.factories.people import UserFactory


def draw_notices(world: Any) -> None:
    """Notices under several headings, one reader of each wish, one whose mail comes back, and mails in each state."""
    name = world.tainted
    for number in range(3):
        text = name("This is what happened.", 400)
        tell(world.staff, f"trial:{number}", subject=name("Something happened", 200), path="/you/", text=text)
    greet(world.staff, UserFactory(name=name("A very long name of somebody who greets", 150)))
    world.tokens = {}
    for frequency in ("weekly", "daily", "off"):
        row = wish(UserFactory(name=name(f"A reader, {frequency}", 150)), frequency, at_once=True)
        world.tokens[frequency] = row.token_for(MailingList.DIGEST)
        world.tokens[f"{frequency}, at once"] = row.token_for(MailingList.AT_ONCE)
    stop_address(world.scribe, by=None, why=Stop.BOUNCED, words="550 no such user")
    for number, state in enumerate((MailState.FAILED, MailState.UNKNOWN, MailState.SENDING)):
        Digest.objects.create(
            person=world.staff,
            period=f"2026-11-0{number + 1}",
            frequency="daily",
            mail_state=state,
            mail_claimed_at=timezone.now(),
            mail_reason=name("SMTPDataError: (554, b'we do not want this')", 400),
            message_id=f"<{number}@trial>",
        )


def notice_pages(world: Any) -> Iterator[SitePage]:
    yield SitePage("notices", "staff", reverse("digests:notice-list"))
    yield SitePage("notices", "member", reverse("digests:notice-list"), "empty")
    settings = reverse("digests:subscription-change")
    yield SitePage("how we tell you", "member", settings)
    yield SitePage("how we tell you, mail comes back", "scribe", settings)
    yield errors("how we tell you", "member", settings, {"frequency": "hourly"}, status=422)
    yield SitePage("why you are told", "member", reverse("digests:why"))
    for state, token in world.tokens.items():
        stop = reverse("digests:unsubscribe", args=[token])
        yield SitePage(f"fewer mails, {state}", "visitor", stop)
        if not state.startswith("off"):
            yield SitePage(f"fewer mails, {state}", "visitor", stop, "stopped", send={})
    too_late = {"send": {"undo": "of another day"}, "status": 409}
    yield SitePage("fewer mails", "visitor", stop, "undo too late", **too_late)
    yield SitePage("queues", "staff", reverse("queues"))
