"""What is typed into the sections of a resource's sheet; each form is filled from its values and gives them back.

Lengths, bounds and choices are judged by the domain; here only what cannot be read at all is wrong.
"""

import re
from collections.abc import Sequence
from typing import Any, ClassVar, Final, Self

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.widgets import CheckboxInput, ListWidget

from alliance.errors import Problem
from alliance.i18n import gettext as _
from alliance.notifications.sentences import words_for
from alliance.resources.kinds import DETAILS, INSTRUMENT_CLASSES, KINDS, PRESETS, VISIBILITIES
from alliance.resources.sheet import Values
from alliance.web.forms.booking import CountField, one_line, some_lines
from alliance.web.sheet_words import DETAIL_NAMES, FIELD_NAMES, PRESET_NAMES, VISIBILITY_NAMES
from alliance.web.vocabulary import instrument_class_name, kind_name, run_together

_COLON: Final = re.compile(r"[:：]")
_BAR: Final = re.compile(r"[|｜]")


class Needed:
    """Says on the page that a field must not stay empty; whether it is, the domain says."""

    field_flags: ClassVar = {"required": True}

    def __call__(self, form: Any, field: Any) -> None:
        """Nothing is wrong here."""


class SheetForm(FlaskForm):
    """One section. `version` is the one it was filled from, `knowing` the word for the bookings shown."""

    class Meta:
        csrf = False  # the frame checks every form before its page sees it

    version = HiddenField(filters=[one_line])
    knowing = HiddenField(filters=[one_line])
    section: ClassVar[str]

    @classmethod
    def of(cls, sheet: Values, version: int) -> Self:
        """The form with the sheet's values in it."""
        return cls(formdata=MultiDict([*cls.typed(sheet), ("version", str(version))]))

    @classmethod
    def typed(cls, sheet: Values) -> list[tuple[str, str]]:
        """The values as somebody would have typed them."""
        raise NotImplementedError

    def values(self) -> dict[str, Any]:
        """The values typed; sound only while there are no errors."""
        raise NotImplementedError

    @property
    def base_version(self) -> int | None:
        """The version it was filled from; None for what is no number."""
        text = self.version.data or ""
        return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None

    def tell(self, problems: Sequence[Problem]) -> None:
        """Each finding beside its field, with the way out; those of no field at the top."""
        for problem in problems:
            words = words_for(problem)
            sentence = run_together((words.message, words.remedy))
            field = self._fields.get(self.place_of(problem.field or ""))
            if field is None:
                self.form_errors.append(sentence)
            else:
                field.errors = [*field.errors, sentence]

    def place_of(self, field: str) -> str:
        """The name of the form's field where a field of the sheet is typed."""
        return field


def as_stored(sheet: Values, *fields: str) -> list[tuple[str, str]]:
    """Texts and numbers that are typed as they are stored."""
    return [(field, "" if sheet[field] is None else str(sheet[field])) for field in fields]


def line(field: str) -> StringField:
    """A field of one line under its own name."""
    return StringField(FIELD_NAMES[field], filters=[one_line])


def _lines(field: str) -> TextAreaField:
    return TextAreaField(FIELD_NAMES[field], filters=[some_lines])


class WhatForm(SheetForm):
    """What it is."""

    section = "what"
    name_zh = StringField(FIELD_NAMES["name_zh"], [Needed()], filters=[one_line])
    name_en = line("name_en")
    kind = SelectField(FIELD_NAMES["kind"], validate_choice=False)
    instrument_class = SelectField(FIELD_NAMES["instrument_class"], validate_choice=False)
    subcategory = line("subcategory")
    preset = SelectField(FIELD_NAMES["preset"], validate_choice=False)
    place_zh = line("place_zh")
    place_en = line("place_en")
    capacity = CountField(FIELD_NAMES["capacity"])
    description_zh = _lines("description_zh")
    description_en = _lines("description_en")
    specifications_zh = _lines("specifications_zh")
    specifications_en = _lines("specifications_en")
    tags = _lines("tags")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(kind, kind_name(kind)) for kind in KINDS]
        self.preset.choices = [(preset, str(PRESET_NAMES[preset])) for preset in PRESETS]
        classes = [(number, f"{number} {instrument_class_name(number)}") for number in INSTRUMENT_CLASSES]
        self.instrument_class.choices = [("", _("No class of these")), *classes]

    @classmethod
    def typed(cls, sheet: Values) -> list[tuple[str, str]]:
        plain = (
            "name_zh", "name_en", "kind", "instrument_class", "subcategory", "preset", "place_zh", "place_en",
            "capacity", "description_zh", "description_en",
        )  # fmt: skip
        colon = {"specifications_zh": "：", "specifications_en": ": "}
        return [
            *as_stored(sheet, *plain),
            *((field, "\n".join(mark.join(pair) for pair in sheet[field])) for field, mark in colon.items()),
            ("tags", "\n".join(" | ".join(filter(None, tag)) for tag in sheet["tags"])),
        ]

    def values(self) -> dict[str, Any]:
        optional = ("name_en", "instrument_class", "place_zh", "place_en", "description_zh", "description_en")
        return {
            **{field: self[field].data or "" for field in ("name_zh", "kind", "subcategory", "preset")},
            **{field: self[field].data or None for field in optional},
            "capacity": self.capacity.data,
            "specifications_zh": _pairs(self.specifications_zh.data),
            "specifications_en": _pairs(self.specifications_en.data),
            "tags": _tags(self.tags.data),
        }


