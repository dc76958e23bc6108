"""Mail that goes nowhere: each message becomes a file in the private folder, and /demo/mailbox/ shows it as its reader would see
it. Used until EMAIL_URL names a real server."""

import os
import re
import secrets
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage as DjangoMessage
from django.core.mail.backends.base import BaseEmailBackend

KEPT = 1_000
"""The oldest messages beyond this number are dropped, so that a demo left running does not fill the disk."""

READERS = "X-Caught-For"
"""Header with everyone the message would have reached, also those in Bcc, who stand in no other header."""


def mailbox() -> Path:
    """The folder of the caught messages; it may not exist yet."""
    return settings.PRIVATE_DIR / "mailbox"


class CatchingBackend(BaseEmailBackend):
    """Keeps each message as one file. A file appears whole or not at all, whichever process writes it."""

    def send_messages(self, email_messages: Sequence[DjangoMessage]) -> int:
        folder = mailbox()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        sent = 0
        for message in email_messages:
            readers = message.recipients()
            if not readers:
                continue
            wire = message.message()
            wire[READERS] = ", ".join(readers)
            # Nanoseconds first, so that names in order are messages in order.
            name = f"{time.time_ns():020d}-{secrets.token_hex(8)}.eml"
            draft, path = tempfile.mkstemp(prefix=".", dir=folder)
            with os.fdopen(draft, "wb") as file:
                file.write(wire.as_bytes())
            Path(path).replace(folder / name)
            sent += 1
        for old in _newest_first()[KEPT:]:
            old.unlink(missing_ok=True)
        return sent


@dataclass(frozen=True)
class Caught:
    """One caught message: its name in the folder, when it came, and what it says."""

    name: str
    at: datetime
    message: EmailMessage

    @property
    def readers(self) -> list[str]:
        return [address.strip() for address in str(self.message[READERS] or "").split(",") if address.strip()]

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "")

    @property
    def sender(self) -> str:
        return str(self.message["From"] or "")

    @property
    def stop_path(self) -> str:
        """Where a mail program sends its one click (RFC 8058), on this site; empty where the mail cannot be stopped."""
        url = str(self.message["List-Unsubscribe"] or "").strip("<> ")
        return urlsplit(url).path if self.message["List-Unsubscribe-Post"] else ""

    def part(self, kind: str) -> str:
        """The text of the "plain" or "html" part; empty if the message has none."""
        body = self.message.get_body(preferencelist=(kind,))
        return "" if body is None else body.get_content()


def caught_mail(*, reader: str = "", at_most: int = 100) -> list[Caught]:
    """The newest messages, of one reader if asked; only their headers are read."""
    parser = BytesHeaderParser(policy=policy.default)
    found: list[Caught] = []
    for path in _newest_first():
        if len(found) == at_most:
            break
        try:
            with path.open("rb") as file:
                one = Caught(path.stem, _moment(path), parser.parse(file))
        except FileNotFoundError:
            continue  # Dropped by another process since we listed the folder.
        if not reader or reader in one.readers:
            found.append(one)
    return found


def caught_message(name: str) -> Caught | None:
    """One whole message, or None when there is none of this name."""
    path = mailbox() / f"{name}.eml"
    if not re.fullmatch(r"\d{20}-[0-9a-f]{16}", name) or not path.is_file():
        return None
    return Caught(name, _moment(path), message_from_bytes(path.read_bytes(), policy=policy.default))


def _newest_first() -> list[Path]:
    return sorted(mailbox().glob("*.eml"), reverse=True)


def _moment(path: Path) -> datetime:
    return datetime.fromtimestamp(int(path.name.split("-")[0]) / 1e9, tz=UTC)
