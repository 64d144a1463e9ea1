"""The life of a message (PF-12): what was sent or refused stays so, a failed one may be tried again."""

MESSAGE_MOVES = frozenset({
    ("waiting", "sent"),
    ("waiting", "failed"),
    ("waiting", "refused"),
    ("waiting", "cancelled"),
    ("failed", "waiting"),
    ("failed", "cancelled"),
})  # fmt: skip
