from django.db import migrations

# What editors decided was told under the number of what was handed in or proposed; it is found by the number of the post.
HANDED_IN = """
    UPDATE digests_notice AS notice
    SET about_id = row.post_id, key = 'blog-decision:' || row.post_id || ':' || notice.key
    FROM blog_submission AS row
    WHERE notice.kind = 'blog-decision'
        AND split_part(notice.key, ':', 1) = 'submission' AND split_part(notice.key, ':', 2) = row.id::text
"""
PROPOSED = """
    UPDATE digests_notice AS notice
    SET about_id = row.post_id, key = 'blog-decision:' || row.post_id || ':' || notice.key
    FROM blog_proposal AS proposal JOIN blog_submission AS row ON row.id = proposal.submission_id
    WHERE notice.kind = 'blog-decision'
        AND split_part(notice.key, ':', 1) = 'proposal' AND split_part(notice.key, ':', 2) = proposal.id::text
"""
# The moment, which is the rest of the key, has colons of its own.
RESCHEDULED = """
    UPDATE digests_notice
    SET key = regexp_replace(key, '^rescheduled:([0-9]+):', 'blog-decision:\\1:rescheduled:')
    WHERE kind = 'blog-decision' AND key LIKE 'rescheduled:%'
"""
# There can be very many notices, and the limit is meant for pages.
STATEMENTS = ["SET LOCAL statement_timeout = 0", HANDED_IN, PROPOSED, RESCHEDULED]


class Migration(migrations.Migration):
    dependencies = [
        ("blog", "0004_doors"),
        ("digests", "0002_digests"),
    ]

    operations = [migrations.RunSQL(STATEMENTS, migrations.RunSQL.noop)]
