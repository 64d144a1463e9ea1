"""What a month's folder must hold of visits: what the customer signed, and what the law wants with every repair.

Contract, statement and certificate by 机动车维修管理规定 (rules, section 2), the repair record with signatures by 三包 art. 17.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from fours.archive.folder import Gap, declare_folder_rule, numbered_in, without_paper
from fours.kernel.models import Attachment, Store, StoreScoped

from .guarantee import RepairKind, needs_certificate
from .models import (
    AdditionalWork,
    CheckIn,
    GatePass,
    Inspection,
    LaborLine,
    Payment,
    RepairOrder,
    Statement,
)
from .models.order import Payer
from .verbs.delivery import AT_DELIVERY, CERTIFICATE

NO_PAPER = "缺存档单据"
# What the customer has in hand and signs; what insurer, maker or the store itself bear is settled with papers of their own.
SIGNED_BY_CUSTOMER = (Payer.CUSTOMER,)


def _gap(number: str, missing: str, person: Any, route: str, pk: int) -> Gap:
    return Gap(number, missing, person.name if person else "", reverse(route, args=[pk]))


def _with_scan(model: type[StoreScoped], purpose: str = "") -> Exists:
    """Something is attached to the document; with `purpose`, a signature drawn on the screen."""
    kept = Attachment.objects.filter(
        store=OuterRef("store"), aggregate_kind=model._meta.label_lower, aggregate_id=OuterRef("pk")
    )
    return Exists(kept.filter(purpose=purpose) if purpose else kept)


def check_ins(store: Store, month: date) -> Iterator[Gap]:
    """Cars taken over: the sheet kept, with the signature of who brought the car (SV-03)."""
    rows = numbered_in(CheckIn, store, month).exclude(state="void").select_related("advisor")
    for row in without_paper(rows, "service.check_in"):
        yield _gap(row.number, NO_PAPER, row.advisor, "check_in", row.pk)
    for row in rows.filter(~_with_scan(CheckIn), signature=None):
        yield _gap(row.number, "缺送修人签字", row.advisor, "check_in", row.pk)


def _orders(store: Store, month: date) -> QuerySet[RepairOrder]:
    return numbered_in(RepairOrder, store, month).exclude(state="void").select_related("advisor")


def contracts(store: Store, month: date) -> Iterator[Gap]:
    """Every order is a contract: kept as it was signed, with the signature."""
    rows = _orders(store, month)
    for row in without_paper(rows, "service.repair_order"):
        yield _gap(row.number, NO_PAPER, row.advisor, "order", row.pk)
    for row in rows.filter(~_with_scan(RepairOrder), signature=None):
        yield _gap(row.number, "缺客户签字", row.advisor, "order", row.pk)


def inspections(store: Store, month: date) -> Iterator[Gap]:
    """What has left the workshop was passed by the final inspection (SV-10)."""
    passed = Inspection.objects.filter(order=OuterRef("pk"), level=Inspection.Level.FINAL, passed=True)
    rows = _orders(store, month).filter(~Exists(passed), state__in=("completed", "delivered", "closed"))
    for row in rows:
        yield _gap(row.number, "缺终检合格记录", row.advisor, "order", row.pk)


def certificates(store: Store, month: date) -> Iterator[Gap]:
    """Kinds of repair the law wants certified have their certificate (机动车维修竣工出厂合格证)."""
    certified = [kind.value for kind in RepairKind if needs_certificate(kind)]
    jobs = LaborLine.objects.filter(order=OuterRef("pk"), repair_class__in=certified)
    agreed = jobs.filter(additional_work=None) | jobs.filter(additional_work__state="accepted")
    rows = _orders(store, month).filter(Exists(agreed), state__in=("completed", "delivered", "closed"))
    for row in without_paper(rows, CERTIFICATE):
        yield _gap(row.number, "缺竣工出厂合格证", row.advisor, "order", row.pk)


def additional_works(store: Store, month: date) -> Iterator[Gap]:
    """Answered additional work is kept; a refusal that concerns safety is signed, or the statement is (SV-09)."""
    rows = numbered_in(AdditionalWork, store, month).filter(state__in=("accepted", "refused"))
    rows = rows.select_related("order__advisor")
    for row in without_paper(rows, "service.additional_work"):
        yield _gap(row.number, NO_PAPER, row.order.advisor, "additional", row.pk)
    refused = rows.filter(~_with_scan(AdditionalWork), state="refused", safety_related=True)
    for row in refused:
        yield _gap(row.number, "涉及安全的拒修，缺客户签字", row.order.advisor, "additional", row.pk)


def _statements(store: Store, month: date) -> QuerySet[Statement]:
    return numbered_in(Statement, store, month).select_related("order__advisor")


def statements(store: Store, month: date) -> Iterator[Gap]:
    """Statements are kept when issued and again when the car leaves, naming guarantee and way out (rules, section 2)."""
    rows = _statements(store, month)
    for row in without_paper(rows, "service.statement", occurrence=""):
        yield _gap(row.number, NO_PAPER, row.order.advisor, "statement", row.pk)
    left = rows.filter(reverses=None, order__state__in=("delivered", "closed")).exclude(state="reversed")
    for row in without_paper(left, "service.statement", occurrence=AT_DELIVERY):
        yield _gap(row.number, "缺交车时的结算单存档", row.order.advisor, "statement", row.pk)


def signed_statements(store: Store, month: date) -> Iterator[Gap]:
    """Of what the customer paid for, the signed original is scanned and attached."""
    rows = _statements(store, month).filter(payer__in=SIGNED_BY_CUSTOMER, reverses=None)
    rows = rows.filter(~_with_scan(Statement), order__state__in=("delivered", "closed"))
    for row in rows.exclude(state="reversed"):
        yield _gap(row.number, "缺客户签字的结算单原件（扫描件）", row.order.advisor, "statement", row.pk)


def receipts(store: Store, month: date) -> Iterator[Gap]:
    """Money was receipted: one paper may name several ways of paying, so one of a bill is enough."""
    rows = numbered_in(Payment, store, month).select_related("received_by", "statement", "receivable")
    bare = without_paper(rows, "service.receipt")
    kept = rows.exclude(pk__in=bare.order_by().values("pk")).order_by()
    for name, page in (("statement", "statement"), ("receivable", "opening_receivable")):
        receipted = kept.exclude(**{name: None}).values(name)
        for row in bare.exclude(**{name: None}).exclude(**{f"{name}__in": receipted}):
            yield _gap(row.number, NO_PAPER, row.received_by, page, row.bill.pk)


def gate_passes(store: Store, month: date) -> Iterator[Gap]:
    """Cars left with a pass that is kept."""
    rows = numbered_in(GatePass, store, month).select_related("released_by")
    for row in without_paper(rows, "service.gate_pass"):
        yield _gap(row.number, NO_PAPER, row.released_by, "order", row.order_id)


declare_folder_rule("service.check_ins", "接车登记表", check_ins, order=10, forms=("service.check_in",))
declare_folder_rule(
    "service.contracts",
    "维修任务委托书",
    contracts,
    order=20,
    forms=("service.estimate", "service.repair_order"),
)
declare_folder_rule(
    "service.additional_works", "增项确认单", additional_works, order=30, forms=("service.additional_work",)
)
declare_folder_rule("service.inspections", "终检记录", inspections, order=50, forms=("service.inspection",))
declare_folder_rule("service.certificates", "竣工出厂合格证", certificates, order=60, forms=(CERTIFICATE,))
declare_folder_rule("service.statements", "维修结算单", statements, order=70, forms=("service.statement",))
declare_folder_rule("service.signed_statements", "结算单签字原件", signed_statements, order=71)
declare_folder_rule("service.receipts", "收款收据", receipts, order=80, forms=("service.receipt",))
declare_folder_rule("service.gate_passes", "出门证", gate_passes, order=90, forms=("service.gate_pass",))
