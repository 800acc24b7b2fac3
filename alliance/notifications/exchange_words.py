"""Imports in words: why a table cannot be read, and what is wrong with a cell."""

from typing import Final

from alliance.i18n import gettext as _
from alliance.notifications.hours import comma
from alliance.notifications.words import Params, Saying, Times, Words


def _table(title: str, message: str, remedy: str) -> Words:
    return Words(title, message, remedy, "alliance")


def _table_missing(params: Params, times: Times) -> Words:
    return _table(
        _("No table"), _("No file was chosen, or it is empty."), _("Choose a file in CSV or XLSX format.")
    )


def _table_too_heavy(params: Params, times: Times) -> Words:
    return _table(
        _("Too large"),
        _("The file has more than %(megabytes)s MB.", megabytes=params["megabytes"]),
        _("Send it in several files."),
    )


def _table_empty(params: Params, times: Times) -> Words:
    return _table(
        _("Empty table"), _("The table has no rows below its columns."), _("Add a row for each resource.")
    )


def _table_old_excel(params: Params, times: Times) -> Words:
    return _table(
        _("Old Excel file"),
        _("This is a file of an old Excel, or one with a password."),
        _("Save it as XLSX without a password and send that."),
    )


def _table_unreadable(params: Params, times: Times) -> Words:
    return _table(
        _("Cannot be read"),
        _("The file is neither CSV nor XLSX, or it is damaged."),
        _("Open it in your spreadsheet, save it anew as XLSX and send that."),
    )


def _import_broke_off(params: Params, times: Times) -> Words:
    return _table(
        _("Broken off"),
        _(
            "The import failed after %(done)s of %(total)s rows; the rest is left out.",
            done=params["done"],
            total=params["total"],
        ),
        _("Send the table again: what is imported already stays. If it fails again, tell the secretariat."),
    )


def _import_not_looked_at(params: Params, times: Times) -> Words:
    return _table(
        _("Not looked at"),
        _("The table could not be looked at, and nothing of it is imported."),
        _("Send it again. If it fails again, tell the secretariat."),
    )


def _table_unknown_encoding(params: Params, times: Times) -> Words:
    return _table(
        _("Unknown encoding"),
        _("The text of the file is neither UTF-8 nor GB18030."),
        _("Save it as CSV UTF-8 or as XLSX and send that."),
    )


def _table_bomb(params: Params, times: Times) -> Words:
    return _table(
        _("Unpacks to too much"),
        _(
            "The file would unpack to far more than a table of resources needs, or holds definitions no table has."
        ),
        _("Copy the rows into a new file and send that."),
    )


def _table_too_long(params: Params, times: Times) -> Words:
    return _table(
        _("Too many rows"),
        _("The table has more than %(most)s rows.", most=params["most"]),
        _("Send it in several files."),
    )


def _table_too_wide(params: Params, times: Times) -> Words:
    return _table(
        _("Too many columns"),
        _("The table has more than %(most)s columns.", most=params["most"]),
        _("Delete the columns that are not needed."),
    )


def _table_cell_too_long(params: Params, times: Times) -> Words:
    return _table(
        _("Too long a cell"),
        _("A cell has more than %(most)s characters.", most=params["most"]),
        _("Shorten it."),
    )


def _table_broken_line(params: Params, times: Times) -> Words:
    return _table(
        _("Broken line"),
        _("The file breaks off or has a stray quotation mark near line %(line)s.", line=params["line"]),
        _("Save it anew from your spreadsheet."),
    )


def _table_no_columns(params: Params, times: Times) -> Words:
    return _table(
        _("No column names"),
        _(
            "The first row does not name the columns: at least %(needed)s must be there.",
            needed=comma(params["needed"]),
        ),
        _("Begin with the empty table or an export."),
    )


def _table_column_twice(params: Params, times: Times) -> Words:
    return _table(
        _("Column twice"),
        _("The column %(column)s is there twice.", column=params["column"]),
        _("Delete one of them."),
    )


def _import_under_way(params: Params, times: Times) -> Words:
    return _table(_("Under way"), _("An import of yours is under way."), _("Wait until it is done."))


def _import_not_ready(params: Params, times: Times) -> Words:
    return _table(
        _("Not ready"),
        _("There is nothing to import, or something is wrong with it."),
        _("Put it right and send the file again."),
    )


