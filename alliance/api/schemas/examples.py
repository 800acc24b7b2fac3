"""One example of every body and answer, for the description of the API; a test holds each against its schema."""

from typing import Any, Final

import marshmallow as ma

from alliance.api.schemas import (
    applications,
    board,
    bookings,
    closures,
    feeds,
    groups,
    hours,
    messages,
    qualifications,
    questions,
    resources,
    sheets,
    units,
)

_UNIT: Final = {
    "code": "XWBR",
    "name": "Institute of Brain Research",
    "kind": "research_institute",
    "status": "active",
    "zone": "Asia/Shanghai",
    "contact_email": "xwbr@example.org",
}
_GROUP: Final = {"code": "SYNCHAIN", "name": "Synthetic biology chain", "lead": "XWBR", "size": 2}
_APPLICATION: Final = {
    "ref": "8N5T1XH4QC",
    "code": "SEA",
    "name_zh": "海洋所",
    "name_en": "Institute of the Sea",
    "kind": "laboratory",
    "contact_email": "sea@example.org",
    "applicant_name": "Gao Yuan",
    "applicant_email": "gao@example.org",
    "why": "We share two wave tanks.",
    "status": "open",
    "made": "2026-11-23T10:24:00+08:00",
    "decided": None,
    "decided_by": None,
    "reason": "",
    "unit": None,
}
_KNOWN: Final = {
    "code": "XWBR-Q1",
    "name": "Laser safety",
    "unit": "XWBR",
    "held_from": None,
    "held_until": None,
    "request": "2J8W5KQ0ZD",
    "may_grant": False,
}
_HOLDER: Final = {
    "person": "4C2VY5M1TS",
    "name": "Lin Yuan",
    "email": "lin@example.org",
    "valid_from": "2026-11-23",
    "valid_until": "2028-11-23",
    "granted_by": "Fang Shuyan",
}
_MEMBER: Final = {
    "ref": "4C2VY5M1TS",
    "name": "Fang Shuyan",
    "email": "fang@example.org",
    "status": "active",
    "admin": True,
    "last_day": None,
    "manages": 3,
}
_RESOURCE: Final = {
    "code": "XWBR-001",
    "name": "Laser confocal microscope",
    "owner": "XWBR",
    "owner_name": "Institute of Brain Research",
    "kind": "instrument",
    "instrument_class": "01",
    "mode": "timed",
    "preset": "slot_self",
    "status": "published",
    "place": "Building 3, room 204",
    "capacity": None,
    "zone": "Asia/Shanghai",
    "links": {
        "self": "https://share.example.org/api/v1/resources/XWBR-001",
        "html": "https://share.example.org/resources/XWBR-001",
    },
}
_FREE: Final = {
    "start": "2026-11-24T08:30:00+08:00",
    "end": "2026-11-24T14:00:00+08:00",
    "quantity": 2,
}
_FINDING: Final = {
    "code": "needs_approval",
    "severity": "approve",
    "message": "This is decided by the owner.",
    "remedy": "Your request keeps the time until it is decided or lapses.",
    "details": {"stages": ["owner"], "relation": "member"},
}
_BOOKING: Final = {
    "ref": "7K3M9QX2RT",
    "resource": "XWBR-001",
    "resource_name": "Laser confocal microscope",
    "unit": "UNIV",
    "person": "Lin Yuan",
    "start": "2026-11-24T14:00:00+08:00",
    "end": "2026-11-24T16:00:00+08:00",
    "quantity": 1,
    "items": ["No. 1"],
    "status": "requested",
    "hold_until": "2026-11-24T14:00:00+08:00",
    "title": "Hippocampus slices",
    "purpose": "Imaging of 12 slices",
    "answers": [
        {
            "question": "5T8N2C7WQZ",
            "kind": "short_text",
            "wording": "Sample material",
            "answer": "Mouse brain slices",
            "file": None,
        }
    ],
    "reason": "",
    "stages": [{"deciders": "owner", "verdict": None, "by": None, "at": None, "reason": ""}],
    "version": 1,
    "created": "2026-11-23T10:24:00+08:00",
    "changed": "2026-11-23T10:24:00+08:00",
    "links": {
        "self": "https://share.example.org/api/v1/bookings/7K3M9QX2RT",
        "html": "https://share.example.org/bookings/7K3M9QX2RT",
        "ics": "https://share.example.org/bookings/7K3M9QX2RT.ics",
    },
}
_FEED: Final[dict[str, Any]] = {
    "ref": "9D4W1ZC8HN",
    "scope": "mine",
    "subject": None,
    "resources": [],
    "name": "",
    "language": "en",
    "detail": "full",
    "label": "Phone",
    "colour": "steelblue",
    "pending": True,
    "cancelled": False,
    "past_days": 60,
    "future_days": None,
    "created": "2026-11-23T10:24:00+08:00",
    "last_used": None,
    "bookings": None,
}
_CLOSURE: Final = {
    "ref": "2B6T8VYE0K",
    "resource": "XWBR-001",
    "item": None,
    "kind": "calibration",
    "start": "2026-11-25T09:00:00+08:00",
    "end": "2026-11-25T12:00:00+08:00",
    "reason": "Yearly calibration",
    "review_on": None,
    "created": "2026-11-23T10:24:00+08:00",
}

