"""Sending a photo: the file, and what it shows in both languages."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import FileField, StringField

from alliance.i18n import lazy_gettext as _l
from alliance.web.forms.booking import one_line


class CaptionForm(FlaskForm):
    """What a photo shows. How long and how needed, the domain says."""

    class Meta:
        csrf = False  # the frame checks every form before its page sees it

    alt_zh = StringField(_l("What it shows, in Chinese"), filters=[one_line])
    alt_en = StringField(_l("What it shows, in English"), filters=[one_line])

    @property
    def captions(self) -> dict[str, Any]:
        """Both languages, by the names the acts know them by."""
        return {"alt_zh": self.alt_zh.data or "", "alt_en": self.alt_en.data or ""}


class PhotoForm(CaptionForm):
    """A new photo."""

    photo = FileField(_l("Photo"))
