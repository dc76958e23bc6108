"""Opening a wave from the command line: on the register as it stands, or plainly not at all."""

import pytest
from django.core.management import CommandError, call_command

from census.models import Case, InstrumentVersion, Wave

WORDS = ["needs-2027", "--title=The census of 2027", "--closes=2099-01-29 17:00"]


def test_a_wave_asks_every_live_organisation(register, capsys):
    call_command("open_wave", *WORDS)
    assert Case.objects.in_wave(Wave.objects.get()).count() == len(register)
    assert capsys.readouterr().out.startswith("The census of 2027 asks 3 organisations")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([*WORDS[:2], "--closes=2000-01-01 10:00"], "must be later than the opening"),
        ([*WORDS, "--questionnaire=/nowhere.json"], "cannot be read"),
        ([*WORDS[:2], "--closes=tomorrow"], "is not a time"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_opened(register, words, reason):
    with pytest.raises(CommandError, match=reason):
        call_command("open_wave", *words)
    assert (Wave.objects.count(), InstrumentVersion.objects.count()) == (0, 0)


def test_an_empty_register_opens_nothing(db):
    with pytest.raises(CommandError, match="Import it first"):
        call_command("open_wave", *WORDS)
    assert (Wave.objects.count(), InstrumentVersion.objects.count()) == (0, 0)
