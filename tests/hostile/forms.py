"""Every form of the site, with something that it takes, and where what it took can be read again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from blog.models import Author as BlogAuthor
from blog.models import Draft as PostDraft
from blog.models import Note, Post, Proposal, Submission
from census.instrument import Page, fields
from census.models import CodeBatch, PageRevision
from census.views.access import token_of
from commons.audit.models import Entry
from commons.contributions.models import Contribution, Thread
from commons.digests.models import Digest, Subscription
from commons.exports.models import ExportJob
from commons.exports.reports import reports_for
from commons.moderation.models import Appeal, Report, Verdict
from commons.people.models import Door, Membership, User
from commons.themes.models import Theme
from consultation.models import EventIdea, Phase, PhaseMove, Source, Text
from panel.models import Decision, Dissent, Draft, Seat
from tests.browser.marks import CODE
from tests.browser.pages import fit
from tests.browser.world import PASSWORD, World
from tests.hostile.events import event_forms_of
from tests.hostile.inputs import encoded

FORM = "application/x-www-form-urlencoded"
Reader = Callable[[], str | None]


@dataclass(frozen=True)
class Form:
    """`good` is taken as it stands; `reads` tells per field what is kept of it. `is_file` sends it as a browser sends files."""

    name: str
    role: str
    url: str
    good: dict[str, bytes]
    reads: dict[str, Reader] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


def forms_of(world: World) -> Iterator[Form]:
    yield from account_forms(world)
    yield from census_forms(world)
    yield from member_forms(world)
    yield from staff_forms(world)
    yield from strategy_forms(world)
    yield from blog_forms(world)
    yield from library_forms(world)
    yield from event_forms(world)
    yield from capture_forms(world)
    yield from marks_forms(world)
    yield from notice_forms(world)


def account_forms(world: World) -> Iterator[Form]:
    def at(name: str) -> str:
        return reverse(name)

    word = PASSWORD.encode()
    email = world.member.email.encode()
    yield Form("sign in", "visitor", at("account_login"), {"login": email, "password": word, "next": b"/you/"})
    new = {"name": b"Ida", "email": b"ida.new@example.coop", "password1": b"", "next": b"/you/"}
    yield Form("sign up", "visitor", at("account_signup"), new, {"name": newest(User, "name")})
    yield Form("sign out", "member", at("account_logout"), {"next": b"/"})
    yield Form("ask for a code", "visitor", at("account_request_login_code"), {"email": email, "next": b"/"})
    yield Form("type the code", "by-code", at("account_confirm_login_code"), {"code": b"000000", "action": b""})
    code = {"code": b"000000", "action": b"", "email": b"other@example.coop"}
    yield Form("confirm the address", "signing-up", at("account_email_verification_sent"), code)
    yield Form("new password", "visitor", at("account_reset_password"), {"email": email})
    yield Form("new password, code", "resetting", at("account_confirm_password_reset_code"), {"code": b"000000"})
    yield Form(
        "new password, set", "new-password", at("account_complete_password_reset"), {"password1": b"a long one indeed"}
    )
    yield Form(
        "change the password",
        "member",
        at("account_change_password"),
        {"oldpassword": word, "password1": b"another one indeed"},
    )
    yield Form("set a password", "newcomer", at("account_set_password"), {"password1": b"another one indeed"})
    yield Form("e-mail address", "member", at("account_email"), {"email": b"new@example.coop", "action_add": b""})
    yield Form(
        "show that it is you", "member:again", at("account_reauthenticate"), {"password": word, "next": b"/you/"}
    )
    yield Form("second step", "second-step", at("mfa_authenticate"), {"code": b"000000"})
    yield Form("by app", "staff:again", at("mfa_reauthenticate"), {"code": b"000000", "next": b"/you/"})
    yield Form("set up the app", "member", at("mfa_activate_totp"), {"code": b"000000"})
    yield Form("turn off the app", "staff", at("mfa_deactivate_totp"), {})
    yield Form("make recovery codes", "staff", at("mfa_generate_recovery_codes"), {})


def census_forms(world: World) -> Iterator[Form]:
    yield Form("census code", "visitor", reverse("census:code"), {"code": world.codes["new"].plain().encode()})
    slug = world.wave.slug
    yield Form("leave the census", "code:begun", reverse("census:leave"), {})
    yield Form("choose", "of_many", reverse("census:choose", args=[slug]), {"case": str(world.case_of(2).pk).encode()})
    token = token_of(world.codes["ready"].case).encode()
    yield Form("send the census", "code:ready", reverse("census:check", args=[slug]), {"case": token})
    refuse = reverse("census:refuse", args=[slug])
    yield Form("we do not wish to answer", "code:ready", refuse, {"case": token, "wish": b"stop"})
    yield Form("join by code", "joining", reverse("census:join", args=[slug]), {})
    yield from question_forms(world)


def question_forms(world: World) -> Iterator[Form]:
    """One page for each type of question. Page revisions are what is kept."""
    for page in world.quiet.questionnaire.pages:
        yield question_form(world, page)


def question_form(world: World, page: Page) -> Form:
    asked = page.questions[0]
    good = {name: str(value).encode() for name, value in fit(asked).items()}
    good |= {part.name: b"" for part in fields(asked) if part.name not in good}
    good |= {"case": token_of(world.codes["types"].case).encode(), "based_on": b"0", "seen": b"", "choice__q01": b""}
    reads: dict[str, Reader] = {}
    if asked.type in {"text", "long", "lookup"}:
        reads[asked.code] = lambda: (
            row.answers.get(asked.code, "") if (row := PageRevision.objects.order_by("pk").last()) else None
        )
    url = reverse("census:page", args=[world.quiet.slug, page.section.id, page.id])
    return Form(f"question, {asked.type}", "code:types", url, good, reads)


def member_forms(world: World) -> Iterator[Form]:
    profile = {"name": b"Sam", "language": b"en-gb"}
    yield Form(
        "profile",
        "member",
        reverse("people:profile-change"),
        profile,
        {"name": lambda: User.objects.get(pk=world.member.pk).name},
    )
    ask = reverse("people:membership-ask", args=[world.organisations[5].pk])
    yield Form("join", "member", ask, {"part": b"Chair"}, {"part": newest(Membership, "part")})
    yield Form("leave", "member", reverse("people:membership-end", args=[world.membership.pk]), {})
    close = {"email": world.member.email.encode(), "contributions": b"stay", "blog": b"stay"}
    yield Form("close your account", "member", reverse("people:account-close"), close)


def staff_forms(world: World) -> Iterator[Form]:
    yield from heard_forms(world)
    slug = world.wave.slug

    def at(name: str, *args: object) -> str:
        return reverse(f"census:{name}", args=[slug, *args])

    def said(key: str) -> Reader:
        return lambda: Entry.objects.newest_first().first().data.get(key)

    close = {"closes_at": b"2030-01-29 17:00", "reason": b"The post was late"}
    yield Form("move the close", "staff", at("close-extend"), close, {"reason": said("reason")})
    codes = {"label": b"Reminders", "sector": b"", "region": b"", "unheard": b"on"}
    yield Form("make codes", "analyst", at("codes-issue"), codes, {"label": newest(CodeBatch, "label")})
    case = world.codes["sent"].case_id
    yield Form("a code for one", "analyst", at("case", case), {})
    yield Form(
        "they do not wish to answer", "staff", at("case-refuse", world.codes["ready"].case_id), {"wish": b"stop"}
    )
    revoke = at("code-revoke", case, world.codes["sent"].pk)
    yield Form("withdraw a code", "staff", revoke, {"reason": b"Lost"}, {"reason": said("reason")})
    yield Form(
        "read a reply", "analyst", at("answers-open", case), {"purpose": b"To check"}, {"purpose": said("purpose")}
    )
    batch = str(CodeBatch.objects.first().pk).encode()
    for role, person in (("staff", world.staff), ("analyst", world.analyst)):
        for report in reports_for(person):
            wanted = {"wave": str(world.wave.pk).encode(), "show": b"codes", "batch": batch}
            wanted["event"] = str(world.events["now"].pk).encode()
            good = {name: wanted.get(name, b"") for name in report.form_class.base_fields}
            good |= {"purpose": b"For the panel", "key": b"abc"} if report.asks_purpose else {"key": b"abc"}
            ask = reverse("exports:job-ask", args=[report.name])
            reads = {"purpose": newest(ExportJob, "purpose", "asked_at")} if report.asks_purpose else {}
            yield Form(f"ask for {report.name}, {role}", role, ask, good, reads)
    yield Form("cancel an export", "analyst", reverse("exports:job-cancel", args=[world.jobs["waiting"].pk]), {})
    yield Form("export again", "analyst", reverse("exports:job-retry", args=[world.jobs["failed"].pk]), {})
    text = reverse("consultation:text-edit", args=[world.text.pk])
    edit = {"title": b"About", "body": b"What is at stake.", "based_on": str(world.text.revision).encode()}
    yield Form(
        "edit a text",
        "staff",
        text,
        edit,
        {name: lambda name=name: getattr(Text.objects.get(pk=world.text.pk), name) for name in ("title", "body")},
    )
    yield from phase_forms(world)
    yield from theme_forms(world)
    yield Form("import a register", "staff", reverse("people:register-import"), {"file": b"a,b", "edition": b"2017-06"})
    check = reverse("people:membership-check", args=[world.asked.pk])
    reason: Reader = lambda: Membership.objects.get(pk=world.asked.pk).reason  # noqa: E731
    yield Form("answer a request", "staff", check, {"answer": b"decline", "reason": b"Not known"}, {"reason": reason})
    appoint = {"role": b"scribe", "starts_on": b"2027-01-01", "ends_on": b"2028-01-01"}
    yield Form("appoint", "staff", reverse("people:person-appoint", args=[world.member.pk]), appoint)
    end = reverse("people:appointment-end", args=[world.analyst.appointments.get().pk])
    yield Form("end an appointment", "staff", end, {"ends_on": b"2028-01-01"})


def phase_forms(world: World) -> Iterator[Form]:
    def at(name: str) -> str:
        return reverse(f"consultation:phase-{name}", args=[phase.pk])

    phase = world.phases["now"]
    seen = {"based_on": str(phase.revision).encode()}
    words = dict.fromkeys(("todo", "name_cy", "purpose_cy", "todo_cy"), b"") | {"opens": b"comment"}
    words |= {"name": b"Weave together", "purpose": b"To see what holds."}
    kept = {name: newest(Phase, name) for name in ("name", "purpose")}
    days = {"begins_on": b"2027-03-01", "ends_on": b"2027-04-01"}
    yield Form("add a phase", "staff", reverse("consultation:phase-add"), {**words, **days}, kept)
    kept = {name: lambda name=name: getattr(Phase.objects.get(pk=phase.pk), name) for name in ("name", "purpose")}
    yield Form("change a phase", "staff", at("change"), {**words, **seen, "place": b"3"}, kept)
    first = phase.begins_on.isoformat().encode()
    why = {"reason": b"The post was late.", "reason_cy": b""}
    moved = {"begins_on": first, "ends_on": b"2099-04-01", **why, **seen}
    yield Form("move a phase", "staff", at("move"), moved, {"reason": newest(PhaseMove, "reason")})
    kept = {"reason": lambda: Phase.objects.get(pk=phase.pk).call_off_reason}
    yield Form("call off a phase", "staff", at("call-off"), {**why, **seen}, kept)
    day = timezone.localdate().isoformat().encode()
    yield Form("begin a phase", "staff", at("begin"), {"on": first, **seen})
    yield Form("end a phase", "staff", at("end"), {"on": day, **seen})
    yield Form("follow the process", "newcomer", reverse("consultation:follow"), {"follow": b"yes"})


def theme_forms(world: World) -> Iterator[Form]:
    def at(name: str) -> str:
        return reverse(f"themes:{name}", args=[world.theme.slug])

    names = {"name": b"Housing", "name_cy": b"Tai", "after": b""}
    reads = {name: newest(Theme, name) for name in ("name", "name_cy")}
    yield Form("add a theme", "staff", reverse("themes:theme-add"), names, reads)
    reads = {name: lambda name=name: getattr(Theme.objects.get(pk=world.theme.pk), name) for name in reads}
    based_on = str(world.theme.revision).encode()
    yield Form("change a theme", "staff", at("theme-change"), names | {"based_on": based_on}, reads)
    yield Form("move a theme", "staff", at("theme-move"), {"way": b"down"})
    yield Form("retire a theme", "staff", at("theme-retire"), {})
    yield Form("restore a theme", "staff", at("theme-restore"), {})


def strategy_forms(world: World) -> Iterator[Form]:
    """What people say to a section, and what the panel and the moderators do with it."""
    slug, said = world.section.slug, world.said

    def at(name: str, *args: object) -> str:
        return reverse(f"panel:{name}", args=args)

    def of(name: str, row: Contribution) -> str:
        return reverse(f"contributions:{name}", args=[row.pk])

    number, key = str(world.section.current.number).encode(), b"00000000-0000-0000-0000-000000000007"
    speaking = {
        "mandate": b"self",
        "organisation": b"",
        "agreed_on": b"",
        "votes_for": b"",
        "votes_against": b"",
        "shown_as": b"name",
    }
    say = {"body": b"We think so.", "key": key, **speaking}
    newest_body = {"body": newest(Contribution, "body")}
    point = {"version": number, "paragraph": b"1", "words": b"less"}
    yield Form("comment", "member", at("comment", slug), {**point, **say}, newest_body)
    suggestion = {**point, **say, "replacement": b"more"}
    reads = {**newest_body, "replacement": newest(Contribution, "replacement")}
    yield Form("suggest", "member", f"{at('suggest', slug)}?paragraph=1", suggestion, reads)
    typed = {
        "version": number,
        "paragraph": b"",
        "words": b"",
        "body": b"Said.",
        "said_by": b"A member",
        "channel": b"paper",
        "key": key,
    }
    reads = {**newest_body, "said_by": newest(Contribution, "said_by")}
    yield Form("type in", "scribe", at("key-in", slug), typed, reads)
    yield Form("still applies", "member", at("still-applies", said["asked"].pk), {"applies": b"yes"})
    yield Form("reply", "member", of("reply", said["open"]), say, newest_body)
    edit = {"body": b"Other words.", "replacement": b"better", "based_on": b"1"}
    reads = {"body": lambda: Contribution.objects.get(pk=said["suggested"].pk).body}
    yield Form("edit what one said", "member", of("contribution-edit", said["suggested"]), edit, reads)
    yield Form("agree", "newcomer", of("support", said["open"]), {})
    report = {"reason": b"abuse", "note": b"It is rude."}
    yield Form(
        "report", "newcomer", of("contribution-report", said["answered"]), report, {"note": newest(Report, "note")}
    )
    answer = {
        "outcome": b"no",
        "reason": b"No money.",
        "votes_for": b"",
        "votes_against": b"",
        "words": b"",
        "key": key,
    }
    reads = {"reason": newest(Decision, "reason")}
    yield Form("answer", "chair", f"{at('decision-make')}?c={said['open'].pk}", answer, reads)
    undo = {"reason": lambda: Decision.objects.get(pk=world.answer.pk).undone_reason}
    yield Form("undo an answer", "chair", at("decision-undo", world.answer.pk), {"reason": b"Wrong."}, undo)
    draft = world.section.draft
    written = {"title": b"Finance", "body": b"Other words.", "based_on": str(draft.revision).encode(), "save": b"save"}
    reads = {"body": lambda: Draft.objects.get(pk=draft.pk).body, "title": lambda: Draft.objects.get(pk=draft.pk).title}
    yield Form("edit a section", "chair", at("section-edit", slug), written, reads)
    yield Form(
        "inside", "chair", at("inside", slug), {"body": b"Between us.", "shown_as": b"name", "key": key}, newest_body
    )
    dissent = {"body": b"I do not agree.", "paragraph": b"", "version": number}
    yield Form("dissent", "panel_member", at("dissent-record", slug), dissent, {"body": newest(Dissent, "body")})
    seat = {"represents": b"Housing", "about": b"A weaver", "interests": b"None"}
    reads = {name: newest(Seat, name) for name in seat}
    yield Form("declare", "panel_member", at("seat-declare", world.seat.pk), seat, reads)
    verdict = {"outcome": b"decline", "reason": b"advert", "explanation": b"It advertises.", "seen": b"1"}
    decide = reverse("moderation:moderation-decide", args=[world.held.moderation_id])
    yield Form("decide", "moderator", decide, verdict, {"explanation": newest(Verdict, "explanation")})
    appeal = reverse("moderation:verdict-appeal", args=[world.verdict.pk])
    yield Form("appeal", "author", appeal, {"text": b"I meant well."}, {"text": newest(Appeal, "text")})


def blog_forms(world: World) -> Iterator[Form]:
    """What authors write, what is said to a post, and what editors do with it."""
    post, waiting, draft = (world.posts[state] for state in ("public", "waiting", "draft"))

    def at(name: str, *args: object) -> str:
        return reverse(f"blog:{name}", args=args)

    def number(value: int) -> bytes:
        return str(value).encode()

    here = (post.year, post.slug)
    say = {"body": b"We think so.", "key": b"00000000-0000-0000-0000-000000000009", "shown_as": b"name"}
    yield Form("comment on a post", "editor", at("comment", *here), say, {"body": newest(Contribution, "body")})
    report = {"reason": b"abuse", "note": b"It is rude."}
    yield Form("report a post", "newcomer", at("post-report", *here), report, {"note": newest(Report, "note")})
    follow = {"kind": b"theme", "number": number(world.theme.pk), "follow": b"yes", "next": b"/blog/"}
    yield Form("follow", "newcomer", at("follow"), follow)
    kept = lambda name: lambda: getattr(PostDraft.objects.get(post=draft), name)  # noqa: E731
    written = {"title": b"A mill", "summary": b"Ours.", "body": b"We weave.", "interest": b"None."}
    plain = {"language": b"en-gb", "based_on": number(draft.draft.revision), "page": b"", "turn": b"0"}
    reads = {name: kept(name) for name in written}
    yield Form("edit a post", "writer", at("post-edit", draft.pk), {**written, **plain, "save": b"save"}, reads)
    yield Form("keep a post", "writer", at("draft-keep", draft.pk), {**written, **plain}, reads)
    hand_in = {"kind": b"post", "based_on": number(draft.draft.revision), "correction": b""}
    yield Form("hand in", "writer", at("hand-in", draft.pk), hand_in)
    note = {"body": newest(Note, "body")}
    yield Form("note of an author", "writer", at("writing", waiting.pk), {"body": b"Thank you."}, note)
    along = {"ask": b"yes", "along-email": b"ida.along@example.coop"}
    yield Form("ask along", "writer", at("authors-name", draft.pk), along)
    guest = {
        "name_guest": b"yes",
        "guest-name": b"Ida Guest",
        "guest-about": b"A weaver",
        "guest-agrees": b"on",
    }
    yield Form(
        "name a guest", "writer", at("authors-name", draft.pk), guest, {"guest-name": newest(BlogAuthor, "name")}
    )
    change = at("picture-change", draft.pk, world.own_picture.pk)
    # What a picture shows is kept as one line, so it is not compared.
    yield Form("tell a picture", "writer", change, {"alt": b"A mill"})
    yield Form("note of an editor", "editor", at("desk-post", waiting.pk), {"body": b"A start."}, note)
    seen = {"number": number(world.proposal.submission.number)}
    yield Form("approve", "editor", at("submission-approve", waiting.pk), {**seen, "when": b"now"})
    why = {**seen, "reason": b"unclear", "explanation": b"Say who."}
    said = {"explanation": lambda: Submission.objects.get(post=waiting).explanation}
    yield Form("ask for changes", "editor", at("changes-ask", waiting.pk), why, said)
    yield Form("decline a post", "editor", at("submission-decline", waiting.pk), why, said)
    words = {"title": b"Ours", "summary": b"Short.", "body": b"Shorter."}
    reads = {name: newest(Proposal, name) for name in ("title", "summary", "body", "note")}
    yield Form("propose", "editor", at("changes-propose", waiting.pk), {**seen, **words, "note": b"Short"}, reads)
    correct = {**words, "correction": b"The year.", "seen": number(post.revision)}
    reads = {name: lambda name=name: getattr(Post.objects.get(pk=post.pk), name) for name in words}
    yield Form("correct a post", "editor", at("post-correct", post.pk), correct, reads)
    later = {"when": b"later", "moment_0": b"2027-03-01", "moment_1": b"10:00"}
    yield Form("another date", "editor", at("post-reschedule", world.posts["scheduled"].pk), later)
    yield Form("slow a discussion", "editor", at("thread-slow", post.pk), {"minutes": b"30"})
    close = {"when": b"now", "moment_0": b"", "moment_1": b"", "reason": b"In circles."}
    reads = {"reason": lambda: Thread.objects.get(pk=post.thread_id).close_reason}
    yield Form("close a discussion", "editor", at("thread-close", post.pk), close, reads)
    quiet = world.posts["quiet"]
    cite = f"{reverse('panel:decision-make')}?p={quiet.pk}&section={world.section.slug}"
    answer = {
        "cites": b"1",
        "p": number(quiet.pk),
        f"quote_{quiet.pk}": b"",
        "outcome": b"no",
        "reason": b"No money.",
        "votes_for": b"",
        "votes_against": b"",
        "key": b"00000000-0000-0000-0000-000000000008",
    }
    yield Form("answer a post", "chair", cite, answer, {"reason": newest(Decision, "reason")})


def notice_forms(world: World) -> Iterator[Form]:
    """How people wish to be told, and what staff try again."""
    wishes = {"frequency": b"weekly", "at_once": b"on"}
    frequency = newest(Subscription, "frequency", "chosen_at")
    yield Form("how we tell you", "member", reverse("digests:subscription-change"), wishes, {"frequency": frequency})
    yield Form("write to me again", "scribe", reverse("digests:address-resume"), {})
    for state, token in world.tokens.items():
        yield Form(f"fewer mails, {state}", "visitor", reverse("digests:unsubscribe", args=[token]), {"wish": b"off"})
    failed = str(Digest.objects.filter(mail_state="failed").first().pk).encode()
    yield Form("try again", "staff", reverse("queues"), {"queue": b"digest", "row": failed})


def library_forms(world: World) -> Iterator[Form]:
    """What staff write of a source, and people of ideas."""
    source = world.sources["draft"]
    words = {"title": b"Clubs", "made_by": b"Loom", "summary": b"Four of five.", "body": b"We asked."}
    plain = {"year": b"2015", "kind": b"research", "language": b"en-gb", "link": b"", "file": b""}
    plain |= {"key": b"00000000-0000-0000-0000-00000000000c", "based_on": str(source.revision).encode()}
    add = reverse("consultation:source-add")
    yield Form("add a source", "staff", add, {**words, **plain}, {name: newest(Source, name) for name in words})
    kept = lambda name: lambda: getattr(Source.objects.get(pk=source.pk), name)  # noqa: E731
    change = reverse("consultation:source-change", args=[source.pk])
    yield Form("change a source", "staff", change, {**words, **plain}, {name: kept(name) for name in words})
    speaking = {"mandate": b"self", "organisation": b"", "agreed_on": b"", "votes_for": b"", "votes_against": b""}
    said = {"shown_as": b"name", "key": b"00000000-0000-0000-0000-00000000000e", **speaking}
    idea = {
        "title": b"A fund",
        "body": b"All pay in.",
        "themes": str(world.theme.pk).encode(),
        "needs": b"money",
        "helps": b"arts",
    }
    reads = {name: newest(Contribution, name) for name in ("title", "body")}
    yield Form("add an idea", "member", reverse("consultation:idea-add"), {**idea, **said}, reads)
    own = world.ideas["own"]
    change = reverse("consultation:idea-change", args=[own.pk])
    words = lambda name: lambda: getattr(Contribution.objects.get(pk=own.pk), name)  # noqa: E731
    reads = {name: words(name) for name in ("title", "body")}
    yield Form("change an idea", "member", change, {**idea, "based_on": b"1"}, reads)
    comment = reverse("consultation:idea-comment", args=[world.ideas["answered"].pk])
    yield Form(
        "comment on an idea", "member", comment, {"body": b"Yes.", **said}, {"body": newest(Contribution, "body")}
    )
    withdraw = reverse("consultation:source-withdraw", args=[world.sources["public"].pk])
    yield Form("withdraw a source", "staff", withdraw, {"reason": b"Wrong figures"})


def event_forms(world: World) -> Iterator[Form]:
    """What staff write of an event, what people say who come, and what is done at the door."""
    for name, role, url, good, reads in event_forms_of(world):
        yield Form(name, role, url, good, reads)


def capture_forms(world: World) -> Iterator[Form]:
    """What is written down at an event, and what staff and facilitators make of it."""

    def at(name: str, *args: object) -> str:
        return reverse(f"consultation:event-{name}", args=[world.event.slug, *args])

    table, said = at("table"), {"text": newest(Contribution, "body")}
    yield Form("code of a table", "visitor", table, {"code": world.table.code.encode()})
    yield Form("code of a room", "visitor", at("say"), {"code": world.event.say_code.encode()})
    note = {"do": b"note", "kind": b"issue", "under": b"", "text": b"Nobody lends."}
    note["id"] = b"00000000-0000-0000-0000-0000000000e1"
    yield Form("note of a table", "at-table", table, note, said)
    number = str(world.table.notes.first().pk).encode()
    yield Form("strike a note", "at-table", table, {"do": b"strike", "note": number})
    yield Form("the table agrees", "at-table", table, {"do": b"agree", "notes": number})
    say = {"session": str(world.event_session.pk).encode(), "text": b"Lend us a van."}
    say["id"] = b"00000000-0000-0000-0000-0000000000e2"
    # A name is kept as one line, so it is not compared.
    yield Form("say in the room", "in-room", at("say"), {**say, "name": b"Ida"}, said)
    yield Form("say, signed in", "newcomer", at("say"), {**say, "shown_as": b"name"}, said)
    theme, idea = str(world.theme.pk).encode(), world.event_ideas[0]
    tables = {"session": say["session"], "theme": theme, "count": b"2"}
    yield Form("open tables", "staff", at("tables"), tables)
    words = {"issue": b"Nobody lends", "title": b"A bank"}
    reads = {name: newest(EventIdea, name) for name in words}
    yield Form(
        "make an idea", "newcomer", at("ideas"), {"do": b"make", "theme": theme, "notes": number, **words}, reads
    )
    put = {"do": b"put", "idea": str(idea.pk).encode(), "notes": number}
    yield Form("add notes to an idea", "newcomer", at("ideas"), put)
    stays = str(world.event_ideas[2].pk).encode()
    merge = {"do": b"merge", "goes": str(idea.pk).encode(), "stays": stays}
    yield Form("merge ideas", "newcomer", at("ideas"), merge)
    yield Form("undo a merge", "newcomer", at("ideas"), {"do": b"undo", "idea": str(world.event_ideas[1].pk).encode()})
    yield Form("move an idea", "newcomer", at("ideas"), {"do": b"up", "idea": stays})
    yield Form("take a note out", "newcomer", at("ideas"), {"do": b"out", "note": number})
    kept = lambda name: lambda: getattr(EventIdea.objects.get(pk=idea.pk), name)  # noqa: E731
    words |= {"text": b"Older co-ops lend."}
    good = {"theme": theme, "based_on": str(idea.revision).encode(), **words}
    reads = {name: kept(name) for name in words}
    yield Form("change an idea of an event", "newcomer", at("idea-change", idea.pk), good, reads)
    show = at("photo", world.photos[1].pk)
    yield Form("publish a photograph", "newcomer", show, {"show": b"yes"})


def marks_forms(world: World) -> Iterator[Form]:
    """The ballot and the code that opens it, and what staff fill in on the day."""

    def at(name: str, state: str) -> str:
        return reverse(f"consultation:event-{name}", args=[world.marking[state].slug])

    yield Form("code of a ballot", "visitor", at("marks", "open"), {"code": CODE.encode()})
    page = world.clients["ballots"].get(at("marks", "new")).context["form"]
    ballot = {name: str(page[name].value()).encode() for name in ("ballot", "based_on")}
    ideas = {name: field.choices[0][0].encode() for name, field in page.fields.items() if hasattr(field, "choices")}
    yield Form("a ballot", "ballots", at("marks", "new"), ballot | ideas)
    number = {"number": b"3", "key": b"00000000-0000-0000-0000-00000000000f"}
    yield Form("cards", "staff", at("ballots-give", "new"), number)
    later = {"closes_at_0": f"{timezone.localtime(timezone.now()):%Y-12-31}".encode(), "closes_at_1": b"23:59"}
    yield Form("open marking", "staff", at("marks-open", "open"), later)
    yield Form("show the counts", "staff", at("marks-show", "open"), {"live": b"yes"})
    idea = world.marking["published"].ideas.filter(proposal=None).first()
    proposals = {f"ideas_{idea.theme_id}": str(idea.pk).encode()}
    yield Form("choose proposals", "staff", at("proposals-choose", "published"), proposals)
    yield Form("put a ballot away", "ballots", at("marks", "open"), {"forget": b"yes"})


def heard_forms(world: World) -> Iterator[Form]:
    """What staff type to make a link that is handed on."""
    door = {"label": b"March letter", "kind": b"partner", "organisation": b""}
    yield Form("make a link", "staff", reverse("people:door-make"), door, {"label": newest(Door, "label")})


def newest(model: type, name: str, by: str = "pk") -> Reader:
    return lambda: getattr(model.objects.order_by(by).last(), name, None)


class Undone(Exception):
    """Ends the transaction in which something was tried."""


def send(client: Client, url: str, body: bytes, content_type: str = FORM) -> HttpResponse:
    """POST any bytes. The caller undoes what it did."""
    return client.generic("POST", url, body, content_type)


def send_pairs(client: Client, form: Form, pairs: list[tuple[str, bytes]]) -> HttpResponse:
    return send(client, form.url, encoded(pairs))


def undone(client: Client, try_out: Callable[[], None]) -> None:
    """Do something and take it back: the rows by the end of the transaction, the client's cookies by hand."""
    kept = client.cookies.copy()
    try:
        with transaction.atomic():
            try_out()
            raise Undone
    except Undone:
        pass
    finally:
        client.cookies = kept
