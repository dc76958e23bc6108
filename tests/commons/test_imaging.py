"""Pictures drawn anew: what comes in as a picture comes out as a plain one, and what is none is refused in plain words."""

import gzip
import io
import random
import struct
import tracemalloc
import zipfile
import zlib

import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from commons.imaging import MOST_BYTES, WIDTHS, Drawn, PictureRefused, draw
from tests.factories.blog import a_photo

NOT_READABLE = "This is not a picture that we can read. Choose a JPEG, PNG, WebP or GIF."
DAMAGED = "We cannot read this picture. It may be damaged. Open it on your device and save it again as a JPEG."
AN_SVG = "This is an SVG drawing. Such a file can hold a program, so we do not take it. Save it as a PNG."
ANOTHER_FORMAT = "This picture is in a format that many browsers cannot show. Save it as a JPEG."
EMPTY = "This file is empty. Choose another one."
TOO_BIG = "This file is too big. A picture may have 12 MB at most."

SCRIPT = b"<script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'


def drawn_from(data: bytes) -> Drawn:
    return draw(io.BytesIO(data))


def shapes(drawn: Drawn) -> list[tuple[int, int, str]]:
    return [(file.width, file.height, file.kind) for file in drawn.files]


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def a_png(width: int, height: int, *chunks: bytes, depth: int = 8, colour: int = 2) -> bytes:
    """A PNG that says it is so large, whatever it holds."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IEND", b"")


def a_bomb() -> bytes:
    """Few bytes that would be a gigabyte of dots."""
    lines = zlib.compressobj(9)
    packed = b"".join(lines.compress(b"\x00" * 1_000_000) for _time in range(50)) + lines.flush()
    return a_png(30_000, 30_000, chunk(b"IDAT", packed))


def a_large_jpeg() -> bytes:
    """A JPEG whose head says 65,000 by 65,000."""
    data = bytearray(a_photo(64, 64).getvalue())
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", 65_000, 65_000)
    return bytes(data)


def a_large_webp(kind: bytes) -> bytes:
    """A WebP whose head says that it is larger than any screen."""
    most = 16_383
    match kind:
        case b"VP8X":
            body = bytes(4) + (most - 1).to_bytes(3, "little") * 2
        case b"VP8L":
            body = b"\x2f" + ((most - 1) | (most - 1) << 14).to_bytes(4, "little") + bytes(64)
        case _:
            body = b"\x10\x00\x00\x9d\x01\x2a" + most.to_bytes(2, "little") * 2 + bytes(64)
    piece = kind + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(piece) + 4) + b"WEBP" + piece


def a_large_gif() -> bytes:
    data = bytearray(a_photo(8, 8, "GIF", mode="P", color=0).getvalue())
    data[6:10] = struct.pack("<HH", 65_535, 65_535)
    return bytes(data)


def a_progressive_jpeg(width: int, height: int) -> bytes:
    return a_photo(width, height, progressive=True).getvalue()


def in_a_zip(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as pack:
        pack.writestr("photo.jpg", data)
    return file.getvalue()


JPEG, PNG, GIF, WEBP = (a_photo(64, 48, kind).getvalue() for kind in ("JPEG", "PNG", "GIF", "WEBP"))

REFUSED = {
    "nothing": (b"", EMPTY),
    "larger than a picture may be": (JPEG + b"\x00" * MOST_BYTES, TOO_BIG),
    "svg": (SVG, AN_SVG),
    "svg behind a mark of its encoding": (b"\xef\xbb\xbf  \n" + SVG, AN_SVG),
    "svg with a prologue": (b"<?xml version='1.0'?>" + SVG, AN_SVG),
    "svg with an entity that reads a file": (
        b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
        AN_SVG,
    ),
    "svg, packed": (gzip.compress(SVG), NOT_READABLE),
    "a page": (b"<!doctype html><html>" + SCRIPT, NOT_READABLE),
    "a program in Python": (b"#!/usr/bin/python3\nimport os", NOT_READABLE),
    "a program for Windows": (b"MZ" + bytes(200), NOT_READABLE),
    "a program for Linux": (b"\x7fELF" + bytes(200), NOT_READABLE),
    "php behind the letters of a GIF": (b"GIF89a<?php system($_GET['x']); ?>", None),
    "a page behind the letters of a JPEG": (b"\xff\xd8\xff\xe0" + SCRIPT, None),
    "text": (b"Our shop on its first day", NOT_READABLE),
    "null bytes": (bytes(5_000), NOT_READABLE),
    "noise": (random.Random(4).randbytes(5_000), NOT_READABLE),
    "pdf": (b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj", NOT_READABLE),
    "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", NOT_READABLE),
    "tiff": (a_photo(64, 48, "TIFF").getvalue(), NOT_READABLE),
    "bmp": (a_photo(64, 48, "BMP").getvalue(), NOT_READABLE),
    "ico": (a_photo(64, 48, "ICO").getvalue(), NOT_READABLE),
    "tga": (a_photo(64, 48, "TGA").getvalue(), NOT_READABLE),
    "ppm": (a_photo(64, 48, "PPM").getvalue(), NOT_READABLE),
    "psd": (b"8BPS\x00\x01" + bytes(200), NOT_READABLE),
    "jpeg 2000": (a_photo(64, 48, "JPEG2000").getvalue(), NOT_READABLE),
    "heic": (b"\x00\x00\x00\x18ftypheic" + bytes(200), ANOTHER_FORMAT),
    "avif": (a_photo(64, 48, "AVIF").getvalue(), ANOTHER_FORMAT),
    "film": (b"\x00\x00\x00\x18ftypmp42" + bytes(200), ANOTHER_FORMAT),
    "zip": (in_a_zip(JPEG), NOT_READABLE),
    "jpeg cut off": (a_photo(900, 900).getvalue()[:-1500], DAMAGED),
    "jpeg with nothing but its head": (JPEG[:20], None),
    "png cut off": (PNG[:60], DAMAGED),
    "gif cut off": (a_photo(300, 300, "GIF").getvalue()[:40], None),
    "webp cut off": (WEBP[:40], None),
    "png with a wrong sum": (PNG[:40] + b"\xff\xff\xff\xff" + PNG[44:], None),
    "png without dots": (a_png(10, 10), DAMAGED),
    "png of no size": (a_png(0, 0, chunk(b"IDAT", zlib.compress(b""))), None),
    "png of an unknown kind": (a_png(10, 10, chunk(b"IDAT", zlib.compress(bytes(400))), depth=7, colour=9), None),
    "png with a bomb of words": (
        a_png(1, 1, chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(b"x" * 200_000_000)), chunk(b"IDAT", b"")),
        None,
    ),
    "png with a bomb of colours": (
        a_png(1, 1, chunk(b"iCCP", b"x\x00\x00" + zlib.compress(b"x" * 200_000_000)), chunk(b"IDAT", b"")),
        None,
    ),
    "png bomb": (a_bomb(), "This picture is too large: 30000 by 30000 dots. Make it smaller and send it again."),
    "png larger than the world": (
        a_png(2**31 - 1, 2**31 - 1, chunk(b"IDAT", zlib.compress(b"\x00"))),
        "This picture is too large: 2147483647 by 2147483647 dots. Make it smaller and send it again.",
    ),
    "jpeg that says it is large": (
        a_large_jpeg(),
        "This picture is too large: 65000 by 65000 dots. Make it smaller and send it again.",
    ),
    "jpeg in several passes that is read whole": (
        a_progressive_jpeg(5_000, 4_000),
        "This picture is too large: 5000 by 4000 dots. Make it smaller and send it again.",
    ),
    "jpeg that is too narrow to be shrunk while it is read": (
        a_photo(1_500, 12_000).getvalue(),
        "This picture is too large: 1500 by 12000 dots. Make it smaller and send it again.",
    ),
    "gif that says it is large": (
        a_large_gif(),
        "This picture is too large: 65535 by 65535 dots. Make it smaller and send it again.",
    ),
    **{
        f"webp that says it is large ({kind.decode().strip()})": (
            a_large_webp(kind),
            "This picture is too large: 16383 by 16383 dots. Make it smaller and send it again.",
        )
        for kind in (b"VP8X", b"VP8L", b"VP8 ")
    },
}


def test_the_list_is_as_long_as_it_is_said_to_be():
    assert len(REFUSED) >= 40


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_picture_is_refused_in_plain_words(name):
    data, why = REFUSED[name]
    with pytest.raises(PictureRefused) as refused:
        drawn_from(data)
    assert str(refused.value) in ({why} if why else {NOT_READABLE, DAMAGED})


HARMLESS = {
    "a page behind a jpeg": JPEG + SCRIPT,
    "a zip behind a jpeg": JPEG + in_a_zip(b"x"),
    "a page behind a png": PNG + SCRIPT,
    "a page in the words of a png": a_photo(
        64, 48, "PNG", pnginfo=(lambda info: info.add_text("Comment", SCRIPT.decode()) or info)(PngInfo())
    ).getvalue(),
    "a page behind a gif": GIF + SCRIPT,
    "a page in the remarks of a jpeg": a_photo(64, 48, comment=SCRIPT).getvalue(),
    "a page in the remarks of a gif": a_photo(64, 48, "GIF", comment=SCRIPT).getvalue(),
    "a page behind a webp": WEBP + SCRIPT,
    "a page in the papers of a webp": a_photo(64, 48, "WEBP", xmp=SCRIPT).getvalue(),
    "a page in the colours of a jpeg": a_photo(64, 48, icc_profile=SCRIPT).getvalue(),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_hides_in_a_picture_or_behind_it_does_not_come_through(name):
    [file] = drawn_from(HARMLESS[name]).files
    assert (file.width, file.height, b"script" in file.data, b"PK" in file.data) == (64, 48, False, False)


@pytest.mark.parametrize(
    ("sent", "drawn"),
    [
        ((4_000, 3_000), [(1600, 1200), (800, 600)]),
        ((1_600, 900), [(1600, 900), (800, 450)]),
        ((1_000, 500), [(1000, 500), (800, 400)]),
        ((800, 600), [(800, 600)]),
        ((20, 10), [(20, 10)]),
        ((1, 1), [(1, 1)]),
        ((1_000, 9_000), [(267, 2400), (133, 1200)]),
        ((9_000, 10), [(1600, 2), (800, 1)]),
    ],
)
def test_a_picture_is_drawn_in_two_widths_and_never_larger_than_it_was(sent, drawn):
    assert [(file.width, file.height) for file in draw(a_photo(*sent)).files] == drawn


@pytest.mark.parametrize("size", [(801, 2400), (801, 2402), (803, 2409), (1601, 4803)])
def test_two_widths_that_come_out_alike_are_one(size):
    widths = [file.width for file in draw(a_photo(*size)).files]
    assert len(widths) == len(set(widths))


@pytest.mark.parametrize(
    ("file", "kind", "mode"),
    [
        (a_photo(), "image/jpeg", "RGB"),
        (a_photo(kind="PNG"), "image/jpeg", "RGB"),
        (a_photo(kind="WEBP"), "image/jpeg", "RGB"),
        (a_photo(kind="GIF"), "image/jpeg", "RGB"),
        (a_photo(kind="PNG", mode="RGBA", color=(9, 9, 9, 255)), "image/jpeg", "RGB"),
        (a_photo(kind="PNG", mode="RGBA", color=(9, 9, 9, 90)), "image/png", "RGBA"),
        (a_photo(kind="PNG", mode="LA", color=(9, 90)), "image/png", "RGBA"),
        (a_photo(kind="WEBP", mode="RGBA", color=(9, 9, 9, 90)), "image/png", "RGBA"),
        (a_photo(kind="GIF", mode="P", color=3, transparency=3), "image/png", "RGBA"),
        (a_photo(kind="PNG", mode="1", color=1), "image/jpeg", "RGB"),
        (a_photo(kind="PNG", mode="P", color=3), "image/jpeg", "RGB"),
        (a_photo(kind="PNG", mode="I;16", color=40_000), "image/jpeg", "RGB"),
        (a_photo(mode="CMYK", color=(0, 200, 200, 0)), "image/jpeg", "RGB"),
        (a_photo(mode="L", color=90), "image/jpeg", "RGB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_kind_of_colour_becomes_a_plain_one(file, kind, mode):
    [drawn] = draw(file).files
    image = opened(drawn.data)
    assert (drawn.kind, image.mode, image.size) == (kind, mode, (640, 480))


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (a_photo(color=(200, 40, 40)), (200, 40, 40)),
        (a_photo(kind="PNG", mode="I;16", color=40_000), (156, 156, 156)),
        (a_photo(mode="CMYK", color=(0, 255, 255, 0)), (255, 0, 0)),
    ],
)
def test_colours_stay_what_they_are(file, expected):
    [drawn] = draw(file).files
    seen = opened(drawn.data).getpixel((300, 200))
    assert max(abs(one - other) for one, other in zip(seen, expected, strict=True)) <= 6


def test_of_a_moving_picture_the_first_is_drawn():
    file = io.BytesIO()
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("#ff0000", "#00ff00", "#0000ff")]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=50)
    [drawn] = draw(file).files
    image = opened(drawn.data)
    red, green, blue = image.getpixel((30, 20))
    assert (getattr(image, "n_frames", 1), red > 240, green < 15, blue < 15) == (1, True, True, True)


def test_of_two_pictures_in_one_jpeg_the_first_is_drawn():
    file = io.BytesIO()
    Image.new("RGB", (60, 40), "#ff0000").save(
        file, "MPO", save_all=True, append_images=[Image.new("RGB", (60, 40), "#0000ff")]
    )
    [drawn] = draw(file).files
    assert (drawn.kind, opened(drawn.data).getpixel((30, 20))[0] > 240) == ("image/jpeg", True)


def with_papers() -> bytes:
    """A photo that says who took it, where and when."""
    exif = Image.Exif()
    exif[0x010F], exif[0x013B], exif[0x0132] = "CANARY camera", "CANARY Halina", "2027:01:02 03:04:05"
    exif.get_ifd(0x8825).update({1: "N", 2: (53.0, 37.0, 1.0), 3: "W", 4: (2.0, 9.0, 1.0), 29: "CANARY"})
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0CANARY"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return a_photo(
        900, 600, exif=exif, comment=b"CANARY", icc_profile=profile, xmp=b"<x:xmpmeta>CANARY</x:xmpmeta>"
    ).getvalue()


def test_nothing_that_the_camera_wrote_is_kept():
    sent = with_papers()
    assert (sent.count(b"CANARY") > 3, b"Exif" in sent, b"ICC_PROFILE" in sent) == (True, True, True)
    for file in drawn_from(sent).files:
        image = opened(file.data)
        found = [word for word in (b"CANARY", b"Exif", b"GPS", b"ICC_PROFILE", b"xmp", b"2027") if word in file.data]
        assert (
            found,
            dict(image.getexif()),
            set(image.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density"},
        ) == (
            [],
            {},
            {"progressive", "progression"},
        )


def test_nothing_that_was_written_into_a_drawing_is_kept():
    info = PngInfo()
    info.add_text("Author", "CANARY")
    info.add_itxt("XML:com.adobe.xmp", "CANARY", zip=True)
    exif = Image.Exif()
    exif[0x013B] = "CANARY"
    [file] = draw(a_photo(64, 48, "PNG", mode="RGBA", color=(1, 2, 3, 99), pnginfo=info, exif=exif, dpi=(72, 72))).files
    assert (b"CANARY" in file.data, opened(file.data).info) == (False, {})


@pytest.mark.parametrize("turned", range(1, 9))
def test_a_picture_that_was_taken_on_its_side_stands_upright(turned):
    """Its upper left corner is red, as it is to be seen."""
    upright = Image.new("RGB", (60, 40), "#0000ff")
    upright.paste("#ff0000", (0, 0, 20, 10))
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(back[turned]) if turned in back else upright
    exif = Image.Exif()
    exif[0x0112] = turned
    file = io.BytesIO()
    stored.save(file, "JPEG", exif=exif, quality=95)
    [drawn] = draw(file).files
    image = opened(drawn.data)
    assert (image.size, image.getpixel((8, 4))[0] > 200, image.getpixel((50, 35))[2] > 200) == ((60, 40), True, True)


@pytest.mark.parametrize("value", [0, 9, 255, 65_535])
def test_a_side_that_does_not_exist_leaves_it_as_it_is(value):
    exif = Image.Exif()
    exif[0x0112] = value
    assert shapes(draw(a_photo(60, 40, exif=exif))) == [(60, 40, "image/jpeg")]


def test_broken_papers_do_not_spoil_a_picture_or_are_refused():
    for seed in range(40):
        noise = random.Random(seed).randbytes(400)
        try:
            drawn = draw(a_photo(60, 40, exif=b"Exif\0\0II*\0\x08\0\0\0" + noise))
        except PictureRefused as refused:
            assert str(refused) in {DAMAGED, NOT_READABLE}
        else:
            assert drawn.files[0].data.count(noise[:20]) == 0


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_with_any_bytes_changed_is_drawn_or_refused_and_nothing_else_happens(kind):
    sent = a_photo(64, 48, kind).getvalue()
    chance = random.Random(kind)
    for _time in range(120):
        data = bytearray(sent)
        for _change in range(chance.randint(1, 12)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            drawn = drawn_from(bytes(data))
        except PictureRefused:
            continue
        assert drawn.width <= WIDTHS[0]


def test_a_large_drawing_with_holes_does_not_become_a_large_file():
    noise = Image.frombytes("RGBA", (1600, 1200), random.Random(1).randbytes(1600 * 1200 * 4))
    file = io.BytesIO()
    noise.save(file, "PNG", compress_level=1)
    drawn = draw(file)
    assert [(one.kind, len(one.data) < 2_500_000) for one in drawn.files] == [("image/png", True)] * 2


def test_memory_is_given_back():
    """What Python itself keeps; Pillow's own rows are freed with the picture."""
    sent = a_photo(3_000, 2_000).getvalue()
    drawn_from(sent)
    tracemalloc.start()
    before, _peak = tracemalloc.get_traced_memory()
    for _time in range(4):
        drawn_from(sent)
        with pytest.raises(PictureRefused):
            drawn_from(REFUSED["png bomb"][0])
    after, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (after - before < 1_000_000, peak < 30_000_000) == (True, True)
