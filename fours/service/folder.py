"""What a month's folder must hold of visits: what the customer signed, and what the law wants with every repair.

Contract, statement and certificate by 机动车维修管理规定 (rules, section 2), the repair record with signatures by 三包 art. 17.
"""

from collections.abc import Iterator
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from fours.archive.folder import NO_PAPER, GapRows, declare_folder_rule, gap_rows, numbered_in, without_paper
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

# What the customer has in hand and signs; what insurer, maker or the store itself bear is settled with papers of their own.
SIGNED_BY_CUSTOMER = (Payer.CUSTOMER,)


def _with_scan(model: type[StoreScoped], purpose: str = "") -> Exists:
    """Something is attached to the document; with `purpose`, a signature drawn on the screen."""
    kept = Attachment.objects.filter(
        store=OuterRef("store"), aggregate_kind=model._meta.label_lower, aggregate_id=OuterRef("pk")
    )
    return Exists(kept.filter(purpose=purpose) if purpose else kept)


def check_ins(store: Store, month: date) -> Iterator[GapRows]:
    """Cars taken over: the sheet kept, with the signature of who brought the car (SV-03)."""
    rows = numbered_in(CheckIn, store, month).exclude(state="void")
    yield gap_rows(without_paper(rows, "service.check_in"), NO_PAPER, person="advisor", page="check_in")
    yield gap_rows(
        rows.filter(~_with_scan(CheckIn), signature=None), "缺送修人签字", person="advisor", page="check_in"
    )


def _orders(store: Store, month: date) -> QuerySet[RepairOrder]:
    return numbered_in(RepairOrder, store, month).exclude(state="void")


def contracts(store: Store, month: date) -> Iterator[GapRows]:
    """Every order is a contract: kept as it was signed, with the signature."""
    rows = _orders(store, month)
    yield gap_rows(without_paper(rows, "service.repair_order"), NO_PAPER, person="advisor", page="order")
    yield gap_rows(
        rows.filter(~_with_scan(RepairOrder), signature=None), "缺客户签字", person="advisor", page="order"
    )


def inspections(store: Store, month: date) -> Iterator[GapRows]:
    """What has left the workshop was passed by the final inspection (SV-10)."""
    passed = Inspection.objects.filter(order=OuterRef("pk"), level=Inspection.Level.FINAL, passed=True)
    rows = _orders(store, month).filter(~Exists(passed), state__in=("completed", "delivered", "closed"))
    yield gap_rows(rows, "缺终检合格记录", person="advisor", page="order")


def certificates(store: Store, month: date) -> Iterator[GapRows]:
    """Kinds of repair the law wants certified have their certificate (机动车维修竣工出厂合格证)."""
    certified = [kind.value for kind in RepairKind if needs_certificate(kind)]
    jobs = LaborLine.objects.filter(order=OuterRef("pk"), repair_class__in=certified)
    agreed = jobs.filter(additional_work=None) | jobs.filter(additional_work__state="accepted")
    rows = _orders(store, month).filter(Exists(agreed), state__in=("completed", "delivered", "closed"))
    yield gap_rows(without_paper(rows, CERTIFICATE), "缺竣工出厂合格证", person="advisor", page="order")


def additional_works(store: Store, month: date) -> Iterator[GapRows]:
    """Answered additional work is kept; a refusal that concerns safety is signed, or the statement is (SV-09)."""
    rows = numbered_in(AdditionalWork, store, month).filter(state__in=("accepted", "refused"))
    yield gap_rows(
        without_paper(rows, "service.additional_work"), NO_PAPER, person="order__advisor", page="additional"
    )
    refused = rows.filter(~_with_scan(AdditionalWork), state="refused", safety_related=True)
    yield gap_rows(refused, "涉及安全的拒修，缺客户签字", person="order__advisor", page="additional")


def _statements(store: Store, month: date) -> QuerySet[Statement]:
    return numbered_in(Statement, store, month)


def statements(store: Store, month: date) -> Iterator[GapRows]:
    """Statements are kept when issued and again when the car leaves, naming guarantee and way out (rules, section 2)."""
    rows = _statements(store, month)
    yield gap_rows(
        without_paper(rows, "service.statement", occurrence=""),
        NO_PAPER,
        person="order__advisor",
        page="statement",
    )
    left = rows.filter(reverses=None, order__state__in=("delivered", "closed")).exclude(state="reversed")
    yield gap_rows(
        without_paper(left, "service.statement", occurrence=AT_DELIVERY),
        "缺交车时的结算单存档",
        person="order__advisor",
        page="statement",
    )


def signed_statements(store: Store, month: date) -> Iterator[GapRows]:
    """Of what the customer paid for, the signed original is scanned and attached."""
    rows = _statements(store, month).filter(payer__in=SIGNED_BY_CUSTOMER, reverses=None)
    rows = rows.filter(~_with_scan(Statement), order__state__in=("delivered", "closed"))
    yield gap_rows(
        rows.exclude(state="reversed"),
        "缺客户签字的结算单原件（扫描件）",
        person="order__advisor",
        page="statement",
    )


def receipts(store: Store, month: date) -> Iterator[GapRows]:
    """Money was receipted: one paper may name several ways of paying, so one of a bill is enough."""
    rows = numbered_in(Payment, store, month)
    bare = without_paper(rows, "service.receipt")
    kept = rows.exclude(pk__in=bare.order_by().values("pk")).order_by()
    for name, page in (("statement", "statement"), ("receivable", "opening_receivable")):
        receipted = kept.exclude(**{name: None}).values(name)
        yield gap_rows(
            bare.exclude(**{name: None}).exclude(**{f"{name}__in": receipted}),
            NO_PAPER,
            person="received_by",
            page=page,
            target=f"{name}_id",
        )


def gate_passes(store: Store, month: date) -> Iterator[GapRows]:
    """Cars left with a pass that is kept."""
    rows = numbered_in(GatePass, store, month)
    yield gap_rows(
        without_paper(rows, "service.gate_pass"),
        NO_PAPER,
        person="released_by",
        page="order",
        target="order_id",
    )


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
