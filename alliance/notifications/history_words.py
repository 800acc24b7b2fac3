"""All that history can hold, in words: one sentence for each verb, and the name of each sort of thing.

What is news to somebody has its sentence in happenings.py; here stands the rest. A test walks the program for verbs
that have none.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from alliance.i18n import gettext as _
from alliance.i18n import ngettext
from alliance.notifications.happenings import NEWS, EventTimes
from alliance.notifications.hours import comma

Data = Mapping[str, Any]


def in_words(verb: str, data: Data, who: str | None, zone: ZoneInfo, *, by_day: bool = False) -> str:
    """What happened, as a sentence in the reader's language; without a `who` nobody did it, the program did."""
    doer = who or _("The program")
    try:
        if verb in _OF_SOMEBODY:
            return _OF_SOMEBODY[verb](doer, data, EventTimes(zone, by_day=by_day))
        if verb in NEWS:
            return NEWS[verb](doer, data, EventTimes(zone, by_day=by_day))
        if verb in _WORDS:
            return _WORDS[verb](doer, data)
    except (KeyError, TypeError, ValueError):
        # What an older version wrote down may lack what is told today; history stays readable all the same.
        pass
    return _("Something about it changed.")


def known_verbs() -> tuple[str, ...]:
    """Every verb that has a sentence, those of one sort of thing together."""
    return tuple(sorted((*NEWS, *_WORDS)))


def _alliance_changed(who: str, data: Data) -> str:
    parts = [
        _from_to(name, data["before"].get(name, ""), after) for name, after in data.get("after", {}).items()
    ]
    if logo := data.get("logo"):
        parts.append(_LOGO[logo]())
    if not parts:
        return _("%(who)s changed what stands about the alliance.", who=who)
    return _("%(who)s changed what the alliance says of itself: %(what)s.", who=who, what=comma(parts))


def _from_to(name: str, before: str, after: str) -> str:
    """One particular with what it was and what it is; names of languages are their own."""
    was, is_now = (_LANGUAGES.get(text, text) if name == "language" else text for text in (before, after))
    words = _PARTICULARS[name]()
    if not was:
        return _("%(what)s, now “%(after)s”", what=words, after=is_now)
    if not is_now:
        return _("%(what)s, no longer “%(before)s”", what=words, before=was)
    return _("%(what)s from “%(before)s” to “%(after)s”", what=words, before=was, after=is_now)


_LANGUAGES: Final = {"zh": "中文", "en": "English"}
_PARTICULARS: Final[dict[str, Callable[[], str]]] = {
    "name_zh": lambda: _("the Chinese name"),
    "name_en": lambda: _("the English name"),
    "zone": lambda: _("the time zone"),
    "language": lambda: _("the language"),
}
_LOGO: Final[dict[str, Callable[[], str]]] = {
    "added": lambda: _("a logo where there was none"),
    "replaced": lambda: _("another logo"),
    "removed": lambda: _("no logo any more"),
}
_WORDS: Final[dict[str, Callable[[str, Data], str]]] = {
    "demo.begun": lambda who, data: _("The demo alliance was begun."),
    "demo.loaded": lambda who, data: _("The demo alliance was loaded."),
    "application.confirmed": lambda who, data: _("The applicant confirmed the address."),
    "unit.changed": lambda who, data: _("%(who)s changed what stands about the unit.", who=who),
    "unit.restored": lambda who, data: _("%(who)s restored the unit.", who=who),
    "join.declined": lambda who, data: _("%(who)s declined somebody who asked to join the unit.", who=who),
    "person.restored": lambda who, data: _("%(who)s restored the person.", who=who),
    "person.signed_in": lambda who, data: _("%(who)s signed in.", who=who),
    "person.signed_out": lambda who, data: _("%(who)s signed out.", who=who),
    "person.signed_out_everywhere": lambda who, data: _("%(who)s signed out everywhere.", who=who),
    "person.language_changed": lambda who, data: _("%(who)s chose another language.", who=who),
    "person.password_changed": lambda who, data: _("%(who)s changed the password.", who=who),
    "person.password_reset": lambda who, data: _(
        "%(who)s chose a new password by a link sent by mail.", who=who
    ),
    "feed.made": lambda who, data: _("%(who)s made a calendar feed.", who=who),
    "feed.changed": lambda who, data: _("%(who)s changed a calendar feed.", who=who),
    "feed.renewed": lambda who, data: _("%(who)s gave a calendar feed a new address.", who=who),
    "feed.revoked": lambda who, data: _("%(who)s ended a calendar feed.", who=who),
    "token.made": lambda who, data: _("%(who)s made a token.", who=who),
    "token.revoked": lambda who, data: _("%(who)s ended a token.", who=who),
    "webhook.made": lambda who, data: _("%(who)s added a webhook.", who=who),
    "webhook.rotated": lambda who, data: _("%(who)s gave a webhook a new secret.", who=who),
    "webhook.old_secret_dropped": lambda who, data: _("%(who)s ended the old secret of a webhook.", who=who),
    "webhook.switched_on": lambda who, data: _("%(who)s switched a webhook on.", who=who),
    "webhook.switched_off": lambda who, data: _("%(who)s switched a webhook off.", who=who),
    "webhook.removed": lambda who, data: _("%(who)s removed a webhook.", who=who),
    "resource.created": lambda who, data: _("%(who)s began the entry.", who=who),
    "resource.copied": lambda who, data: _("%(who)s began the entry as a copy.", who=who),
    "resource.changed": lambda who, data: _("%(who)s changed the entry.", who=who),
    "resource.published": lambda who, data: _("%(who)s published it.", who=who),
    "resource.taken_back": lambda who, data: _("%(who)s took it back to a draft.", who=who),
    "resource.retired": lambda who, data: _("%(who)s retired it.", who=who),
    "resource.confirmed": lambda who, data: _("%(who)s confirmed that the entry is right.", who=who),
    "resource.imported": lambda who, data: _("%(who)s imported the entry.", who=who),
    "photo.added": lambda who, data: _("%(who)s added a photo.", who=who),
    "photo.described": lambda who, data: _("%(who)s gave a photo another caption.", who=who),
    "photo.placed": lambda who, data: _("%(who)s put the photos into another order.", who=who),
    "photo.removed": lambda who, data: _("%(who)s removed a photo.", who=who),
    "document.added": lambda who, data: _("%(who)s added a document.", who=who),
    "document.described": lambda who, data: _("%(who)s gave a document another name.", who=who),
    "document.placed": lambda who, data: _("%(who)s put the documents into another order.", who=who),
    "document.removed": lambda who, data: _("%(who)s removed a document.", who=who),
    "question.added": lambda who, data: _("%(who)s added a question to the form.", who=who),
    "question.changed": lambda who, data: _("%(who)s changed a question of the form.", who=who),
    "question.placed": lambda who, data: _("%(who)s put the questions into another order.", who=who),
    "question.removed": lambda who, data: _("%(who)s removed a question from the form.", who=who),
    "hours.changed": lambda who, data: _("%(who)s changed the opening hours.", who=who),
    "outside.added": lambda who, data: _("%(who)s tied an outside calendar to it.", who=who),
    "outside.sent": lambda who, data: _("%(who)s sent a newer file of an outside calendar.", who=who),
    "outside.removed": lambda who, data: _("%(who)s untied an outside calendar.", who=who),
    "synonyms.made": lambda who, data: _("%(who)s added words that mean the same.", who=who),
    "synonyms.changed": lambda who, data: _("%(who)s changed words that mean the same.", who=who),
    "synonyms.removed": lambda who, data: _("%(who)s removed words that mean the same.", who=who),
    "resource.handed_over": lambda who, data: _("%(who)s handed it over to another unit.", who=who),
    "group.changed": lambda who, data: _("%(who)s changed the group.", who=who),
    "group.removed": lambda who, data: _("%(who)s removed the group.", who=who),
    "calendar.published": lambda who, data: _("%(who)s published the calendar days of a year.", who=who),
    "alliance.changed": _alliance_changed,
    "qualification.removed": lambda who, data: _("%(who)s removed the qualification.", who=who),
    "import.confirmed": lambda who, data: _("%(who)s imported resources from a file.", who=who),
}


