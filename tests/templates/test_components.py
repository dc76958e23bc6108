"""The charts say in their tables what they draw, and keep silent in both about what is suppressed."""

import re
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory

BANDS = [
    {"code": "housing", "label": "Housing <b>", "answered": 1200, "eligible": 2400, "percent": 50, "suppressed": False},
    {"code": "arts", "label": "Arts", "answered": None, "eligible": 30, "percent": None, "suppressed": True},
]


def rendered(name: str, **context: Any) -> str:
    return render_to_string(f"components/{name}.html", context)


def cells_of(html: str) -> list[list[str]]:
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
    return [
        [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in rows
    ]


@pytest.mark.parametrize(("name", "argument"), [("cloth_chart", "bands"), ("tile_map", "tiles")])
def test_a_chart_and_its_table_hide_the_same_cells(name: str, argument: str):
    html = rendered(name, id="c", title="So far", threshold=5, **{argument: BANDS})
    assert cells_of(html)[1:] == [["Housing &lt;b&gt;", "1,200", "2,400", "50%"], ["Arts", "[c]", "30", "[c]"]]
    assert html.count("fewer than 5 have answered") == 1


def test_a_chart_with_nothing_to_hide_does_not_explain_the_mark():
    assert "[c]" not in rendered("cloth_chart", id="c", threshold=5, bands=BANDS[:1])


def test_a_band_is_woven_as_far_as_its_share_of_the_scale():
    html = rendered("cloth_chart", id="c", threshold=5, bands=[{**BANDS[0], "percent": 20}], scale=25)
    assert re.findall(r'<rect class="band-weft" x="-12" width="(\d+)%"', html) == ["80"]


def test_a_suppressed_band_is_bare():
    assert "band-weft" not in rendered("cloth_chart", id="c", threshold=5, bands=BANDS[1:])


@pytest.mark.parametrize(
    ("percent", "step"), [(0, 1), (4, 1), (5, 2), (9, 2), (10, 3), (24, 3), (25, 4), (49, 4), (50, 5), (100, 5)]
)
def test_a_tile_is_darker_the_more_have_answered(percent: int, step: int):
    html = rendered("tile_map", title="So far", threshold=5, tiles=[{**BANDS[0], "percent": percent}])
    assert re.findall(r'class="tile tile-housing step-(\d)"', html) == [str(step)]


def test_days_are_drawn_to_the_largest_and_listed_in_full():
    days = [{"day": None, "count": 0}, {"day": None, "count": 20}, {"day": None, "count": 5}]
    html = rendered("bar_chart", title="Sent", days=days, top=20)
    assert re.findall(r'<rect class="bar"[^>]*height="(\d+)"', html) == ["0", "100", "25"]
    assert [row[-1] for row in cells_of(html)] == ["Count", "0", "20", "5"]


def test_a_row_of_the_summary_shows_one_answer_several_or_none():
    rows = [
        {"label": "Kind", "values": ["Housing"], "url": "/kind/"},
        {"label": "Members", "values": ["Workers", "Tenants"], "url": "/members/", "hidden": "who the members are"},
        {"label": "Start", "values": []},
    ]
    html = rendered("summary_list", rows=rows)
    assert [re.sub(r"<[^>]+>", "|", dd).strip("|") for dd in re.findall(r"<dd>(.*?)</dd>", html)] == [
        "Housing",
        "Workers||Tenants",
        "Not answered",
    ]
    assert re.findall(r'href="([^"]+)">Change<span class="visually-hidden"> ([^<]+)<', html) == [
        ("/kind/", "Kind"),
        ("/members/", "who the members are"),
    ]


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_the_pages_for_when_all_else_fails_need_neither_request_nor_database(name: str):
    html = render_to_string(name)
    assert re.findall(r"<h1>", html) == ["<h1>"]
    assert "safe" in html


def test_pages_of_a_list_keep_its_filters():
    class Pages:
        num_pages = 9

    class Page:
        number, has_previous, has_next, has_other_pages = 5, True, True, True
        previous_page_number, next_page_number, paginator = 4, 6, Pages

    html = render_to_string(
        "components/pagination.html", {"page_obj": Page}, request=RequestFactory().get("/?q=a%26b&page=5")
    )
    assert re.findall(r'href="([^"]+)"', html) == [f"?q=a%26b&amp;page={page}" for page in (1, 4, 6, 9)]
