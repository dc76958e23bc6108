"""A site with an open census, people in front of browsers, and a real worker."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings as site_settings
from django.core.cache import cache
from django.db import connection
from playwright.sync_api import Page

from census.actions.codes import issue_codes
from census.exports import LettersReport
from census.models import Case, Wave
from commons.people.models import User
from tests.census.conftest import case, register, wave  # noqa: F401 - the same small census as the other census tests
from tests.factories.people import UserFactory
from tests.journeys.visitor import Visitor, codes_in

PASSWORD = "warp and weft 1844"


@pytest.fixture(params=[True, False], ids=["script", "plain"])
def script(request) -> bool:
    """Whether the browser runs scripts: a test that asks for it is walked both ways."""
    return request.param


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    """Sign-in limits live in the cache, and one test's visitors must not use up another's."""
    cache.clear()


@pytest.fixture
def site(live_server, settings) -> str:
    settings.SITE_ADDRESS = live_server.url
    return live_server.url


@pytest.fixture
def somebody(new_page: Callable[..., Page], site: str) -> Callable[..., Visitor]:
    """`somebody(script=False)`: one more person with a phone of their own."""

    def come(*, script: bool = True, phone: bool = True, **context) -> Visitor:
        return Visitor(new_page(phone=phone, script=script, **context), site)

    return come


@pytest.fixture
def visitor(somebody, script) -> Visitor:
    return somebody(script=script)


@pytest.fixture
def document(wave: Wave) -> dict:  # noqa: F811
    return wave.instrument.document


@pytest.fixture
def letter_for(site: str) -> Callable[[Case], str]:
    """The code for a case, read from the letter that is printed for it."""

    def code(of: Case) -> str:
        batch = issue_codes(of.wave, [of], by=None, label="Letters")
        printed = b"".join(block for _rows, block in LettersReport().chunks({"batch": batch.pk})).decode()
        assert f"{site}/census/code/" in printed
        (found,) = codes_in(printed)
        return found

    return code


@pytest.fixture
def code(case: Case, letter_for) -> str:  # noqa: F811
    return letter_for(case)


@pytest.fixture
def person(db) -> Callable[..., User]:
    """Someone with a password, and with a second step if they hold a role."""

    def make(email: str, roles: tuple[str, ...] = (), **values) -> User:
        user = UserFactory(email=email, roles=list(roles), **values)
        user.set_password(PASSWORD)
        user.save()
        return user

    return make


class Worker:
    """A real worker process on this test's database and broker; its e-mails are files in `mails`."""

    def __init__(self, folder: Path, broker_url: str, site: str) -> None:
        self.mails, self.log = folder / "mails", folder / "worker.log"
        self.mails.mkdir()
        database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
        self.env = {
            **os.environ,
            "DATABASE_URL": database,
            "BROKER_URL": broker_url,
            "EMAIL_URL": f"filemail:///{self.mails}",
            "PRIVATE_DIR": str(site_settings.PRIVATE_DIR),
            "SITE_ADDRESS": site,
            "LOG_LEVEL": "INFO",
        }
        self.process: subprocess.Popen | None = None

    def start(self) -> "Worker":
        command = "-m celery --app coopstrategy worker --pool solo --without-gossip --without-mingle --loglevel INFO"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, *command.split()],
                env=self.env,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        wait_until(lambda: b" ready." in self.log.read_bytes() or self.process.poll() is not None, seconds=60)
        assert self.process.poll() is None, self.log.read_text()
        return self

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    @property
    def mailbox(self) -> list[EmailMessage]:
        """The e-mails sent so far. One connection writes one file, each message with a line of hyphens after it."""
        written = "".join(path.read_text() for path in sorted(self.mails.iterdir()))
        return [
            message_from_string(part.lstrip(), policy=default)
            for part in written.split(f"\n{'-' * 79}\n")
            if part.strip()
        ]


def wait_until(holds: Callable[[], bool], *, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


@pytest.fixture
def bells(broker, monkeypatch) -> str:
    """The site rings at a real broker."""
    monkeypatch.setenv("CELERY_BROKER_URL", broker.broker_url)
    return broker.broker_url


@pytest.fixture
def worker(bells: str, site: str, settings, tmp_path: Path) -> Iterator[Worker]:
    settings.PRIVATE_DIR = tmp_path / "private"
    one = Worker(tmp_path, bells, site)
    yield one.start()
    one.stop()
