"""What a store rules for a part of the common catalogue: bin, own price, minimum stock."""

from decimal import Decimal

from fours.base.errors import Refused
from fours.base.money import round_money, round_quantity
from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.models import Store
from fours.kernel.verbs import verb
from fours.parts.ledger import lock_balances
from fours.parts.models import Bin, Part, StorePart


@verb("门店设定", "parts.change")
def set_store_part(
    store: Store,
    *,
    part: Part,
    bin: Bin | None,
    retail_price: Decimal | None,
    minimum_stock: Decimal | None,
    actor: Actor,
) -> StorePart:
    """Set the usual bin, the store's own retail price (with VAT) and the minimum stock; None takes one away."""
    check_store_part(store, part, bin, retail_price, minimum_stock)
    row = store_part_of(store, part)
    before = _words(row)
    row.bin, row.retail_price, row.minimum_stock = bin, retail_price, minimum_stock
    row.save(update_fields=["bin", "retail_price", "minimum_stock"])
    after = _words(row)
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if changes:
        announce(
            "parts.store_part_changed",
            row,
            actor=actor,
            sentence=f"门店设定 {part}："
            + "，".join(f"{k} {old or '无'}→{new or '无'}" for k, (old, new) in changes.items()),
            data={"changes": changes, "part": part.pk},
        )
    return row


def store_part_of(store: Store, part: Part) -> StorePart:
    """The store's row for the part, made where missing; the part is in the store's stock list from then on."""
    lock_balances(store, [part])
    return StorePart.objects.select_for_update(of=("self",)).get_or_create(store=store, part=part)[0]


def check_store_part(
    store: Store, part: Part, bin: Bin | None, retail_price: Decimal | None, minimum_stock: Decimal | None
) -> None:
    """Refuse another store's bin, another group's part, a price that is no amount, a negative minimum."""
    if part.group_id != store.group_id:
        raise Refused("这个配件不在本集团目录中。")
    if bin is not None and (bin.store_id != store.pk or not bin.active):
        raise Refused("货位不是本店在用的货位。", field="bin")
    if retail_price is not None and (retail_price < 0 or retail_price != round_money(retail_price)):
        raise Refused("零售价不能为负，最多两位小数。", field="retail_price")
    if minimum_stock is not None and (minimum_stock < 0 or minimum_stock != round_quantity(minimum_stock)):
        raise Refused("最低库存不能为负，最多三位小数。", field="minimum_stock")


def _words(row: StorePart) -> dict[str, str]:
    price = "" if row.retail_price is None else f"{row.retail_price:.2f}"
    minimum = "" if row.minimum_stock is None else f"{row.minimum_stock.normalize():f}"
    return {"货位": row.bin.code if row.bin else "", "本店零售价": price, "最低库存": minimum}