def _pairs(text: str | None) -> list[list[str]]:
    """Each line a name and, behind the first colon, its value."""
    found = []
    for line in filter(None, map(one_line, (text or "").split("\n"))):
        name, _mark, value = _split(line, _COLON)
        found.append([name, value])
    return found


def _tags(text: str | None) -> list[list[Any]]:
    """Each line a technique and, behind a bar, its English name; each once."""
    found: dict[str, str | None] = {}
    for line in filter(None, map(one_line, (text or "").split("\n"))):
        zh, _mark, en = _split(line, _BAR)
        if zh:
            found.setdefault(zh, en or None)
    return [[zh, en] for zh, en in found.items()]


def _split(line: str, mark: re.Pattern[str]) -> tuple[str, str, str]:
    match = mark.search(line)
    if match is None:
        return line, "", ""
    return line[: match.start()].strip(), match[0], line[match.end() :].strip()


class Boxes(SelectMultipleField):
    """Some of many, each with its box."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class AccessForm(SheetForm):
    """Who may know of it, and what others see of its bookings."""

    section = "access"
    visibility = RadioField(FIELD_NAMES["visibility"], validate_choice=False)
    groups = Boxes(FIELD_NAMES["groups"], validate_choice=False)
    detail = RadioField(FIELD_NAMES["detail"], validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visibility.choices = [(each, str(VISIBILITY_NAMES[each])) for each in reversed(VISIBILITIES)]
        self.detail.choices = [(each, str(DETAIL_NAMES[each])) for each in DETAILS]
        self.groups.choices = []

    def offer(self, choices: Sequence[tuple[str, str]]) -> None:
        """The groups there are to choose from."""
        self.groups.choices = list(choices)

    @classmethod
    def typed(cls, sheet: Values) -> list[tuple[str, str]]:
        return [*as_stored(sheet, "visibility", "detail"), *(("groups", code) for code in sheet["groups"])]

    def values(self) -> dict[str, Any]:
        chosen = list(dict.fromkeys(self.groups.data or ()))
        return {
            "visibility": self.visibility.data or "",
            "detail": self.detail.data or "",
            # Groups that do not count are not kept: whoever comes back to them should look at them again.
            "groups": chosen if self.visibility.data == "groups" else [],
        }


class PartsForm(SheetForm):
    """The other resources it consists of."""

    section = "parts"
    parts = Boxes(FIELD_NAMES["parts"], validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts.choices = []

    def offer(self, choices: Sequence[tuple[str, str]]) -> None:
        """The resources there are to choose from."""
        self.parts.choices = list(choices)

    @classmethod
    def typed(cls, sheet: Values) -> list[tuple[str, str]]:
        return [("parts", code) for code in sheet["parts"]]

    def values(self) -> dict[str, Any]:
        return {"parts": list(dict.fromkeys(self.parts.data or ()))}


class QualificationsForm(SheetForm):
    """What whoever books it has to hold."""

    section = "qualifications"
    qualifications = Boxes(FIELD_NAMES["qualifications"], validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.qualifications.choices = []

    def offer(self, choices: Sequence[tuple[str, str]]) -> None:
        """The qualifications there are to choose from."""
        self.qualifications.choices = list(choices)

    @classmethod
    def typed(cls, sheet: Values) -> list[tuple[str, str]]:
        return [("qualifications", code) for code in sheet["qualifications"]]

    def values(self) -> dict[str, Any]:
        return {"qualifications": list(dict.fromkeys(self.qualifications.data or ()))}


class ManagersForm(SheetForm):
    """Who runs it."""

    section = "managers"
    managers = Boxes(FIELD_NAMES["managers"], validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.managers.choices = []

    def offer(self, choices: Sequence[tuple[str, str]]) -> None:
        """The people there are to choose from."""
        self.managers.choices = list(choices)

    @classmethod
    def typed(cls, sheet: Values) -> list[tuple[str, str]]:
        return [("managers", ref) for ref in sheet["managers"]]

    def values(self) -> dict[str, Any]:
        return {"managers": list(dict.fromkeys(self.managers.data or ()))}
