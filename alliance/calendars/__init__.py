"""iCalendar: the feeds people's own calendars subscribe to."""
