"""An invented census in progress: one open wave on the demo's register, some 500 replies with the skew of the real one.

Who answered in 2016 did not match who exists: retail sent a quarter of the replies and clubs one in twelve, though clubs are
more than a third of all co-ops. The shares below are those facts; every organisation and every answer is invented.
"""

import json
import random
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from census.actions.codes import issue_codes
from census.actions.responses import digest_of, facts_of, freeze, key_of, new_receipt
from census.actions.waves import open_wave, publish_instrument
from census.instrument import Instrument, route, sample_answers
from census.models import AccessCode, Case, ContactRevision, PageRevision, Response, Submission, Wave
from commons.people.models import Organisation

WAVE = "needs-2026"
QUESTIONNAIRE = settings.BASE_DIR / "census" / "questionnaires" / "needs-2026.json"
LETTERS = "Letters to try the census with"
REPLIES = 500
DRAFTS = 60

# Share of the replies by sector, in per cent; what is left is spread over the other sectors.
SHARES = {
    "retail": 24, "finance": 10, "energy": 10, "digital": 10, "clubs": 8, "housing": 8, "agriculture": 5, "education": 5,
    "professional": 5,
}  # fmt: skip
CHANNELS = {"web": 78, "paper": 9, "phone": 7, "event": 6}
SHORT_FORM = 22
FIRST_NAMES = [
    "Aled",
    "Bronagh",
    "Comfort",
    "Dilip",
    "Eira",
    "Fergus",
    "Grace",
    "Huda",
    "Imran",
    "Jean",
    "Kofi",
    "Lowri",
]
LAST_NAMES = ["Applegarth", "Brindle", "Coppice", "Dewhirst", "Eames", "Furlong", "Garside", "Hollin", "Ibbot", "Kell"]


@transaction.atomic
def draw_census(*, waiting: list[str], seed: int = 1844) -> Wave:
    """Publish the questionnaire, open the wave, and draw replies. Doing it again changes nothing.

    `waiting` names, by register id, organisations that must not have answered yet: the ones a newcomer tries the census with.
    """
    known = Wave.objects.filter(slug=WAVE).first()
    if known is not None:
        return known
    dice = random.Random(seed)  # noqa: S311 - invented answers, drawn the same each time
    now = timezone.now().replace(second=0, microsecond=0)
    instrument = publish_instrument(json.loads(QUESTIONNAIRE.read_text()), by=None)
    wave = Wave.objects.create(
        slug=WAVE,
        title="The census of co-operative needs",
        instrument=instrument,
        opens_at=now - timedelta(days=34),
        closes_at=_five_o_clock(now + timedelta(days=67)),
    )
    wave = open_wave(wave, by=None)
    _draw_replies(wave, waiting, dice, now)
    try_out = Case.objects.in_wave(wave).filter(organisation__register_id__in=waiting).order_by("pk")
    issue_codes(wave, list(try_out), by=None, label=LETTERS)
    return wave


def letters_to_try() -> list[tuple[Case, str]]:
    """The organisations that wait to be tried, each with the code its letter would show. For the demo's own page only."""
    codes = AccessCode.objects.live().filter(batch__label=LETTERS).select_related("case").order_by("case_id")
    return [(code.case, code.plain()) for code in codes]


def _five_o_clock(moment: datetime) -> datetime:
    return timezone.localtime(moment).replace(hour=17, minute=0)


