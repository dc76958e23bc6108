"""Rich text: whatever is typed, only harmless HTML comes out; what is meant comes out as meant; differences are exact."""

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commons.richtext import LINK_REL, TAGS, to_html, to_text, word_difference

# --- harmless -------------------------------------------------------------------------------------------------------------

HOSTILE = [
    # HTML, whole and broken
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script",
    "</p><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)//",
    "<IMG \"\"\"><SCRIPT>alert(1)</SCRIPT>\">",
    "<svg onload=alert(1)>",
    "<svg><script>alert&#40;1&#41;</script></svg>",
    "<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg>",
    "<svg/onload=alert(1)//",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<style>@import '//evil.example/x.css';</style>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href=//evil.example/>",
    "<math><mi xlink:href='data:x,<script>alert(1)</script>'>x</mi></math>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "<xss id=x tabindex=1 onfocus=alert(1)></xss>",
    "<template><script>alert(1)</script></template>",
    # mutation: harmless when read, harmful when written and read again
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<textarea><img title=\"</textarea><img src=x onerror=alert(1)>\"></textarea>",
    "<xmp><p title=\"</xmp><img src=x onerror=alert(1)>\">",
    "<table><td><svg><style>&lt;img src=x onerror=alert(1)&gt;",
    "`<img title=\"`<img src=x onerror=alert(1)>\">`",
    # links
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#x09;script:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](<java\tscript:alert(1)>)",
    "[x]( \x01javascript:alert(1))",
    "[x](javascript:alert(1) \"title\")",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](file:///etc/passwd)",
    "[x](blob:https://evil.example/1)",
    "[x](//evil.example)",
    "[x](/\\evil.example)",
    "[x](\\\\evil.example)",
    "[x](/%09/evil.example)",
    "[x](<//evil.example/ a>)",
    "[x](http:evil.example)",
    "[x](http:///evil.example)",
    "[x](https:\\\\evil.example)",
    "[x](http://[)",
    "[x](relative/page)",
    "[ ](//evil)",
    "[](https://evil.example)",
    "[\u200b](https://evil.example)",
    "[\u3164\u2800](https://evil.example)",
    "[&nbsp;&ZeroWidthSpace;](https://evil.example)",
    "[![](https://evil.example/x.png)](https://evil.example)",
    "[x][1]\n\n[1]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "<data:text/html,x>",
    "[x](https://a.example\" onmouseover=\"alert(1))",
    "[x](https://a.example 'a\" onmouseover=\"alert(1)')",
    "[\"onmouseover=\"alert(1)](https://a.example)",
    # images, which would tell their owner who reads
    "![x](https://evil.example/pixel.png)",
    "![\" onerror=\"alert(1)](x)",
    "![<img src=x onerror=alert(1)>](x)",
    "![x](javascript:alert(1))",
    # code, tables, headings, lists
    "```\"><script>alert(1)</script>\nx\n```",
    "```js onload=alert(1)\n</code></pre><script>alert(1)</script>\n```",
    "    </code></pre><script>alert(1)</script>",
    "| <script>alert(1)</script> |\n|:-:|\n| <img src=x onerror=alert(1)> |",
    "# <script>alert(1)</script>",
    "- <script>alert(1)</script>",
    "1\" onclick=\"alert(1). x",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\x00<script>alert(1)</script>",
    "\ud800<script>alert(1)</script>",
    "\u202e<script>alert(1)</script>",
]  # fmt: skip

ATTRIBUTES = {"a": {"href", "rel"}, "ol": {"start"}, "th": {"scope"}}
ON_THIS_SITE_OR_OPEN = ("/", "#", "https://", "http://", "mailto:", "tel:")