_MESSAGE: Final = {
    "ref": "4F7P2XK9DM",
    "person": "Fang Shuyan",
    "text": "How thick are the slices?",
    "at": "2026-11-23T10:31:00+08:00",
}

_SHEET: Final = {
    "code": "XWBR-001",
    "unit": "XWBR",
    "status": "published",
    "version": 4,
    "name_zh": "激光共聚焦显微镜",
    "name_en": "Laser confocal microscope",
    "kind": "instrument",
    "instrument_class": "01",
    "subcategory": "",
    "preset": "slot_self",
    "place_zh": "4号楼203",
    "place_en": "Building 4, Room 203",
    "capacity": None,
    "description_zh": None,
    "description_en": "Live cells and tissue sections, in several channels.",
    "specifications_zh": [],
    "specifications_en": [{"name": "Lasers", "value": "405 / 488 / 561 / 640 nm"}],
    "tags": [{"name_zh": "激光共聚焦", "name_en": "laser confocal"}],
    "items": [{"label_zh": "1 号机", "label_en": "No. 1", "retired": False}],
    "visibility": "alliance",
    "groups": [],
    "detail": "unit",
    "routes": [
        {"relation": "own", "stages": []},
        {"relation": "member", "stages": [], "longest_minutes": 240, "within": "WD 09:00-18:00"},
        {"relation": "member", "stages": ["owner"]},
    ],
    "grid_minutes": 30,
    "shortest_minutes": 60,
    "longest_minutes": 480,
    "notice_hours": 2,
    "days_ahead": 14,
    "setup_minutes": 0,
    "teardown_minutes": 15,
    "cancel_hours": 24,
    "active_per_person": 3,
    "active_per_unit": None,
    "hold_days": 3,
    "hours": "WD 08:30-22:00; RD 09:00-18:00; PH off",
    "qualifications": ["XWBR-Q1"],
    "managers": ["4H7Q2M9XTR"],
}
EXAMPLES: Final[dict[type[ma.Schema], dict[str, Any]]] = {
    bookings.NewBooking: {
        "resource": "XWBR-001",
        "start": "2026-11-24T14:00:00+08:00",
        "end": "2026-11-24T16:00:00+08:00",
        "quantity": 1,
        "unit": "UNIV",
        "title": "Hippocampus slices",
        "purpose": "Imaging of 12 slices",
        "answers": {"5T8N2C7WQZ": "Mouse brain slices"},
    },
    bookings.BookingChange: {"end": "2026-11-24T15:30:00+08:00", "title": "Hippocampus slices, second set"},
    bookings.Reason: {"reason": "The laser is being repaired."},
    bookings.BookingAnswer: _BOOKING,
    bookings.BookingPage: {"items": [_BOOKING], "next": None},
    questions.NewFile: {"name": "sheet.txt", "content": "SGFybWxlc3Mu"},
    questions.FileContentAnswer: {
        "ref": "8C5M0XK4VD",
        "name": "sheet.txt",
        "media_type": "text/plain",
        "size": 9,
        "content": "SGFybWxlc3Mu",
    },
    questions.FileAnswer: {
        "ref": "8C5M0XK4VD",
        "name": "sheet.txt",
        "media_type": "text/plain",
        "size": 9,
    },
    messages.NewMessage: {"text": "How thick are the slices?"},
    messages.MessageAnswer: _MESSAGE,
    messages.MessagePage: {"items": [_MESSAGE], "next": None},
    sheets.SheetAnswer: _SHEET,
    sheets.SheetChange: {"longest_minutes": 240, "notice_hours": None},
    sheets.NewResource: {
        "unit": "XWBR",
        "kind": "instrument",
        "preset": "slot_self",
        "name_zh": "激光共聚焦显微镜",
        "name_en": "Laser confocal microscope",
    },
    sheets.Publishing: {},
    sheets.Unpublishing: {},
    resources.ResourcePage: {
        "items": [{**_RESOURCE, "items": 2, "next_free": _FREE}],
        "next": "WyJYV0JSLTAwMSJd",
    },
    resources.FindQuery: {
        "minutes": 120,
        "from": "2026-11-24T12:00:00+08:00",
        "to": "2026-11-27T18:00:00+08:00",
        "kind": "instrument",
    },
    resources.FoundAnswers: {
        "items": [
            {
                "resource": "XWBR-001",
                "start": "2026-11-24T12:00:00+08:00",
                "end": "2026-11-24T14:00:00+08:00",
                "free_until": "2026-11-24T18:00:00+08:00",
                "quantity": 2,
                "verdict": "approve",
                "stages": ["owner"],
            }
        ]
    },
    resources.ResourceAnswer: {
        **_RESOURCE,
        "class": "research",
        "subcategory": "",
        "visibility": "alliance",
        "detail": "unit",
        "description": "Four lasers, live cells.",
        "specifications": [["Objectives", "10x, 40x, 63x"]],
        "tags": ["Confocal microscopy"],
        "items": ["No. 1", "No. 2"],
        "parts": [],
        "wholes": [],
        "managers": [{"name": "Fang Shuyan", "email": "fangshuyan@example.org"}],
        "qualifications": [
            {"code": "LASER", "name": "Laser safety", "held_from": "2026-01-01", "held_until": None}
        ],
        "policy": {
            "hours": "WD 08:30-22:00",
            "grid_minutes": 30,
            "shortest_minutes": 30,
            "longest_minutes": 240,
            "notice_hours": 2,
            "days_ahead": 28,
            "setup_minutes": 0,
            "teardown_minutes": 15,
            "cancel_hours": 24,
            "hold_days": 3,
            "active_per_person": 3,
            "active_per_unit": None,
            "routes": [{"relation": "own", "stages": []}, {"relation": "member", "stages": ["owner"]}],
        },
        "photos": [
            {
                "large": "https://share.example.org/photos/6W1C9F3RTA.webp",
                "small": "https://share.example.org/photos/6W1C9F3RTA-small.webp",
                "alt": "The microscope on its table",
            }
        ],
        "documents": [
            {
                "title": "Laser safety",
                "name": "laser-safety.pdf",
                "size": 14200,
                "address": "https://share.example.org/documents/0P4H8S2EMB",
            }
        ],
        "questions": [
            {
                "ref": "5T8N2C7WQZ",
                "kind": "short_text",
                "required": True,
                "wording": "Sample material",
                "note": "",
                "choices": [],
                "least": None,
                "most": None,
                "measure": "",
            }
        ],
    },
    resources.FreeAnswer: {"free": [_FREE]},
    resources.CheckAnswer: {
        "verdict": "approve",
        "problems": [_FINDING],
        "stages": ["owner"],
        "hold_until": "2026-11-24T14:00:00+08:00",
    },
    board.BoardPage: {
        "items": [
            {
                "resource": "XWBR-001",
                "name": "Laser confocal microscope",
                "owner": "XWBR",
                "items": 2,
                "zone": "Asia/Shanghai",
                "free": [_FREE],
                "closures": [
                    {
                        "start": "2026-11-25T09:00:00+08:00",
                        "end": "2026-11-25T12:00:00+08:00",
                        "kind": "calibration",
                        "reason": "Yearly calibration",
                        "item": "No. 1",
                    }
                ],
                "bookings": [
                    {
                        "start": "2026-11-24T14:00:00+08:00",
                        "end": "2026-11-24T16:00:00+08:00",
                        "status": "approved",
                        "level": "unit",
                        "quantity": 1,
                        "mine": False,
                        "unit": "UNIV",
                        "person": None,
                        "title": None,
                        "ref": None,
                    }
                ],
            }
        ],
        "next": None,
    },
    feeds.NewFeed: {"scope": "mine", "language": "en", "label": "Phone"},
    feeds.NewAddress: {},
    feeds.FeedChange: {"colour": "steelblue", "cancelled": False, "future_days": 90},
    feeds.FeedAnswer: {**_FEED, "address": "https://share.example.org/feeds/one-time-secret.ics"},
    feeds.FeedPage: {"items": [_FEED], "next": None},
    groups.GroupPage: {"items": [_GROUP], "next": None},
    groups.GroupAnswer: {
        **_GROUP,
        "name_zh": "合成生物产业链",
        "name_en": "Synthetic biology chain",
        "units": ["UNIV", "XWBR"],
        "may_fill": True,
    },
    groups.NewGroup: {"code": "SYNCHAIN", "name_zh": "合成生物产业链", "name_en": "Synthetic biology chain"},
    groups.GroupChange: {"lead": "XWBR"},
    groups.NewGroupUnit: {"unit": "UNIV"},
    applications.ApplicationAnswer: _APPLICATION,
    applications.ApplicationList: {"items": [_APPLICATION]},
    applications.Admission: {"code": "SEA", "tile": 2},
    applications.ApplicationRefusal: {"reason": "The laboratory belongs to a member already."},
    qualifications.QualificationPage: {"items": [_KNOWN], "next": None},
    qualifications.WholeQualification: {**_KNOWN, "resources": ["XWBR-001"]},
    qualifications.HolderAnswer: _HOLDER,
    qualifications.HolderList: {"items": [_HOLDER]},
    qualifications.AskingList: {
        "items": [
            {
                "ref": "2J8W5KQ0ZD",
                "person": "4C2VY5M1TS",
                "name": "Lin Yuan",
                "email": "lin@example.org",
                "note": "I took the course in October.",
                "made": "2026-11-23T10:24:00+08:00",
            }
        ]
    },
    qualifications.NewAsking: {"note": "I took the course in October."},
    qualifications.AskedAnswer: {"ref": "2J8W5KQ0ZD"},
    qualifications.Withdrawing: {},
    qualifications.Granting: {"valid_until": "2028-11-23"},
    qualifications.Revoking: {"reason": "The course has to be taken anew."},
    qualifications.Declining: {"reason": "Take the course first."},
    units.UnitAnswer: _UNIT,
    units.UnitPage: {"items": [_UNIT], "next": None},
    units.MemberAnswer: _MEMBER,
    units.MemberPage: {"items": [_MEMBER], "next": None},
    units.MemberChange: {"admin": True, "last_day": None},
    units.NewInvitation: {
        "email": "mei@example.org",
        "name": "Mei Lan",
        "language": "en",
        "last_day": "2026-12-31",
    },
    units.InvitationAnswer: {"ref": "7K3M9QX2RT"},
    hours.HoursChange: {"hours": "WD 08:30-22:00; RD 09:00-18:00; PH off", "tell": True},
    hours.ExceptionChange: {"first": "2026-12-31", "hours": "09:00-12:00", "reason": "Year end"},
    hours.HoursAnswer: {
        "resource": "XWBR-001",
        "hours": "WD 08:30-22:00; RD 09:00-18:00; PH off",
        "exceptions": [{"date": "2026-12-31", "hours": "09:00-12:00", "reason": "Year end"}],
    },
    hours.CalendarDays: {
        "items": [{"date": "2026-10-01", "class": "PH", "name": "National Day", "announced": True}]
    },
    closures.NewClosure: {
        "kind": "calibration",
        "start": "2026-11-25T09:00:00+08:00",
        "end": "2026-11-25T12:00:00+08:00",
        "reason": "Yearly calibration",
    },
    closures.ClosureEnd: {"end": "2026-11-25T11:00:00+08:00"},
    closures.ClosureAnswer: _CLOSURE,
    closures.ClosurePage: {"items": [_CLOSURE], "next": None},
}
