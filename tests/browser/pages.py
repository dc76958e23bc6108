"""Every page of the site in every state: the one list that the tests of this folder walk.

A new address must be added to `pages_of` or, if it shows no page, to `NO_PAGE`; `test_pages.py` compares them with the URLconf.
"""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from census.instrument import Question, fields
from census.views.access import token_of
from commons.exports.reports import reports_for
from tests.browser.blog import blog_pages
from tests.browser.capture import capture_pages
from tests.browser.events import event_pages
from tests.browser.heard import heard_pages
from tests.browser.library import library_pages
from tests.browser.marks import marks_pages
from tests.browser.notices import notice_pages
from tests.browser.site_page import SitePage, errors
from tests.browser.strategy import strategy_pages
from tests.browser.world import World

# Addresses that show no page of their own, and what they give instead.
NO_PAGE = {
    "health-live": "JSON for machines",
    "health-ready": "JSON for machines",
    "": "leads to the icon",
    "mfa_download_recovery_codes": "a file",
    "census:leave": "a button's POST",
    "census:join": "a button's POST",
    "census:case-refuse": "a button's POST",
    "census:suggestions": "JSON for the autocomplete",
    "people:organisation-suggest": "JSON for the autocomplete",
    "people:door-retire": "a button's POST",
    "people:door-reopen": "a button's POST",
    "exports:job-progress": "a part of a page, for htmx",
    "exports:job-cancel": "a button's POST",
    "exports:job-retry": "a button's POST",
    "exports:job-download": "a file",
    "contributions:support": "a button's POST",
    "panel:copy-keep": "what the editor keeps on the way",
    "panel:preview": "a part of a page, for the editor",
    "panel:section-evidence": "a part of a page, for htmx",
    "panel:draft-approve": "a button's POST",
    "panel:publication-cancel": "a button's POST",
    "panel:pack-file": "a file",
    "consultation:calendar": "days for calendars",
    "consultation:follow": "a button's POST",
    "consultation:event-calendar": "hours for calendars",
    **dict.fromkeys(
        (
            "consultation:event-leave",
            "consultation:event-check-in-undo",
            "consultation:event-publish",
            "consultation:helper-drop",
            "consultation:session-drop",
            "consultation:registration-cancel",
        ),
        "a button's POST",
    ),
    "blog:feed": "news for feed readers",
    "blog:theme-feed": "news for feed readers",
    "blog:author-feed": "news for feed readers",
    "blog:post-feed": "news for feed readers",
    "blog:follow": "a button's POST",
    "blog:post-start": "a button's POST",
    "blog:draft-keep": "what the editor keeps on the way",
    "blog:preview": "a part of a page, for the editor",
    "blog:take-back": "a button's POST",
    "blog:proposal-answer": "a button's POST",
    "blog:picture": "a picture",
    "blog:picture-drop": "a button's POST",
    "blog:post-pin": "a button's POST",
    "blog:thread-open": "a button's POST",
    "themes:theme-move": "a button's POST",
    "themes:theme-retire": "a button's POST",
    "themes:theme-restore": "a button's POST",
    "sitemap": "addresses for search engines",
    "consultation:source-file": "a file",
    "consultation:source-publish": "a button's POST",
    "consultation:event-table-send": "JSON for the script",
    "consultation:event-table-photo": "what the form and the script send",
    "consultation:event-table-worker": "a script",
    "consultation:event-say-send": "JSON for the script",
    "consultation:event-say-worker": "a script",
    "consultation:event-photo": "a picture",
    "consultation:event-screen-now": "a part of a page, for htmx",
    "consultation:event-ballot-give": "a button's POST",
    "consultation:event-marks-show": "a button's POST",
    "consultation:event-marks-close": "a button's POST",
    "consultation:event-marks-freeze": "a button's POST",
    "consultation:event-marks-publish": "a button's POST",
    "digests:address-resume": "a button's POST",
    "digests:bounce": "what the mail server tells us",
    "demo:person-enter": "a button's POST",
    "demo:message-html": "a mail, as it came",
}
LONG = "x" * 6000


