"""Saying things to people: findings, happenings and times in the reader's language."""
