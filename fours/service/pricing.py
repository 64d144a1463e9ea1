"""What a line costs: list prices by payer and date, VAT by the store's taxpayer kind, and how far one may go below."""

from datetime import date
from decimal import ROUND_UP, Decimal

from django.db.models import Sum
from django.db.models.functions import Coalesce

from fours.approvals.authority import check_authority, limit_of
from fours.approvals.matters import MATTERS
from fours.base.errors import Refused
from fours.base.money import round_hours, round_money, round_quantity
from fours.kernel.actor import Actor
from fours.kernel.business_date import today
from fours.kernel.models import Store
from fours.org.letterhead import known_facts
from fours.org.models import TaxRate
from fours.org.models.store import TaxpayerKind
from fours.parts.models import Part
from fours.parts.prices import price_for_payer

from .authority import BELOW_FLOOR, DISCOUNT, GOODWILL, STORES_OWN
from .models import LaborLine, LaborRate, PartLine, RepairOrder
from .models.catalogue import WorkKind
from .models.lines import PricedLine
from .models.order import Payer

NOTHING = Decimal("0.00")
MOST = Decimal("99999999.99")


def tax_rate(store: Store, on: date) -> Decimal:
    """The VAT rate for the store's taxpayer kind on a date (rules §8); refused when none is entered."""
    facts = known_facts(store)
    kind = facts.taxpayer_kind if facts else TaxpayerKind.GENERAL
    rates = TaxRate.objects.filter(taxpayer_kind=kind, valid_from__lte=on).order_by("-valid_from")
    found = rates.values_list("rate", flat=True).first()
    if found is None:
        raise Refused("本店还没有设置增值税率，请先在门店资料中设置。")
    return found


def labor_price(store: Store, work_kind: str, on: date) -> Decimal:
    """The price of one hour of a kind of work on a date, VAT included (SV-15); refused when none is entered."""
    rates = LaborRate.objects.filter(store=store, work_kind=work_kind, valid_from__lte=on)
    found = rates.order_by("-valid_from").values_list("price", flat=True).first()
    if found is None:
        label = dict(WorkKind.choices).get(work_kind, work_kind)
        raise Refused(f"“{label}”没有在 {on} 生效的工时单价，请先设置或直接填写单价。", field="unit_price")
    return found


def listed_price(line: PricedLine) -> Decimal:
    """The store's price of today for the line; where there is none, the line's own is the only one."""
    if isinstance(line, LaborLine):
        return labor_price(line.order.store, line.work_kind, today())
    if isinstance(line, PartLine):
        if line.kind == PartLine.Kind.CUSTOMER:
            return NOTHING
        if line.part is not None:
            return price_for_payer(line.order.store, line.part, line.payer)
    if line.unit_price is None:
        raise Refused("请填写单价。", field="unit_price")
    return line.unit_price


def price_line(line: PricedLine, actor: Actor, *, listed: Decimal | None = None) -> None:
    """Check amount, price and discount, then compute gross, net and tax with the rate of the day.

    `listed`: the list price, when it was looked up already.
    """
    _check_numbers(line)
    store = line.order.store  # type: ignore[attr-defined]
    line.tax_rate = tax_rate(store, today())
    full = round_money(line.amount * line.unit_price)
    if full > MOST:
        raise Refused("金额过大，请核对数量和单价。", field=amount_field(line))
    if line.discount > full:
        raise Refused(f"折扣不能超过金额 {full} 元。", field="discount")
    line.price()
    check_goodwill(line, actor)
    if isinstance(line, PartLine) and line.kind == PartLine.Kind.CUSTOMER:
        return
    price = list_price_or_own(line) if listed is None else listed
    full_price = round_money(line.amount * price)
    if _is_granted(line, full_price):
        return
    _check_reduction(line, full_price, actor)
    if isinstance(line, PartLine) and line.part is not None:
        _check_floor(line, line.part, actor)


def _is_granted(line: PricedLine, full_price: Decimal) -> bool:
    """Whether the line stands already with this price: what was once allowed needs no second leave for its name."""
    if line.pk is None or full_price <= line.gross:
        return False
    same = {
        "unit_price": line.unit_price,
        "discount": line.discount,
        "gross": line.gross,
        "payer": line.payer,
    }
    return type(line)._default_manager.filter(pk=line.pk, **same).exists()


def list_price_or_own(line: PricedLine) -> Decimal:
    """What a reduction is measured against; a kind of work without a price of the store has only the typed one."""
    try:
        return listed_price(line)
    except Refused:
        return line.unit_price