def _chosen_cases(wave: Wave, waiting: list[str], dice: random.Random) -> list[Case]:
    pool: dict[str, list[Case]] = {}
    kept_back = set(Organisation.objects.filter(register_id__in=waiting).values_list("pk", flat=True))
    for case in Case.objects.in_wave(wave).eligible().select_related("stratum").order_by("pk"):
        if case.organisation_id not in kept_back:
            pool.setdefault(case.stratum.sector, []).append(case)
    wanted = REPLIES + DRAFTS
    chosen: list[Case] = []
    for sector, share in SHARES.items():
        chosen += dice.sample(pool.get(sector, []), min(len(pool.get(sector, [])), wanted * share // 100))
    others = [case for sector, cases in pool.items() if sector not in SHARES for case in cases]
    chosen += dice.sample(others, min(len(others), wanted - len(chosen)))
    dice.shuffle(chosen)
    return chosen


def _leanings(questionnaire: Instrument, case: Case) -> dict[str, dict[str, float]]:
    """How likely each answer is. What the register knows and what a co-op says of itself agree, as they mostly do."""
    agree = {"q04": case.stratum.sector or "not_sure", "q05": case.stratum.region}
    weights = {
        code: {option.code: 1.0 if option.code == known else 0.0 for option in questionnaire.questions[code].options}
        for code, known in agree.items()
        if known
    }
    return {
        **weights,
        "q01": {"en": 97, "cy": 3},
        "q03": {"board": 55, "own_view": 41, "adviser": 2, "interest": 2},
        "q12": {"grown": 2, "level": 4, "fallen": 3},
        "q24": {"yes": 4, "perhaps": 3, "no": 3},
    }


def _contact(case: Case, dice: random.Random) -> dict[str, list[str]]:
    """Who answered, for those who say so: an invented person and an address that reaches nobody."""
    person = f"{dice.choice(FIRST_NAMES)} {dice.choice(LAST_NAMES)}"
    return {
        "id1": [case.name],
        "id2": [f"{dice.randint(10_000, 32_000)}R"],
        "id3": [person],
        "id5_other": ["reply@example.coop"],
    }


def _draw_replies(wave: Wave, waiting: list[str], dice: random.Random, now: datetime) -> None:
    questionnaire = wave.questionnaire
    chosen = _chosen_cases(wave, waiting, dice)
    replies: list[tuple[Response, dict[str, Any], dict[str, str]]] = []
    for number, case in enumerate(chosen):
        case.wave = wave
        values, marks = sample_answers(
            questionnaire,
            dice,
            facts_of(case),
            form="short" if dice.randrange(100) < SHORT_FORM else "full",
            weights={**_leanings(questionnaire, case), **_contact(case, dice)},
            identity=dice.random() < 0.5,
        )
        sent = number < REPLIES
        # Many answer in the first days and after each reminder, few in between.
        age = timedelta(days=min(33.9, dice.choice([2, 3, 5, 12, 14, 20, 26, 27, 33]) * dice.uniform(0.6, 1.03)))
        moment = now - timedelta(days=34) + age
        response = Response(
            case=case,
            state=Response.State.SUBMITTED if sent else Response.State.DRAFT,
            channel=dice.choices(list(CHANNELS), weights=CHANNELS.values())[0],
            started_at=moment - timedelta(minutes=dice.randint(8, 90)),
            saved_at=moment,
            submitted_at=moment if sent else None,
        )
        replies.append((response, values, marks))
    Response.objects.bulk_create(response for response, _values, _marks in replies)
    revisions: list[PageRevision] = []
    contacts: list[ContactRevision] = []
    submissions: list[Submission] = []
    for response, values, marks in replies:
        facts = facts_of(response.case)
        pages = list(route(questionnaire, values, facts).pages)
        if response.state == Response.State.DRAFT:
            pages = pages[: dice.randint(1, max(1, len(pages) - 2))]
        for page in pages:
            codes = [question.code for question in page.questions]
            row = (ContactRevision if page.section.kept_apart else PageRevision)(
                response=response,
                page_key=key_of(page),
                number=1,
                answers={code: values[code] for code in codes if code in values},
                marks={code: marks[code] for code in codes if code in marks},
                saved_at=response.saved_at,
                saved_by_label="someone with the letter’s code",
            )
            (contacts if page.section.kept_apart else revisions).append(row)
        response.revision = len(pages)
        if response.state == Response.State.SUBMITTED:
            frozen, statuses = freeze(questionnaire, values, marks, facts)
            submissions.append(
                Submission(
                    response=response,
                    number=1,
                    revision=response.revision,
                    instrument_id=wave.instrument_id,
                    answers=frozen,
                    statuses=statuses,
                    sha256=digest_of(frozen),
                    receipt=new_receipt(),
                    submitted_at=response.submitted_at,
                    submitted_by_label="someone with the letter’s code",
                )
            )
    PageRevision.objects.bulk_create(revisions, batch_size=2_000)
    ContactRevision.objects.bulk_create(contacts, batch_size=2_000)
    Submission.objects.bulk_create(submissions, batch_size=500)
    Response.objects.bulk_update([response for response, _values, _marks in replies], ["revision"], batch_size=500)
