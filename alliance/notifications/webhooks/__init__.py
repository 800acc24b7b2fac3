"""Webhooks: what happens to a unit's resources and bookings, sent to an address of its own, signed."""
