"""Lines of a signed order put right before it is billed (SV-19): another payer or discount, a share, what is not done.

The contract stays as it was signed; every correction has its reason and both amounts in the history.
"""

from decimal import Decimal
from typing import Any, TypeVar

from fours.base.errors import IllegalMove, Refused
from fours.base.money import round_money
from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.verbs import keep, take, verb
from fours.parts.verbs.reserve import release_reservations
from fours.service.billing import live, live_statements
from fours.service.errors import check_fields
from fours.service.models import AdditionalWork, LaborLine, PartLine, RepairOrder
from fours.service.models.lines import PricedLine
from fours.service.models.order import Payer
from fours.service.pricing import check_share, listed_price, price_line
from fours.service.reservations import reserve_for
from fours.service.sharing import divide, give_back
from fours.service.totals import agreed_lines

from .lines import next_position

Job = LaborLine.State
REASON_LENGTH = 200
CORRECTABLE = (RepairOrder.State.AUTHORISED, RepairOrder.State.COMPLETED, RepairOrder.State.DELIVERED)
P = TypeVar("P", bound=PricedLine)


def may_correct(order: RepairOrder) -> bool:
    """Signed and not billed, or no longer, after its statement was reversed: its lines may be corrected."""
    return order.state in CORRECTABLE and not live(order.statements.all())


@verb("更正明细", "service.order")
def correct_line(
    line: PricedLine,
    *,
    reason: str,
    actor: Actor,
    payer: str | None = None,
    discount: Decimal | None = None,
    version: int | None = None,
) -> PricedLine:
    """Another payer or discount for a line the customer has agreed to; another payer brings that payer's list price.

    Discounts keep within what the person may give. `version` is the order's.
    """
    order, line = _take(line, version)
    reason = _needed(reason)
    before = (line.payer, line.discount, line.gross)
    if payer is not None and payer != line.payer:
        _check_payer(order, payer)
        line.payer = payer
        check_fields(line, ["payer"])
        if isinstance(line, PartLine):
            line.unit_price = listed_price(line)
    if discount is not None:
        line.discount = discount
    if before[:2] == (line.payer, line.discount):
        raise Refused("付费方和折扣都没有改动。", field="payer")
    price_line(line, actor)
    line.save()
    keep(order)
    sentence = f"更正 {line}：{Payer(before[0]).label} {before[2]} → {Payer(line.payer).label} {line.gross} 元（{reason}）"
    data: dict[str, Any] = {"payer": [before[0], line.payer], "gross": [str(before[2]), str(line.gross)]}
    _announce("service.line_corrected", order, line, actor, sentence, **data)
    return line


@verb("签字后拆分付费方", "service.order")
def share_line(
    line: PricedLine, *, payer: str, amount: Decimal, reason: str, actor: Actor, version: int | None = None
) -> PricedLine:
    """Let another payer bear `amount` of a signed line (VAT included), e.g. what the insurer has agreed to.

    A job is divided before it is dispatched or after it was checked, parts when all or none are issued.
    """
    order, line = _take(line, version)
    reason = _needed(reason)
    _check_payer(order, payer)
    if isinstance(line, LaborLine) and line.state not in (Job.OPEN, Job.TEAM_CHECKED):
        raise IllegalMove(f"“{line.name}”正在施工，请在派工前或组检合格后拆分。")
    issued = isinstance(line, PartLine) and line.issued > 0
    if isinstance(line, PartLine) and 0 < line.issued < line.quantity:
        raise Refused(f"{line.name} 只领出一部分，请领齐或退料后再拆分。", field="amount")
    other = divide(line, payer=payer, amount=amount)
    check_share(other, line, actor)
    other.position = next_position(order)
    pair = [line, other]
    for one in pair:
        if isinstance(one, PartLine):
            one.issued = one.quantity if issued else Decimal(0)
        one.save()
    if isinstance(line, PartLine) and not issued:
        release_reservations(order, line_id=line.pk, actor=actor)
        reserve_for(order, [one for one in pair if isinstance(one, PartLine)], actor=actor)
    keep(order)
    sentence = f"拆分 {line}：{amount} 元由{other.get_payer_display()}支付（{reason}）"
    _announce("service.line_shared", order, line, actor, sentence, other=other.pk, amount=str(amount))
    return other


