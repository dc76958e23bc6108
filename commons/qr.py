"""An address as a QR code (ISO/IEC 18004), for tickets, tables, ballots and links to hand on.

It is drawn as one path. `components/qr_code.html` puts it into a page, where no content policy has anything to forbid; as a file
in a data address it is a picture that people can save and print. Pure.
"""

from dataclasses import dataclass
from urllib.parse import quote

import segno

QUIET = 4
"""Modules of white that readers need around it."""
SCALE = 4
"""Pixels of a module in the file."""


@dataclass(frozen=True)
class QrCode:
    """`size` is its width and height in modules, with the quiet edge; `path` the dark ones, as the `d` of an SVG path."""

    size: int
    path: str

    @property
    def data_address(self) -> str:
        """The `src` of an `<img>`, which prints at any size."""
        side = self.size * SCALE
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{side}" height="{side}" viewBox="0 0 {self.size} {self.size}">'
            f'<path fill="#fff" d="M0 0h{self.size}v{self.size}H0z"/><path fill="#08252e" d="{self.path}"/></svg>'
        )
        return f"data:image/svg+xml;charset=utf-8,{quote(svg)}"


def drawn_qr(address: str) -> QrCode:
    """Of the middle grade: it can be read with a seventh of it dirty or torn."""
    rows = [list(row) for row in segno.make(address, error="m", micro=False).matrix]
    pieces = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                pieces.append(f"M{start + QUIET} {y + QUIET}h{x - start}v1h-{x - start}z")
            x += 1
    return QrCode(len(rows) + 2 * QUIET, "".join(pieces))
