"""Calendars kept elsewhere, whose busy times close what we share: fetched or sent, read apart, kept as blocks."""
