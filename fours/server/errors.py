"""Errors of the server side; their text is shown to the person at the terminal as it is."""


class ServerError(Exception):
    """The server cannot do what was asked; the text says what to do about it."""
