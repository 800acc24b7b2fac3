"""What happened to people's roles, in words."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from alliance.i18n import gettext as _

Data = Mapping[str, Any]


class Days(Protocol):
    """Writes the last day before an instant."""

    def last_day(self, text: str) -> str: ...


def _alliance_begun(who: str, data: Data, times: Days) -> str:
    return _("%(who)s began the alliance.", who=who)


def _joined(who: str, data: Data, times: Days) -> str:
    return _("%(who)s made the account.", who=who)


def _suspended(who: str, data: Data, times: Days) -> str:
    return _("%(who)s suspended the account: %(reason)s", who=who, reason=data["reason"])


def _readmitted(who: str, data: Data, times: Days) -> str:
    return _("%(who)s readmitted the account.", who=who)


def _began(who: str, data: Data, times: Days) -> str:
    if data.get("ends_at"):
        return _(
            "%(who)s joined the unit as a guest until %(day)s.", who=who, day=times.last_day(data["ends_at"])
        )
    if data.get("is_admin"):
        return _("%(who)s joined the unit as an admin.", who=who)
    return _("%(who)s joined the unit as a member.", who=who)


def _changed(who: str, data: Data, times: Days) -> str:
    said = []
    if data["is_admin"] != data["was_admin"]:
        said.append(
            _("%(who)s gave the role of an admin.", who=who)
            if data["is_admin"]
            else _("%(who)s took the role of an admin.", who=who)
        )
    if data["ends_at"] != data["ended_at"]:
        said.append(
            _("%(who)s set the last day to %(day)s.", who=who, day=times.last_day(data["ends_at"]))
            if data["ends_at"]
            else _("%(who)s took the last day away.", who=who)
        )
    return " ".join(said)


def _ended(who: str, data: Data, times: Days) -> str:
    return _("%(who)s ended the membership.", who=who)


def _given(who: str, data: Data, times: Days) -> str:
    # The code is left out for those who may not know of the resource.
    if "resource" not in data:
        return _("%(who)s gave the management of a resource.", who=who)
    return _("%(who)s gave the management of %(resource)s.", who=who, resource=data["resource"])


def _taken(who: str, data: Data, times: Days) -> str:
    if "resource" not in data:
        return _("%(who)s took the management of a resource.", who=who)
    return _("%(who)s took the management of %(resource)s.", who=who, resource=data["resource"])


def _invited(who: str, data: Data, times: Days) -> str:
    if data.get("is_admin"):
        return _("%(who)s invited an admin.", who=who)
    return _("%(who)s invited somebody.", who=who)


def _uninvited(who: str, data: Data, times: Days) -> str:
    return _("%(who)s ended an invitation.", who=who)


PEOPLE_HAPPENINGS: Final[dict[str, Callable[[str, Data, Days], str]]] = {
    "alliance.begun": _alliance_begun,
    "person.joined": _joined,
    "person.suspended": _suspended,
    "person.readmitted": _readmitted,
    "membership.began": _began,
    "membership.changed": _changed,
    "membership.ended": _ended,
    "management.given": _given,
    "management.taken": _taken,
    "invitation.sent": _invited,
    "invitation.ended": _uninvited,
}
