"""What demo resources ask, and the documents beside them, which are written here and not taken from anywhere."""

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance.cli.seeding.files import Row, rows
from alliance.cli.seeding.members import ids_by_code
from alliance.exchange.cells import pieces
from alliance.members.actor import Actor
from alliance.members.models import Membership
from alliance.refs import new_ref
from alliance.resources.files.actions import keep
from alliance.resources.files.checked import file_of
from alliance.resources.files.models import Document
from alliance.resources.models import Resource
from alliance.resources.questions.actions import Wording
from alliance.resources.questions.models import Question

_LINE: Final = 26
_TOP: Final = 760


def add_questions(session: Session, now: datetime) -> None:
    """The questions of resources that never asked anything."""
    resources, admins = _without(session, Resource.has_asked.is_(False)), _admins(session)
    for code, own in groupby(rows("questions"), lambda row: row["resource"]):
        if (resource := resources.get(code)) is None:
            continue
        for n, row in enumerate(own, 1):
            ref = new_ref()
            session.add(
                Question(
                    ref=ref,
                    thread=ref,
                    resource_id=resource.id,
                    n=n,
                    at=now,
                    by_id=admins[resource.owner_id],
                    **wording_of(row).columns(),
                )
            )
        resource.has_asked = True
    session.flush()


def add_documents(session: Session, now: datetime) -> None:
    """The documents of resources that have none."""
    has_some = sa.exists().where(Document.resource_id == Resource.id)
    resources, admins = _without(session, ~has_some), _admins(session)
    for row in rows("documents"):
        if (resource := resources.get(row["resource"])) is None:
            continue
        by = Actor(admins[resource.owner_id])
        content = pdf_of(row["title_zh"], row["title_en"], pieces(row["text_zh"]), row["text_en"].split(".;"))
        sent = file_of(f"{row['file']}.pdf", io.BytesIO(content))
        session.add(
            Document(
                ref=new_ref(),
                resource_id=resource.id,
                n=1,
                file_id=keep(session, sent, by=by).id,
                title_zh=row["title_zh"],
                title_en=row["title_en"],
                for_members=row["members"] == "yes",
                at=now,
                by_id=by.person_id,
            )
        )
    session.flush()


def sample_answers(session: Session) -> dict[str, list[dict[str, str]]]:
    """By code of a resource, what bookers of the demo answer in turn, by the refs of the questions asked now."""
    ids = {number: code for code, number in ids_by_code(session, Resource).items()}
    asked: dict[tuple[str, int], str] = {
        (ids[question.resource_id], question.n): question.ref
        for question in session.scalars(sa.select(Question).where(Question.retired_at.is_(None)))
    }
    told: dict[str, list[dict[str, str]]] = {}
    for code, own in groupby(rows("questions"), lambda row: row["resource"]):
        questions = [(asked.get((code, n)), row["answers"].split(";")) for n, row in enumerate(own, 1)]
        most = max(len(answers) for _ref, answers in questions)
        told[code] = [
            {ref: answers[turn % len(answers)] for ref, answers in questions if ref} for turn in range(most)
        ]
    return told


def pdf_of(title_zh: str, title_en: str, text_zh: Sequence[str], text_en: Sequence[str]) -> bytes:
    """A page with a title and numbered sentences in both languages.

    Chinese is set in a font every reader of PDF brings along, so that none has to be in the file.
    """
    lines = [(24, title_zh), (16, title_en), (12, "")]
    lines += [(13, f"{n}. {sentence}") for n, sentence in enumerate(text_zh, 1)]
    lines += [(12, ""), *((12, f"{n}. {text.strip('. ')}.") for n, text in enumerate(text_en, 1))]
    drawn = b"BT\n" + b"".join(_set(lines)) + b"ET\n"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /Z 5 0 R /L 8 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%sendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 7 0 R /DW 1000 "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>",
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 "
        b"/Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    return _bound(objects)


def _set(lines: Sequence[tuple[int, str]]) -> Iterator[bytes]:
    for n, (size, line) in enumerate(lines):
        place = b"1 0 0 1 72 %d Tm" % (_TOP - n * _LINE)
        if line.isascii():
            text = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
            yield b"/L %d Tf %s (%s) Tj\n" % (size, place, text.encode())
        else:
            yield b"/Z %d Tf %s <%s> Tj\n" % (size, place, line.encode("utf-16-be").hex().encode())


def _bound(objects: Sequence[bytes]) -> bytes:
    """The objects as a file, with the table of where each begins."""
    file, places = bytearray(b"%PDF-1.4\n"), []
    for number, each in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    file += b"".join(b"%010d 00000 n \n" % place for place in places)
    file += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(file)


def _without(session: Session, condition: sa.ColumnElement[bool]) -> Mapping[str, Resource]:
    return {each.code: each for each in session.scalars(sa.select(Resource).where(condition))}


def _admins(session: Session) -> dict[int, int]:
    """An admin of each unit, who may be said to have written it."""
    found = sa.select(Membership.unit_id, sa.func.min(Membership.person_id)).where(Membership.is_admin)
    return dict(session.execute(found.group_by(Membership.unit_id)).all())


def wording_of(row: Row) -> Wording:
    """The question of a row as somebody would define it."""
    pairs = (choice.partition("|") for choice in pieces(row["choices"]))
    return Wording(
        row["kind"],
        row["required"] == "yes",
        wording_zh=row["wording_zh"],
        wording_en=row["wording_en"],
        note_zh=row["note_zh"],
        note_en=row["note_en"],
        choices=tuple((zh.strip(), en.strip()) for zh, _bar, en in pairs),
        least=float(row["least"]) if row["least"] else None,
        most=float(row["most"]) if row["most"] else None,
        measure_zh=row["measure_zh"],
        measure_en=row["measure_en"],
    )
