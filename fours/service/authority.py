"""What in the service area needs authority, with the limits posts ship with (PF-02, PF-06; sources: 让利审批)."""

from decimal import Decimal

from fours.approvals.matters import UNLIMITED, Matter, declare_matter

from .models import OrderKind

DISCOUNT, BELOW_FLOOR, ROUNDING, REFUND, GOODWILL = (
    "service.discount", "service.below_floor", "service.rounding", "service.refund", "service.goodwill",
)  # fmt: skip
NOTHING = Decimal("0.00")
# Visits that are the store's own cost from the start; nothing is given away when it pays for them.
STORES_OWN = frozenset({
    OrderKind.REWORK_INTERNAL, OrderKind.REWORK_EXTERNAL, OrderKind.PDI, OrderKind.RECONDITIONING, OrderKind.OWN_CAR,
})  # fmt: skip
# Posts that stand at the counter, and those that answer for the whole area.
FRONT = ("advisor", "frontdesk_supervisor", "settlement_clerk")
HEADS = ("service_manager", "aftersales_manager", "gm")


def _limits(front: str, heads: Decimal = UNLIMITED) -> dict[str, Decimal]:
    return {**dict.fromkeys(FRONT, Decimal(front)), **dict.fromkeys(HEADS, heads)}


declare_matter(
    Matter(DISCOUNT, "单项让利", "%", _limits("10"), (("service_manager", NOTHING), ("gm", Decimal(50))))
)
declare_matter(Matter(BELOW_FLOOR, "低于最低售价", "元", _limits("0"), (("service_manager", NOTHING),)))
declare_matter(Matter(ROUNDING, "抹零", "元", _limits("1"), (("service_manager", NOTHING),)))
# What the store bears on a customer's visit is given away like a discount: all of an order together.
declare_matter(
    Matter(
        GOODWILL,
        "善意、内部承担",
        "元",
        {**_limits("200"), "service_manager": Decimal(5000), "aftersales_manager": Decimal(20000)},
        (("service_manager", NOTHING), ("gm", Decimal(5000))),
    )
)
declare_matter(
    Matter(
        REFUND,
        "退款",
        "元",
        {"service_manager": Decimal(10000), "aftersales_manager": Decimal(50000), "gm": UNLIMITED},
        (("gm", NOTHING),),
    )
)
