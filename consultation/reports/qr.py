"""An address as a QR code, drawn as one path: no picture file, and nothing that a content policy forbids. Pure."""

from dataclasses import dataclass

import segno

QUIET = 4
"""Modules of white that readers need around it."""


@dataclass(frozen=True)
class QrCode:
    """`size` is its width and height in modules, with the quiet edge; `path` the dark ones, as the `d` of an SVG path."""

    size: int
    path: str


def drawn_qr(address: str) -> QrCode:
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
