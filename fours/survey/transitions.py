"""The state machines of customer care: every move there is."""

CALL_MOVES = frozenset({
    ("due", "done"),
    ("due", "unreachable"),
    ("due", "refused"),
    ("due", "not_callable"),
    ("unreachable", "due"),  # the customer rings back or a right number is found
})  # fmt: skip

HANDLING_MOVES = frozenset({("open", "solved"), ("solved", "closed"), ("solved", "open")})

REPORT_MOVES = frozenset({("draft", "signed")})
