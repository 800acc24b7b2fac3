"""Photos in words: what is wrong with a file somebody sent, or with what he says about it."""

from typing import Final

from alliance.i18n import gettext as _
from alliance.i18n import ngettext
from alliance.notifications.words import Params, Saying, Times, Words


def _photo_missing(params: Params, times: Times) -> Words:
    return Words(_("No photo"), _("No file was chosen, or it is empty."), _("Choose a photo."), "nobody")


def _photo_too_heavy(params: Params, times: Times) -> Words:
    return Words(
        _("Too large"),
        _("The file has more than %(megabytes)s MB.", megabytes=params["megabytes"]),
        _("Save it smaller and send that."),
        "alliance",
    )


def _photo_unknown_format(params: Params, times: Times) -> Words:
    return Words(
        _("Not a photo we can read"),
        _("The file is no JPEG, PNG or WebP, whatever its name says."),
        _("Save the photo as JPEG and send that."),
        "alliance",
    )


def _photo_is_two_things(params: Params, times: Times) -> Words:
    return Words(
        _("Two files in one"),
        _("Something else hides in the file: an archive, a page or a second file."),
        _("Open the photo on your device, save it anew and send that."),
        "alliance",
    )


def _photo_damaged(params: Params, times: Times) -> Words:
    return Words(
        _("Cannot be read"),
        _("The file is damaged or incomplete."),
        _("Open the photo on your device, save it anew and send that."),
        "nobody",
    )


def _photo_too_many_pixels(params: Params, times: Times) -> Words:
    return Words(
        _("Too many pixels"),
        _("The photo has more than %(longest)s pixels on one side.", longest=params["longest"]),
        _("Save it smaller and send that."),
        "alliance",
    )


def _photo_too_few_pixels(params: Params, times: Times) -> Words:
    return Words(
        _("Too few pixels"),
        _("The photo has fewer than %(shortest)s pixels on one side.", shortest=params["shortest"]),
        _("Choose a larger one."),
        "alliance",
    )


def _too_many_photos(params: Params, times: Times) -> Words:
    return Words(
        _("Enough photos"),
        ngettext(
            "A resource has at most %(num)s photo.", "A resource has at most %(num)s photos.", params["most"]
        ),
        _("Remove one first."),
        "alliance",
    )


def _caption_missing(params: Params, times: Times) -> Words:
    return Words(
        _("Caption missing"),
        _("Who cannot see the photo reads what it shows."),
        _("Say it in a few words, in Chinese or English, better in both."),
        "alliance",
    )


def _caption_too_long(params: Params, times: Times) -> Words:
    return Words(
        _("Too long"),
        _("A caption has at most %(longest)s characters.", longest=params["longest"]),
        _("Choose a shorter one."),
        "alliance",
    )


PHOTO_WORDS: Final[dict[str, Saying]] = {
    "photo_missing": _photo_missing,
    "photo_too_heavy": _photo_too_heavy,
    "photo_unknown_format": _photo_unknown_format,
    "photo_is_two_things": _photo_is_two_things,
    "photo_damaged": _photo_damaged,
    "photo_too_many_pixels": _photo_too_many_pixels,
    "photo_too_few_pixels": _photo_too_few_pixels,
    "too_many_photos": _too_many_photos,
    "caption_missing": _caption_missing,
    "caption_too_long": _caption_too_long,
}
