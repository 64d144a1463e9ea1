"""Prices of an hour of work, all kinds at once, when a store is set up (SV-05, PF-15)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from fours.base.errors import Refused
from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.models import Store
from fours.kernel.verbs import verb

from ..models import LaborRate
from ..models.catalogue import WorkKind


@verb("填写工时单价", "org.change_settings")
def set_labor_rates(
    store: Store, *, prices: Mapping[str, Decimal | None], valid_from: date, actor: Actor
) -> list[LaborRate]:
    """Prices with VAT by kind of work from a day on; kinds without a price are left. Refused where that day has one."""
    made = []
    for kind in WorkKind:
        price = prices.get(kind.value)
        if price is None:
            continue
        if price <= 0:
            raise Refused("单价应大于 0。", field=kind.value)
        if LaborRate.objects.filter(store=store, work_kind=kind, valid_from=valid_from).exists():
            raise Refused(f"{kind.label} 在 {valid_from} 已有单价，请改生效日期。", field=kind.value)
        made.append(LaborRate(store=store, work_kind=kind, price=price, valid_from=valid_from))
    if not made:
        raise Refused("请至少填写一个工种的单价。")
    LaborRate.objects.bulk_create(made)
    told = "、".join(f"{WorkKind(rate.work_kind).label} {rate.price} 元" for rate in made)
    announce(
        "service.labor_rates_set", store, actor=actor, sentence=f"自 {valid_from} 工时单价：{told}"[:400]
    )
    return made
