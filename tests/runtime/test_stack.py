"""Ports, servers of one's own, secrets, and one run at a time."""

import json
import os
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger

from coopstrategy import wsgi
from coopstrategy.runtime import command
from coopstrategy.runtime.places import CHECKOUT
from coopstrategy.runtime.processes import Refusal
from coopstrategy.runtime.stack import ACCESS_LOG, Stack, greet_broker, greet_postgres, listen

TEST_DATABASE = os.environ["DATABASE_URL"]


@pytest.fixture
def stack(tmp_path, monkeypatch) -> Iterator[Stack]:
    """A claimed stack in a folder of its own, with nothing given by the environment."""
    monkeypatch.setattr("coopstrategy.runtime.places.server_account", lambda: None)
    monkeypatch.setenv("STATE_DIR", str(tmp_path / "state"))
    for name in ("DATABASE_URL", "BROKER_URL", "CACHE_URL", "SECRET_KEY", "CENSUS_CODE_KEY", "SITE_ADDRESS"):
        monkeypatch.delenv(name, raising=False)
    made = Stack()
    assert made.claim()
    yield made
    made.stop_all()
    made.leave()


def test_a_busy_port_is_passed_over_and_one_that_was_asked_for_is_refused():
    first = listen(None)
    port = first.getsockname()[1]
    second = listen(None)
    try:
        assert second.getsockname() == ("127.0.0.1", second.getsockname()[1])
        assert 8000 <= port < second.getsockname()[1] <= 8019
        with pytest.raises(Refusal, match=f"Port {port} is in use or not allowed"):
            listen(port)
    finally:
        first.close()
        second.close()


def test_when_every_port_is_busy_it_says_so(monkeypatch):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        monkeypatch.setattr("coopstrategy.runtime.stack.FIRST_PORT", port)
        monkeypatch.setattr("coopstrategy.runtime.stack.LAST_PORT", port)
        with pytest.raises(Refusal, match=f"All ports from {port} to {port} are in use"):
            listen(None)


def test_servers_of_ones_own_are_greeted_by_name(broker):
    assert greet_broker(broker.broker_url) == greet_broker(broker.cache_url) == f"Valkey {broker.version}"
    assert greet_postgres(TEST_DATABASE).split(".")[0].isdigit()


def test_servers_of_ones_own_that_do_not_answer_are_refused_by_name():
    with pytest.raises(Refusal, match="DATABASE_URL is set, but that Postgres cannot be used"):
        greet_postgres("postgres://me@127.0.0.1:9/x")
    with pytest.raises(Refusal, match="BROKER_URL is set, but that broker cannot be used"):
        greet_broker("redis://127.0.0.1:9/0")
    with pytest.raises(Refusal, match="BROKER_URL is set, but that broker cannot be used"):
        greet_broker("amqp://127.0.0.1/")


def test_given_servers_are_used_and_none_is_started(stack, broker, monkeypatch):
    given = {"DATABASE_URL": TEST_DATABASE, "BROKER_URL": broker.broker_url, "CACHE_URL": broker.cache_url}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    lines = stack.start_servers()
    assert [line.split(", ")[1] for line in lines] == [
        "the one that DATABASE_URL names",
        "the one that BROKER_URL names",
    ]
    assert ({name: stack.env[name] for name in given}, stack.started) == (given, False)


@pytest.mark.parametrize(("given", "missing"), [("BROKER_URL", "CACHE_URL"), ("CACHE_URL", "BROKER_URL")])
def test_a_broker_without_a_cache_is_refused_and_the_other_way_round(stack, monkeypatch, given, missing):
    monkeypatch.setenv(given, "redis://localhost/0")
    with pytest.raises(Refusal, match=f"{given} is set but {missing} is not"):
        stack.start_servers()


def test_secrets_are_made_once_kept_private_and_yield_to_given_ones(stack, monkeypatch):
    made = stack.secrets()
    path = stack.places.home / "secrets.json"
    assert (stack.secrets(), path.stat().st_mode & 0o777, min(map(len, made.values())) > 50) == (made, 0o600, True)
    monkeypatch.setenv("SECRET_KEY", "given")
    assert stack.secrets() == {"SECRET_KEY": "given", "CENSUS_CODE_KEY": made["CENSUS_CODE_KEY"]}


def test_the_demo_is_on_without_debug_and_only_on_this_machine(stack):
    stack.compose_env("postgres://", "redis://", "unix://")
    assert {name: stack.env[name] for name in ("DEBUG", "DEMO", "HTTPS", "ALLOWED_HOSTS")} == {
        "DEBUG": "0",
        "DEMO": "1",
        "HTTPS": "0",
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
    }