def pages_of(world: World) -> Iterator[SitePage]:
    yield from public_pages(world)
    yield from account_pages(world)
    yield from answering_pages(world)
    yield from member_pages(world)
    yield from staff_pages(world)
    yield from strategy_pages(world)
    yield from blog_pages(world)
    yield from library_pages(world)
    yield from event_pages(world)
    yield from capture_pages(world)
    yield from marks_pages(world)
    yield from heard_pages(world)
    yield from notice_pages(world)
    yield from demo_pages(world)


def public_pages(world: World) -> Iterator[SitePage]:
    yield SitePage("home", "visitor", "/")
    yield SitePage("home, signed in", "member", "/")
    slugs = ("about", "timeline", "confidentiality", "accessibility", "privacy", "contact")
    for slug in slugs:
        yield SitePage(slug, "visitor", reverse(f"consultation:{slug}"))
    yield SitePage("the data", "visitor", reverse("people:register-show"))
    yield SitePage("not found", "visitor", "/no/such/page/", status=404)
    yield SitePage("not to be seen", "member", reverse("staff-home"), status=404)
    yield SitePage("broken", "visitor", reverse("trial-broken"), status=500)
    yield SitePage("refused", "visitor", reverse("trial-refused"), status=400)
    yield SitePage(
        "sent without a token", "visitor", reverse("census:code"), "csrf", send={"csrfmiddlewaretoken": ""}, status=403
    )


def account_pages(world: World) -> Iterator[SitePage]:
    def at(name: str) -> str:
        return reverse(name)

    empty = {"login": "", "password": ""}
    yield SitePage("sign in", "visitor", at("account_login"))
    yield errors("sign in", "visitor", at("account_login"), empty)
    yield errors(
        "sign in, wrong password", "visitor", at("account_login"), {"login": "ida@example.coop", "password": "wrong"}
    )
    yield SitePage("sign up", "visitor", at("account_signup"))
    yield errors("sign up", "visitor", at("account_signup"), {"name": "", "email": "not an address", "password1": "1"})
    yield SitePage("sign out", "member", at("account_logout"))
    yield SitePage("account not active", "visitor", at("account_inactive"))
    yield SitePage("ask for a code", "visitor", at("account_request_login_code"))
    yield errors("ask for a code", "visitor", at("account_request_login_code"), {"email": "no"})
    yield SitePage("type the code", "by-code", at("account_confirm_login_code"))
    yield errors("type the code", "by-code", at("account_confirm_login_code"), {"code": "000000"})
    yield SitePage("confirm the address", "signing-up", at("account_email_verification_sent"))
    yield errors("confirm the address", "signing-up", at("account_email_verification_sent"), {"code": "000000"})
    yield SitePage("new password", "visitor", at("account_reset_password"))
    yield errors("new password", "visitor", at("account_reset_password"), {"email": "no"})
    yield SitePage("new password, code", "resetting", at("account_confirm_password_reset_code"))
    yield errors("new password, code", "resetting", at("account_confirm_password_reset_code"), {"code": "000000"})
    yield SitePage("new password, set", "new-password", at("account_complete_password_reset"))
    yield errors("new password, set", "new-password", at("account_complete_password_reset"), {"password1": "1"})
    yield SitePage("new password, done", "visitor", at("account_password_reset_completed"))
    yield SitePage("change the password", "member", at("account_change_password"))
    yield errors("change the password", "member", at("account_change_password"), {"oldpassword": "", "password1": "1"})
    yield SitePage("set a password", "newcomer", at("account_set_password"))
    yield errors("set a password", "newcomer", at("account_set_password"), {"password1": "1", "password2": "2"})
    yield SitePage("e-mail address", "member", at("account_email"))
    yield errors("e-mail address", "member", at("account_email"), {"email": "no", "action_add": ""})
    yield SitePage("show that it is you", "member:again", at("account_reauthenticate"))
    yield errors("show that it is you", "member:again", at("account_reauthenticate"), {"password": "wrong"})
    yield SitePage("second step", "second-step", at("mfa_authenticate"))
    yield errors("second step", "second-step", at("mfa_authenticate"), {"code": "000000"})
    yield SitePage("show that it is you, by app", "staff:again", at("mfa_reauthenticate"))
    yield errors("show that it is you, by app", "staff:again", at("mfa_reauthenticate"), {"code": "000000"})
    yield SitePage("second steps", "staff", at("mfa_index"))
    yield SitePage("second steps", "member", at("mfa_index"), "empty")
    yield SitePage("set up the app", "member", at("mfa_activate_totp"))
    yield errors("set up the app", "member", at("mfa_activate_totp"), {"code": "000000"})
    yield SitePage("turn off the app", "staff", at("mfa_deactivate_totp"))
    yield SitePage("recovery codes", "staff", at("mfa_view_recovery_codes"))
    yield SitePage("make recovery codes", "staff", at("mfa_generate_recovery_codes"))


