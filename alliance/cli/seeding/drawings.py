"""Pictures for demo resources: a line drawing for each kind, made here and not taken from anywhere."""

import io
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.members.models import Membership
from alliance.refs import new_ref
from alliance.resources.models import Photo, PhotoFile, Resource

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

# Drawn larger than shown, so that the lines come out smooth.
_CANVAS: Final = (1600, 1200)
_LARGE: Final = (800, 600)
_SMALL: Final = (480, 360)
_PAPER, _INK, _LIGHT, _SHADE = "#eef1ee", "#22302c", "#0b7a5f", "#d6ddd8"
_WIDE: Final = 14
# Left without, so that the list of what is incomplete has something to say.
_WITHOUT: Final = ("XWBR",)


def add_photos(session: Session, now: datetime) -> None:
    """A drawing for each resource of a kind one can see that has no photo yet."""
    has_some = sa.exists().where(Photo.resource_id == Resource.id)
    admin = (
        sa.select(sa.func.min(Membership.person_id))
        .where(Membership.unit_id == Resource.owner_id, Membership.is_admin)
        .scalar_subquery()
    )
    chosen = sa.select(Resource.id, Resource.code, Resource.kind, admin).where(
        Resource.kind.in_(_DRAWINGS), ~has_some
    )
    made: dict[str, tuple[bytes, bytes]] = {}
    for resource_id, code, kind, by_id in session.execute(chosen.order_by(Resource.code)).all():
        if code.startswith(_WITHOUT) or by_id is None:
            continue
        draw, alt_zh, alt_en = _DRAWINGS[kind]
        large, small = made.setdefault(kind, made.get(kind) or _drawn(draw))
        photo = Photo(
            ref=new_ref(),
            resource_id=resource_id,
            n=1,
            width=_LARGE[0],
            height=_LARGE[1],
            alt_zh=alt_zh,
            alt_en=alt_en,
            at=now,
            by_id=by_id,
        )
        session.add(photo)
        session.flush()
        session.add_all(
            PhotoFile(photo_id=photo.id, size=size, content=content)
            for size, content in (("large", large), ("small", small))
        )
    session.flush()


def _drawn(draw: "Callable[[ImageDraw], None]") -> tuple[bytes, bytes]:
    """The drawing in both sizes, as WebP."""
    # Only the demo draws; the import costs a tenth of a second.
    from PIL import Image, ImageDraw

    sheet = Image.new("RGB", _CANVAS, _PAPER)
    pen = ImageDraw.Draw(sheet)
    pen.line((160, 1020, 1440, 1020), _INK, _WIDE)
    draw(pen)
    packed = []
    for size in (_LARGE, _SMALL):
        file = io.BytesIO()
        sheet.resize(size, Image.Resampling.LANCZOS).save(file, "WEBP", quality=80, method=2)
        packed.append(file.getvalue())
    return packed[0], packed[1]


def _microscope(pen: "ImageDraw") -> None:
    pen.rounded_rectangle((520, 920, 1080, 1013), 30, _SHADE, _INK, _WIDE)
    pen.arc((560, 380, 1080, 920), -80, 90, _INK, 60)
    pen.line((730, 388, 884, 412), _INK, 60)
    pen.rounded_rectangle((560, 700, 1040, 744), 16, _SHADE, _INK, _WIDE)
    pen.polygon(((610, 250), (710, 210), (840, 540), (740, 580)), _SHADE, _INK, _WIDE)
    pen.polygon(((756, 590), (830, 560), (852, 640), (800, 660)), _PAPER, _INK, _WIDE)
    pen.polygon(((590, 190), (700, 146), (724, 204), (612, 248)), _PAPER, _INK, _WIDE)
    pen.ellipse((690, 690, 730, 730), _LIGHT)


def _bench(pen: "ImageDraw") -> None:
    pen.rounded_rectangle((240, 720, 1360, 780), 12, _SHADE, _INK, _WIDE)
    for left in (320, 1240):
        pen.line((left, 780, left, 1013), _INK, _WIDE)
    pen.polygon(((420, 712), (640, 712), (560, 500), (560, 380), (500, 380), (500, 500)), _PAPER, _INK, _WIDE)
    pen.polygon(((446, 650), (614, 650), (634, 705), (426, 705)), _LIGHT)
    pen.rounded_rectangle((760, 440, 1240, 713), 24, _SHADE, _INK, _WIDE)
    pen.rounded_rectangle((810, 490, 1060, 640), 12, _PAPER, _INK, _WIDE)
    for top in (500, 560, 620):
        pen.ellipse((1120, top, 1160, top + 40), _PAPER, _INK, 10)


def _ring(pen: "ImageDraw") -> None:
    pen.ellipse((360, 180, 1240, 920), _SHADE, _INK, _WIDE)
    pen.ellipse((520, 310, 1080, 790), _PAPER, _INK, _WIDE)
    for left in (500, 1040):
        pen.rectangle((left, 860, left + 60, 1013), _SHADE, _INK, _WIDE)
    pen.rounded_rectangle((710, 150, 890, 260), 16, _PAPER, _INK, _WIDE)
    pen.line((1240, 550, 1440, 550), _LIGHT, 24)


def _case(pen: "ImageDraw") -> None:
    pen.rounded_rectangle((620, 300, 980, 480), 60, _PAPER, _INK, _WIDE)
    pen.rounded_rectangle((360, 400, 1240, 1013), 48, _SHADE, _INK, _WIDE)
    pen.line((360, 640, 1240, 640), _INK, _WIDE)
    for left in (500, 1020):
        pen.rounded_rectangle((left, 600, left + 80, 700), 10, _PAPER, _INK, 10)
    pen.rounded_rectangle((720, 740, 880, 860), 12, _LIGHT)


def _rack(pen: "ImageDraw") -> None:
    pen.rounded_rectangle((500, 160, 1100, 1013), 24, _SHADE, _INK, _WIDE)
    for top in range(220, 940, 120):
        pen.rounded_rectangle((560, top, 1040, top + 84), 10, _PAPER, _INK, 10)
        pen.line((600, top + 42, 820, top + 42), _INK, 10)
        pen.ellipse((960, top + 26, 992, top + 58), _LIGHT)


def _hall(pen: "ImageDraw") -> None:
    pen.rounded_rectangle((440, 180, 1160, 560), 12, _SHADE, _INK, _WIDE)
    pen.line((560, 300, 900, 300), _LIGHT, 24)
    pen.line((560, 380, 1040, 380), _INK, 12)
    pen.line((560, 450, 960, 450), _INK, 12)
    for top, first, number in ((660, 440, 5), (800, 350, 6)):
        for left in range(first, first + number * 150, 150):
            pen.rounded_rectangle((left, top, left + 110, top + 90), 20, _PAPER, _INK, _WIDE)
            pen.line((left + 55, top + 90, left + 55, top + 128), _INK, _WIDE)
    pen.line((350, 930, 1250, 930), _INK, _WIDE)


_DRAWINGS: Final[dict[str, tuple["Callable[[ImageDraw], None]", str, str]]] = {
    "instrument": (_microscope, "示意图：一台仪器", "Drawing of an instrument"),
    "platform": (_bench, "示意图：实验台和设备", "Drawing of a bench with equipment"),
    "facility": (_ring, "示意图：大型环形装置", "Drawing of a large ring"),
    "loan_equipment": (_case, "示意图：便携设备箱", "Drawing of a carrying case"),
    "computing": (_rack, "示意图：服务器机柜", "Drawing of a rack of servers"),
    "venue": (_hall, "示意图：带座席和屏幕的场地", "Drawing of a hall with seats and a screen"),
}
