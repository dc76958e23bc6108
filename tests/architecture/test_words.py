"""What people read can be translated, and says what to do.

The texts of templates stand in `{% translate %}` or `{% blocktranslate %}`. That is a rough reading, without parsing HTML:
whatever words are left of a template once tags, comments and what is translated are taken away.
"""

import re

import pytest
from django import forms
from django.conf import settings
from django.template.base import DebugLexer, TokenType
from django.utils.module_loading import import_string

from commons.people.forms.sign_in import InOurWords
from tests.architecture.addresses import addresses
from tests.architecture.tree import ROOT

OUR_APPS = {"census", "commons", "consultation", "coopstrategy", "panel"}
FOLDER = ROOT / "templates"
TEMPLATES = sorted(path.relative_to(FOLDER) for path in FOLDER.rglob("*.*") if path.suffix in {".html", ".txt"})
# Attributes that are read out or shown.
SPOKEN = re.compile(r"""\b(?:alt|title|placeholder|aria-label|aria-description|data-label)\s*=\s*["']([^"']*)""")
NOT_TEXT = re.compile(r"<!--.*?-->|<(?:style|script)\b.*?</(?:style|script)>|<[^>]*>|&\w+;|&#\d+;", re.DOTALL)
WORD = re.compile(r"[^\W\d_]{2,}")
HIDING = {
    "blocktranslate": "endblocktranslate",
    "blocktrans": "endblocktrans",
    "comment": "endcomment",
    # What stands inside a tag of the frame.
    "block body_attrs": "endblock",
}


def left_in_english(source: str) -> list[str]:
    """The words of a template that no translator will ever see."""
    kept, until = [], None
    for token in DebugLexer(source).tokenize():
        if token.token_type == TokenType.BLOCK:
            begun = next((name for name in HIDING if token.contents.split()[: len(name.split())] == name.split()), None)
            if until is None:
                until = HIDING.get(begun)
            elif token.contents.split()[0] == until:
                until = None
        # A variable leaves a mark, so that <p class="{{ x }}"> stays one tag.
        kept.append(token.contents if token.token_type == TokenType.TEXT and until is None else "·")
    text = "".join(kept)
    return WORD.findall(NOT_TEXT.sub(" ", text)) + [
        word for spoken in SPOKEN.findall(text) for word in WORD.findall(spoken)
    ]


@pytest.mark.parametrize("path", TEMPLATES, ids=str)
def test_every_text_of_a_template_can_be_translated(path):
    assert left_in_english((FOLDER / path).read_text()) == []


def test_a_text_that_cannot_be_translated_is_seen():
    source = '<p title="Hello {{ name }}">One {% translate "two" %}</p>{% blocktranslate %}three{% endblocktranslate %}'
    assert left_in_english(source) == ["One", "Hello"]


def test_every_address_a_template_names_leads_somewhere():
    known = {address.name for address in addresses()}
    named = {
        (str(path), name)
        for path in TEMPLATES
        for name in re.findall(r"""{%\s*url\s+["']([^"']+)["']""", (FOLDER / path).read_text())
    }
    assert {(path, name) for path, name in named if name not in known} == set()


def forms_below(form: type[forms.BaseForm]) -> set[type[forms.BaseForm]]:
    return {form}.union(*(forms_below(below) for below in form.__subclasses__()))


def test_every_field_that_must_be_filled_asks_for_it_in_its_own_words():
    """Several fields may be empty at once, and then a list of links that all say "This field is required." helps nobody."""
    addresses()
    of_allauth = [import_string(name) for name in [*settings.ACCOUNT_FORMS.values(), *settings.MFA_FORMS.values()]]
    assert [form for form in of_allauth if not issubclass(form, InOurWords)] == []
    ours = {form for form in forms_below(forms.BaseForm) if form.__module__.split(".")[0] in OUR_APPS}
    silent = {
        f"{form.__name__}.{name}"
        for form in ours.difference(of_allauth)
        for name, field in form.base_fields.items()
        if field.required
        and not isinstance(field.widget, forms.HiddenInput)
        and str(field.error_messages["required"]) == str(forms.Field.default_error_messages["required"])
    }
    assert silent == set()
