"""What is asked of all notices and digests every minute, or by whoever sends us a message, is found by an index."""

import pytest
from django.db import connection
from django.utils import timezone

from commons.digests.models import Digest, Notice

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (lambda: Notice.objects.filter(mail_claimed_at__gt=timezone.now()), "notices_by_claim"),
        (lambda: Digest.objects.filter(mail_claimed_at__gt=timezone.now()), "digests_by_claim"),
        (lambda: Notice.objects.filter(message_id="<a@testserver>"), "notices_by_message_id"),
        (lambda: Digest.objects.filter(message_id="<a@testserver>"), "digests_by_message_id"),
    ],
    ids=["notices of this minute", "digests of this minute", "a notice by its message", "a digest by its message"],
)
def test_it_is_found_by_its_index(rows, index):
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
    assert f" {index} " in rows().order_by().explain()