def answering_pages(world: World) -> Iterator[SitePage]:
    slug = world.wave.slug

    def at(name: str, *args: str, wave: str = slug) -> str:
        return reverse(f"census:{name}", args=[wave, *args])

    yield SitePage("census", "visitor", reverse("census:start"))
    yield SitePage("census, with a code", "code:begun", reverse("census:start"))
    yield SitePage("census, as a member", "member", reverse("census:start"))
    yield SitePage("census code", "visitor", reverse("census:code"))
    yield errors("census code", "visitor", reverse("census:code"), {"code": ""})
    yield errors("census code, unknown", "visitor", reverse("census:code"), {"code": "BCDF-BCDF-BCDF"})
    yield SitePage("choose an organisation", "of_many", at("choose"))
    yield errors("choose an organisation", "of_many", at("choose"), {}, status=422)
    yield SitePage("hub", "chosen", at("hub"))
    yield SitePage("hub", "member", at("hub"))
    yield SitePage("hub", "joining", at("hub"))
    for state in ("new", "begun", "ready", "sent", "changed", "refused"):
        yield SitePage(f"hub, {state}", f"code:{state}", at("hub"))
    for state in ("begun", "refused"):
        yield SitePage(f"we do not wish to answer, {state}", f"code:{state}", at("refuse"))
    nothing_said = {"case": token_of(world.codes["begun"].case)}
    yield errors("we do not wish to answer", "code:begun", at("refuse"), nothing_said, status=422)
    yield SitePage("hub, closed", "code:closed", at("hub", wave=world.past.slug))
    for state in ("begun", "ready", "sent", "changed"):
        yield SitePage(f"check, {state}", f"code:{state}", at("check"))
    for state in ("ready", "sent"):
        yield SitePage(f"answers, {state}", f"code:{state}", at("answers"))
    yield SitePage("check, nothing there", "code:new", at("check"), "empty")
    yield errors("check", "code:opened", at("check"), {}, status=422)
    yield errors(
        "check, closed",
        "code:closed",
        at("check", wave=world.past.slug),
        {"case": token_of(world.codes["closed"].case)},
        status=409,
        more={"own_form": True},
    )
    for state in ("sent", "changed"):
        yield SitePage(f"done, {state}", f"code:{state}", at("done"))

    for kind, page in world.pages_of_types.items():
        url = at("page", page.section.id, page.id)
        yield SitePage(f"question, {kind}", "code:ready", url)
        yield SitePage(f"question, {kind}", "code:bare", url, "empty")
        wrong = {name: value for asked in page.questions for name, value in unfit(asked).items()}
        yield errors(f"question, {kind}", "code:bare", url, wrong, status=422)
    first = at("page", "start", "form")
    yield SitePage("question, the first", "code:new", first)
    yield errors("question, must be answered", "code:new", first, {}, status=422)
    yield SitePage("question, closed", "code:closed", at("page", "start", "form", wave=world.past.slug))
    other = {"case": token_of(world.codes["ready"].case)}
    yield errors("question, another organisation", "code:new", first, other, status=409)
    for kind in ("single", "multi", "long", "grid"):
        page = world.pages_of_types[kind]
        changed = {"based_on": "0"} | {name: value for asked in page.questions for name, value in fit(asked).items()}
        url = at("page", page.section.id, page.id)
        yield SitePage(f"question, {kind}", "code:ready", url, "conflict", send=changed, status=409)
    # What the questionnaire of today has none of.
    for page in world.quiet.questionnaire.pages:
        if page.questions[0].type not in {"single", "multi", "number"}:
            continue
        url = at("page", page.section.id, page.id, wave=world.quiet.slug)
        yield SitePage(f"trial question, {page.questions[0].type}", "code:types", url, "empty")
        yield errors(
            f"trial question, {page.questions[0].type}", "code:types", url, unfit(page.questions[0]), status=422
        )


