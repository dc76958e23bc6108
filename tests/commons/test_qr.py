"""A QR code is drawn so that a phone's camera reads it, and is the same in a page and as a picture of its own."""

from urllib.parse import unquote

from django.template.loader import render_to_string
from django.test.html import parse_html

from commons.qr import QUIET, drawn_qr

ADDRESS = "https://example.coop/events/congress/marks/?ballot=BCDFGHJKLMNPQRST"


def test_a_qr_code_is_a_square_with_a_quiet_edge():
    qr = drawn_qr(ADDRESS)
    assert qr.size == 37 + 2 * QUIET
    # The three corner marks begin with a bar of seven.
    assert qr.path.startswith(f"M{QUIET} {QUIET}h7v1h-7z")


def test_the_picture_that_is_saved_holds_the_same_code_as_the_page():
    qr = drawn_qr(ADDRESS)
    kind, file = qr.data_address.split(",", 1)
    saved, in_page = parse_html(unquote(file)), parse_html(render_to_string("components/qr_code.html", {"qr": qr}))
    assert (kind, dict(saved.attributes)["width"]) == ("data:image/svg+xml;charset=utf-8", str(4 * qr.size))
    assert [dict(svg.children[-1].attributes) for svg in (saved, in_page)] == [
        {"d": qr.path, "fill": "#08252e"},
        {"d": qr.path, "fill": "#000"},
    ]


def test_a_code_in_a_page_has_a_name_or_is_passed_over_in_silence():
    drawn = [render_to_string("components/qr_code.html", {"label": label}) for label in ("Your <ticket>", None)]
    said = [
        {name: value for name, value in parse_html(svg).attributes if name.startswith(("role", "aria"))}
        for svg in drawn
    ]
    assert said == [{"role": "img", "aria-label": "Your <ticket>"}, {"aria-hidden": "true"}]
