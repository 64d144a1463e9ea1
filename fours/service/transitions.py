"""The state machines of SV-06: every move there is. Verbs move by these tables and nothing else does."""

ORDER_MOVES = frozenset({
    ("draft", "authorised"),
    ("authorised", "completed"),
    ("completed", "authorised"),  # a failed re-check or additional work found late opens the order again
    ("completed", "delivered"),
    ("delivered", "closed"),
    ("closed", "delivered"),  # a statement was reversed or refunded afterwards: the money is open again
    ("draft", "void"),
    ("authorised", "void"),  # only while nothing is issued, clocked or paid
})  # fmt: skip

JOB_MOVES = frozenset({
    ("open", "dispatched"),
    ("dispatched", "open"),
    ("dispatched", "in_work"),
    ("in_work", "paused"),
    ("paused", "in_work"),
    ("in_work", "self_checked"),
    ("self_checked", "team_checked"),
    # A failed check sends the job back to be worked on again.
    ("self_checked", "dispatched"),
    ("team_checked", "dispatched"),
})  # fmt: skip

STATEMENT_MOVES = frozenset({
    ("draft", "issued"),
    ("issued", "part_paid"),
    ("issued", "paid"),
    ("issued", "on_account"),
    ("part_paid", "paid"),
    ("part_paid", "on_account"),
    ("on_account", "on_account"),
    ("on_account", "paid"),
    ("issued", "reversed"),
    ("part_paid", "reversed"),
    ("on_account", "reversed"),
    ("paid", "reversed"),
    # A refund opens again what was paid.
    ("paid", "part_paid"),
    ("paid", "issued"),
    ("part_paid", "issued"),
})  # fmt: skip

PRESENCE_MOVES = frozenset({
    ("arrived", "gate_pass"),
    ("gate_pass", "arrived"),  # a pass that ran out or was withdrawn
    ("gate_pass", "left"),
})  # fmt: skip

APPOINTMENT_MOVES = frozenset({
    ("booked", "arrived"),
    ("booked", "no_show"),
    ("booked", "cancelled"),
    ("no_show", "arrived"),
})  # fmt: skip

CHECK_IN_MOVES = frozenset({("draft", "signed"), ("draft", "void"), ("signed", "void")})

ADDITIONAL_WORK_MOVES = frozenset({
    ("found", "offered"),
    ("offered", "accepted"),
    ("offered", "refused"),
    ("offered", "found"),
})  # fmt: skip

WASH_MOVES = frozenset({("waiting", "washing"), ("washing", "done"), ("waiting", "done")})
