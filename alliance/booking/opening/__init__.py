"""Changing when things are open: weekly hours, single dates, calendar days; and the bookings that then lie outside."""