@verb("取消明细", "service.order")
def cancel_line(line: PricedLine, *, reason: str, actor: Actor, version: int | None = None) -> None:
    """Take back what will not be done: a job nobody has begun, parts that were not issued, a fee.

    Of parts issued in part the rest is cancelled. A line that was split off goes back into the line it came from.
    Held pieces become free; what was done is paid (put it on another payer instead).
    """
    order, line = _take(line, version)
    reason = _needed(reason)
    if line.splits.exists():  # type: ignore[attr-defined]
        raise Refused("此行已拆分给其他付费方，请先取消拆分出的行。")
    name, gross, dropped = str(line), line.gross, None
    if line.split_from is not None:
        _rejoin(take(line.split_from), line, actor)
    elif isinstance(line, PartLine) and line.issued > 0:
        _cancel_rest(order, line, actor)
    else:
        _check_not_the_last(order, line)
        dropped = line.pk if isinstance(line, LaborLine) else None
        _drop(order, line, actor)
    keep(order)
    sentence = f"取消 {name} {gross} 元（{reason}）"
    data = {"line": name, "kind": line._meta.model_name, "gross": str(gross), "job": dropped}
    announce("service.line_cancelled", order, actor=actor, sentence=sentence, data=data)


def _drop(order: RepairOrder, line: PricedLine, actor: Actor) -> None:
    if isinstance(line, LaborLine):
        _check_not_begun(line)
        line.parts.update(job=None)
        line.assignments.all().delete()
    if isinstance(line, PartLine):
        release_reservations(order, line_id=line.pk, actor=actor)
    line.delete()


def _cancel_rest(order: RepairOrder, line: PartLine, actor: Actor) -> None:
    """Keep what was handed out, with its share of the discount."""
    if not line.still_to_issue:
        raise Refused(f"{line.name} 已领出。不用的请先由库房退料，再取消。")
    release_reservations(order, line_id=line.pk, actor=actor)
    line.discount = round_money(line.discount * line.issued / line.quantity)
    line.quantity = line.issued
    price_line(line, actor)
    line.save()


def _rejoin(origin: PricedLine, line: PricedLine, actor: Actor) -> None:
    if isinstance(line, LaborLine):
        if line.state != origin.state:  # type: ignore[attr-defined]
            raise IllegalMove(f"“{line.name}”的两部分进度不同，请都完成组检后再取消拆分。")
        _check_not_begun(line)
    if isinstance(origin, PartLine) and isinstance(line, PartLine):
        origin.issued += line.issued
    line.delete()
    give_back(origin, line, actor)


def _check_not_begun(job: LaborLine) -> None:
    if job.clock_entries.exists() or job.inspections.exists():
        raise IllegalMove(f"“{job.name}”已施工，不能取消。不向客户收费的，请更正付费方（善意、内部）。")


def _check_not_the_last(order: RepairOrder, line: PricedLine) -> None:
    """Without a job an order could never be inspected."""
    if isinstance(line, LaborLine) and len(agreed_lines(order).jobs) == 1:
        raise Refused("这是工单的最后一个维修项目，不能取消。工单不做了请作废。")


def _take(line: P, version: int | None) -> tuple[RepairOrder, P]:
    """The signed order and its line, both locked; refused when the line is not agreed or the order is billed."""
    order: RepairOrder = take(line.order, version=version)  # type: ignore[attr-defined]
    work = line.additional_work
    if order.state not in CORRECTABLE:
        raise IllegalMove(f"{order} 现为“{order.get_state_display()}”，明细不能更正。")
    if work is not None and work.state != AdditionalWork.State.ACCEPTED:
        raise IllegalMove("客户还没有同意这个增项；请在增项里修改。")
    if live_statements(order):
        raise Refused("工单已出结算单，请先冲销再更正明细。")
    return order, take(line)


def _check_payer(order: RepairOrder, payer: str) -> None:
    if payer == Payer.INSURER and not order.insurer_name:
        raise Refused("请先在工单信息中填写保险公司。", field="payer")


def _needed(reason: str) -> str:
    if not (text := reason.strip()):
        raise Refused("请写明原因。", field="reason")
    if len(text) > REASON_LENGTH:
        raise Refused(f"原因最多 {REASON_LENGTH} 字。", field="reason")
    return text


def _announce(
    kind: str, order: RepairOrder, line: PricedLine, actor: Actor, sentence: str, **data: Any
) -> None:
    known = {"line": line.pk, "kind": line._meta.model_name, **data}
    announce(kind, order, actor=actor, sentence=sentence, data=known)
