"""A dealer's own lists: the parts catalogue and the opening stock (PT-01, PT-02, PF-11)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from fours.base.errors import Refused
from fours.base.money import round_money, round_unit_cost
from fours.intake.kinds import IntakeKind, Warn, register_intake
from fours.kernel.actor import Actor
from fours.kernel.business_date import today
from fours.kernel.events import announce
from fours.kernel.models import Store
from fours.kernel.verbs import keep
from fours.org.models import StoreFacts, TaxRate

from .catalogue import check_part, part_by_number
from .errors import plain
from .intake_columns import PART_COLUMNS, STOCK_COLUMNS
from .models import Bin, LotBalance, Part, StockMovement, StorePart
from .undo import was_withdrawn
from .verbs.receive import Arrival, open_stock
from .verbs.store_part import store_part_of

Values = Mapping[str, Any]
# Where parts lie whose list names no bin, until somebody puts them away.
NO_BIN = "待上架"
PART_FIELDS = tuple(c.name for c in PART_COLUMNS if c.name not in ("number", "minimum_stock"))


def _say_nothing(column: str, message: str) -> None:
    pass


def load_part(store: Store, values: Values, actor: Actor, warn: Warn = _say_nothing) -> str:
    """Make or update the part of that number; only given values are taken. Answers created, updated or unchanged."""
    actor.require("parts.import", store.pk)
    part = part_by_number(store.group, values["number"])
    if part is None or was_withdrawn(part, store):
        again = {"pk": part.pk, "version": part.version + 1, "created_at": part.created_at} if part else {}
        part = Part(group=store.group, number=values["number"], **again)
        _set(part, values)
        check_part(part)
        part.save()
        announce("parts.part_created", part, actor=actor, sentence=f"导入新建配件 {part}")
        _keep_minimum(store, part, values, actor)
        return "created"
    changes = _set(part, values)
    check_part(part)
    if changes:
        keep(part, *changes)
        labels = "、".join(str(Part._meta.get_field(name).verbose_name) for name in changes)  # type: ignore[union-attr]
        sentence = f"导入修改配件 {part}：{labels}"
        announce("parts.part_changed", part, actor=actor, sentence=sentence, data={"changes": changes})
    kept = _keep_minimum(store, part, values, actor)
    return "updated" if changes or kept else "unchanged"


def load_stock(store: Store, values: Values, actor: Actor, warn: Warn = _say_nothing) -> str:
    """Book the opening stock of a part in a bin, once: the same row again changes nothing, another one is refused.

    A row that says just what lies there now, as an export does, changes nothing either.
    """
    actor.require("parts.import", store.pk)
    part = part_by_number(store.group, values["number"])
    if part is None:
        raise Refused(f"配件目录中没有 {values['number']}，请先导入配件目录。", field="number")
    if values.get("name", part.name) != part.name:
        warn("配件名称", f"配件目录中 {part.number} 叫“{part.name}”，未改为“{values['name']}”")
    bin, _ = Bin.objects.get_or_create(store=store, code=values.get("bin") or NO_BIN)
    quantity: Decimal = values["quantity"]
    if not quantity:
        return "updated" if _keep_bin(store, part, bin, actor) else "unchanged"
    cost = _unit_cost(store, values)
    booked = StockMovement.objects.filter(
        store=store, part=part, bin=bin, kind=StockMovement.Kind.OPENING, reverses=None, reversals=None
    ).first()
    here = LotBalance.objects.filter(store=store, lot__part=part, bin=bin).aggregate(sum=Sum("quantity"))
    if here["sum"] == quantity:
        return "unchanged"
    if booked is not None:
        return _same_again(booked, quantity, cost)
    _keep_bin(store, part, bin, actor)
    supplier = values.get("supplier", "")
    open_stock(
        store,
        lines=[Arrival(part, quantity, cost, bin)],
        note=f"期初导入 {supplier}".strip(),
        actor=actor,
    )
    return "created"


def _same_again(booked: StockMovement, quantity: Decimal, cost: Decimal) -> str:
    if (booked.quantity, booked.value) == (quantity, round_money(quantity * cost)):
        return "unchanged"
    raise Refused(
        f"{booked.part.name} 在货位 {booked.bin.code} 的期初库存已导入（{plain(booked.quantity)}，"
        f"金额 {booked.value}），与本行不同；请用盘点调整更正。",
        field="quantity",
    )


def _set(part: Part, values: Values) -> dict[str, list[str]]:
    """Put the given values on the part; what changed, as before and after."""
    changes = {}
    for name in PART_FIELDS:
        if name in values and values[name] != getattr(part, name):
            changes[name] = [str(getattr(part, name)), str(values[name])]
            setattr(part, name, values[name])
    return changes


def _keep_minimum(store: Store, part: Part, values: Values, actor: Actor) -> bool:
    minimum = values.get("minimum_stock")
    if minimum is None:
        return False
    row = store_part_of(store, part)
    if row.minimum_stock == minimum:
        return False
    _set_in_store(row, "minimum_stock", "最低库存", minimum, actor)
    return True


def _keep_bin(store: Store, part: Part, bin: Bin, actor: Actor) -> bool:
    """Make the bin the part's usual one unless it has one already."""
    row = store_part_of(store, part)
    if row.bin_id is not None or bin.code == NO_BIN:
        return False
    _set_in_store(row, "bin", "货位", bin, actor)
    return True


def _set_in_store(row: StorePart, name: str, label: str, value: Bin | Decimal, actor: Actor) -> None:
    """Set one thing a store rules for a part, with what it was before in the history."""
    before = getattr(row, name)
    setattr(row, name, value)
    row.save(update_fields=[name])
    said = [plain(one) if isinstance(one, Decimal) else str(one or "") for one in (before, value)]
    announce(
        "parts.store_part_imported",
        row,
        actor=actor,
        sentence=f"导入门店设定 {row.part}：{label} {said[1]}",
        data={"changes": {label: said}, "field": name, "before": None if before is None else str(before)},
    )


def _unit_cost(store: Store, values: Values) -> Decimal:
    """Cost of one piece without VAT, from the unit cost or the amount; nothing given is nothing."""
    cost: Decimal | None = values.get("unit_cost")
    if cost is None:
        amount: Decimal | None = values.get("amount")
        cost = Decimal(0) if amount is None else amount / values["quantity"]
    if values.get("includes_tax"):
        rate = values.get("tax_rate")
        cost = cost / (1 + (_tax_rate(store) if rate is None else rate))
    return round_unit_cost(cost)


def _tax_rate(store: Store) -> Decimal:
    facts = StoreFacts.objects.filter(store=store).first()
    kind = facts.taxpayer_kind if facts else "general"
    rate = (
        TaxRate.objects.filter(Q(taxpayer_kind=kind), valid_from__lte=today()).order_by("-valid_from").first()
    )
    if rate is None:
        raise Refused("没有可用的增值税率，请填写税率或在本行填不含税单价。", field="tax_rate")
    return rate.rate


register_intake(IntakeKind("parts", "配件目录", PART_COLUMNS, load_part, "parts.import"))
register_intake(IntakeKind("stock", "期初库存", STOCK_COLUMNS, load_stock, "parts.import"))
