"""Questions, answers and the files among them, as JSON."""

from marshmallow import fields

from alliance.api.fields import Text
from alliance.api.schemas import Input, Output
from alliance.resources.files.checked import LONGEST_NAME
from alliance.resources.questions.models import KINDS

LARGEST_FILE = 5 * 1024 * 1024
# Four characters for every three bytes, and some for what stands around them.
LARGEST_UPLOAD = LARGEST_FILE // 3 * 4 + 16 * 1024


class ChoiceAnswer(Output):
    """One of the answers to choose from."""

    value = fields.String(required=True, metadata={"description": "What `answers` names it by."})
    label = fields.String(required=True)


class QuestionAnswer(Output):
    """A question the resource asks now. Its ref names this very wording: another wording has another one."""

    ref = fields.String(required=True)
    kind = fields.String(required=True, metadata={"enum": list(KINDS)})
    required = fields.Boolean(required=True)
    wording = fields.String(required=True)
    note = fields.String(required=True, metadata={"description": "Of a consent the text one agrees to."})
    choices = fields.List(fields.Nested(ChoiceAnswer), required=True)
    least = fields.Float(required=True, allow_none=True)
    most = fields.Float(required=True, allow_none=True)
    measure = fields.String(required=True)


class FileAnswer(Output):
    """A file that was sent. Whoever sent it names it in `answers` by its ref."""

    ref = fields.String(required=True)
    name = fields.String(required=True)
    media_type = fields.String(required=True)
    size = fields.Integer(required=True, metadata={"description": "In bytes."})


class FileContentAnswer(FileAnswer):
    """A file with its bytes in base64."""

    content = fields.String(required=True, metadata={"format": "byte"})


class GivenFile(FileAnswer):
    """A file among the answers of a booking, and where to get it."""

    address = fields.String(required=True, metadata={"format": "uri"})


class GivenAnswer(Output):
    """An answer, with the question as it was asked."""

    question = fields.String(required=True)
    kind = fields.String(required=True, metadata={"enum": list(KINDS)})
    wording = fields.String(required=True)
    answer = fields.Raw(
        required=True,
        metadata={"description": "The text, the number, the words of the choice, true, or the file's name."},
    )
    file = fields.Nested(GivenFile, required=True, allow_none=True)


class NewFile(Input):
    """A file for an answer: its name and its bytes in base64."""

    name = Text(longest=LONGEST_NAME, required=True)
    content = Text(longest=LARGEST_UPLOAD, required=True, metadata={"format": "byte"})
