from django.db import migrations

# All that was told of events was of one kind, and only the first word of its key said what it was.
EVENTS = """
    UPDATE digests_notice AS notice SET kind = named.kind, key = named.kind || substr(notice.key, strpos(notice.key, ':'))
    FROM (VALUES
        ('helper', 'event-helper'),
        ('event-moved', 'event-moved'),
        ('event-off', 'event-off'),
        ('moved-up', 'event-place'),
        ('taken-off', 'event-place-lost')
    ) AS named (word, kind)
    WHERE notice.kind = 'event' AND split_part(notice.key, ':', 1) = named.word
"""
# What was told of a phase named the fact in words; it is found by the number of that fact.
PHASES = """
    UPDATE digests_notice AS notice SET about_id = fact.id, key = 'phase:' || fact.id
    FROM consultation_phasenotice AS fact
    WHERE notice.kind = 'phase' AND notice.key = 'phase:' || fact.key
"""
# There can be very many notices, and the limit is meant for pages.
STATEMENTS = ["SET LOCAL statement_timeout = 0", EVENTS, PHASES]


class Migration(migrations.Migration):
    dependencies = [
        ("consultation", "0011_phases_are_called_off"),
        ("digests", "0002_digests"),
    ]

    operations = [migrations.RunSQL(STATEMENTS, migrations.RunSQL.noop)]
