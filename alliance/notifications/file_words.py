"""Files in words: what is wrong with one that somebody sent, or with what he says about it."""

from typing import Final

from alliance.i18n import gettext as _
from alliance.i18n import ngettext
from alliance.notifications.words import Params, Saying, Times, Words


def _file_missing(params: Params, times: Times) -> Words:
    return Words(_("No file"), _("No file was chosen, or it is empty."), _("Choose a file."), "nobody")


def _file_too_heavy(params: Params, times: Times) -> Words:
    return Words(
        _("Too large"),
        _("The file has more than %(megabytes)s MB.", megabytes=params["megabytes"]),
        _("Make it smaller, or send a part of it."),
        "alliance",
    )


def _file_name_too_long(params: Params, times: Times) -> Words:
    return Words(
        _("Name too long"),
        _("The name of the file has more than %(longest)s characters.", longest=params["longest"]),
        _("Give it a shorter name."),
        "alliance",
    )


def _file_name_unusable(params: Params, times: Times) -> Words:
    return Words(
        _("Name not usable"),
        _("The name of the file holds a path, a sign no file name may have, or one that cannot be seen."),
        _("Give it a plain name."),
        "alliance",
    )


def _file_unknown_kind(params: Params, times: Times) -> Words:
    return Words(
        _("Not a kind we take"),
        _("Files may be PDF, plain text, CSV, Word, Excel, PowerPoint, OpenDocument, JPEG, PNG or WebP."),
        _("Save it as PDF and send that."),
        "alliance",
    )


def _file_other_kind(params: Params, times: Times) -> Words:
    return Words(
        _("Name and content differ"),
        _(
            "The name says it is a .%(said)s file, but it is a .%(found)s file.",
            said=params["said"],
            found=params["found"],
        ),
        _("Give it the ending it should have."),
        "alliance",
    )


def _file_damaged(params: Params, times: Times) -> Words:
    return Words(
        _("Cannot be read"),
        _("The file is damaged or incomplete."),
        _("Open it on your device, save it anew and send that."),
        "nobody",
    )


def _file_is_two_things(params: Params, times: Times) -> Words:
    return Words(
        _("Two files in one"),
        _("Something else hides in the file: an archive, a page or a second file."),
        _("Open it on your device, save it anew and send that."),
        "alliance",
    )


def _file_is_page(params: Params, times: Times) -> Words:
    return Words(
        _("A page or a drawing with code"),
        _("Web pages, SVG drawings and other files of marks and code are not taken: they can hold scripts."),
        _("Save it as PDF, or a drawing as PNG, and send that."),
        "alliance",
    )


def _file_has_program(params: Params, times: Times) -> Words:
    return Words(
        _("Holds a program"),
        _("The file holds macros, scripts or embedded files, or loads something when it is opened."),
        _("Save it without them, for example as PDF, and send that."),
        "alliance",
    )


def _file_is_old_office(params: Params, times: Times) -> Words:
    return Words(
        _("Old kind of office file"),
        _("Files of the old kinds .doc, .xls and .ppt can hold macros nobody sees."),
        _("Save it as .docx, .xlsx, .pptx or PDF and send that."),
        "alliance",
    )


def _file_is_archive(params: Params, times: Times) -> Words:
    return Words(
        _("An archive"),
        _("Archives such as ZIP are not taken."),
        _("Unpack it and send the files one by one."),
        "alliance",
    )


def _file_is_locked(params: Params, times: Times) -> Words:
    return Words(
        _("Locked"),
        _("The file is locked by a password, so nobody can look into it."),
        _("Save it without the password and send that."),
        "alliance",
    )


def _file_unpacks_without_end(params: Params, times: Times) -> Words:
    return Words(
        _("Unpacks too large"),
        _("The file is small, but what is packed in it is larger than any document."),
        _("Save it anew, or as PDF, and send that."),
        "alliance",
    )


def _file_too_many_pixels(params: Params, times: Times) -> Words:
    return Words(
        _("Too many pixels"),
        _("The picture has more than %(longest)s pixels on one side.", longest=params["longest"]),
        _("Save it smaller and send that."),
        "alliance",
    )


def _too_many_files(params: Params, times: Times) -> Words:
    return Words(
        _("Enough files for now"),
        ngettext(
            "You have sent %(num)s file within two days, as many as one may.",
            "You have sent %(num)s files within two days, as many as one may.",
            params["most"],
        ),
        _("Try again tomorrow, or put several things into one file."),
        "alliance",
    )


def _too_many_documents(params: Params, times: Times) -> Words:
    return Words(
        _("Enough documents"),
        ngettext(
            "A resource has at most %(num)s document.",
            "A resource has at most %(num)s documents.",
            params["most"],
        ),
        _("Remove one first."),
        "alliance",
    )


def _title_missing(params: Params, times: Times) -> Words:
    return Words(
        _("Title missing"),
        _("Readers need to know what the document is."),
        _("Say it in a few words, in Chinese or English, better in both."),
        "alliance",
    )


FILE_WORDS: Final[dict[str, Saying]] = {
    "file_missing": _file_missing,
    "file_too_heavy": _file_too_heavy,
    "file_name_too_long": _file_name_too_long,
    "file_name_unusable": _file_name_unusable,
    "file_unknown_kind": _file_unknown_kind,
    "file_other_kind": _file_other_kind,
    "file_damaged": _file_damaged,
    "file_is_two_things": _file_is_two_things,
    "file_is_page": _file_is_page,
    "file_has_program": _file_has_program,
    "file_is_old_office": _file_is_old_office,
    "file_is_archive": _file_is_archive,
    "file_is_locked": _file_is_locked,
    "file_unpacks_without_end": _file_unpacks_without_end,
    "file_too_many_pixels": _file_too_many_pixels,
    "too_many_files": _too_many_files,
    "too_many_documents": _too_many_documents,
    "title_missing": _title_missing,
}
