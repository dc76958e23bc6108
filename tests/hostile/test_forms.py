"""Every field of every form with hostile input: never a fault of ours, never slow, and what is taken is kept as it was."""

from itertools import cycle, islice

import pytest
from django.core.cache import cache

from tests.browser.world import World
from tests.hostile.forms import (
    Form,
    account_forms,
    blog_forms,
    capture_forms,
    census_forms,
    event_forms,
    forms_of,
    library_forms,
    marks_forms,
    member_forms,
    notice_forms,
    send,
    staff_forms,
    strategy_forms,
    undone,
)
from tests.hostile.inputs import VALUES, encoded
from tests.hostile.tries import timed, trouble_with, try_values

BOUNDARY = "multipart/form-data; boundary=x"
GROUPS = [
    account_forms,
    census_forms,
    member_forms,
    staff_forms,
    strategy_forms,
    blog_forms,
    library_forms,
    event_forms,
    capture_forms,
    marks_forms,
    notice_forms,
]


def structures(form: Form) -> list[tuple[str, bytes, str]]:
    """Bodies that are wrong as a whole: (what, body, content type)."""
    good = list(form.good.items())
    as_form = "application/x-www-form-urlencoded"
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
    file = b'--x\r\nContent-Disposition: form-data; name="%s"; filename="../a"\r\n\r\n\x00\xff\r\n'
    many = encoded([(f"extra{number}", b"x") for number in range(600)])
    return [
        ("nothing", b"", as_form),
        *((f"without {name}", encoded([pair for pair in good if pair[0] != name]), as_form) for name, _value in good),
        ("all doubled", encoded([*good, *good]), as_form),
        ("arrays", encoded([(f"{name}[]", value) for name, value in good]), as_form),
        ("not a form", b"%%%&&&===;;;\x00\xff", as_form),
        ("a strange charset", encoded(good), f"{as_form}; charset=utf-7"),
        ("no charset there is", encoded(good), f"{as_form}; charset=nonsense"),
        ("JSON", b'{"name": {"$gt": ""}}', "application/json"),
        ("plain text", encoded(good), "text/plain"),
        ("XML", b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "text/xml"),
        ("parts without a boundary", part, "multipart/form-data"),
        ("parts without an end", part, BOUNDARY),
        ("files for fields", b"".join(file % name.encode() for name, _value in good) + b"--x--\r\n", BOUNDARY),
        ("600 fields", many, as_form),
        ("3 MB", b"a=" + b"x" * 3_000_000, as_form),
    ]  # fmt: skip


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.__name__)
def test_no_form_breaks_on_hostile_values(world: World, group):
    """Twenty for each form, shared out among its fields, so that each value is tried in every group; the drill tries all of them
    on each field."""
    found, tried = [], set()
    offset = 0
    for form in group(world):
        names = [*form.good, "csrfmiddlewaretoken"]
        values = islice(cycle(VALUES), offset, offset + 20)
        for name, value in zip(cycle(names), values, strict=False):
            found += try_values(world, form, name, value)
            tried.add(value)
        offset = (offset + 20) % len(VALUES)
    assert found == []
    assert tried == set(VALUES)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.__name__)
def test_no_form_breaks_on_a_body_of_the_wrong_shape(world: World, group):
    found = []
    for form in group(world):
        client = world.clients[form.role]
        for what, body, content_type in structures(form):

            def try_out(body=body, content_type=content_type, client=client, form=form, what=what) -> None:
                answer, seconds = timed(lambda: send(client, form.url, body, content_type))
                found.extend(f"{form.name}, {what}: {trouble}" for trouble in trouble_with(answer, seconds))
                if what in {"600 fields", "3 MB"} and answer.status_code != 400 and form.good:
                    found.append(f"{form.name}, {what}: {answer.status_code}, not 400")

            undone(client, try_out)
            cache.clear()
    assert found == []


def test_what_is_good_is_taken(world: World):
    """So that the tests above try the forms themselves and not their front doors."""
    refused = []
    for form in forms_of(world):
        client = world.clients[form.role]

        def try_out(form=form, client=client) -> None:
            answer = send(client, form.url, encoded(list(form.good.items())))
            away = answer.headers.get("Location", "").startswith(("/accounts/login/?", "/accounts/reauth"))
            if answer.status_code == 404 or away:
                refused.append(f"{form.name}: {answer.status_code} {answer.headers.get('Location')}")
            for name, read in form.reads.items():
                if read() != form.good[name].decode():
                    refused.append(f"{form.name}: {name} is {read()!r}, {answer.status_code}")

        undone(client, try_out)
        cache.clear()
    assert refused == []