def test_a_second_run_is_told_where_the_first_one_is(stack, capsys):
    stack.env = {}
    stack.announce("start", "http://127.0.0.1:8004")
    code = command.start([])
    assert (code, capsys.readouterr().out.splitlines()[0]) == (0, "Already running: http://127.0.0.1:8004")


def test_a_second_run_while_the_first_is_starting_is_asked_to_come_back(stack):
    stack.announce("start")
    with pytest.raises(Refusal, match="is starting or stopping the site at this moment"):
        command.start([])
    stack.announce("manage")
    with pytest.raises(Refusal, match=r"`run\.py manage` is at work"):
        command.start([])


def test_a_disk_that_is_nearly_full_is_told_before_a_server_starts(stack, monkeypatch):
    monkeypatch.setattr("coopstrategy.runtime.stack.LEAST_ROOM", 10**12)
    with pytest.raises(Refusal, match="The disk is nearly full"):
        stack.start_servers()
    assert stack.started is False


def test_something_that_keeps_ending_stops_the_run_with_its_last_lines(stack, capsys):
    stack.log_of("worker").write_text("no such module\n")
    ended = type("Ended", (), {"pid": 2**22 + 5, "returncode": 1})
    for _ in range(5):
        stack.note_end("worker", ended)
    with pytest.raises(Refusal, match=r"ended 6 times within a minute, so everything is stopped[^$]*no such module"):
        stack.note_end("worker", ended)
    assert capsys.readouterr().out.count("it is started again") == 5


def test_reset_asks_and_refuses_while_the_site_runs(stack, capsys, monkeypatch):
    with pytest.raises(Refusal, match="Stop it first"):
        command.reset(["--yes"])
    stack.lock.release()
    monkeypatch.setattr("builtins.input", lambda _: "no")
    refused = command.reset([]), stack.places.home.exists()
    monkeypatch.setattr("builtins.input", lambda _: "yes")
    assert (refused, command.reset([]), stack.places.home.exists()) == ((1, True), 0, False)
    stack.places.make()


def test_reset_leaves_a_folder_alone_that_no_run_has_made(tmp_path, monkeypatch):
    monkeypatch.setattr("coopstrategy.runtime.places.server_account", lambda: None)
    monkeypatch.setenv("STATE_DIR", str(tmp_path))
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(Refusal, match=r"was not made by run\.py"):
        command.reset(["--yes"])
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_what_the_site_says_when_stopped_is_that_it_does_not_run(stack, capsys):
    stack.leave()
    assert (command.stop_other([]), capsys.readouterr().out) == (0, "It is not running.\n")


def test_an_unknown_command_shows_the_known_ones(capsys):
    code = command.main(["strat"])
    assert (code, capsys.readouterr().err.splitlines()[0]) == (2, "There is no command `strat`.")


def test_style_sheets_are_gathered_again_only_when_one_changed(tmp_path, monkeypatch):
    (tmp_path / "static").mkdir()
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "run.lock").write_text("")
    sheet = Path(tmp_path / "static" / "a.css")
    sheet.write_text("body {}")
    monkeypatch.setattr(command, "CHECKOUT", tmp_path)
    before = command.fingerprint_of_static_files()
    same = command.fingerprint_of_static_files()
    sheet.write_text("body { color: red }")
    assert (before == same, before == command.fingerprint_of_static_files()) == (True, False)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/census/needs/suggestions/", "/census/needs/suggestions/"),
        ("/unsubscribe/1.digest~CANARY/", "/unsubscribe/..."),
    ],
)
def test_the_access_log_tells_which_page_was_asked_for_but_not_what_was_looked_for_nor_a_secret(
    monkeypatch, path, shown
):
    monkeypatch.setattr(wsgi, "_site", lambda environ, start_response: [])
    asked = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": f"{path}?q=CANARY",
        "PATH_INFO": path,
        "QUERY_STRING": "q=CANARY",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_REFERER": "http://localhost/?q=CANARY",
        "REMOTE_ADDR": "192.0.2.1",
    }
    answer = SimpleNamespace(status="200 OK", sent=12, headers=[])
    wsgi.application(asked, None)
    logged = Logger(Config()).atoms(answer, SimpleNamespace(headers=[]), asked, timedelta(seconds=1.5))
    assert ACCESS_LOG % logged == f'192.0.2.1 "GET {shown}" 200 12 1.500000'


def test_the_image_writes_the_same_access_log():
    assert json.dumps(ACCESS_LOG) in (CHECKOUT / "Dockerfile").read_text()
