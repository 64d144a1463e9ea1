"""The lines of an order: labor, parts, fees and packages, each with one payer, its price and its tax (SV-05, SV-06).

They change while the order is a draft. Once it is signed, only through additional work that is being priced (SV-09).
"""

from decimal import Decimal
from typing import Any, TypedDict, TypeVar, Unpack

from django.db import connection

from fours.base.errors import IllegalMove, NotThere, Refused
from fours.base.money import round_hours
from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.rows import insert_row
from fours.kernel.verbs import keep, take, verb
from fours.parts.models import Part
from fours.service.errors import check_fields
from fours.service.models import (
    AdditionalWork,
    FeeLine,
    LaborLine,
    LaborOperation,
    Package,
    PartLine,
    RepairOrder,
)
from fours.service.models.lines import PricedLine
from fours.service.pricing import check_share, listed_price, price_line
from fours.service.sharing import divide, give_back

NOTHING = Decimal("0.00")
# The law's kinds of repair from the smallest to the largest: the order is of the largest kind among its jobs.
CLASSES = ("minor", "special", "first_maintenance", "second_maintenance", "assembly", "whole_vehicle")
L = TypeVar("L", LaborLine, PartLine, FeeLine)


class LineChanges(TypedDict, total=False):
    """What may be changed on a line; hours is for labor, quantity for parts and fees, job and kind for parts."""

    name: str
    payer: str
    hours: Decimal
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    kind: str
    job: LaborLine | None


@verb("加维修项目", "service.order")
def add_labor(
    order: RepairOrder,
    *,
    actor: Actor,
    operation: LaborOperation | None = None,
    name: str = "",
    hours: Decimal | None = None,
    unit_price: Decimal | None = None,
    payer: str = "customer",
    work_kind: str = "",
    discount: Decimal = NOTHING,
    repair_class: str = "",
    package: str = "",
    additional_work: AdditionalWork | None = None,
    version: int | None = None,
) -> LaborLine:
    """Add a job from the catalogue of operations or in own words; the hour's price is the store's for the kind of work."""
    order = _open(order, additional_work, version)
    if operation is not None:
        _same_group(order, operation.group_id, "operation")
        name = name.strip() or operation.name
        hours = operation.hours if hours is None else hours
        work_kind = work_kind or operation.work_kind
        repair_class = repair_class or operation.repair_class
    line = LaborLine(
        order=order,
        additional_work=additional_work,
        operation=operation,
        code=operation.code if operation else "",
        name=name.strip(),
        hours=Decimal(0) if hours is None else hours,
        payer=payer,
        work_kind=work_kind or "mechanical",
        repair_class=repair_class or "minor",
        package=package,
        discount=discount,
    )
    if line.repair_class not in CLASSES:
        raise Refused("请选择维修类别。", field="repair_class")
    _check_texts(line)
    listed = None
    if unit_price is None:
        unit_price = listed = listed_price(line)
    line.unit_price = unit_price
    _insert(order, line, actor, listed=listed)
    if CLASSES.index(line.repair_class) > CLASSES.index(order.repair_class):
        order.repair_class = line.repair_class
    return _added(order, line, actor)


@verb("加配件", "service.order")
def add_part(
    order: RepairOrder,
    *,
    actor: Actor,
    part: Part | None = None,
    name: str = "",
    number: str = "",
    brand: str = "",
    unit: str = "",
    quantity: Decimal = Decimal(1),
    unit_price: Decimal | None = None,
    payer: str = "customer",
    kind: str = "",
    discount: Decimal = NOTHING,
    job: LaborLine | None = None,
    package: str = "",
    additional_work: AdditionalWork | None = None,
    version: int | None = None,
) -> PartLine:
    """Add parts from the catalogue, or of kind `customer` what the customer brought along, at no price."""
    order = _open(order, additional_work, version)
    own = kind == PartLine.Kind.CUSTOMER
    if part is not None:
        _same_group(order, part.group_id, "part")
        if not part.active:
            raise Refused(f"{part.name} 已停用，不能再用。", field="part")
        name, number = name.strip() or part.name, number or part.number
        brand, unit, kind = brand or part.brand, unit or part.unit, kind or part.source
    line = PartLine(
        order=order,
        additional_work=additional_work,
        part=None if own else part,
        job=_job_of(order, job),
        name=name.strip(),
        number=number,
        brand=brand,
        unit=unit or "件",
        kind=kind or PartLine.Kind.GENUINE,
        quantity=quantity,
        payer=payer,
        package=package,
        discount=discount,
    )
    _check_texts(line)
    listed = None
    if unit_price is None:
        unit_price = listed = listed_price(line)
    line.unit_price = unit_price
    _insert(order, line, actor, listed=listed)
    return _added(order, line, actor)


