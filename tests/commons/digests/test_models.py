import pytest

from commons.digests.models import says_no_mailbox


@pytest.mark.parametrize(
    ("reply", "is_gone"),
    [
        ("5.1.1 <ann@example.coop>: no such user", True),
        ("5.1.1", True),
        (" #5.1.1 Address rejected", True),
        ("5.1.2 domain not found", True),
        ("5.1.10 the domain takes no mail", True),
        ("5.2.1 mailbox disabled", True),
        ("5.2.2 mailbox full", False),
        ("5.7.1 Relay access denied", False),
        ("5.7.1 blocked, see https://example.org/5.1.1", False),
        ("5.1.8 Sender address rejected: domain not found", False),
        ("5.1.11 not known to us", False),
        ("5.1.1.2 an address and no status", False),
        ("no such user", False),
        ("", False),
    ],
)
def test_only_a_status_of_the_mailbox_itself_says_that_it_is_gone(reply, is_gone):
    assert says_no_mailbox(reply) is is_gone
