"""Drawing a picture anew from a file that somebody sent, so that nothing of the file itself is kept: no place and no name from
the camera, no program, no second file behind the picture. What a file is, is told by its content and never by its name. It
knows bytes only: no row and no request."""

import struct
import threading
import warnings
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from django.utils.translation import gettext as _
from PIL import Image

MOST_BYTES = 12_000_000
WIDTHS = (1600, 800)
"""Pixels across. A picture is never drawn larger than it was sent."""
TALLEST = 1.5
"""A picture is at most this many times as high as one of the widths; a higher one is drawn narrower."""

KINDS = ("JPEG", "PNG", "WEBP", "GIF")
# A JPEG is read at a fraction of its size; the others, and a JPEG that is sent in several passes, only whole.
MOST_PIXELS_AT_A_FRACTION, MOST_PIXELS = 50_000_000, 16_000_000
LARGE_PNG = 2_500_000
MANY_COLOURS = 256
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What the readers of four formats raise when a file lies about itself.
UNREADABLE = (
    OSError,
    ValueError,
    SyntaxError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    EOFError,
    RuntimeError,
    MemoryError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)
# Our own limits are asked before a file is read, and they are lower.
Image.MAX_IMAGE_PIXELS = None
# However many files come at once, a process has room for one to be read.
_one_at_a_time = threading.Lock()


class PictureRefused(Exception):
    """This file does not become a picture. Its words are for whoever sent it."""


@dataclass(frozen=True)
class DrawnFile:
    """One width of a picture: pixels across and down, the media type, and the bytes."""

    width: int
    height: int
    kind: str
    data: bytes


@dataclass(frozen=True)
class Drawn:
    """A picture drawn anew, the widest first."""

    files: tuple[DrawnFile, ...]

    @property
    def width(self) -> int:
        return self.files[0].width

    @property
    def height(self) -> int:
        return self.files[0].height


def draw(file: IO[bytes]) -> Drawn:
    """The picture in a file, upright, in the widths of a page. Of several pictures in it the first. Raises `PictureRefused`."""
    _check_size(file)
    with _one_at_a_time, warnings.catch_warnings():
        # A camera that writes nonsense about itself is nobody's business here.
        warnings.simplefilter("ignore")
        try:
            image = _upright(_read(file))
            drawn = [_drawn(image, width) for width in WIDTHS]
        except UNREADABLE as why:
            raise PictureRefused(
                _("We cannot read this picture. It may be damaged. Open it on your device and save it again as a JPEG.")
            ) from why
    # A small picture comes out alike.
    return Drawn(tuple({file.width: file for file in reversed(drawn)}.values())[::-1])


def _check_size(file: IO[bytes]) -> None:
    size = file.seek(0, 2)
    file.seek(0)
    if not size:
        raise PictureRefused(_("This file is empty. Choose another one."))
    if size > MOST_BYTES:
        raise PictureRefused(
            _("This file is too big. A picture may have %(most)d MB at most.") % {"most": MOST_BYTES // 1_000_000}
        )


def _read(file: IO[bytes]) -> Image.Image:
    """The picture, opened by its content, and shrunk while it is read where that can be. Its size is asked before."""
    head = file.read(64)
    file.seek(0)
    if head[8:12] == b"WEBP":
        # Its reader makes room for the whole picture when it opens it.
        _check_pixels(_size_of_webp(head), MOST_PIXELS)
    try:
        image = Image.open(file, formats=KINDS)
    except UNREADABLE as why:
        raise PictureRefused(_what_it_is(head)) from why
    # Phones put a second picture behind a JPEG and call both together MPO.
    is_jpeg = image.format in {"JPEG", "MPO"}
    at_a_fraction = is_jpeg and not image.info.get("progressive") and not image.info.get("progression")
    _check_pixels(image.size, MOST_PIXELS_AT_A_FRACTION if at_a_fraction else MOST_PIXELS)
    if is_jpeg:
        image.draft("RGB", (WIDTHS[0], WIDTHS[0]))
        # One that is long and narrow cannot be shrunk on the way.
        _check_pixels(image.size, MOST_PIXELS)
    image.load()
    return image


def _what_it_is(head: bytes) -> str:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<svg", b"<?xml")):
        return _("This is an SVG drawing. Such a file can hold a program, so we do not take it. Save it as a PNG.")
    if head[4:8] == b"ftyp":
        return _("This picture is in a format that many browsers cannot show. Save it as a JPEG.")
    return _("This is not a picture that we can read. Choose a JPEG, PNG, WebP or GIF.")


def _size_of_webp(head: bytes) -> tuple[int, int]:
    match head[12:16]:
        case b"VP8X":
            return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
        case b"VP8L":
            bits = int.from_bytes(head[21:25], "little")
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case _:
            return (
                int.from_bytes(head[26:28], "little") & 0x3FFF,
                int.from_bytes(head[28:30], "little") & 0x3FFF,
            )


def _check_pixels(size: tuple[int, int], most: int) -> None:
    if size[0] * size[1] > most:
        raise PictureRefused(
            _("This picture is too large: %(width)d by %(height)d dots. Make it smaller and send it again.")
            % {"width": size[0], "height": size[1]}
        )


def _upright(image: Image.Image) -> Image.Image:
    """As it is to be seen, in plain colours, with nothing of what the camera wrote; no larger than it is drawn."""
    turn = TURNS.get(image.getexif().get(ORIENTATION, 1))
    if image.mode.startswith(("I", "F")):
        # Sixteen bits for each dot: the upper eight are what can be seen.
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if image.mode == "RGBA" and image.getchannel("A").getextrema()[0] == 255:
        image = image.convert("RGB")
    # Room for either way up; it is turned when it is small.
    image.thumbnail((int(WIDTHS[0] * TALLEST), int(WIDTHS[0] * TALLEST)), Image.Resampling.LANCZOS, reducing_gap=2.0)
    if turn is not None:
        image = image.transpose(turn)
    image.info = {}
    return image


def _drawn(image: Image.Image, width: int) -> DrawnFile:
    small = image.copy()
    small.thumbnail((width, int(width * TALLEST)), Image.Resampling.LANCZOS)
    file = BytesIO()
    if small.mode == "RGB":
        small.save(file, "JPEG", quality=82, optimize=True, progressive=True)
        return DrawnFile(*small.size, "image/jpeg", file.getvalue())
    small.save(file, "PNG", optimize=True)
    if file.tell() > LARGE_PNG:
        file = BytesIO()
        small.quantize(MANY_COLOURS, Image.Quantize.FASTOCTREE).save(file, "PNG", optimize=True)
    return DrawnFile(*small.size, "image/png", file.getvalue())
