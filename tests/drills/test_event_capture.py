"""A full hall without a connection: 20 scribes and 60 delegates, five notes each, phones that go offline, are killed and send
twice, and one whose clock is a day wrong; then everybody comes back at once."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from consultation.models import EventNote
from tests.consultation.phones import PlainPhone, hall
from tests.served import served

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("seed", [1844, 1995, 2026])
def test_a_full_hall_on_a_bad_day(tmp_path: Path, new_page, seed: int):
    with served(tmp_path, DEBUG="0", LOG_LEVEL="WARNING") as address:
        phones = hall(address, new_page, real=4, scribes=16, delegates=60, each=5, seed=seed)
        print(f"\n{EventNote.objects.count()} notes of 80 phones, each there once; seed {seed}")
        come_back_at_once(phones[:60])
    assert "Traceback" not in (tmp_path / "web.log").read_text()


def come_back_at_once(phones: list[PlainPhone]) -> None:
    """60 phones that were away for an hour send in the same moment."""
    before = EventNote.objects.count()
    for place, phone in enumerate(phones):
        for number in range(5):
            phone.write(f"After an hour: {number} of {place}")
    began = time.monotonic()
    with ThreadPoolExecutor(len(phones)) as crowd:
        list(crowd.map(PlainPhone.send, phones))
    print(f"{len(phones)} phones at once: {time.monotonic() - began:.1f} s")
    assert {status for phone in phones for status in phone.statuses} == {200, 302}
    assert [phone.waits for phone in phones] == [0] * len(phones)
    assert EventNote.objects.count() == before + 5 * len(phones)
