"""The pictures in the demo's posts: drawn here, so that they belong to nobody else, and brought like any picture that is sent."""

import io
from collections.abc import Callable, Mapping, Sequence

from PIL import Image, ImageDraw, ImageFont

from blog.actions.pictures import add_picture
from blog.models import Picture, Post
from commons.imaging import draw
from commons.people.models import User

WIDE, HIGH = 1200, 680
INK, PAGE, LINE, PETROL, SEA = "#16242b", "#ffffff", "#c6d0d2", "#0f5063", "#b9d3d9"
WELD, MADDER, MOSS, HEATHER, UNDYED = "#f5c33b", "#a3243b", "#35682d", "#66407e", "#eee6d3"


def draw_pictures(post: Post, body: str, alts: Mapping[str, str], *, by: User) -> str:
    """Add pictures to a post, each with the words that say what it shows, and put them where `{{name}}` stands in the text."""
    for name, alt in alts.items():
        picture = _added(post, name, alt, by=by)
        if f"{{{{{name}}}}}" not in body:
            raise ValueError(f"The picture {name} has no place in the text")
        body = body.replace(f"{{{{{name}}}}}", f"![{picture.alt}]({picture.get_absolute_url()})")
    return body


def _added(post: Post, name: str, alt: str, *, by: User) -> Picture:
    image = Image.new("RGB", (WIDE, HIGH), PAGE)
    DRAWINGS[name](ImageDraw.Draw(image))
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)
    file.seek(0)
    return add_picture(post, by=by, alt=alt, drawn=draw(file))


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _saturdays(pen: ImageDraw.ImageDraw) -> None:
    """A wall calendar on which fourteen Saturdays are crossed."""
    pen.rectangle((0, 0, WIDE, HIGH), fill=UNDYED)
    pen.rectangle((90, 50, WIDE - 90, HIGH - 50), fill=PAGE, outline=INK, width=4)
    pen.rectangle((90, 50, WIDE - 90, 130), fill=PETROL)
    crossed = {2, 3, 5, 8, 9, 12, 14, 15, 19, 21, 22, 26, 29, 30}
    for number in range(32):
        column, row = number % 8, number // 8
        left, top = 130 + column * 120, 160 + row * 118
        pen.rectangle((left, top, left + 104, top + 98), outline=LINE, width=3)
        if number in crossed:
            pen.line((left + 18, top + 16, left + 86, top + 82), fill=MADDER, width=11)
            pen.line((left + 86, top + 16, left + 18, top + 82), fill=MADDER, width=11)
    pen.text((120, 66), "Saturdays", fill=PAGE, font=_font(44))


def _meetings(pen: ImageDraw.ImageDraw) -> None:
    """Bars: how many came to the yearly meeting, before and after it moved."""
    figures: Sequence[tuple[str, int]] = (
        ("2019", 14), ("2020", 9), ("2021", 11), ("2022", 12), ("2023", 61), ("2024", 74), ("2025", 88),
    )  # fmt: skip
    for step in range(0, 101, 25):
        y = HIGH - 90 - step * 5
        pen.line((110, y, WIDE - 40, y), fill=LINE, width=2)
        pen.text((40, y - 18), str(step), fill=INK, font=_font(28))
    for place, (year, number) in enumerate(figures):
        left = 150 + place * 145
        pen.rectangle((left, HIGH - 90 - number * 5, left + 90, HIGH - 90), fill=PETROL if number < 20 else HEATHER)
        pen.text((left + 26, HIGH - 128 - number * 5), str(number), fill=INK, font=_font(30))
        pen.text((left + 12, HIGH - 70), year, fill=INK, font=_font(30))


def _slipway(pen: ImageDraw.ImageDraw) -> None:
    """An island seen from the water: a turbine, a hall, a slipway and a boat."""
    pen.rectangle((0, 0, WIDE, 430), fill="#eaf2f3")
    pen.ellipse((-200, 260, 900, 900), fill=MOSS)
    pen.ellipse((500, 330, 1500, 1000), fill="#4f7f45")
    pen.line((330, 300, 330, 90), fill=PAGE, width=12)
    for end in ((330, -20), (425, 150), (235, 150)):
        pen.line((330, 92, *end), fill=PAGE, width=9)
    pen.ellipse((316, 78, 344, 106), fill=INK)
    pen.rectangle((600, 300, 800, 400), fill=UNDYED, outline=INK, width=3)
    pen.polygon(((580, 300), (700, 226), (820, 300)), fill=MADDER)
    pen.rectangle((680, 336, 720, 400), fill=PETROL)
    pen.rectangle((0, 470, WIDE, HIGH), fill=SEA)
    pen.polygon(((880, 430), (960, 430), (1120, HIGH), (960, HIGH)), fill="#9aa8ad")
    pen.polygon(((420, 560), (660, 560), (620, 620), (460, 620)), fill=WELD, outline=INK)
    pen.line((540, 560, 540, 480), fill=INK, width=7)
    for y in (520, 590, 650):
        for x in range(30 + y % 60, WIDE, 170):
            pen.arc((x, y, x + 60, y + 18), 180, 360, fill=PETROL, width=3)


DRAWINGS: dict[str, Callable[[ImageDraw.ImageDraw], None]] = {
    "saturdays": _saturdays,
    "meetings": _meetings,
    "slipway": _slipway,
}
