"""A wave with as many organisations and replies as wanted, made by Postgres from a few hundred drawn ones."""

import json
import random
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from census.actions.responses import digest_of, freeze
from census.actions.waves import publish_instrument
from census.instrument import sample_answers
from census.models import Wave
from coopstrategy.demo.census import QUESTIONNAIRE

DRAWN = 300


def make_wave(organisations: int, replies: int, document: dict | None = None) -> Wave:
    """An open wave of that many cases, `replies` of them sent with all their answers. `document` is another questionnaire,
    for waves without replies."""
    now = timezone.now()
    instrument = publish_instrument(document or json.loads(QUESTIONNAIRE.read_text()), by=None)
    wave = Wave.objects.create(
        slug="needs-2026",
        title="The census of needs",
        instrument=instrument,
        opens_at=now - timedelta(days=30),
        closes_at=now + timedelta(days=30),
        frame_frozen_at=now,
    )
    dice = random.Random(1844)
    drawn = []
    for _number in range(DRAWN if replies else 0):
        values, marks = sample_answers(
            wave.questionnaire,
            dice,
            weights={"q03": {"adviser": 0, "interest": 0}},
            form=dice.choice(["full"] * 4 + ["short"]),
        )
        frozen, statuses = freeze(wave.questionnaire, values, marks, {})
        drawn.append((json.dumps(frozen), json.dumps(statuses), digest_of(frozen)))
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(
            "CREATE TEMP TABLE drawn (n serial, answers jsonb, statuses jsonb, sha text) ON COMMIT PRESERVE ROWS"
        )
        if drawn:
            cursor.executemany("INSERT INTO drawn (answers, statuses, sha) VALUES (%s, %s, %s)", drawn)
        cursor.execute(
            "INSERT INTO people_organisation (register_id, registered_number, registrar, name, trading_name, legal_form, street,"
            " city, county, postcode, nation, region, sic_code, sector, ownership, status)"
            " SELECT 'B' || n, n || 'R', 'fca', 'Benchmark Co-operative ' || n, '', 'society', '', 'Rochdale', '', 'OL12 0NU',"
            " 'england', (ARRAY['north_west','london','wales','scotland','east'])[1 + n %% 5], '',"
            " (ARRAY['retail','clubs','housing','finance','sports','energy'])[1 + n %% 6], 'consumers', 'live'"
            " FROM generate_series(1, %s) n",
            [organisations],
        )
        cursor.execute(
            "INSERT INTO census_stratum (wave_id, sector, region, population)"
            " SELECT %s, sector, region, count(*) FROM people_organisation GROUP BY sector, region",
            [wave.pk],
        )
        cursor.execute(
            "INSERT INTO census_case (wave_id, organisation_id, stratum_id, name, status)"
            " SELECT %s, o.id, s.id, o.name, 'eligible' FROM people_organisation o"
            " JOIN census_stratum s ON s.sector = o.sector AND s.region = o.region",
            [wave.pk],
        )
        cursor.execute(
            "INSERT INTO census_response (reply, case_id, state, channel, revision, started_at, saved_at, submitted_at)"
            " SELECT gen_random_uuid(), id, 'submitted', 'web', 40, now() - interval '1 hour', now(),"
            " now() - random() * interval '29 days' FROM census_case ORDER BY id LIMIT %s",
            [replies],
        )
        cursor.execute(
            "INSERT INTO census_submission (response_id, number, revision, instrument_id, answers, statuses, sha256, receipt,"
            " submitted_at, submitted_by_label)"
            " SELECT r.id, 1, 40, %s, d.answers, d.statuses, d.sha, lpad(r.id::text, 12, '0'), r.submitted_at, 'benchmark'"
            " FROM census_response r JOIN drawn d ON d.n = 1 + r.id %% %s",
            [instrument.pk, DRAWN],
        )
        cursor.execute("ANALYZE")
    return wave