def unfit(asked: Question) -> dict[str, Any]:
    """Something wrong for every field of a question."""
    wrong = {"area": LONG, "line": LONG, "figures": "many"}
    return {part.name: wrong.get(part.control, "purple") for part in fields(asked)}


def fit(asked: Question) -> dict[str, Any]:
    """An answer to a question that a sample did not give."""
    first = {}
    for part in fields(asked):
        if part.name.endswith(("__other", "__mark")):
            continue
        right = {"area": "Something else altogether", "line": "Something else", "figures": "1999"}
        first[part.name] = right.get(part.control) or next(
            option.code for option in reversed(part.options) if not option.exclusive
        )
    return first


def member_pages(world: World) -> Iterator[SitePage]:
    organisation = world.organisations[5]
    yield SitePage("you", "member", reverse("people:you"))
    yield SitePage("you", "scribe", reverse("people:you"), "empty")
    yield SitePage("you, role waits", "unarmed", reverse("people:you"))
    yield SitePage("profile", "member", reverse("people:profile-change"))
    yield errors("profile", "member", reverse("people:profile-change"), {"name": "", "language": "xx"})
    close = reverse("people:account-close")
    yield SitePage("close your account", "member", close)
    yield SitePage("close your account", "scribe", close, "little to lose")
    yield errors("close your account", "member", close, {"email": "somebody@else.coop"}, status=422)
    yield SitePage("account closed", "visitor", reverse("people:account-closed"))
    find = reverse("people:organisation-find")
    yield SitePage("find an organisation", "member", find, "empty")
    yield SitePage("find an organisation", "member", f"{find}?q=invented")
    yield SitePage("find an organisation", "member", f"{find}?q=zzzz", "nothing found")
    yield SitePage("find an organisation", "member", f"{find}?q=invented&choose=", "errors, nothing chosen")
    ask = reverse("people:membership-ask", args=[organisation.pk])
    yield SitePage("join an organisation", "member", ask)
    yield errors("join an organisation", "member", ask, {"part": ""})
    yield SitePage("leave an organisation", "member", reverse("people:membership-end", args=[world.membership.pk]))