class Seen(HTMLParser):
    """What a browser would find."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.other: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_comment(self, data):
        self.other.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def harmful(html: str) -> list[str]:
    """Everything in it that is not on the short list of what may be there."""
    seen = Seen(html)
    found = [f"<{tag}>" for tag, _attributes in seen.tags if tag not in TAGS] + seen.other
    for tag, attributes in seen.tags:
        found += [f"{tag} {name}" for name in attributes if name not in ATTRIBUTES.get(tag, set())]
        if tag == "a":
            address = attributes.get("href", "")
            if not address.startswith(ON_THIS_SITE_OR_OPEN) or address.startswith(("//", "/\\")) or "evil" in address:
                found.append(f"a {address}")
            if attributes.get("rel") != LINK_REL:
                found.append("a without rel")
    return found


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_harmful_comes_out(text):
    assert harmful(to_html(text)) == []


def test_the_list_is_long_enough_and_the_judge_can_condemn():
    assert len(set(HOSTILE)) >= 60
    assert harmful('<p onclick="x"><script></script><a href="//evil">x</a><!-- x -->') == [
        "<script>",
        " x ",
        "p onclick",
        "a //evil",
        "a without rel",
    ]


@pytest.mark.parametrize(
    "around", ["**{}**", "> {}", "- {}", "# {}", "| {} |\n|-|\n| {} |", "[{}](/page)", "`{}`", "a{}b"]
)
def test_nothing_harmful_comes_out_of_the_inside_of_anything(around):
    found = {text: harmful(to_html(around.format(text, text))) for text in HOSTILE}
    assert {text: what for text, what in found.items() if what} == {}


@given(st.text(alphabet=st.sampled_from("<>\"'&/\\[]()!`*_#-|:;= \n\tajvscript\u200bÿ"), max_size=80))
@settings(max_examples=300, deadline=None)
def test_nothing_harmful_comes_out_of_noise(text):
    assert harmful(to_html(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "[" * 20_000,
        "![a]" * 5_000,
        "> " * 10_000,
        "*a_" * 7_000,
        "|a" * 10_000,
        "<a:" * 7_000,
        "`" * 20_000,
        "- " * 10_000,
    ],
)
def test_a_long_and_twisted_text_does_not_keep_the_page_waiting(text):
    began = time.process_time()
    to_html(text)
    assert time.process_time() - began < 4


# --- as meant -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Hello *you* and **you**", "<p>Hello <em>you</em> and <strong>you</strong></p>"),
        ("# One\n\n## Two", "<h2>One</h2>\n<h3>Two</h3>"),
        ("###### Six", "<h6>Six</h6>"),
        ("1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>"),
        ("3. a", '<ol start="3">\n<li>a</li>\n</ol>'),
        ("~~no~~", "<p><s>no</s></p>"),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
        ("[our page](/census/)", f'<p><a href="/census/" rel="{LINK_REL}">our page</a></p>'),
        ("[write](mailto:a@example.coop)", f'<p><a href="mailto:a@example.coop" rel="{LINK_REL}">write</a></p>'),
        (
            "<https://example.coop/>",
            f'<p><a href="https://example.coop/" rel="{LINK_REL}">https://example.coop/</a></p>',
        ),
        ("see https://example.coop", "<p>see https://example.coop</p>"),
        ("![a loom](/loom.png)", "<p>a loom</p>"),
        ("[**bold**](//evil)", "<p><strong>bold</strong></p>"),
        ("```py\na<b\n```", "<pre><code>a&lt;b\n</code></pre>"),
        ("Ŵŷ 👩‍🌾", "<p>Ŵŷ 👩‍🌾</p>"),
        ("", ""),
    ],
)
def test_what_is_meant_comes_out(text, html):
    assert to_html(text).strip() == html


def test_headings_begin_where_the_page_wants_them():
    assert to_html("# One\n\n##### Five", top_heading=4) == "<h4>One</h4>\n<h6>Five</h6>\n"


def test_tables_have_headings_and_no_styles():
    html = to_html("| a | b |\n|:-|-:|\n| 1 | 2 |").replace("\n", "")
    assert html == (
        '<table><thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead>'
        "<tbody><tr><td>1</td><td>2</td></tr></tbody></table>"
    )


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("# Title\n\nSome *words*\nhere.", "Title\n\nSome words\nhere."),
        ("[our page](/census/) and <https://example.coop/>", "our page (/census/) and https://example.coop/"),
        ("- a\n- b\n  - c", "- a\n\n- b\n\n  - c"),
        ("3. a\n4. b", "3. a\n\n4. b"),
        ("| a | b |\n|-|-|\n| 1 | 2 |", "a | b\n\n1 | 2"),
        ("```\ncode\n```\n\n---", "code\n\n---"),
        ("[x](javascript:alert(1)) [y](//evil) ![pic](z)", "[x](javascript:alert(1)) y pic"),
        ("<b>x</b>", "<b>x</b>"),
    ],
)
def test_the_words_alone(text, plain):
    assert to_text(text) == plain


# --- differences ----------------------------------------------------------------------------------------------------------


def test_a_difference_names_the_words():
    pieces = [
        (piece.kind, piece.text)
        for piece in word_difference("A desk for loans.\nSame line.\n", "A desk for shares.\nSame line.\n")
    ]
    assert pieces == [
        ("same", "A desk for "),
        ("deleted", "loans"),
        ("inserted", "shares"),
        ("same", ".\n"),
        ("same", "Same line.\n"),
    ]


words = st.text(alphabet=st.sampled_from("ab \n.é"), max_size=60)


@given(words, words)
@settings(max_examples=300, deadline=None)
def test_both_texts_can_be_put_together_again_from_their_difference(old, new):
    pieces = word_difference(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "inserted") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "deleted") == new
    assert {piece.kind for piece in word_difference(old, old)} <= {"same"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a\n" * 20_000, "b\na\n" * 20_000),
        ("a b " * 990, "b c a " * 990),
        ("x " * 50_000, "y " * 50_000),
        ("a\n" * 1_990, "b\na\n" * 1_990),
    ],
)
def test_long_texts_are_compared_in_time(old, new):
    began = time.process_time()
    pieces = word_difference(old, new)
    assert time.process_time() - began < 4
    assert "".join(piece.text for piece in pieces if piece.kind != "deleted") == new


# --- pictures of this site ------------------------------------------------------------------------------------------------

OWN = "/blog/pictures/0b7c8f1e-3c52-4c0a-9a55-2f6d3c1e8a11/"
PICTURES = {OWN: ("The shop", 1600, 900)}
SHOWN = f'<img src="{OWN}" alt="{{}}" width="1600" height="900" loading="lazy">'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (f"![]({OWN})", SHOWN.format("The shop")),
        (f"![ ]({OWN})", SHOWN.format("The shop")),
        (f"![Said]({OWN})", SHOWN.format("Said")),
        (f"![**So** \\*said\\*]({OWN})", SHOWN.format("So *said*")),
        (f'![Said]({OWN} "title")', SHOWN.format("Said")),
        (f"[![Said]({OWN})](/x)", f'<a href="/x" rel="{LINK_REL}">{SHOWN.format("Said")}</a>'),
        (f"![Said][1]\n\n[1]: {OWN}", SHOWN.format("Said")),
        (f'!["><script>alert(1)</script>]({OWN})', SHOWN.format('"&gt;&lt;script&gt;alert(1)&lt;/script&gt;')),
    ],
)
def test_a_picture_of_ones_own_is_shown_with_what_it_shows(text, html):
    assert to_html(text, pictures=PICTURES) == f"<p>{html}</p>\n".replace('alt=""&gt;', 'alt="&quot;&gt;')


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/x.png",
        "//evil.example/x.png",
        f"https://evil.example{OWN}",
        f"//evil.example{OWN}",
        OWN.upper(),
        OWN.rstrip("/"),
        f"{OWN}?w=800",
        f"{OWN}#x",
        f"{OWN}../../",
        "/blog/pictures/1/",
        "/blog/pictures/00000000-0000-0000-0000-000000000000/",
        "/you/",
        "javascript:alert(1)",
        "data:image/svg+xml;base64,PHN2Zy8+",
        "data:image/png;base64,iVBORw0KGgo=",
        "x onerror=alert(1)",
        "",
    ],
)
def test_any_other_picture_stays_its_words(address):
    for text in (f"![Said](<{address}>)", f"![Said]({address})", f"![Said][1]\n\n[1]: <{address}>"):
        assert "<img" not in to_html(text, pictures=PICTURES)


@pytest.mark.parametrize("pictures", [None, {}])
def test_without_pictures_none_is_shown(pictures):
    assert to_html(f"![Said]({OWN})", pictures=pictures) == "<p>Said</p>\n"


@pytest.mark.parametrize("alt", HOSTILE)
def test_nothing_harmful_comes_out_of_what_a_picture_shows(alt):
    # Half a character cannot be stored, so none comes with a picture.
    alt = alt.encode("utf-8", "replace").decode()
    seen = Seen(to_html(f"![]({OWN})", pictures={OWN: (alt, 10, 10)}))
    assert ([(tag, list(attributes)) for tag, attributes in seen.tags], seen.other) == (
        [("p", []), ("img", ["src", "alt", "width", "height", "loading"])],
        [],
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_harmful_comes_out_where_pictures_may(text):
    assert harmful(to_html(f"{text}\n\n{text}", pictures=PICTURES)) == []


def test_an_outline_can_be_closed_up():
    html = to_html("## A\n\n#### B\n\n## C\n\n# D\n\n### E", close_gaps=True)
    assert re.findall(r"<h(\d)>(\w)", html) == [("2", "A"), ("3", "B"), ("2", "C"), ("2", "D"), ("3", "E")]
