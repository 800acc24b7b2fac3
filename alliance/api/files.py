"""Files for answers: sending one before it is named, and getting one that was."""

import base64
import binascii
import io
from typing import Any

from flask import Response

from alliance.api import shown
from alliance.api.addressed import readable_booking, sound_ref
from alliance.api.auth import caller
from alliance.api.noun import Noun, answer, repeated
from alliance.api.once import act
from alliance.api.schemas.questions import (
    LARGEST_FILE,
    LARGEST_UPLOAD,
    FileAnswer,
    FileContentAnswer,
    NewFile,
)
from alliance.booking.answers import answers_of, files_named
from alliance.db import db
from alliance.errors import Missing, Problem, Refused
from alliance.resources.files.actions import send_file
from alliance.resources.files.checked import Sent, file_of
from alliance.resources.files.queries import content_of

blueprint = Noun("files", "Files that answer a resource's question: sent first, then named in a booking.")


@blueprint.call(
    "POST",
    "/files",
    scope="book",
    body=NewFile,
    answers={201: FileAnswer},
    fails=(422,),
    headers=("IdempotencyKey",),
    largest=LARGEST_UPLOAD,
)
def create(body: dict[str, Any]) -> Response:
    """Send a file of at most 5 MB; an answer names it by its ref within two days, or it is gone."""
    done = act(send_file, _sent(body), by=caller())
    file = files_named(db.session(), caller().person_id, [done.value]).get(done.value)
    if file is None:
        raise Missing
    return answer(shown.file(file), 201, repeated(done))


@blueprint.call(
    "GET", "/bookings/<ref>/files/<file>", scope="read", answers={200: FileContentAnswer}, fails=(404,)
)
def show(ref: str, file: str) -> Response:
    """Get a file that was sent with an answer, if one may see the answers."""
    booking = readable_booking(db.session(), caller(), ref)
    given = [each.file for each in answers_of(db.session(), caller(), booking) if each.file is not None]
    found = next((each for each in given if each.ref == sound_ref(file)), None)
    if found is None:
        raise Missing
    content = base64.b64encode(content_of(db.session(), found)).decode()
    return answer({**shown.file(found), "content": content})


def _sent(body: dict[str, Any]) -> Sent:
    """The file in the body; raises Refused, naming the field."""
    try:
        content = base64.b64decode(body["content"], validate=True)
    except (binascii.Error, ValueError):
        raise Refused([Problem("file_damaged", field="content")]) from None
    try:
        return file_of(body["name"], io.BytesIO(content), largest=LARGEST_FILE)
    except Refused as refused:
        found = [Problem(one.code, params=one.params, field="content") for one in refused.problems]
        raise Refused(found) from None
