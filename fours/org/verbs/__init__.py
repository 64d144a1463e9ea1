"""Verbs of the organisation."""