def _granted(who: str, data: Data, times: EventTimes) -> str:
    name = data["name"]
    if not data.get("valid_until"):
        return _("%(who)s granted it to %(name)s, without an end.", who=who, name=name)
    day = times.day(date.fromisoformat(data["valid_until"]))
    return _("%(who)s granted it to %(name)s, through %(day)s.", who=who, name=name, day=day)


# News that speaks to whom it concerns; others read here of whom it was.
_OF_SOMEBODY: Final[dict[str, Callable[[str, Data, EventTimes], str]]] = {
    "qualification.granted": _granted,
    "qualification.declined": lambda who, data, times: _(
        "%(who)s did not grant it to %(name)s: %(reason)s", who=who, name=data["name"], reason=data["reason"]
    ),
    "qualification.revoked": lambda who, data, times: _(
        "%(who)s revoked it of %(name)s: %(reason)s", who=who, name=data["name"], reason=data["reason"]
    ),
    "qualification.ending": lambda who, data, times: _(
        "%(name)s was reminded that it is held through %(day)s.",
        name=data["name"],
        day=times.day(date.fromisoformat(data["valid_until"])),
    ),
    "catalogue.stale": lambda who, data, times: ngettext(
        "%(name)s was reminded of %(num)d entry that has not been confirmed for a year.",
        "%(name)s was reminded of %(num)d entries that have not been confirmed for a year.",
        data["entries"],
        name=data["name"],
    ),
}
# What an event was about.
KIND_NAMES: Final[dict[str, Callable[[], str]]] = {
    "booking": lambda: _("Booking"),
    "resource": lambda: _("Resource"),
    "closure": lambda: _("Closure"),
    "outside_calendar": lambda: _("Outside calendar"),
    "unit": lambda: _("Unit"),
    "person": lambda: _("Person"),
    "group": lambda: _("Group"),
    "qualification": lambda: _("Qualification"),
    "application": lambda: _("Application"),
    "join_request": lambda: _("Request to join"),
    "invitation": lambda: _("Invitation"),
    "feed": lambda: _("Calendar feed"),
    "token": lambda: _("Token"),
    "webhook": lambda: _("Webhook"),
    "synonyms": lambda: _("Synonyms"),
    "calendar": lambda: _("Calendar days"),
    "alliance": lambda: _("Alliance"),
    "catalogue": lambda: _("Catalogue"),
}
# What the verbs of each sort are about, by what stands before their dot.
VERB_GROUPS: Final[dict[str, Callable[[], str]]] = {
    **KIND_NAMES,
    "demo": lambda: _("Demo alliance"),
    "group": lambda: _("Group"),
    "alliance_role": lambda: _("Roles of the alliance"),
    "join": lambda: _("Request to join"),
    "membership": lambda: _("Membership"),
    "management": lambda: _("Management"),
    "photo": lambda: _("Photo"),
    "document": lambda: _("Document"),
    "question": lambda: _("Question"),
    "hours": lambda: _("Opening hours"),
    "exceptions": lambda: _("Single days"),
    "outside": lambda: _("Outside calendar"),
    "import": lambda: _("Import"),
}
