"""The calendar of the alliance and those of single units: their years, changing their days, and what that touches."""
