"""Forms about units: applying, admitting, editing, and saying why not."""

from typing import Any, Final

from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from alliance.errors import Problem
from alliance.i18n import gettext as _
from alliance.i18n import lazy_gettext as _l
from alliance.members.joining.models import LONGEST_REASON, LONGEST_WHY
from alliance.members.models import UNIT_KINDS
from alliance.members.unit_facts import LONGEST, TILES, UnitFacts
from alliance.notifications.sentences import words_for
from alliance.web.forms.booking import one_line, some_lines
from alliance.web.vocabulary import UNIT_KIND_NAMES, run_together

_TOO_LONG: Final = _l("At most %(max)d characters.")
_NEEDED: Final = _l("Fill this in.")
# Where units of one alliance mostly are; any other name of a zone can be had by the secretariat from the same list.
ZONES: Final = (
    "Asia/Shanghai",
    "Asia/Urumqi",
    "Asia/Hong_Kong",
    "Asia/Macau",
    "Asia/Taipei",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Asia/Seoul",
    "Asia/Kolkata",
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "Australia/Sydney",
    "UTC",
)


TILE_NAMES: Final = {
    1: _l("Green"),
    2: _l("Blue"),
    3: _l("Sand"),
    4: _l("Rose"),
    5: _l("Violet"),
    6: _l("Olive"),
}


def version_field() -> HiddenField:
    """Which state of a thing a form was filled from."""
    return HiddenField(filters=[one_line])


class TellingForm(FlaskForm):
    """A form that says each finding beside the field it is about."""

    class Meta:
        csrf = False  # the frame checks every form before its page sees it

    def tell(self, problems: Any) -> None:
        """Each finding beside the field it is about; what is about none above them all."""
        for problem in problems:
            here = problem.field in self if problem.field else False
            errors = self[problem.field].errors if here else self.form_errors
            sentence = said(problem)
            if sentence not in errors:
                self._add(problem.field if here else None, sentence)

    def in_words(self) -> list[tuple[str, str]]:
        """What stands in each visible field, under its label."""
        found = []
        for field in self:
            if not isinstance(field, HiddenField):
                choices = getattr(field, "choices", None) or []
                names = {choice.value: str(choice.label) for choice in choices}
                found.append((str(field.label.text), names.get(field.data, str(field.data or ""))))
        return found

    def tell_of_others(self, version: str) -> None:
        """That somebody else has changed it meanwhile; what is saved next is compared with that."""
        self._add(
            None,
            _("Somebody else has changed this meanwhile. Compare with what stands now, then save again."),
        )
        self["version"].data = version

    def _add(self, field: str | None, sentence: str) -> None:
        if field is None:
            self.form_errors.append(sentence)
        else:
            self[field].errors = [*self[field].errors, sentence]


def said(problem: Problem) -> str:
    """A finding in a sentence or two."""
    words = words_for(problem)
    return run_together([words.message, words.remedy])


class _Named(TellingForm):
    name_zh = StringField(
        _l("Chinese name"),
        [DataRequired(_NEEDED), Length(max=LONGEST["name_zh"], message=_TOO_LONG)],
        filters=[one_line],
    )
    name_en = StringField(
        _l("English name"), [Length(max=LONGEST["name_en"], message=_TOO_LONG)], filters=[one_line]
    )
    kind = SelectField(
        _l("Kind of unit"),
        [DataRequired(_l("Choose one of these."))],
        choices=[
            SelectChoice("", _l("Choose")),
            *(SelectChoice(kind, UNIT_KIND_NAMES[kind]) for kind in UNIT_KINDS),
        ],
        validate_choice=False,
    )


class ApplicationForm(_Named):
    """A unit applies: what it is, whom to write to, who asks and why."""

    code = StringField(
        _l("Code wished for"),
        [DataRequired(_NEEDED), Length(max=20, message=_TOO_LONG)],
        filters=[one_line],
        render_kw={"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"},
    )
    contact_email = EmailField(
        _l("Email of the unit"),
        [DataRequired(_NEEDED), Length(max=LONGEST["contact_email"], message=_TOO_LONG)],
        filters=[one_line],
    )
    applicant_name = StringField(
        _l("Your name"),
        [DataRequired(_NEEDED), Length(max=80, message=_TOO_LONG)],
        filters=[one_line],
        render_kw={"autocomplete": "name"},
    )
    applicant_email = EmailField(
        _l("Your email"),
        [DataRequired(_NEEDED), Length(max=254, message=_TOO_LONG)],
        filters=[one_line],
        render_kw={"autocomplete": "email"},
    )
    why = TextAreaField(
        _l("Why the unit wants to join"),
        [DataRequired(_NEEDED), Length(max=LONGEST_WHY, message=_TOO_LONG)],
        filters=[some_lines],
    )


class UnitForm(_Named):
    """What a unit says of itself."""

    version = version_field()
    monogram_zh = StringField(
        _l("Chinese monogram"),
        [DataRequired(_NEEDED), Length(max=2, message=_TOO_LONG)],
        filters=[one_line],
    )
    monogram_en = StringField(
        _l("English monogram"),
        [DataRequired(_NEEDED), Length(max=2, message=_TOO_LONG)],
        filters=[one_line],
    )
    tile = RadioField(
        _l("Colour of the tile"),
        choices=[SelectChoice(str(tile), TILE_NAMES[tile]) for tile in TILES],
        validate_choice=False,
    )
    contact_email = EmailField(
        _l("Email of the unit"),
        [Length(max=LONGEST["contact_email"], message=_TOO_LONG)],
        filters=[one_line],
    )
    zone = SelectField(
        _l("Time zone"),
        choices=[SelectChoice(zone, zone) for zone in ZONES],
        default=ZONES[0],
        validate_choice=False,
    )

    def facts(self) -> UnitFacts:
        """What was entered."""
        return UnitFacts(
            name_zh=self.name_zh.data or "",
            name_en=self.name_en.data or "",
            kind=self.kind.data or "",
            monogram_zh=self.monogram_zh.data or "",
            monogram_en=self.monogram_en.data or "",
            tile=int(self.tile.data) if (self.tile.data or "") in map(str, TILES) else 0,
            contact_email=(self.contact_email.data or "").lower(),
            zone=self.zone.data or "",
        )

    def fit(self) -> None:
        """Keep a zone of another installation or of the command line among those offered."""
        if self.zone.data and self.zone.data not in ZONES:
            self.zone.choices = [SelectChoice(zone, zone) for zone in (*ZONES, self.zone.data)]


class NewUnitForm(UnitForm):
    """The same with the code, which is chosen once."""

    code = StringField(
        _l("Code"),
        [DataRequired(_NEEDED), Length(max=20, message=_TOO_LONG)],
        filters=[one_line],
        render_kw={"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"},
    )


class ReasonForm(TellingForm):
    """Why not."""

    reason = TextAreaField(
        _l("Reason"),
        [
            DataRequired(_l("The other side is told why: write a few words.")),
            Length(max=LONGEST_REASON, message=_TOO_LONG),
        ],
        filters=[some_lines],
    )


class JoinForm(TellingForm):
    """A word to the unit's admins."""

    why = TextAreaField(
        _l("A word to its admins"), [Length(max=LONGEST_WHY, message=_TOO_LONG)], filters=[some_lines]
    )