def _check_numbers(line: PricedLine) -> None:
    field, places = amount_field(line), 2 if is_labor(line) else 3
    rounded = round_hours if is_labor(line) else round_quantity
    if line.amount < 0 or (line.amount == 0 and not is_labor(line)) or line.amount != rounded(line.amount):
        raise Refused(
            f"{'工时' if is_labor(line) else '数量'}须为大于零的数，最多 {places} 位小数。", field=field
        )
    if line.amount > (9999 if is_labor(line) else 999999):
        raise Refused("数量过大，请核对。", field=field)
    for name, label in (("unit_price", "单价"), ("discount", "折扣")):
        value: Decimal = getattr(line, name)
        if value < 0 or value != round_money(value) or value > MOST:
            raise Refused(f"{label}须为不小于零的金额，最多两位小数。", field=name)
    if isinstance(line, PartLine) and line.kind == PartLine.Kind.CUSTOMER and line.unit_price:
        raise Refused("客户自带配件不收材料费，单价须为 0。", field="unit_price")


def is_labor(line: PricedLine) -> bool:
    return isinstance(line, LaborLine)


def amount_field(line: PricedLine) -> str:
    return "hours" if is_labor(line) else "quantity"


def _check_reduction(line: PricedLine, listed: Decimal, actor: Actor) -> None:
    """Refuse a line cheaper than the list by more percent than the actor's posts may give, or an approval lets them.

    A typed lower price counts like a discount. The percentage is rounded up to two places, so a cent over is over.
    """
    reduction = listed - line.gross
    if reduction <= 0:
        return
    percent = (reduction * 100 / listed).quantize(Decimal("0.01"), ROUND_UP)
    check_authority(
        DISCOUNT,
        line.order,  # type: ignore[attr-defined]
        percent,
        actor=actor,
        said=f"比标准价 {listed} 元低 {reduction} 元（{percent.normalize():f}%）",
        field="discount" if line.discount > 0 else "unit_price",
        bound=f"{line} {listed} 元",
    )


def check_goodwill(line: PricedLine, actor: Actor) -> None:
    """Refuse that the store bears more of an order than the actor's posts may give away, or an approval lets them.

    All lines of the order the store bears count together; one that is borne already may be changed, not made dearer.
    """
    order: RepairOrder = line.order  # type: ignore[attr-defined]
    given = _given_away(order)
    if line.payer not in given or not line.gross:
        return
    standing = type(line)._default_manager.filter(pk=line.pk, payer__in=given, gross__gte=line.gross)
    if standing.exists():
        return
    total = line.gross + _borne(order, besides=line)
    said = f"本单由店里承担（善意、内部）{total} 元"
    check_authority(GOODWILL, order, total, actor=actor, said=said, field="payer", bound="由店里承担")


def check_share(share: PricedLine, line: PricedLine, actor: Actor) -> None:
    """Refuse a share of a line that the actor could not have put on its payer as a line of its own.

    A share keeps the line's unit price. Where parts cost its payer more by the list than the payer of the whole
    (maker's and internal prices), that is a reduction like a typed one.
    """
    check_goodwill(share, actor)
    if not isinstance(share, PartLine) or share.part is None:
        return
    price = list_price_or_own(share)
    if price > list_price_or_own(line):
        _check_reduction(share, round_money(share.quantity * price), actor)
        _check_floor(share, share.part, actor)


def check_kind(order: RepairOrder, actor: Actor) -> None:
    """Refuse a kind of visit under which what the store bears already is more than the actor's posts may give away.

    No approval is asked for: what is typed beside the kind is the customer's name and phone, nothing for a link.
    """
    matter = MATTERS[GOODWILL]
    total, limit = _borne(order), limit_of(actor, matter, order.store)
    if total > limit:
        raise Refused(
            f"改为“{order.get_kind_display()}”后，由店里承担（善意、内部）的 {total} 元超过您的权限（{matter.text(limit)}）。"
            "请先更改明细的付费方，或请有权限的同事修改。",
            field="kind",
        )


def _given_away(order: RepairOrder) -> tuple[Payer, ...]:
    """The payers that stand for the store giving something away: on a customer's visit 内部 is a gift like 善意."""
    return (Payer.GOODWILL,) if order.kind in STORES_OWN else (Payer.GOODWILL, Payer.INTERNAL)


def _borne(order: RepairOrder, *, besides: PricedLine | None = None) -> Decimal:
    """What the store bears of the order's lines, without additional work the customer has refused."""
    total = NOTHING
    for kind in (order.jobs, order.parts, order.fees):
        rows = kind.filter(payer__in=_given_away(order)).exclude(additional_work__state="refused")
        if isinstance(besides, kind.model):
            rows = rows.exclude(pk=besides.pk)
        total += rows.aggregate(gross=Coalesce(Sum("gross"), NOTHING))["gross"]
    return total


def _check_floor(line: PartLine, part: Part, actor: Actor) -> None:
    """Refuse to sell a part to a customer or insurer further below its floor price than the actor's posts may (PT-01)."""
    floor = part.floor_price
    if floor is None or line.payer not in (Payer.CUSTOMER, Payer.INSURER):
        return
    least = round_money(floor * line.quantity)
    if line.gross < least:
        check_authority(
            BELOW_FLOOR,
            line.order,
            least - line.gross,
            actor=actor,
            said=f"{part.name} 折后价低于最低售价 {floor} 元/{part.unit}",
            field="discount" if line.discount > 0 else "unit_price",
            bound=f"{line} {least} 元",
        )
