"""A name says what is in it. These are the words a file of an app may have; another word joins this list with its sentence, or
the file gets one of these names."""

import tomllib

from tests.architecture.tree import ROOT, SHELL, apps

WORDS = {
    "urls": "the app's addresses, each written in full",
    "views": "one class for each page: permission, form, action, template",
    "feeds": "news for feed readers, and days for calendars",
    "sitemaps": "what search engines may find",
    "notices": "the kinds of notice the app writes, why somebody gets them, and whether one may still be told",
    "admin": "rows to look at in Django's admin",
    "adapters": "where a library asks us something",
    "management": "commands for the person at the machine",
    "tasks": "what the worker and the clock do: ids in, one action called",
    "forms": "what people type, checked; never saved",
    "exports": "the files the app can make, registered as reports; in commons.exports the engine that makes them",
    "actions": "the deeds of the domain: atomic, by somebody, on record",
    "reports": "reads: counts, tables, registers",
    "rules": "who may do what",
    "models": "the rows and the words for choosing them",
    "apps": "Django's name card",
    "migrations": "how the tables came to be",
}
OWN_WORDS = {
    "census": {
        "instrument": "the questionnaire: loading, routing, checking, wording; pure",
        "disclosure": "hiding small counts; pure",
        "questionnaires": "the questionnaires themselves, as data",
    },
    "panel": {
        "paragraphs": "one text: its numbered paragraphs and sentences; pure",
        "comparing": "two texts: what became of each paragraph and word; pure",
        "anchoring": "finding quoted words again in another text; pure",
        "merging": "what two people made of one text; pure",
        "rewording": "other words in a Markdown text; pure",
        "pack": "the strategy pack as a Word file, with tracked changes; pure",
    },
}
GROUND = {
    "alike": "whether texts are nearly the same words; pure",
    "caching": "what is counted once for everybody and kept for a while",
    "imaging": "a picture drawn anew from a file that somebody sent; pure",
    "qr": "an address as a QR code; pure",
    "queues": "rows as a queue",
    "richtext": "Markdown to safe HTML, and the differences between two texts",
}
SHELL_WORDS = {
    "settings": "every setting, from the environment",
    "urls": "every address, app by app",
    "celery": "the Celery app and its timetable",
    "wsgi": "the door for gunicorn",
    "asgi": "the same for asynchronous servers",
    "views": "front pages, what waits for the workers, health, and the pages for errors",
    "heard": "who we have heard from, counted over all apps",
    "middleware": "what every answer carries",
    "context_processors": "what every page of the frame shows",
    "logs": "one event a line",
    "runtime": "starting everything on one machine",
    "demo": "invented data to look at",
    "decisions": "dated decision records",
}
PURE = {"instrument", "disclosure", *OWN_WORDS["panel"]}


def words_in(folder: str) -> set[str]:
    """The names of the modules and folders of a folder, without their endings."""
    names = {path.name for path in (ROOT / folder).iterdir()}
    return {name.removesuffix(".py") for name in names if not name.startswith(("__", "."))}


def test_every_file_of_an_app_has_a_name_of_the_vocabulary():
    unknown = {str(app): sorted(words_in(str(app)) - {*WORDS, *OWN_WORDS.get(str(app), ())}) for app in apps()}
    assert unknown == {str(app): [] for app in apps()}


def test_every_word_of_an_app_of_its_own_is_still_in_use():
    assert {app: sorted(set(words) - words_in(app)) for app, words in OWN_WORDS.items()} == {
        app: [] for app in OWN_WORDS
    }


def test_the_ground_holds_apps_and_plain_modules_and_nothing_else():
    assert words_in("commons") == {app.name for app in apps() if app.parts[0] == "commons"} | set(GROUND)


def test_the_shell_holds_its_own_words_and_nothing_else():
    assert words_in(SHELL) == set(SHELL_WORDS)


def test_the_order_of_imports_speaks_of_the_same_words():
    [page] = [contract for contract in contracts() if contract["id"] == "page"]
    ordered = {name.strip("() ") for layer in page["layers"] for name in layer.split("|")}
    assert ordered | set(page["exhaustive_ignores"]) == set(WORDS) | PURE


def test_the_order_of_imports_speaks_of_every_app():
    [page] = [contract for contract in contracts() if contract["id"] == "page"]
    assert sorted(page["containers"]) == [".".join(app.parts) for app in apps()]


def contracts() -> list[dict]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
