"""Marks an address to which nothing more should be sent: named by a person at the machine, or read from a mail that a mail server
pipes in, a returned one (RFC 3464) or a report of spam (RFC 5965).

    manage.py take_bounce ann@example.coop [--complained]
    manage.py take_bounce < returned.eml
"""

import re
import sys
from argparse import ArgumentParser
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from commons.digests.actions import take_bounce
from commons.digests.models import Stop, says_no_mailbox

LARGEST = 5_000_000


class Command(BaseCommand):
    help = "Send nothing more to an address: from a returned mail on standard input, or one that is named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", nargs="?", default="")
        parser.add_argument("--complained", action="store_true", help="somebody there called a mail of ours spam")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["address"]:
            why = Stop.COMPLAINED if options["complained"] else Stop.BOUNCED
            if not take_bounce(by=None, why=why, words="Named at the machine.", address=options["address"]):
                raise CommandError("Nobody here has this address.")
            self.stdout.write("Marked.")
            return
        self.stdout.write(_take(message_from_bytes(sys.stdin.buffer.read(LARGEST), policy=policy.default)))


def _take(mail: EmailMessage) -> str:
    """Do what a mail says. Returns what was done, in words."""
    parts = {part.get_content_type(): part for part in mail.walk()}
    message_id = _id_of_ours(parts)
    if "message/feedback-report" in parts and message_id:
        taken = take_bounce(by=None, why=Stop.COMPLAINED, words="Reported as spam.", message_id=message_id)
    elif "message/delivery-status" in parts and message_id:
        told = {name: value for part in parts["message/delivery-status"].walk() for name, value in part.items()}
        if told.get("Action", "").strip().lower() != "failed" or not told.get("Status", "").strip().startswith("5"):
            return "Not a final refusal: left alone."
        status, said = told["Status"].strip(), told.get("Diagnostic-Code", "").partition(";")[2].strip()
        # Some servers write 5.0.0 there and leave it to the words of the other one to say more: "smtp; 550 5.1.1 No such user".
        if not says_no_mailbox(status if status != "5.0.0" else re.sub(r"^5\d\d[ -]", "", said)):
            return "It does not say that the mailbox is gone: left alone."
        words = f"{status} {told.get('Diagnostic-Code', '')}"
        taken = take_bounce(by=None, why=Stop.BOUNCED, words=words, message_id=message_id)
    else:
        return "Neither a returned mail nor a report of spam: left alone."
    return "Marked." if taken else "Not about a mail of ours: left alone."


def _id_of_ours(parts: dict[str, Any]) -> str:
    """The Message-ID of the mail that came back. Only its reader and we know it, so nobody can make one up."""
    if "message/rfc822" in parts:
        return str(parts["message/rfc822"].get_content().get("Message-ID", "")).strip()
    headers = parts.get("text/rfc822-headers")
    if headers is None:
        return ""
    return str(message_from_bytes(headers.get_payload(decode=True) or b"").get("Message-ID", "")).strip()