def staff_pages(world: World) -> Iterator[SitePage]:
    slug = world.wave.slug

    def at(name: str, *args: object, wave: str = slug) -> str:
        return reverse(f"census:{name}", args=[wave, *args])

    yield SitePage("staff", "staff", reverse("staff-home"))
    yield SitePage("staff", "analyst", reverse("staff-home"))
    yield SitePage("wave", "staff", at("wave"))
    yield SitePage("wave", "analyst", at("wave"))
    yield SitePage("wave", "staff", at("wave", wave=world.quiet.slug), "empty")
    yield SitePage("move the close", "staff", at("close-extend"))
    yield errors("move the close", "staff", at("close-extend"), {"closes_at": "soon", "reason": ""})
    yield SitePage("cases", "staff", at("case-list"))
    yield SitePage("cases", "staff", f"{at('case-list')}?page=2", "page 2")
    yield SitePage("cases", "staff", f"{at('case-list')}?q=zzzz", "nothing found")
    yield SitePage("cases", "staff", f"{at('case-list')}?sector=purple", "wrong filter")
    yield SitePage("cases", "staff", f"{at('case-list')}?state=refused", "who do not wish to answer")
    for state in ("new", "sent", "refused"):
        case = world.codes[state].case
        yield SitePage(f"case, {state}", "staff", at("case", case.pk))
        yield SitePage(f"case, {state}", "analyst", at("case", case.pk))
    case = world.codes["sent"].case
    yield SitePage("case, with a new code", "analyst", at("case", world.case_of(30).pk), "sent", send={})
    yield SitePage("read a reply", "analyst", at("answers-open", case.pk))
    yield errors("read a reply", "analyst", at("answers-open", case.pk), {"purpose": ""})
    yield SitePage("read a reply", "analyst", at("answers-open", case.pk), "sent", send={"purpose": "To check a total"})
    revoke = at("code-revoke", case.pk, world.codes["sent"].pk)
    yield SitePage("withdraw a code", "staff", revoke)
    yield errors("withdraw a code", "staff", revoke, {"reason": ""})
    yield SitePage("make codes", "analyst", at("codes-issue"))
    yield errors("make codes", "analyst", at("codes-issue"), {"label": "", "sector": "purple"})
    yield errors(
        "make codes, for nobody", "analyst", at("codes-issue"), {"label": "x", "sector": "sports", "region": "jersey"}
    )

    yield SitePage("exports", "analyst", reverse("exports:job-list"))
    for role, person in (("staff", world.staff), ("analyst", world.analyst)):
        for report in reports_for(person):
            ask = reverse("exports:job-ask", args=[report.name])
            yield SitePage(f"ask for {report.name}", role, ask)
            if report.asks_purpose:
                yield errors(f"ask for {report.name}", role, ask, {"purpose": ""})
    for state, job in world.jobs.items():
        yield SitePage(f"export, {state}", "analyst", reverse("exports:job-detail", args=[job.pk]))

    yield SitePage("texts", "staff", reverse("consultation:text-list"))
    edit = reverse("consultation:text-edit", args=[world.text.pk])
    yield SitePage("edit a text", "staff", edit)
    yield errors("edit a text", "staff", edit, {"title": "", "body": ""}, status=422)
    stale = {"title": "New", "body": "New", "based_on": "7"}
    yield errors("edit a text, changed meanwhile", "staff", edit, stale, status=409)
    yield SitePage("write a text in Welsh", "staff", f"{edit}?language=cy", "empty")
    yield from phase_pages(world)
    yield SitePage("themes", "staff", reverse("themes:theme-list"))
    add = reverse("themes:theme-add")
    yield SitePage("add a theme", "staff", add)
    yield errors("add a theme", "staff", add, {"name": ""}, status=422)
    yield errors("add a theme, name taken", "staff", add, {"name": world.theme.name.upper()}, status=422)
    change = reverse("themes:theme-change", args=[world.theme.slug])
    yield SitePage("change a theme", "staff", change)
    yield errors("change a theme", "staff", change, {"name": "x" * 81, "after": "king"}, status=422)
    yield errors("change a theme, changed meanwhile", "staff", change, {"name": "New", "based_on": "0"}, status=409)
    retired = reverse("themes:theme-change", args=[world.retired_theme.slug])
    yield SitePage("change a theme, out of use", "staff", retired)
    yield SitePage("record", "staff", reverse("audit:entry-list"))
    yield SitePage("record", "staff", f"{reverse('audit:entry-list')}?verb=revoke_code", "narrowed")
    yield SitePage("record", "staff", f"{reverse('audit:entry-list')}?actor=999999", "nothing found")

    register = reverse("people:register-import")
    yield SitePage("register", "staff", register)
    yield errors("register", "staff", register, {"edition": "soon"})
    for state, row in world.imports.items():
        yield SitePage(f"import, {state}", "staff", reverse("people:register-import-detail", args=[row.pk]))
    done = reverse("people:register-import-detail", args=[world.imports["done"].pk])
    yield SitePage("import, done, searched", "staff", f"{done}?q=zzzz", "nothing found")

    yield SitePage("requests", "staff", reverse("people:membership-list"))
    check = reverse("people:membership-check", args=[world.asked.pk])
    yield SitePage("answer a request", "staff", check)
    yield errors("answer a request", "staff", check, {"answer": "decline", "reason": ""})
    yield SitePage("people", "staff", reverse("people:person-list"))
    yield SitePage("people", "staff", f"{reverse('people:person-list')}?q=zzzz", "nothing found")
    yield SitePage("person", "staff", reverse("people:person-detail", args=[world.member.pk]))
    yield SitePage("person", "staff", reverse("people:person-detail", args=[world.staff.pk]), "oneself")
    appoint = reverse("people:person-appoint", args=[world.member.pk])
    yield SitePage("appoint", "staff", appoint)
    yield errors("appoint", "staff", appoint, {"role": "king", "starts_on": "soon", "ends_on": "never"})
    appointment = world.analyst.appointments.get()
    end = reverse("people:appointment-end", args=[appointment.pk])
    yield SitePage("end an appointment", "staff", end)
    yield errors("end an appointment", "staff", end, {"ends_on": "2001-01-01"})


