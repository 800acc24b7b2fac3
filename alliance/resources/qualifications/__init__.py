"""Qualifications: who asks for one, who holds one, and what they are asked for by."""
