"""What happened, in words."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from alliance import clock
from alliance.history.models import Event
from alliance.notifications.happenings import VERBS, happening

SHENZHEN = ZoneInfo("Asia/Shanghai")
PLACE = {"starts_at": "2026-11-24T06:00:00+00:00", "ends_at": "2026-11-24T08:00:00+00:00", "quantity": 2}
LATER = {"starts_at": "2026-11-24T07:00:00+00:00", "ends_at": "2026-11-24T09:00:00+00:00", "quantity": 2}
OPEN = {"kind": "repair", "starts_at": "2026-11-24T06:00:00+00:00", "ends_at": None}
MIDNIGHT = "2026-12-31T16:00:00+00:00"

TOLD = [
    ("booking.requested", PLACE, "Lin asked for Tue 24 Nov, 14:00–16:00."),
    ("booking.approved", PLACE, "Lin booked Tue 24 Nov, 14:00–16:00; it was confirmed at once."),
    ("booking.approved", {"stage": 1, "reason": ""}, "Lin approved it."),
    ("booking.approved", {"stage": 1, "reason": "Welcome"}, "Lin approved it: Welcome"),
    (
        "booking.approved",
        {"stage": 1, "reason": "", "own_request": True},
        "Lin approved the request, which was for Lin.",
    ),
    ("booking.agreed", {"reason": ""}, "Lin agreed; the next decision is still open."),
    ("booking.agreed", {"reason": "Fine."}, "Lin agreed: Fine. The next decision is still open."),
    (
        "booking.moved",
        {"before": PLACE, **LATER, "status": "approved"},
        "Lin moved it from Tue 24 Nov, 14:00–16:00 to Tue 24 Nov, 15:00–17:00.",
    ),
    (
        "booking.moved",
        {"before": PLACE, **LATER, "status": "requested"},
        "Lin moved it from Tue 24 Nov, 14:00–16:00 to Tue 24 Nov, 15:00–17:00, which has to be decided anew.",
    ),
    (
        "booking.moved",
        {"before": PLACE, **PLACE, "quantity": 1, "status": "approved"},
        "Lin changed the number from 2 to 1.",
    ),
    ("booking.handed_over", {"before": "Mei", "after": "Ada"}, "Lin handed it over from Mei to Ada."),
    ("booking.retitled", {}, "Lin changed the title or the purpose."),
    ("booking.refused", {"reason": "Calibration"}, "Lin refused it: Calibration"),
    ("booking.withdrawn", {"reason": ""}, "Lin withdrew the request."),
    ("booking.cancelled", {"reason": "", "late": False}, "Lin cancelled it."),
    ("booking.cancelled", {"reason": "Broken", "late": False}, "Lin cancelled it: Broken"),
    ("booking.cancelled", {"reason": "", "late": True}, "Lin cancelled it after the deadline."),
    (
        "outside.clashed",
        {"bookings": ["A"], "name": "Lab"},
        "1 booking lies where “Lab” is busy. Both stay; somebody has to talk.",
    ),
    ("webhook.failed", {}, "Its address took nothing for a whole day, so nothing is sent to it any more."),
    ("booking.due", {"of": "2026-11-24T06:00:00+00:00"}, "It begins tomorrow, 14:00."),
    (
        "booking.expiring",
        {"of": "2026-11-24T06:00:00+00:00"},
        "Without a decision the request lapses tomorrow, 14:00.",
    ),
    ("booking.expired", {}, "Nobody decided in time, so the request lapsed."),
    ("booking.message", {"message": "7K3M9QX2RT"}, "Lin wrote a message."),
    (
        "booking.outside_hours",
        {"cause": "hours"},
        "Lin changed the opening hours. The booking lies outside them now; it stays.",
    ),
    (
        "exceptions.changed",
        {"before": [["2026-11-24", "off", ""]], "after": [["2026-11-25", "09:00-12:00", "Tests"]]},
        "Lin changed the hours of Tue 24 Nov and Wed 25 Nov.",
    ),
    ("calendar.opened", {}, "Lin began a calendar of the unit's own."),
    ("calendar.closed", {}, "Lin gave up the calendar of the unit's own."),
    ("calendar.changed", {"published": 2027}, "Lin published the calendar of 2027."),
    (
        "calendar.changed",
        {"first": "2026-11-24", "last": "2026-11-24"},
        "Lin changed the calendar day Tue 24 Nov.",
    ),
    (
        "calendar.changed",
        {"first": "2026-11-24", "last": "2026-11-25"},
        "Lin changed calendar days from Tue 24 Nov to Wed 25 Nov.",
    ),
    ("closure.made", OPEN, "Lin closed it for repair from tomorrow, 14:00 on."),
    ("closure.made", {**OPEN, **PLACE}, "Lin closed it for repair, Tue 24 Nov, 14:00–16:00."),
    (
        "closure.changed",
        {"kind": "repair", "ends_at": "2026-11-24T08:00:00+00:00", "before": {"ends_at": None}},
        "Lin set the end of the closure for repair to tomorrow, 16:00.",
    ),
    (
        "closure.changed",
        {"kind": "repair", "ends_at": None, "before": {"ends_at": "2026-11-24T08:00:00+00:00"}},
        "Lin left the end of the closure for repair open.",
    ),
    (
        "closure.changed",
        {"kind": "repair", "ends_at": None, "before": {"ends_at": None}},
        "Lin said more about the closure for repair.",
    ),
    ("closure.ended", {"ends_at": "2026-11-23T02:24:00+00:00"}, "Lin ended the closure as of today, 10:24."),
    ("application.made", {"applicant": "Gao", "code": "DSI"}, "Gao applied for it."),
    ("application.admitted", {"code": "DSI"}, "Lin admitted it as DSI."),
    ("application.refused", {"reason": "No tank"}, "Lin refused it: No tank"),
    ("join.asked", {}, "Lin asked to join."),
    ("join.admitted", {}, "Lin said yes. You can book for the unit."),
    ("join.refused", {"reason": "Unknown"}, "Lin refused it: Unknown"),
    ("join.withdrawn", {}, "Lin withdrew the request."),
    (
        "catalogue.stale",
        {"entries": 1},
        "1 entry has not been confirmed for a year. Look whether it is still right, and confirm it.",
    ),
    (
        "catalogue.stale",
        {"entries": 3},
        "3 entries have not been confirmed for a year. Look whether they are still right, and confirm them.",
    ),
    (
        "qualification.ending",
        {"valid_until": "2026-12-23"},
        "It is held through Wed 23 Dec. Ask for it anew in time.",
    ),
    ("alliance.begun", {}, "Lin began the alliance."),
    ("person.joined", {}, "Lin made the account."),
    ("person.suspended", {"reason": "Lost"}, "Lin suspended the account: Lost"),
    ("person.readmitted", {}, "Lin readmitted the account."),
    ("membership.began", {"is_admin": False, "ends_at": None}, "Lin joined the unit as a member."),
    ("membership.began", {"is_admin": True, "ends_at": None}, "Lin joined the unit as an admin."),
    (
        "membership.began",
        {"is_admin": False, "ends_at": MIDNIGHT},
        "Lin joined the unit as a guest until Thu 31 Dec.",
    ),
    (
        "membership.changed",
        {"is_admin": True, "was_admin": False, "ends_at": None, "ended_at": MIDNIGHT},
        "Lin gave the role of an admin. Lin took the last day away.",
    ),
    (
        "membership.changed",
        {"is_admin": False, "was_admin": True, "ends_at": MIDNIGHT, "ended_at": None},
        "Lin took the role of an admin. Lin set the last day to Thu 31 Dec.",
    ),
    ("membership.ended", {}, "Lin ended the membership."),
    ("management.given", {"resource": "CNF"}, "Lin gave the management of CNF."),
    ("management.taken", {"resource": "CNF"}, "Lin took the management of CNF."),
    ("management.given", {}, "Lin gave the management of a resource."),
    ("management.taken", {}, "Lin took the management of a resource."),
    ("invitation.sent", {"is_admin": False}, "Lin invited somebody."),
    ("invitation.sent", {"is_admin": True}, "Lin invited an admin."),
    ("invitation.ended", {}, "Lin ended an invitation."),
    ("unit.made", {"status": "active"}, "Lin entered it."),
    ("unit.admitted", {}, "Lin admitted it to the alliance."),
    ("unit.edited", {"before": {}, "after": {}}, "Lin changed what it says of itself."),
    ("unit.suspended", {"reason": "Papers"}, "Lin suspended it: Papers"),
    ("unit.readmitted", {}, "Lin readmitted it."),
    ("unit.left", {"reason": ""}, "Lin let it leave."),
    ("unit.left", {"reason": "Its wish"}, "Lin let it leave: Its wish"),
    ("group.made", {"group": "CHAIN"}, "Lin made the group CHAIN."),
    ("group.edited", {"group": "CHAIN"}, "Lin changed the group CHAIN."),
    ("group.unit_added", {"group": "CHAIN", "unit": "INST"}, "Lin added INST to the group CHAIN."),
    ("group.unit_removed", {"group": "CHAIN", "unit": "INST"}, "Lin took INST out of the group CHAIN."),
    ("alliance_role.given", {"role": "council"}, "Lin gave a role: Council of the alliance."),
    ("alliance_role.taken", {"role": "secretariat"}, "Lin took a role: Secretariat of the alliance."),
    ("qualification.asked", {}, "Lin asked for it."),
    ("qualification.withdrawn", {}, "Lin withdrew the request."),
    ("qualification.granted", {"valid_until": None}, "Lin granted it, without an end."),
    ("qualification.granted", {"valid_until": "2026-12-31"}, "Lin granted it, through Thu 31 Dec."),
    ("qualification.declined", {"reason": "Come to a course."}, "Lin did not grant it: Come to a course."),
    (
        "qualification.revoked",
        {"reason": "Expired"},
        "Lin revoked it: Expired. Your bookings stay until somebody decides about them.",
    ),
    ("qualification.made", {}, "Lin created it."),
    ("qualification.changed", {}, "Lin changed it."),
    ("booking.sung", {}, "Something about it changed."),
]


@pytest.fixture(autouse=True)
def english():
    app = Flask("words")
    Babel(app)
    with app.app_context(), force_locale("en"), clock.frozen(datetime(2026, 11, 23, 2, 24, tzinfo=UTC)):
        yield


@pytest.mark.parametrize(("verb", "data", "said"), TOLD)
def test_each_happening_is_one_sentence(verb, data, said):
    assert happening(Event(verb=verb, data=data), "Lin", SHENZHEN) == said


def test_no_verb_goes_untold():
    assert {verb for verb, _data, _said in TOLD} - {"booking.sung"} == set(VERBS)


def test_what_goes_by_days_is_told_without_the_clock():
    days = {"starts_at": "2026-11-23T16:00:00+00:00", "ends_at": "2026-11-25T16:00:00+00:00", "quantity": 1}

    said = happening(Event(verb="booking.requested", data=days), "Lin", SHENZHEN, by_day=True)

    assert said == "Lin asked for 24–25 Nov."
