"""Verbs of a load: receive the file, match its columns, check its rows, load them."""
