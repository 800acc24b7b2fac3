"""The shape of what went wrong."""

from marshmallow import fields

from alliance.api.schemas import Output


class Finding(Output):
    """One thing that is wrong, or worth knowing: `code` for programs, `message` and `remedy` for people."""

    code = fields.String(required=True)
    severity = fields.String(required=True, metadata={"enum": ["block", "approve", "warn"]})
    message = fields.String(required=True)
    remedy = fields.String(required=True, metadata={"description": "What would work instead; may be empty."})
    details = fields.Dict(required=True, metadata={"description": "The parameters of the finding, by name."})
    field = fields.String(metadata={"description": "The field or header it is about, if it is about one."})


class AlternativeAnswer(Output):
    """What would be accepted instead, as things stand: a body for the same call. `why` says what it changes."""

    why = fields.String(required=True, metadata={"enum": ["other_time", "other_resource", "shorter"]})
    resource = fields.String(required=True)
    start = fields.DateTime(required=True)
    end = fields.DateTime(required=True)
    quantity = fields.Integer(required=True)
    verdict = fields.String(required=True, metadata={"enum": ["ok", "approve"]})


class ProblemAnswer(Output):
    """Problem details as in RFC 9457, with every finding."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String(
        required=True, metadata={"description": "The number of this request in our log."}
    )
    problems = fields.List(fields.Nested(Finding), required=True)
    alternatives = fields.List(
        fields.Nested(AlternativeAnswer),
        metadata={"description": "Up to three, where a booking was refused for its time."},
    )
