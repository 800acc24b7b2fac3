"""Questions and answers in words: what is wrong with an answer, and with a question somebody defines."""

from typing import Final

from alliance.i18n import gettext as _
from alliance.i18n import localized, ngettext
from alliance.notifications.formats import format_number
from alliance.notifications.words import Params, Saying, Times, Words


class _Asked:
    """The texts of a question as a problem carries them."""

    def __init__(self, params: Params) -> None:
        self.wording_zh, self.wording_en = params["wording_zh"], params["wording_en"]
        self.measure_zh, self.measure_en = params.get("measure_zh"), params.get("measure_en")


def _question(params: Params) -> str:
    return str(localized(_Asked(params), "wording"))


def _answer_missing(params: Params, times: Times) -> Words:
    return Words(
        _("Not answered"),
        _("“%(question)s” is not answered.", question=_question(params)),
        _("Answer it."),
        "nobody",
    )


def _choice_missing(params: Params, times: Times) -> Words:
    return Words(
        _("Nothing chosen"),
        _("Nothing is chosen for “%(question)s”.", question=_question(params)),
        _("Choose one."),
        "nobody",
    )


def _answer_file_missing(params: Params, times: Times) -> Words:
    return Words(
        _("File missing"),
        _("There is no file for “%(question)s”.", question=_question(params)),
        _("Choose a file."),
        "nobody",
    )


def _consent_missing(params: Params, times: Times) -> Words:
    return Words(
        _("Consent missing"),
        _("Nobody can book it without agreeing: “%(question)s”.", question=_question(params)),
        _("Read it, and tick it if you agree."),
        "nobody",
    )


def _answer_too_long(params: Params, times: Times) -> Words:
    return Words(
        _("Answer too long"),
        ngettext(
            "The answer to “%(question)s” may have at most %(num)s character.",
            "The answer to “%(question)s” may have at most %(num)s characters.",
            params["longest"],
            question=_question(params),
        ),
        _("Shorten it."),
        "alliance",
    )


def _answer_unknown(params: Params, times: Times) -> Words:
    return Words(
        _("Unknown choice"),
        _("The answer to “%(question)s” is none of its choices.", question=_question(params)),
        _("Choose one of them."),
        "nobody",
    )


def _answer_not_a_number(params: Params, times: Times) -> Words:
    return Words(
        _("Not a number"),
        _("The answer to “%(question)s” is no number.", question=_question(params)),
        _("Write digits, with a point and at most three decimals if need be."),
        "alliance",
    )


def _answer_out_of_bounds(params: Params, times: Times) -> Words:
    question, least, most = _question(params), params["least"], params["most"]
    bounds = {"question": question, "measure": str(localized(_Asked(params), "measure"))}
    if most is None:
        said = _(
            "The answer to “%(question)s” must be at least %(least)s %(measure)s.",
            least=format_number(least),
            **bounds,
        )
    elif least is None:
        said = _(
            "The answer to “%(question)s” must be at most %(most)s %(measure)s.",
            most=format_number(most),
            **bounds,
        )
    else:
        said = _(
            "The answer to “%(question)s” must lie between %(least)s and %(most)s %(measure)s.",
            least=format_number(least),
            most=format_number(most),
            **bounds,
        )
    return Words(_("Out of bounds"), _tidy(said), _("Enter another number, or ask the owner."), "owner")


def _tidy(sentence: str) -> str:
    """Without the gap that a missing measure leaves before the full stop."""
    return sentence.replace(" .", ".").replace(" 。", "。")


def _answer_file_gone(params: Params, times: Times) -> Words:
    return Words(
        _("File no longer there"),
        _("The file for “%(question)s” was not sent, or too long ago.", question=_question(params)),
        _("Choose it once more."),
        "nobody",
    )


def _questions_changed(params: Params, times: Times) -> Words:
    return Words(
        _("Questions changed"),
        _("The owner has changed the questions meanwhile."),
        _("Look at them again; the other answers are kept."),
        "owner",
    )


def _too_many_questions(params: Params, times: Times) -> Words:
    return Words(
        _("Enough questions"),
        ngettext(
            "A resource asks at most %(num)s question.",
            "A resource asks at most %(num)s questions.",
            params["most"],
        ),
        _("Remove one first."),
        "alliance",
    )


def _too_many_file_questions(params: Params, times: Times) -> Words:
    return Words(
        _("Enough files"),
        ngettext(
            "A resource asks for at most %(num)s file.",
            "A resource asks for at most %(num)s files.",
            params["most"],
        ),
        _("Choose another kind of answer, or let one file hold several things."),
        "alliance",
    )


def _wording_missing(params: Params, times: Times) -> Words:
    return Words(
        _("Question missing"),
        _("Nobody can answer what is not asked."),
        _("Write the question in Chinese or English, better in both."),
        "nobody",
    )


def _wrong_choices(params: Params, times: Times) -> Words:
    return Words(
        _("Choices missing"),
        _("A choice has %(least)s to %(most)s answers.", least=params["least"], most=params["most"]),
        _("Write one answer a line."),
        "alliance",
    )


def _same_choices(params: Params, times: Times) -> Words:
    return Words(
        _("Twice the same"),
        _("Two of the answers are the same, or one is empty."),
        _("Let each line say something else."),
        "nobody",
    )


def _bounds_reversed(params: Params, times: Times) -> Words:
    return Words(
        _("Bounds reversed"),
        _("The most is less than the least, so no number would do."),
        _("Exchange them."),
        "nobody",
    )


def _bound_out_of_range(params: Params, times: Times) -> Words:
    return Words(
        _("Number too large"),
        _("A bound lies between −%(furthest)s and %(furthest)s.", furthest=params["furthest"]),
        _("Choose another unit of measure."),
        "alliance",
    )


QUESTION_WORDS: Final[dict[str, Saying]] = {
    "answer_missing": _answer_missing,
    "choice_missing": _choice_missing,
    "consent_missing": _consent_missing,
    "answer_file_missing": _answer_file_missing,
    "answer_too_long": _answer_too_long,
    "answer_unknown": _answer_unknown,
    "answer_not_a_number": _answer_not_a_number,
    "answer_out_of_bounds": _answer_out_of_bounds,
    "answer_file_gone": _answer_file_gone,
    "questions_changed": _questions_changed,
    "too_many_questions": _too_many_questions,
    "too_many_file_questions": _too_many_file_questions,
    "wording_missing": _wording_missing,
    "wrong_choices": _wrong_choices,
    "same_choices": _same_choices,
    "bounds_reversed": _bounds_reversed,
    "bound_out_of_range": _bound_out_of_range,
}