@verb("加其他费用", "service.order")
def add_fee(
    order: RepairOrder,
    *,
    name: str,
    unit_price: Decimal,
    actor: Actor,
    quantity: Decimal = Decimal(1),
    payer: str = "customer",
    discount: Decimal = NOTHING,
    additional_work: AdditionalWork | None = None,
    version: int | None = None,
) -> FeeLine:
    """Add anything else that is charged: towing, outside work, machining."""
    order = _open(order, additional_work, version)
    line = FeeLine(
        order=order,
        additional_work=additional_work,
        name=name.strip(),
        quantity=quantity,
        unit_price=unit_price,
        payer=payer,
        discount=discount,
    )
    _check_texts(line)
    _insert(order, line, actor)
    return _added(order, line, actor)


@verb("加套餐", "service.order")
def add_package(
    order: RepairOrder,
    *,
    package: Package,
    actor: Actor,
    payer: str = "customer",
    additional_work: AdditionalWork | None = None,
    version: int | None = None,
) -> list[PricedLine]:
    """Add the operations and parts of a menu service (保养套餐); its parts belong to its first job."""
    order = _open(order, additional_work, version)
    _same_group(order, package.group_id, "package")
    if not package.active:
        raise Refused(f"套餐“{package.name}”已停用。", field="package")
    entries = list(package.lines.select_related("operation", "part").order_by("pk"))
    if not entries:
        raise Refused(f"套餐“{package.name}”没有明细。", field="package")
    common: dict[str, Any] = {
        "payer": payer, "package": package.name, "additional_work": additional_work, "actor": actor,
    }  # fmt: skip
    jobs = [
        add_labor(order, operation=e.operation, hours=round_hours(e.operation.hours * e.quantity), **common)
        for e in entries
        if e.operation is not None
    ]
    first = jobs[0] if jobs else None
    parts = [
        add_part(order, part=e.part, quantity=e.quantity, job=first, **common) for e in entries if e.part
    ]
    return [*jobs, *parts]


@verb("修改明细", "service.order")
def change_line(
    line: PricedLine, *, actor: Actor, version: int | None = None, **changes: Unpack[LineChanges]
) -> PricedLine:
    """Change amount, price, discount, payer or name of a line. Another payer brings that payer's list price.

    `version` is the order's: lines are edited on the order.
    """
    order, line = _open_line(line, version)
    unfit = set(changes) - _changeable(line)
    if unfit:
        raise TypeError(f"{type(line).__name__} has no {', '.join(sorted(unfit))}")
    before = line.gross
    # "customer" and the member CUSTOMER, 1 and 1.00 are the same; what does not differ leaves no trace.
    if all(getattr(line, name) == value for name, value in changes.items()):
        return line
    for name, value in changes.items():
        setattr(line, name, value.strip() if isinstance(value, str) else value)
    if isinstance(line, PartLine):
        line.job = _job_of(order, line.job)
    _check_texts(line)
    if "payer" in changes and "unit_price" not in changes and isinstance(line, PartLine):
        line.unit_price = listed_price(line)
    price_line(line, actor)
    line.save()
    _count_up(order)
    announce(
        "service.line_changed",
        order,
        actor=actor,
        sentence=f"修改 {line}：{before} → {line.gross} 元",
        data={"line": line.pk, "kind": line._meta.model_name, "gross": [str(before), str(line.gross)]},
    )
    return line


@verb("删除明细", "service.order")
def remove_line(line: PricedLine, *, actor: Actor, version: int | None = None) -> None:
    """Take a line out. One that was split off goes back into the line it came from; parts of a job stay on the order."""
    order, line = _open_line(line, version)
    if line.splits.exists():  # type: ignore[attr-defined]
        raise Refused("此行已拆分给其他付费方，请先删除拆分出的行。")
    if isinstance(line, LaborLine):
        line.parts.update(job=None)
    name, origin = str(line), line.split_from
    line.delete()
    if origin is not None:
        give_back(take(origin), line, actor)
    _count_up(order)
    announce("service.line_removed", order, actor=actor, sentence=f"删除 {name}", data={"line": name})


