"""The papers at the till and the gate: statement (结算单), receipt (收款收据), gate pass (出门证)."""

from decimal import Decimal

from fours.base.money import capital_amount
from fours.kernel.actor import Actor
from fours.kernel.printing import Print, declare_print
from fours.kernel.prints.views import Paper, Signature
from fours.kernel.store_settings import setting
from fours.org.letterhead import letterhead
from fours.service.billing import live_statements
from fours.service.closing import is_settled
from fours.service.guarantee import RepairKind, guarantee_until, minimum
from fours.service.models import (
    AdditionalWork,
    GatePass,
    OpeningReceivable,
    Payment,
    RepairOrder,
    Statement,
    StatementLine,
)
from fours.service.models.order import Payer
from fours.service.prints import shapes, views
from fours.service.receipts import receipt_of
from fours.service.verbs.additional import open_recommendations
from fours.vehicles.models.vehicle import Drive

from .common import (
    KIND_NAMES,
    PAYER_NAMES,
    UNSIGNED,
    customer_facts,
    day,
    guarantee_terms,
    moment,
    money,
    quantity,
    recommendations,
    sheet,
    vehicle_facts,
)


def statement_view(statement: Statement, actor: Actor) -> views.StatementView:
    """The statement by JT/T 1133 and the lawful contents of a settlement list (rules §2)."""
    order = statement.order
    lines = list(statement.lines.all())
    electric = order.vehicle.drive != Drive.FUEL
    return {
        "letterhead": letterhead(statement.store),
        "paper": sheet(statement, actor),
        "order_number": order.number,
        "payer": PAYER_NAMES[statement.payer],
        "payer_name": statement.payer_name,
        "reverses": statement.reverses.number if statement.reverses else "",
        "customer": customer_facts(order),
        "vehicle": vehicle_facts(order.vehicle, order.mileage_in),
        "hours_standard": setting(statement.store, "service.hours_standard"),
        "contact": order.advisor.name,
        "arrived_on": moment(order.arrived_at),
        "left_on": moment(order.delivered_at),
        "mileage_out": "" if order.mileage_out is None else str(order.mileage_out),
        "repair_kind": RepairKind(order.repair_class).label,
        "fault": order.diagnosis or order.concern,
        "jobs": [_job(line, statement) for line in lines if line.kind == "labor"],
        "parts": [_part(line, statement) for line in lines if line.kind == "part"],
        "fees": [_fee(line, statement) for line in lines if line.kind == "fee"],
        "totals": _totals(statement, lines),
        "payments": [_payment(payment) for payment in statement.payments.order_by("pk")],
        "paid": money(statement.paid),
        "due": money(Decimal("0.00") if is_settled(statement) else statement.due),
        "old_parts": order.get_old_parts_display(),
        "guarantees": _guarantees(order, lines),
        "nev_guarantee": setting(statement.store, "service.nev_guarantee") if electric else "",
        "next_service_on": day(order.next_service_on),
        "next_service_mileage": "" if order.next_service_mileage is None else str(order.next_service_mileage),
        "recommendations": recommendations(open_recommendations(order.vehicle)),
        "refused": _refused(order),
        "call_time": call_time(order),
        "customer_signature": UNSIGNED,
        "clerk_signature": _clerk(statement),
    }


def _clerk(statement: Statement) -> Signature:
    name = statement.created_by.name if statement.created_by else ""
    return {"name": name, "at": moment(statement.issued_at), "image": ""}


def call_time(order: RepairOrder) -> str:
    """When the customer likes to be called: as agreed at the car, else as the customer's file says."""
    start, end = order.call_from, order.call_until
    if start is None or end is None:
        start, end = order.customer.call_from, order.customer.call_until
    return f"{start:%H:%M}–{end:%H:%M}" if start and end else ""


def _job(line: StatementLine, statement: Statement) -> shapes.JobLine:
    return {
        "code": line.code,
        "name": line.name,
        "hours": f"{line.amount:.2f}",
        "rate": money(line.unit_price),
        "discount": money(line.discount),
        "amount": money(line.gross),
        "payer": PAYER_NAMES[statement.payer],
    }


def _part(line: StatementLine, statement: Statement) -> shapes.PartLine:
    return {
        "number": line.code,
        "name": line.name,
        "brand": line.brand,
        "kind": KIND_NAMES[line.part_kind],
        "quantity": quantity(line.amount),
        "unit": line.unit,
        "price": money(line.unit_price),
        "discount": money(line.discount),
        "amount": money(line.gross),
        "payer": PAYER_NAMES[statement.payer],
    }


def _fee(line: StatementLine, statement: Statement) -> shapes.FeeLine:
    return {"name": line.name, "amount": money(line.gross), "payer": PAYER_NAMES[statement.payer]}


