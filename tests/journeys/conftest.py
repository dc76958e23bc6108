"""A site with an open census, people in front of browsers, and a real worker."""

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from django.core.cache import cache
from playwright.sync_api import Page

from census.actions.codes import issue_codes
from census.exports import LettersReport
from census.models import Case, Wave
from commons.people.models import User
from tests.census.conftest import case, register, wave  # noqa: F401 - the same small census as the other census tests
from tests.drills.workers import a_worker
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


@dataclass(frozen=True)
class Worker:
    """A real worker process on this test's database and broker; its e-mails are files in `mails`."""

    process: subprocess.Popen
    mails: Path

    @property
    def mailbox(self) -> list[EmailMessage]:
        """The e-mails sent so far. One connection writes one file, each message with a line of hyphens after it."""
        written = "".join(path.read_text() for path in sorted(self.mails.iterdir()))
        parts = [part.lstrip() for part in written.split(f"\n{'-' * 79}\n")]
        return [message_from_string(part, policy=default) for part in parts if part]


@pytest.fixture
def bells(broker, monkeypatch) -> str:
    """The site rings at a real broker."""
    # The second name wins over a value that another test has put back into Celery's settings.
    monkeypatch.setenv("CELERY_BROKER_URL", broker.broker_url)
    monkeypatch.setenv("CELERY_BROKER_WRITE_URL", broker.broker_url)
    return broker.broker_url


@pytest.fixture
def worker(bells: str, site: str, settings, tmp_path: Path, monkeypatch) -> Iterator[Worker]:
    settings.PRIVATE_DIR = tmp_path / "private"
    mails = tmp_path / "mails"
    mails.mkdir()
    monkeypatch.setenv("EMAIL_URL", f"filemail:///{mails}")
    monkeypatch.setenv("SITE_ADDRESS", site)
    with a_worker(bells, tmp_path / "worker.log") as process:
        yield Worker(process, mails)