@verb("拆分付费方", "service.order")
def split_line(
    line: PricedLine, *, payer: str, amount: Decimal, actor: Actor, version: int | None = None
) -> PricedLine:
    """Let another payer bear `amount` of a line (VAT included): hours, pieces, discount and tax are divided with it.

    Both lines together are the old one, in amount and in quantity, to the cent.
    """
    order, line = _open_line(line, version)
    other = divide(line, payer=payer, amount=amount)
    check_share(other, line, actor)
    other.position = next_position(order)
    line.save()
    other.save()
    _count_up(order)
    announce(
        "service.line_split",
        order,
        actor=actor,
        sentence=f"拆分 {line}：{amount} 元由{other.get_payer_display()}支付",
        data={"line": line.pk, "other": other.pk, "amount": str(amount)},
    )
    return other


def _open(order: RepairOrder, work: AdditionalWork | None, version: int | None) -> RepairOrder:
    """The order, locked, if lines may be changed on it: a draft, or additional work of it that is being priced."""
    order = take(order, version=version)
    if work is None:
        if order.state != RepairOrder.State.DRAFT:
            raise IllegalMove(f"{order} 已签字，明细不能直接更改；请通过增项办理。")
        return order
    if work.order_id != order.pk:
        raise NotThere()
    if take(work).state != AdditionalWork.State.FOUND:
        raise IllegalMove("增项已报价，不能再改明细；请先撤回报价。")
    if order.state not in ("authorised", "completed"):
        raise IllegalMove(f"{order} 现为“{order.get_state_display()}”，不能加增项。")
    return order


def _open_line(line: PricedLine, version: int | None) -> tuple[RepairOrder, PricedLine]:
    order: RepairOrder = line.order  # type: ignore[attr-defined]
    order = _open(order, line.additional_work, version)
    return order, take(line)


def _same_group(order: RepairOrder, group_id: int, field: str) -> None:
    if order.store.group_id != group_id:
        raise Refused("请从本集团的目录中选择。", field=field)


def _job_of(order: RepairOrder, job: LaborLine | None) -> LaborLine | None:
    if job is not None and job.order_id != order.pk:
        raise Refused("所属项目不在本工单。", field="job")
    return job


def _changeable(line: PricedLine) -> set[str]:
    common = {"name", "payer", "unit_price", "discount"}
    if isinstance(line, LaborLine):
        return common | {"hours"}
    return common | ({"quantity", "kind", "job"} if isinstance(line, PartLine) else {"quantity"})


def _check_texts(line: PricedLine) -> None:
    if not getattr(line, "name", ""):
        raise Refused("请填写名称。", field="name")
    names = {"name", "payer", "work_kind", "package", "number", "brand", "unit", "kind"}
    check_fields(line, names & {field.name for field in line._meta.fields})


def _insert(order: RepairOrder, line: PricedLine, actor: Actor, *, listed: Decimal | None = None) -> None:
    price_line(line, actor, listed=listed)
    line.position = next_position(order)
    insert_row(line)


LAST_POSITION = """
select greatest(
    0, (select max(position) from service_laborline where order_id = %(order)s),
    (select max(position) from service_partline where order_id = %(order)s),
    (select max(position) from service_feeline where order_id = %(order)s)
)
"""


def next_position(order: RepairOrder) -> int:
    """Behind the last line of any kind, so that the lines keep the order in which they were added."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_POSITION, {"order": order.pk})
        return 1 + int(cursor.fetchone()[0])


def _added(order: RepairOrder, line: L, actor: Actor) -> L:
    _count_up(order)
    announce(
        "service.line_added",
        order,
        actor=actor,
        sentence=f"加 {line} {line.gross} 元（{line.get_payer_display()}）",
        data={"line": line.pk, "kind": line._meta.model_name, "gross": str(line.gross)},
    )
    return line


def _count_up(order: RepairOrder) -> None:
    keep(order, "repair_class")