def demo_pages(world: World) -> Iterator[SitePage]:
    """These exist only while DEMO is set."""
    yield SitePage("demo people", "visitor", reverse("demo:people"))
    yield SitePage("demo people", "staff", reverse("demo:people"))
    yield SitePage("demo mailbox", "visitor", reverse("demo:mailbox"))
    yield SitePage("demo mailbox", "visitor", f"{reverse('demo:mailbox')}?to=nobody@example.coop", "empty")
    yield SitePage("demo mail", "visitor", reverse("demo:message", args=[world.caught]))
    yield SitePage("home, in the demo", "visitor", "/")
    yield SitePage("question, in the demo", "code:new", reverse("census:page", args=[world.wave.slug, "start", "form"]))


def phase_pages(world: World) -> Iterator[SitePage]:
    def at(name: str, *args: object) -> str:
        return reverse(f"consultation:phase-{name}", args=args)

    yield SitePage("timeline", "staff", reverse("consultation:timeline"))
    yield SitePage("phases", "staff", at("list"))
    yield SitePage("add a phase", "staff", at("add"))
    yield errors("add a phase", "staff", at("add"), {"name": "", "begins_on": "soon"}, status=422)
    now, over = world.phases["now"], world.phases["over"]
    for name in ("change", "move", "call-off", "begin", "end"):
        yield SitePage(f"{name} a phase", "staff", at(name, now.pk))
    yield SitePage("move a phase that is over", "staff", at("move", over.pk))
    yield SitePage("call off a phase that is over", "staff", at("call-off", over.pk))
    yield SitePage("call off a phase that was called off", "staff", at("call-off", world.phases["off"].pk))
    yield errors("call off a phase", "staff", at("call-off", now.pk), {"reason": ""}, status=422)
    yield errors("change a phase", "staff", at("change", now.pk), {"name": "", "place": "x"}, status=422)
    yield errors("move a phase", "staff", at("move", now.pk), {"reason": ""}, status=422)
    for name in ("begin", "end"):
        yield errors(f"{name} a phase", "staff", at(name, now.pk), {"on": "2999-01-01"}, status=422)
    stale = {"reason": "The post was late.", "based_on": "999"}
    yield errors("move a phase, changed meanwhile", "staff", at("move", now.pk), stale, status=409)


def pages_of_empty_site() -> Iterator[SitePage]:
    """The same pages while the site is new and nothing is in it but one member of staff."""
    public = [
        *(
            "home",
            "census:start",
            "census:code",
            "people:register-show",
            "consultation:about",
            "consultation:timeline",
            "panel:framework",
            "panel:document",
            "panel:changes",
        ),
        *("panel:panel", "panel:pack", "moderation:ledger", "consultation:source-list", "consultation:idea-list"),
        *("heard", "heard-campaigns"),
    ]
    own = ["people:you", "digests:notice-list", "contributions:own-list"]
    staff = [
        *(
            "staff-home",
            "exports:job-list",
            "consultation:text-list",
            "consultation:phase-list",
            "audit:entry-list",
            "people:register-import",
        ),
        *("people:membership-list", "people:person-list", "themes:theme-list", "consultation:source-staff-list"),
        *("people:door-list", "people:missing-list"),
    ]
    for role, names in (("visitor", public), ("staff", [*public, *own, *staff])):
        for name in names:
            yield SitePage(name, role, reverse(name), "empty site")
