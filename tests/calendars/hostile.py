"""Texts that have broken calendars of others."""

HOSTILE = {
    "injected event": "会议\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:evil\r\nSUMMARY:x",
    "injected property": "x\r\nATTENDEE:mailto:victim@example.org",
    "bare CR": "x\rBEGIN:VEVENT\ry",
    "bare LF": "x\nEND:VCALENDAR\ny",
    "folded injection": "x\r\n BEGIN:VEVENT",
    "NUL": "a\x00b",
    "bell": "a\x07b",
    "vertical tab, form feed": "a\x0bb\x0cc",
    "file separators": "a\x1cb\x1dc\x1ed\x1fe",
    "tab": "a\tb",
    "delete": "a\x7fb",
    "C1": "a\x80b\x85c\x9fd",
    "line separator": "a\u2028b",
    "paragraph separator": "a\u2029BEGIN:VEVENT\u2029b",
    "500 emoji": "😀" * 500,
    "families": "👩‍👩‍👧‍👦" * 60,
    "punctuation": ",;\\:\"'^%",
    "escapes": "\\, \\; \\\\ ^^ ^' %0A",
    "right to left": "\u202eevil\u202c \u200fשלום\u200e مرحبا",
    "500 letters": "x" * 500,
    "500 characters": "激光共聚焦显微镜预约" * 50,
    "combining": "e\u0301" * 200,
    "byte order mark": "\ufeffx",
    "property names": "SUMMARY:x;VALUE=DATE:20260101",
    "blank": " \r\n \t ",
    "spreadsheet": "=HYPERLINK(1)",
}
# Written as the format says, yet some readers take a backslash before an N for a line break.
BACKSLASHES = {"windows path": "C:\\New\\notes", "backslash at the end": "a\\"}
