"""The Welsh of what the site says by mail is complete, belongs to texts that are there, and is compiled."""

import ast
import gettext
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation.template import templatize

from blog.models import Reason
from commons import queues
from commons.digests.reports import Group
from commons.exports import exports
from commons.moderation import models as moderation
from consultation.models import EventHelper
from consultation.models.events import span_told
from panel.models import Decision

FOLDER = settings.BASE_DIR / "locale" / "cy" / "LC_MESSAGES"
SOURCES = [path for app in ("blog", "census", "commons", "consultation", "panel") for path in Path(app).rglob("*.py")]
MAILS = [*sorted(Path("templates/emails").iterdir()), Path("templates/digests/unsubscribe.html")]
QUOTED = r"""u?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
WORDS = {"_", "gettext", "gettext_lazy", "ngettext"}


def written() -> dict[str | tuple[str, int], str]:
    """The catalogue as people write it: each text, or text and number of its form, with its Welsh."""
    found: dict[str | tuple[str, int], str] = {}
    for entry in (FOLDER / "django.po").read_text().split("\n\n"):
        said = {
            name: "".join(ast.literal_eval(line) for line in lines.split("\n"))
            for name, lines in re.findall(r'^(msg\S+) ("(?:.*"\n")*.*")$', entry, re.MULTILINE)
        }
        text = said.pop("msgid")
        said.pop("msgid_plural", "")
        forms = list(said.values())
        found |= {text: forms[0]} if len(forms) == 1 else {(text, at): form for at, form in enumerate(forms)}
    found.pop("")
    return found


@pytest.fixture(scope="module")
def welsh() -> dict[str | tuple[str, int], str]:
    return written()


@pytest.fixture(scope="module")
def texts(welsh) -> set[str]:
    return {text if isinstance(text, str) else text[0] for text in welsh}


def texts_of(template: Path) -> set[str]:
    code = templatize(template.read_text(), origin=str(template))
    return {ast.literal_eval(text) for text in re.findall(rf"\b(?:_|n?gettext)\(({QUOTED})", code)}


def calls(tree: ast.AST, names: set[str]) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield node


def test_what_is_compiled_is_what_is_written(welsh):
    """If this fails: msgfmt -o locale/cy/LC_MESSAGES/django.mo locale/cy/LC_MESSAGES/django.po"""
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = dict(gettext.GNUTranslations(file)._catalog)
    compiled.pop("")
    assert compiled == welsh


def test_nothing_is_left_empty_and_no_name_in_a_text_is_lost(welsh):
    lost = [
        text
        for text, said in welsh.items()
        if not said
        or set(re.findall(r"%\(\w+\)[sd]", text if isinstance(text, str) else said))
        - set(re.findall(r"%\(\w+\)[sd]", said))
    ]
    assert lost == []


def test_every_text_in_it_is_still_said_somewhere(texts):
    said = set()
    for path in SOURCES:
        said |= {node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)}
    for template in MAILS:
        said |= texts_of(template)
    assert sorted(texts - said) == []


@pytest.mark.parametrize("template", MAILS, ids=str)
def test_every_sentence_of_a_mail_has_welsh(template, texts):
    assert sorted(texts_of(template) - texts) == []


def test_every_place_that_the_catalogue_names_is_there():
    places = set(re.findall(r"^#: (\S+)$", (FOLDER / "django.po").read_text(), re.MULTILINE))
    assert (len(places) > 20, sorted(place for place in places if not Path(place).exists())) == (True, [])


def test_what_a_notice_takes_from_elsewhere_has_welsh(texts):
    """Reasons, parts and times that stand inside its sentences."""
    with translation.override("en-gb"):
        labels = {
            str(label)
            for choices in (Reason, moderation.Reason, Decision.Outcome, EventHelper.Part)
            for label in choices.labels
        }
    made = [*calls(ast.parse(Path(exports.__file__).read_text()), {"gettext_noop"})]
    made += calls(ast.parse(inspect.getsource(span_told)), {"gettext"})
    said = labels | {queues.GAVE_UP} | {call.args[0].value for call in made}
    assert (len(said) > 20, sorted(said - texts)) == (True, [])


def test_what_a_notice_says_has_welsh(texts):
    """As far as it stands where the notice is written."""
    said = {
        call.args[0].value
        for path in SOURCES
        for notice in calls(ast.parse(path.read_text()), {"notify", "Fact"})
        for call in calls(notice, WORDS)
    }
    assert (len(said) > 20, sorted(said - texts)) == (True, [])


def test_headings_and_the_reasons_that_stand_in_a_mail_have_welsh(texts):
    said = {
        word.args[0].value
        for path in SOURCES
        for kind in calls(ast.parse(path.read_text()), {"register_kind"})
        if {"direct", "service", "sometimes"} & {given.arg for given in kind.keywords}
        for given in kind.keywords
        if given.arg == "why"
        for word in calls(given, WORDS)
    }
    with translation.override("en-gb"):
        headings = {str(group.label) for group in Group}
    assert (len(said) >= 15, sorted((headings | said) - texts)) == (True, [])
