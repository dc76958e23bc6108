"""Reading what a mail server says when it does not take a mail."""

import re

# The enhanced status codes (RFC 3463, 7505) that speak of this one mailbox: it is not there, has moved, or takes nothing. A full
# one (5.2.2), a sender that is not liked (5.1.8), a list of senders or a relay that is set up wrongly (5.7.1) say nothing of it.
_NO_MAILBOX = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
_STATUS = re.compile(r"#?(\d\.\d{1,3}\.\d{1,3})(?![\d.])")


def says_no_mailbox(reply: str) -> bool:
    """Whether this reply means that no mail will ever reach the address: only where it says so by its status."""
    found = _STATUS.match(reply.strip())
    return found is not None and found[1] in _NO_MAILBOX