def _cell(title: str, message: str, remedy: str) -> Words:
    return Words(title, message, remedy, "nobody")


def _formula_cell(params: Params, times: Times) -> Words:
    return _cell(_("Formula"), _("The cell holds a formula."), _("Put its result there as plain text."))


def _unequal_lists(params: Params, times: Times) -> Words:
    return _cell(
        _("Unequal lists"),
        _(
            "There are %(here)s entries here, but %(there)s in the column it belongs to.",
            here=params["here"],
            there=params["there"],
        ),
        _("Write as many, with - for one that has no English name."),
    )


def _no_pair(params: Params, times: Times) -> Words:
    return _cell(
        _("No pair"),
        _("“%(piece)s” is no name with a value.", piece=params["piece"]),
        _("Write name=value, with ; between them."),
    )


def _no_number(params: Params, times: Times) -> Words:
    return _cell(_("No number"), _("This is no whole number."), _("Write digits only, or leave it empty."))


def _bad_route(params: Params, times: Times) -> Words:
    return _cell(
        _("Not understood"),
        _("“%(piece)s” does not say who decides.", piece=params["piece"]),
        _("Write auto, owner, unit or secretariat, joined by +, such as owner+secretariat."),
    )


def _code_twice(params: Params, times: Times) -> Words:
    return _cell(
        _("Code twice"),
        _("The same code stands in row %(line)s.", line=params["line"]),
        _("Delete one of the rows, or give it another code."),
    )


def _code_not_yours(params: Params, times: Times) -> Words:
    return _cell(
        _("Code taken"),
        _("The code is taken by something that is not yours to change."),
        _("Give it another code."),
    )


def _code_not_of_unit(params: Params, times: Times) -> Words:
    return _cell(
        _("Not a code of the unit"),
        _("A code is “%(start)s” and capital letters, digits or dashes.", start=params["start"]),
        _("Begin it with the code of its unit."),
    )


def _unit_not_yours(params: Params, times: Times) -> Words:
    return _cell(
        _("Not your unit"),
        _("You import nothing for a unit of this code."),
        _("Write the code of a unit you are an admin of."),
    )


def _fixed_here(params: Params, times: Times) -> Words:
    return _cell(
        _("Not by an import"),
        _("An import does not change this of a resource that is there already."),
        _("Leave it as it is, and change it on the resource's own page."),
    )


def _no_such_qualification(params: Params, times: Times) -> Words:
    return _cell(
        _("No such qualification"),
        _("There is no qualification %(code)s that you may ask for.", code=params["code"]),
        _("Write its code as it stands on a resource's page, or none."),
    )


def _no_such_part(params: Params, times: Times) -> Words:
    return _cell(
        _("No such part"),
        _(
            "%(code)s is no resource of the same unit that is booked by time and no whole itself.",
            code=params["code"],
        ),
        _("Write codes of such resources, there already or in this table."),
    )


EXCHANGE_WORDS: Final[dict[str, Saying]] = {
    "table_missing": _table_missing,
    "table_too_heavy": _table_too_heavy,
    "table_empty": _table_empty,
    "table_old_excel": _table_old_excel,
    "table_unreadable": _table_unreadable,
    "import_broke_off": _import_broke_off,
    "import_not_looked_at": _import_not_looked_at,
    "table_unknown_encoding": _table_unknown_encoding,
    "table_bomb": _table_bomb,
    "table_too_long": _table_too_long,
    "table_too_wide": _table_too_wide,
    "table_cell_too_long": _table_cell_too_long,
    "table_broken_line": _table_broken_line,
    "table_no_columns": _table_no_columns,
    "table_column_twice": _table_column_twice,
    "import_under_way": _import_under_way,
    "import_not_ready": _import_not_ready,
    "formula_cell": _formula_cell,
    "unequal_lists": _unequal_lists,
    "no_pair": _no_pair,
    "no_number": _no_number,
    "bad_route": _bad_route,
    "code_twice": _code_twice,
    "code_not_yours": _code_not_yours,
    "code_not_of_unit": _code_not_of_unit,
    "unit_not_yours": _unit_not_yours,
    "fixed_here": _fixed_here,
    "no_such_qualification": _no_such_qualification,
    "no_such_part": _no_such_part,
}