def _totals(statement: Statement, lines: list[StatementLine]) -> shapes.Totals:
    rates = sorted({line.tax_rate for line in lines})
    return {
        "labor": money(statement.labor_total),
        "parts": money(statement.parts_total),
        # The cents let off stand among the other charges, so that the three figures add up to the total.
        "fees": money(statement.fee_total - statement.rounding),
        "discount": money(sum((line.discount for line in lines), Decimal(0))),
        "total": money(statement.total),
        "capitals": capital_amount(statement.total),
        "tax_rate": "、".join(f"{quantity(rate * 100)}%" for rate in rates),
        "tax": money(statement.tax),
    }


def _payment(payment: Payment) -> shapes.PaymentLine:
    return {
        "kind": f"退款 {payment.get_kind_display()}" if payment.amount < 0 else payment.get_kind_display(),
        "amount": money(payment.amount),
        "paid_at": moment(payment.at),
        "reference": payment.reference,
    }


def _guarantees(order: RepairOrder, lines: list[StatementLine]) -> list[shapes.GuaranteeTerm]:
    """The lawful guarantee by kind of repair among the billed jobs; with its end once the car is handed over."""
    billed = {line.source_id for line in lines if line.kind == "labor"}
    jobs = [job for job in order.jobs.all() if job.pk in billed]
    terms = guarantee_terms(jobs)
    if order.delivered_date is None or order.mileage_out is None:
        return terms
    # The terms stand in the order in which their kinds first appear among the jobs.
    for term, repair_class in zip(terms, dict.fromkeys(job.repair_class for job in jobs), strict=True):
        end = guarantee_until(minimum(RepairKind(repair_class)), order.delivered_date, order.mileage_out)
        term["until"] = f"{end.last_day} 或 {end.km:,} km"
    return terms


def _refused(order: RepairOrder) -> list[shapes.RefusedWork]:
    """Safety work the customer refused at this visit (SV-09)."""
    works = order.additional_works.filter(state=AdditionalWork.State.REFUSED, safety_related=True)
    return [
        {"finding": work.finding, "reason": work.refusal_reason, "consequence": work.refusal_consequence}
        for work in works
    ]


def receipt_view(payment: Payment, actor: Actor) -> views.ReceiptView:
    """All kinds of money given at once for a bill, under the first one's number."""
    bill = payment.bill
    receipt = receipt_of(payment)
    paper: Paper = {**sheet(bill, actor), "number": receipt.first.number, "qr": receipt.first.number}
    return {
        "letterhead": letterhead(payment.store),
        "paper": paper,
        **_paid_for(bill, receipt.is_refund),
        "statement_number": bill.number,
        "payments": [_payment(one) for one in receipt.payments],
        "total": money(receipt.total),
        "capitals": capital_amount(receipt.total),
        "due": money(bill.due),
        "received_on": moment(receipt.first.at),
        "cashier_signature": {
            "name": receipt.first.received_by.name,
            "at": moment(receipt.first.at),
            "image": "",
        },
    }


def _paid_for(bill: Statement | OpeningReceivable, is_refund: bool) -> views.PaidFor:
    """Who paid for what; an opening receivable is named by the number of its old bill."""
    back = "退" if is_refund else ""
    if isinstance(bill, OpeningReceivable):
        return {
            "payer_name": bill.customer.name,
            "plate": bill.plate,
            "order_number": "",
            "purpose": f"{back}期初欠款（原单号 {bill.foreign_number}）",
        }
    return {
        "payer_name": bill.payer_name,
        "plate": bill.order.vehicle.plate,
        "order_number": bill.order.number,
        "purpose": f"{back}维修费",
    }


def gate_pass_view(gate_pass: GatePass, actor: Actor) -> views.GatePassView:
    """What the guard at the gate needs to see."""
    order = gate_pass.order
    return {
        "letterhead": letterhead(gate_pass.store),
        "paper": sheet(gate_pass, actor),
        "plate": order.vehicle.plate or order.vehicle.vin,
        "model": order.vehicle.description,
        "order_number": order.number,
        "sender": order.deliverer_name,
        "released_by": gate_pass.released_by.name,
        "released_at": moment(gate_pass.created_at),
        "valid_until": moment(gate_pass.valid_until),
        "reason": _release_reason(order),
    }


def _release_reason(order: RepairOrder) -> str:
    mine = {one.state for one in live_statements(order) if one.payer == Payer.CUSTOMER}
    if Statement.State.ON_ACCOUNT in mine:
        return "挂账放行"
    return "已结清" if mine else "客户无应付款"


declare_print(
    Print(
        form="service.statement",
        label="维修结算单",
        model=Statement,
        template="service/statement.typ",
        permission="service.view_money",
        view=statement_view,
    )
)
declare_print(
    Print(
        form="service.receipt",
        label="收款收据",
        model=Payment,
        template="service/receipt.typ",
        permission="service.view_money",
        view=receipt_view,
    )
)
declare_print(
    Print(
        form="service.gate_pass",
        label="出门证",
        model=GatePass,
        template="service/gate_pass.typ",
        permission="service.view",
        view=gate_pass_view,
    )
)
