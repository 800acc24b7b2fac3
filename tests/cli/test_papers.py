"""What demo resources ask and show: sound, small, and answered by those who book them."""

import io
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from PIL import Image

from alliance.booking.models import Answer
from alliance.cli.seed import add_alliance
from alliance.cli.seeding.drawings import add_photos
from alliance.cli.seeding.files import rows
from alliance.cli.seeding.papers import add_documents, add_questions, pdf_of, sample_answers, wording_of
from alliance.db import db
from alliance.exchange.cells import pieces
from alliance.resources.files.checked import file_of
from alliance.resources.files.models import Document, File
from alliance.resources.models import Photo, PhotoFile, Resource
from alliance.resources.pictures import MOST_SMALL_BYTES
from alliance.resources.questions.actions import problems_of
from alliance.resources.questions.models import Question

NOW = datetime(2026, 11, 23, 2, 24, tzinfo=UTC)


@pytest.fixture
def seeded(sqlite_app):
    add_alliance(NOW)
    return db.session()


def counted(session) -> list[int]:
    return [
        session.scalar(sa.select(sa.func.count()).select_from(each))
        for each in (Question, Document, File, Photo)
    ]


def test_every_question_could_have_been_asked_by_hand(seeded):
    assert [problems_of(wording_of(row)) for row in rows("questions")] == [[]] * len(list(rows("questions")))
    asking = seeded.scalars(sa.select(Resource.code).where(Resource.has_asked)).all()
    assert set(asking) == {row["resource"] for row in rows("questions")}


def test_samples_answer_everything_that_must_be_answered(seeded):
    must = set(seeded.scalars(sa.select(Question.ref).where(Question.is_required)))
    samples = [answers for of_one in sample_answers(seeded).values() for answers in of_one]

    assert must
    assert [ref for answers in samples for ref in answers if ref in must and not answers[ref]] == []
    assert seeded.scalar(sa.select(sa.func.count()).select_from(Answer)) == 0


def test_a_document_of_our_own_is_one_that_anybody_could_send():
    for row in rows("documents"):
        content = pdf_of(row["title_zh"], row["title_en"], pieces(row["text_zh"]), row["text_en"].split(".;"))

        assert file_of("a.pdf", io.BytesIO(content)).media_type == "application/pdf"
        assert len(content) < 4096


def test_drawings_are_small_and_leave_some_to_be_photographed(seeded):
    kinds = {"instrument", "platform", "facility", "loan_equipment", "computing", "venue"}
    photographed = seeded.execute(sa.select(Resource.code, Resource.kind).join(Photo)).all()
    files = seeded.execute(sa.select(PhotoFile.size, PhotoFile.content)).all()

    assert {kind for _code, kind in photographed} == kinds
    assert not [code for code, _kind in photographed if code.startswith("XWBR")]
    assert max(len(content) for _size, content in files) < MOST_SMALL_BYTES / 3
    sizes = {(size, Image.open(io.BytesIO(content)).size) for size, content in files}
    assert sizes == {("large", (800, 600)), ("small", (480, 360))}


def test_loading_again_adds_nothing(seeded):
    before = counted(seeded)

    for add in (add_questions, add_documents, add_photos):
        add(seeded, NOW)

    assert counted(seeded) == before
