"""Sending a document: the file, what it is called in both languages, and who may have it."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, FileField, StringField

from alliance.i18n import lazy_gettext as _l
from alliance.web.forms.booking import one_line


class TitleForm(FlaskForm):
    """What a document is called and whom it is for. How long and how needed, the domain says."""

    class Meta:
        csrf = False  # the frame checks every form before its page sees it

    title_zh = StringField(_l("Title in Chinese"), filters=[one_line])
    title_en = StringField(_l("Title in English"), filters=[one_line])
    for_members = BooleanField(_l("Only for people who are signed in"))

    @property
    def told(self) -> dict[str, Any]:
        """All of it, by the names the acts know it by."""
        return {
            "title_zh": self.title_zh.data or "",
            "title_en": self.title_en.data or "",
            "for_members": bool(self.for_members.data),
        }


class DocumentForm(TitleForm):
    """A new document."""

    file = FileField(_l("File"))
