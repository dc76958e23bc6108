"""A mail server of our own: it speaks SMTP on 127.0.0.1, takes every message, and notes for whom it was and when it came."""

import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes


@dataclass(frozen=True)
class Arrived:
    recipient: str
    message_id: str
    at: float


class _Conversation(socketserver.StreamRequestHandler):
    server: "MailServer"

    def handle(self) -> None:
        try:
            self.talk()
        except OSError:
            self.server.cut_off += 1

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())

    def talk(self) -> None:
        """What RFC 5321 asks of the smallest server. Raises OSError where the other side goes without a word."""
        self.say("220 ready")
        recipient = ""
        while line := self.rfile.readline():
            words = line.decode("ascii", "replace").strip()
            match words[:4].upper():
                case "QUIT":
                    self.say("221 bye")
                    return
                case "RCPT":
                    recipient = words.partition("<")[2].partition(">")[0]
                    self.say("250 ok")
                case "DATA":
                    self.say("354 go on")
                    self.take(recipient)
                case _:
                    self.say("250 ok")
        raise ConnectionResetError

    def take(self, recipient: str) -> None:
        """A message counts as taken once its last line is here, whether or not anybody waits for the answer."""
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                raise ConnectionResetError
            lines.append(line.removeprefix(b"."))
        pause = self.server.pause()
        time.sleep(pause / 2)
        message_id = message_from_bytes(b"".join(lines))["Message-ID"].strip()
        self.server.arrived.append(Arrived(recipient, message_id, time.time()))
        time.sleep(pause / 2)
        self.say("250 taken")


class MailServer(socketserver.ThreadingTCPServer):
    """`arrived`: what came; `cut_off`: how many conversations ended without a good-bye. `pause` says how many seconds the next
    message takes, half of them before it counts as taken and half after."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.arrived: list[Arrived] = []
        self.cut_off = 0
        self.pause: Callable[[], float] = lambda: 0.0

    @property
    def url(self) -> str:
        """For EMAIL_URL."""
        return f"smtp://127.0.0.1:{self.server_address[1]}"


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
