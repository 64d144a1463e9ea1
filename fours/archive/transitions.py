"""The life of a binding: it may be stopped and gone on with; once done it stays."""

BINDING_MOVES = frozenset({
    ("running", "done"),
    ("running", "stopped"),
    ("running", "failed"),
    ("stopped", "running"),
    ("failed", "running"),
})  # fmt: skip
