"""Booking: the rules, the guard, the acts, and who may see and do what."""
